// Logarithms of the standard normal distribution that stay exact far out, where the probability
// itself underflows.
#pragma once

namespace shamal::analysis::inference {

inline constexpr double kLogSqrt2Pi = 0.91893853320467274178;

// log Phi(z).
double log_normal_cdf(double z);

// phi(z) / Phi(z), the slope of log Phi.
double normal_cdf_log_slope(double z);

// log(Phi(b) - Phi(a)) for a < b, infinite ends allowed, and its slopes in a and b.
struct NormalBetween {
  double value = 0;
  double slope_a = 0;
  double slope_b = 0;
};
NormalBetween log_normal_between(double a, double b);

}  // namespace shamal::analysis::inference
