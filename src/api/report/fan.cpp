#include "api/report/fan.h"

#include <fmt/format.h>

#include "analysis/fit_statistics.h"
#include "api/report/text.h"
#include "base/names.h"
#include "data/series_name.h"

namespace shamal::api::report {

namespace {

constexpr std::string_view kQuantile = "quantile";

}  // namespace

std::vector<Band> fan_bands(const data::Dataset& fans, std::string_view variable, double scale) {
  const data::SeriesName wanted = data::split_series_name(variable);
  const data::Variable* found = fans.find(wanted.base);
  if (found == nullptr || found->dimensions.size() != 2 + wanted.subscripts.size()) {
    return {};
  }
  const data::Dimension& quantiles = fans.dimensions[found->dimensions[0]];
  const data::Dimension& time = fans.dimensions[found->dimensions[1]];
  if (quantiles.name != kQuantile) {
    return {};
  }
  std::size_t element = 0;
  std::size_t elements = 1;
  for (std::size_t d = 0; d < wanted.subscripts.size(); ++d) {
    const data::Dimension& dimension = fans.dimensions[found->dimensions[2 + d]];
    std::size_t at = 0;
    while (at < dimension.labels.size() &&
           base::fold_name(dimension.labels[at]) != base::fold_name(wanted.subscripts[d])) {
      ++at;
    }
    if (at == dimension.labels.size()) {
      return {};
    }
    element = element * dimension.labels.size() + at;
    elements *= dimension.labels.size();
  }
  const std::size_t times = time.values.size();
  const std::size_t count = quantiles.values.size();
  std::vector<Band> bands;
  for (std::size_t q = 0; q < count / 2; ++q) {
    Band band;
    const double share = quantiles.values[count - 1 - q] - quantiles.values[q];
    band.label = share > 0.85   ? "9 of 10 draws"
                 : share == 0.5 ? "half of the draws"
                                : percent_text(share) + " of the draws";
    for (std::size_t t = 0; t < times; ++t) {
      band.low.push_back(scale * found->values[(q * times + t) * elements + element]);
      band.high.push_back(scale *
                          found->values[((count - 1 - q) * times + t) * elements + element]);
    }
    bands.push_back(std::move(band));
  }
  return bands;
}

Coverage coverage(const std::vector<double>& times, const Band& band,
                  const std::vector<DrawnSeries>& series) {
  Coverage result;
  for (const DrawnSeries& drawn : series) {
    if (!drawn.style.filled) {
      continue;  // shown, not scored
    }
    for (const DrawnPoint& point : drawn.points) {
      const auto low = analysis::interpolate(times, band.low, point.time.middle);
      const auto high = analysis::interpolate(times, band.high, point.time.middle);
      if (low && high) {
        ++result.points;
        result.inside += point.value >= *low && point.value <= *high ? 1u : 0u;
      }
    }
  }
  return result;
}

}  // namespace shamal::api::report
