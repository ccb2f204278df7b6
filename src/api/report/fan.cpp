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

namespace {

// The values of one curve in the fans: [quantile][time] with a stride and a start.
struct Fan {
  const data::Variable* variable = nullptr;
  const data::Dimension* quantiles = nullptr;
  std::size_t times = 0;
  std::size_t element = 0;
  std::size_t elements = 1;

  double at(std::size_t quantile, std::size_t time) const {
    return variable->values[(quantile * times + time) * elements + element];
  }
};

std::optional<Fan> find_fan(const data::Dataset& fans, std::string_view variable) {
  const data::SeriesName wanted = data::split_series_name(variable);
  Fan fan;
  fan.variable = fans.find(wanted.base);
  if (fan.variable == nullptr || fan.variable->dimensions.size() != 2 + wanted.subscripts.size()) {
    return std::nullopt;
  }
  fan.quantiles = &fans.dimensions[fan.variable->dimensions[0]];
  fan.times = fans.dimensions[fan.variable->dimensions[1]].values.size();
  if (fan.quantiles->name != kQuantile) {
    return std::nullopt;
  }
  for (std::size_t d = 0; d < wanted.subscripts.size(); ++d) {
    const data::Dimension& dimension = fans.dimensions[fan.variable->dimensions[2 + d]];
    std::size_t at = 0;
    while (at < dimension.labels.size() &&
           base::fold_name(dimension.labels[at]) != base::fold_name(wanted.subscripts[d])) {
      ++at;
    }
    if (at == dimension.labels.size()) {
      return std::nullopt;
    }
    fan.element = fan.element * dimension.labels.size() + at;
    fan.elements *= dimension.labels.size();
  }
  return fan;
}

}  // namespace

std::vector<Band> fan_bands(const data::Dataset& fans, std::string_view variable, double scale) {
  const auto fan = find_fan(fans, variable);
  if (!fan) {
    return {};
  }
  const std::vector<double>& quantiles = fan->quantiles->values;
  const std::size_t count = quantiles.size();
  std::vector<Band> bands;
  for (std::size_t q = 0; q < count / 2; ++q) {
    Band band;
    const double share = quantiles[count - 1 - q] - quantiles[q];
    band.label = share > 0.85   ? "9 of 10 draws"
                 : share == 0.5 ? "half of the draws"
                                : percent_text(share) + " of the draws";
    for (std::size_t t = 0; t < fan->times; ++t) {
      band.low.push_back(scale * fan->at(q, t));
      band.high.push_back(scale * fan->at(count - 1 - q, t));
    }
    bands.push_back(std::move(band));
  }
  return bands;
}

std::vector<double> fan_median(const data::Dataset& fans, std::string_view variable, double scale) {
  std::vector<double> median;
  const auto fan = find_fan(fans, variable);
  for (std::size_t t = 0; fan && t < fan->times; ++t) {
    median.push_back(scale * fan->at(fan->quantiles->values.size() / 2, t));
  }
  return median;
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
