#include "analysis/inference/crossing.h"

namespace shamal::analysis::inference {

std::optional<Crossing> find_crossing(std::span<const double> times, std::span<const double> values,
                                      double threshold, bool rising) {
  const auto reached = [&](double value) {
    return rising ? value >= threshold : value <= threshold;
  };
  if (!values.empty() && reached(values[0])) {
    return Crossing{times[0], 0, 0, 0};
  }
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (!reached(values[i])) {
      continue;
    }
    // t = t0 + (t1 - t0) (c - v0) / (v1 - v0)
    const double step = times[i] - times[i - 1];
    const double rise = values[i] - values[i - 1];
    const double share = (threshold - values[i - 1]) / rise;
    return Crossing{times[i - 1] + step * share, i, -step * (1 - share) / rise,
                    -step * share / rise};
  }
  return std::nullopt;
}

}  // namespace shamal::analysis::inference
