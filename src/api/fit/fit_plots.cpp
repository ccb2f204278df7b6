#include "api/fit/fit_plots.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "api/report/marks.h"
#include "api/report/path.h"
#include "api/report/scale.h"
#include "api/report/text.h"

namespace shamal::api {

namespace {

using namespace report;
using analysis::inference::Draws;

constexpr double kWidth = 380;
constexpr double kLeft = 46;        // for the labels of the value axis
constexpr std::size_t kMost = 300;  // points of a line, marks of a scatter for each chain
constexpr std::size_t kMostInks = 4;
constexpr std::size_t kBins = 20;

std::vector<double> values_of(const Posterior& posterior, const Draws& draws, std::size_t k) {
  std::vector<double> made = draws.series(k);
  for (double& value : made) {
    value = posterior.parameters()[k].prior.at(value).value;
  }
  return made;
}

ValueAxis axis_of(const std::vector<double>& values, int ticks) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return *low < *high ? value_axis(*low, *high, false, ticks)
                      : value_axis(*low - 1, *high + 1, false, ticks);
}

std::string begin(double height, std::string_view title) {
  return fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\"><title>{}</title>", pixels(kWidth),
                     pixels(height), escape(title));
}

std::string value_ticks(const ValueAxis& axis, const Scale& scale) {
  std::string made;
  for (const Tick& tick : axis.ticks) {
    const std::string y = pixels(scale(tick.value));
    made += fmt::format("<path class=\"grid\" d=\"M{} {}H{}\"/>", pixels(kLeft), y, pixels(kWidth));
    if (!tick.label.empty()) {
      made += fmt::format("<text x=\"{}\" y=\"{}\" dy=\"4\" text-anchor=\"end\">{}</text>",
                          pixels(kLeft - 5), y, escape(tick.label));
    }
  }
  return made;
}

}  // namespace

std::string trace_svg(const Posterior& posterior, const Draws& draws, std::size_t parameter) {
  constexpr double kHeight = 110;
  const std::vector<double> values = values_of(posterior, draws, parameter);
  const std::size_t n = draws.iterations();
  const ValueAxis axis = axis_of(values, 3);
  const Scale up{axis.low, axis.high, kHeight - 6, 6, false};
  const Scale across{0, static_cast<double>(n), kLeft, kWidth, false};
  std::string made = begin(kHeight, "Traces") + value_ticks(axis, up);
  const std::size_t stride = std::max<std::size_t>(1, n / kMost);
  for (std::size_t c = 0; c < std::min(draws.chains, kMostInks); ++c) {
    std::vector<Point> line;
    for (std::size_t i = 0; i < n; i += stride) {
      line.push_back({across(static_cast<double>(i)), up(values[c * n + i])});
    }
    made += fmt::format("<path class=\"error {}\" d=\"{}\"/>", ink_class(c), path_data(line));
  }
  return made + "</svg>";
}

std::string rank_svg(const Draws& draws, std::size_t parameter) {
  constexpr double kHeight = 56;
  const std::vector<double> values = draws.series(parameter);
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t i, std::size_t j) { return values[i] < values[j]; });
  const std::size_t n = draws.iterations();
  std::vector<double> counts(draws.chains * kBins, 0.0);
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    counts[order[rank] / n * kBins + rank * kBins / order.size()] += 1;
  }
  const double expected = static_cast<double>(n) / kBins;
  const double most = std::max(2 * expected, *std::max_element(counts.begin(), counts.end()));
  const Scale up{0, most, kHeight - 4, 4, false};
  std::string made = begin(kHeight, "Ranks");
  made += fmt::format("<path class=\"grid\" d=\"M{} {}H{}\"/>", pixels(kLeft), pixels(up(expected)),
                      pixels(kWidth));
  for (std::size_t c = 0; c < std::min(draws.chains, kMostInks); ++c) {
    std::string path;
    for (std::size_t b = 0; b < kBins; ++b) {
      const double x = kLeft + (kWidth - kLeft) * static_cast<double>(b) / kBins;
      path += fmt::format("{}{} {}h{}", b == 0 ? "M" : "L", pixels(x),
                          pixels(up(counts[c * kBins + b])), pixels((kWidth - kLeft) / kBins));
    }
    made += fmt::format("<path class=\"error {}\" d=\"{}\"/>", ink_class(c), path);
  }
  return made + "</svg>";
}

std::string pair_svg(const Posterior& posterior, const Draws& draws, std::size_t across,
                     std::size_t up) {
  constexpr double kHeight = 220;
  constexpr double kBelow = 22;
  const std::vector<double> x = values_of(posterior, draws, across);
  const std::vector<double> y = values_of(posterior, draws, up);
  const ValueAxis right = axis_of(x, 4);
  const ValueAxis axis = axis_of(y, 4);
  const Scale scale{axis.low, axis.high, kHeight - kBelow, 6, false};
  const Scale side{right.low, right.high, kLeft, kWidth - 8, false};
  std::string made = begin(kHeight, "Draws of two parameters") + value_ticks(axis, scale);
  for (const Tick& tick : right.ticks) {
    made += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                        pixels(side(tick.value)), pixels(kHeight - 6), escape(tick.label));
  }
  const std::size_t stride = std::max<std::size_t>(1, x.size() / (2 * kMost));
  std::string path;
  for (std::size_t i = 0; i < x.size(); i += stride) {
    path += fmt::format("M{} {}h2", pixels(side(x[i]) - 1), pixels(scale(y[i])));
  }
  return made + fmt::format("<path class=\"curve ink-0\" d=\"{}\"/></svg>", path);
}

double correlation(const Draws& draws, std::size_t i, std::size_t j) {
  const std::vector<double> x = draws.series(i);
  const std::vector<double> y = draws.series(j);
  const auto n = static_cast<double>(x.size());
  const double mx = std::accumulate(x.begin(), x.end(), 0.0) / n;
  const double my = std::accumulate(y.begin(), y.end(), 0.0) / n;
  double xx = 0;
  double yy = 0;
  double xy = 0;
  for (std::size_t r = 0; r < x.size(); ++r) {
    xx += (x[r] - mx) * (x[r] - mx);
    yy += (y[r] - my) * (y[r] - my);
    xy += (x[r] - mx) * (y[r] - my);
  }
  return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : 0;
}

}  // namespace shamal::api
