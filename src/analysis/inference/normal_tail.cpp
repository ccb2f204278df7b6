#include "analysis/inference/normal_tail.h"

#include <cmath>

namespace shamal::analysis::inference {

namespace {

double log_density(double z) { return -z * z / 2 - kLogSqrt2Pi; }

// Beyond this erfc comes near the smallest doubles; the asymptotic series
//   Phi(z) = phi(z) / -z (1 - 1/z^2 + 3/z^4 - 15/z^6 + 105/z^8 - ...)  [Abramowitz1964, 26.2.12]
// has by then an error below 2e-12.
constexpr double kFar = -30;

}  // namespace

double log_normal_cdf(double z) {
  if (z < kFar) {
    const double r = 1 / (z * z);
    return log_density(z) - std::log(-z) + std::log1p(-r * (1 - r * (3 - r * (15 - r * 105))));
  }
  return z < 0 ? std::log(std::erfc(-z * M_SQRT1_2) / 2)
               : std::log1p(-std::erfc(z * M_SQRT1_2) / 2);
}

double normal_cdf_log_slope(double z) {
  return std::isinf(z) ? (z > 0 ? 0.0 : -z) : std::exp(log_density(z) - log_normal_cdf(z));
}

NormalBetween log_normal_between(double a, double b) {
  if (a > 0) {  // the same interval seen from the other side, where nothing is near 1
    const NormalBetween mirror = log_normal_between(-b, -a);
    return {mirror.value, -mirror.slope_b, -mirror.slope_a};
  }
  const double width = b - a;
  const double middle = a + width / 2;
  if (width * std::fmax(1, std::fabs(middle)) < 3e-3) {
    // Expanded about the middle: log P = log phi(middle) + log width + (middle^2 - 1) width^2 / 24.
    const double square = middle * middle - 1;
    const double by_middle = -middle + middle * width * width / 12;
    const double by_width = 1 / width + square * width / 12;
    return {log_density(middle) + std::log(width) + square * width * width / 24,
            by_middle / 2 - by_width, by_middle / 2 + by_width};
  }
  double value;
  if (b <= 0) {
    const double log_b = log_normal_cdf(b);
    value = std::isinf(a) ? log_b : log_b + std::log(-std::expm1(log_normal_cdf(a) - log_b));
  } else {
    const double outside = std::erfc(-a * M_SQRT1_2) / 2 + std::erfc(b * M_SQRT1_2) / 2;
    value = std::log1p(-outside);
  }
  return {value, std::isinf(a) ? 0.0 : -std::exp(log_density(a) - value),
          std::isinf(b) ? 0.0 : std::exp(log_density(b) - value)};
}

}  // namespace shamal::analysis::inference
