#include "api/report/spread.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "api/report/text.h"

namespace shamal::api::report {

namespace {

// Linear between the values (definition 7 of Hyndman and Fan). `values` are sorted.
double quantile(const std::vector<double>& values, double p) {
  const double at = p * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (at - static_cast<double>(below)) * (values[above] - values[below]);
}

}  // namespace

Spread spread_of(std::vector<double> values) {
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  Spread spread;
  spread.draws = values.size();
  if (values.empty()) {
    return spread;
  }
  std::sort(values.begin(), values.end());
  spread.median = quantile(values, 0.5);
  spread.low = quantile(values, 0.05);
  spread.high = quantile(values, 0.95);
  const auto count = static_cast<double>(values.size());
  spread.below = static_cast<double>(
                     std::count_if(values.begin(), values.end(), [](double v) { return v < 0; })) /
                 count;
  spread.above = static_cast<double>(
                     std::count_if(values.begin(), values.end(), [](double v) { return v > 0; })) /
                 count;
  return spread;
}

std::vector<double> differences(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> result(std::min(a.size(), b.size()));
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i] = a[i] - b[i];
  }
  return result;
}

std::string spread_text(const Spread& spread) {
  return spread.empty() ? std::string(kDash)
                        : fmt::format("{} ({} to {})", number_text(spread.median),
                                      number_text(spread.low), number_text(spread.high));
}

}  // namespace shamal::api::report
