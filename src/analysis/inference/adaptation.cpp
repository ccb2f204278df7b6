#include "analysis/inference/adaptation.h"

#include <algorithm>

namespace shamal::analysis::inference {

double StepAdaptation::learn(double acceptance, double target) {
  constexpr double kGamma = 0.05;
  constexpr double kDelay = 10;
  constexpr double kKappa = 0.75;
  count += 1;
  const double weight = 1 / (count + kDelay);
  error = (1 - weight) * error + weight * (target - acceptance);
  const double log_step = mu - std::sqrt(count) / kGamma * error;
  const double share = std::pow(count, -kKappa);
  log_averaged = share * log_step + (1 - share) * log_averaged;
  return std::exp(log_step);
}

void RunningVariance::restart(std::size_t dimensions) {
  count = 0;
  mean.assign(dimensions, 0);
  squares.assign(dimensions, 0);
}

void RunningVariance::add(std::span<const double> point) {
  count += 1;
  for (std::size_t j = 0; j < point.size(); ++j) {
    const double before = point[j] - mean[j];
    mean[j] += before / count;
    squares[j] += before * (point[j] - mean[j]);
  }
}

void RunningVariance::regularised(std::vector<double>& variance) const {
  const double share = count / (count + 5);
  for (std::size_t j = 0; j < variance.size(); ++j) {
    variance[j] = share * squares[j] / std::max(1.0, count - 1) + (1 - share) * 1e-3;
  }
}

WarmupSchedule::WarmupSchedule(std::uint64_t warmup, std::uint64_t tail) : length(warmup) {
  if (warmup < 20) {  // too short for any window
    first = last = warmup;
    window = 1;
    return;
  }
  const bool whole = warmup >= 150;
  first = whole ? 75 : warmup * 15 / 100;
  last = std::max(first + 1, warmup - std::max(tail, whole ? 50 : warmup / 10));
  window = whole ? std::min<std::uint64_t>(25, last - first) : last - first;
}

bool WarmupSchedule::ends_window(std::uint64_t iteration) const {
  std::uint64_t end = first;
  for (std::uint64_t size = window; end < last; size *= 2) {
    // The last window takes what would be too short for another one of twice the length.
    end = end + 3 * size > last ? last : end + size;
    if (iteration + 1 == end) {
      return true;
    }
  }
  return false;
}

}  // namespace shamal::analysis::inference
