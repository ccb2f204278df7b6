// ln Γ by Stirling's series after shifting x beyond 10, where the first term left out is below
// 1e-14. Normal numbers by Box and Muller [BoxMuller1958]; gamma numbers by Marsaglia and Tsang's
// squeeze of a cubed normal number [MarsagliaTsang2000]; binomial and Poisson numbers with large
// means by splitting at a beta or gamma number, which is exact and takes steps of logarithmic
// number [AhrensDieter1974]; the inverse of Φ by Newton's steps on the complementary error
// function.
#include "model/numbers.h"

#include <cmath>
#include <limits>
#include <numbers>

namespace shamal::model {

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kTwoPi = 6.283185307179586;
constexpr double kFew = 30;  // trials or events that are counted one by one

}  // namespace

double log_gamma(double x) {
  if (std::isnan(x) || std::isinf(x)) {
    return x > 0 ? x : kNan;
  }
  if (x <= 0) {
    const double sine = std::sin(std::numbers::pi * x);
    return x == std::floor(x) ? std::numeric_limits<double>::infinity()
                              : std::log(std::numbers::pi / std::fabs(sine)) - log_gamma(1 - x);
  }
  double product = 1;
  while (x < 10) {
    product *= x;
    x += 1;
  }
  constexpr double kHalfLogTwoPi = 0.9189385332046727;
  const double r = 1 / x;
  const double r2 = r * r;
  const double series =
      r * (1.0 / 12 - r2 * (1.0 / 360 - r2 * (1.0 / 1260 - r2 * (1.0 / 1680 - r2 * (1.0 / 1188)))));
  return (x - 0.5) * std::log(x) - x + kHalfLogTwoPi + series - std::log(product);
}

double normal_tail(double z) { return 0.5 * std::erfc(z / std::numbers::sqrt2); }

double normal_quantile(double p) {
  if (!(p > 0 && p < 1)) {
    return p == 0   ? -std::numeric_limits<double>::infinity()
           : p == 1 ? std::numeric_limits<double>::infinity()
                    : kNan;
  }
  // Work on the lower half, where p keeps its digits: Φ(-z) = normal_tail(z) = q.
  const double q = p < 0.5 ? p : 1 - p;
  double z = std::sqrt(-2 * std::log(q)) * 0.8;
  for (int i = 0; i < 60; ++i) {
    // Newton on the logarithm converges from anywhere: ln of the tail is concave.
    const double tail = normal_tail(z);
    const double density = std::exp(-0.5 * z * z) / std::sqrt(kTwoPi);
    const double step = std::log(tail / q) * tail / density;
    z += step;
    if (std::fabs(step) <= 1e-15 * (1 + std::fabs(z))) {
      break;
    }
  }
  return p < 0.5 ? -z : z;
}

double draw_normal(Numbers& numbers) {
  const double u = numbers.next();
  const double v = numbers.next();
  return std::sqrt(-2 * std::log(1 - u)) * std::cos(kTwoPi * v);
}

double draw_exponential(Numbers& numbers) { return -std::log(1 - numbers.next()); }

double draw_gamma(Numbers& numbers, double shape) {
  if (!(shape > 0) || std::isinf(shape)) {
    return kNan;
  }
  if (shape < 1) {
    const double u = 1 - numbers.next();
    return draw_gamma(numbers, shape + 1) * std::pow(u, 1 / shape);
  }
  const double d = shape - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double z = draw_normal(numbers);
    const double v = std::pow(1 + c * z, 3.0);
    const double u = 1 - numbers.next();
    if (v > 0 && std::log(u) < 0.5 * z * z + d * (1 - v + std::log(v))) {
      return d * v;
    }
  }
}

double draw_beta(Numbers& numbers, double a, double b) {
  const double first = draw_gamma(numbers, a);
  const double second = draw_gamma(numbers, b);
  return first / (first + second);
}

double draw_binomial(Numbers& numbers, double trials, double probability) {
  double n = std::floor(trials + 0.5);
  double p = probability;
  if (!(n >= 0) || std::isinf(n) || !(p >= 0 && p <= 1)) {
    return kNan;
  }
  double successes = 0;
  while (n > kFew) {
    // The a-th smallest of n uniform numbers is a beta number: it tells on which side of it p lies.
    const double a = 1 + std::floor(n / 2);
    const double at = draw_beta(numbers, a, n + 1 - a);
    if (at >= p) {
      n = a - 1;
      p = p / at;
    } else {
      successes += a;
      n = n - a;
      p = (p - at) / (1 - at);
    }
  }
  for (; n > 0; n -= 1) {
    successes += numbers.next() < p ? 1 : 0;
  }
  return successes;
}

double draw_poisson(Numbers& numbers, double mean) {
  if (std::isnan(mean) || std::isinf(mean)) {
    return kNan;
  }
  double events = 0;
  while (mean > kFew) {
    // The time of the m-th event: events beyond the end are thinned, those before it counted.
    const double m = std::floor(7 * mean / 8);
    const double at = draw_gamma(numbers, m);
    if (at >= mean) {
      return events + draw_binomial(numbers, m - 1, mean / at);
    }
    events += m;
    mean -= at;
  }
  double time = draw_exponential(numbers);
  for (; time < mean; time += draw_exponential(numbers)) {
    events += 1;
  }
  return events;
}

double draw_failures(Numbers& numbers, double successes, double probability) {
  if (!(probability > 0 && probability <= 1) || !(successes > 0)) {
    return kNan;
  }
  return draw_poisson(numbers, draw_gamma(numbers, successes) * (1 - probability) / probability);
}

}  // namespace shamal::model
