// What the samplers learn in their warm-up: a step size, and the scale of each coordinate.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace shamal::analysis::inference {

// Nesterov's dual averaging as used for step sizes [Hoffman2014, eq. 6]. With a the acceptance of
// iteration t and mu = log(10 first step):
//
//   H_t = (1 - 1/(t + t0)) H_(t-1) + (target - a) / (t + t0)
//   log step = mu - sqrt(t) / gamma H_t
//   log averaged = t^-kappa log step + (1 - t^-kappa) log averaged
//
// gamma = 0.05, t0 = 10, kappa = 0.75.
struct StepAdaptation {
  double mu = 0;
  double error = 0;  // H
  double log_averaged = 0;
  double count = 0;  // t

  void restart(double step) { *this = {std::log(10 * step), 0, 0, 0}; }

  // The step size for the next iteration.
  double learn(double acceptance, double target);
  double averaged() const { return std::exp(log_averaged); }

  template <typename Visit>
  void fields(Visit&& visit) {
    visit("adapt.mu", mu);
    visit("adapt.error", error);
    visit("adapt.log_averaged", log_averaged);
    visit("adapt.count", count);
  }
};

// Running mean and variance of each coordinate [Welford1962].
struct RunningVariance {
  double count = 0;
  std::vector<double> mean;
  std::vector<double> squares;  // sum of squared deviations

  void restart(std::size_t dimensions);
  void add(std::span<const double> point);

  // Drawn towards 1e-3 as if by five more points, so that few points do no harm [Carpenter2017].
  void regularised(std::vector<double>& variance) const;

  template <typename Visit>
  void fields(Visit&& visit) {
    visit("variance.count", count);
    visit("variance.mean", mean);
    visit("variance.squares", squares);
  }
};

// Stan's warm-up in three parts: a first one for the step size alone, windows that double in length
// and each end with a new scale, and a last one for the step size alone [Carpenter2017]. Of 1000:
// 75, then 25, 50, 100, 200, 500, then 50; of fewer than 150 in the shares 15, 75 and 10 %. `tail`
// makes the last part longer.
struct WarmupSchedule {
  std::uint64_t length = 0;
  std::uint64_t first = 0;   // the windows begin
  std::uint64_t last = 0;    // and end
  std::uint64_t window = 0;  // length of the first one

  explicit WarmupSchedule(std::uint64_t warmup, std::uint64_t tail = 0);

  bool in_window(std::uint64_t iteration) const { return iteration >= first && iteration < last; }
  // Whether a window ends with this iteration.
  bool ends_window(std::uint64_t iteration) const;
};

}  // namespace shamal::analysis::inference
