// Special functions and draws that several procedures share. Internal to model/.
#pragma once

#include <array>
#include <cstdint>

#include "base/random.h"

namespace shamal::model {

// ln of the gamma function; for x <= 0 by reflection, infinite at whole numbers.
double log_gamma(double x);
// 1 - Φ(z) and its inverse: the z beyond which a standard normal number lies with probability p.
double normal_tail(double z);
double normal_quantile(double p);

// The uniform numbers of one place, one after the other.
class Numbers {
 public:
  explicit Numbers(const base::DrawPlace& place) : place_(place) {}

  double next() {
    if (left_ == 0) {
      pair_ = place_.pair(pairs_++);
      left_ = 2;
    }
    return pair_[2 - left_--];
  }

 private:
  base::DrawPlace place_;
  std::array<double, 2> pair_{};
  std::uint32_t pairs_ = 0;
  int left_ = 0;
};

double draw_normal(Numbers& numbers);
double draw_exponential(Numbers& numbers);          // mean 1
double draw_gamma(Numbers& numbers, double shape);  // scale 1
double draw_beta(Numbers& numbers, double a, double b);
double draw_binomial(Numbers& numbers, double trials, double probability);
double draw_poisson(Numbers& numbers, double mean);
// Failures before the given number of successes.
double draw_failures(Numbers& numbers, double successes, double probability);

}  // namespace shamal::model
