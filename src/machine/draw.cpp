// Normal numbers by Box and Muller's polar coordinates [BoxMuller1958]:
//
//   z = sqrt(-2 ln(1 - u)) cos(2 pi v)
//
// which spends two uniform numbers on one normal one and never rejects. Poisson numbers with a mean
// below 10 by adding up probabilities until they pass u; above, by transformed rejection with
// squeeze (PTRS) [Hormann1993], whose cost does not grow with the mean.
#include "machine/draw.h"

#include <cmath>
#include <limits>

#include "model/elementary.h"

namespace shamal::machine {

namespace {

constexpr double kTwoPi = 6.283185307179586;

double standard_normal(const DrawPlace& place) {
  const auto [u, v] = place.pair(0);
  return std::sqrt(-2.0 * model::natural_log(1.0 - u)) * model::cosine(kTwoPi * v);
}

double lognormal(const DrawPlace& place, double mean, double deviation) {
  const double ratio = deviation / mean;
  const double variance = model::natural_log(1.0 + ratio * ratio);
  const double middle = model::natural_log(mean) - 0.5 * variance;
  return model::exponential(middle + std::sqrt(variance) * standard_normal(place));
}

// ln k!, by Stirling's series from 10 on, where the first term left out is below 1e-12.
double log_factorial(double k) {
  double shift = 0;
  while (k < 10) {
    k += 1;
    shift += model::natural_log(k);
  }
  constexpr double kHalfLogTwoPi = 0.9189385332046727;
  const double r = 1.0 / k;
  const double r2 = r * r;
  const double series = r * (1.0 / 12 - r2 * (1.0 / 360 - r2 * (1.0 / 1260 - r2 / 1680)));
  return (k + 0.5) * model::natural_log(k) - k + kHalfLogTwoPi + series - shift;
}

double poisson_by_sums(const DrawPlace& place, double mean) {
  const double u = place.pair(0)[0];
  double probability = model::exponential(-mean);
  double sum = probability;
  double k = 0;
  // Beyond 200 the probabilities of a mean below 10 are lost in rounding.
  while (u >= sum && k < 200) {
    k += 1;
    probability *= mean / k;
    sum += probability;
  }
  return k;
}

double poisson_by_rejection(const DrawPlace& place, double mean) {
  const double log_mean = model::natural_log(mean);
  const double b = 0.931 + 2.53 * std::sqrt(mean);
  const double a = -0.059 + 0.02483 * b;
  const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
  const double squeeze = 0.9277 - 3.6224 / (b - 2.0);
  for (std::uint32_t n = 0;; ++n) {
    const auto [uniform, v] = place.pair(n);
    const double u = uniform - 0.5;
    const double us = 0.5 - std::fabs(u);
    const double k = std::floor((2.0 * a / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= squeeze) {
      return k;
    }
    if (k < 0 || (us < 0.013 && v > us)) {
      continue;
    }
    if (model::natural_log(v) + model::natural_log(inverse_alpha) -
            model::natural_log(a / (us * us) + b) <=
        k * log_mean - mean - log_factorial(k)) {
      return k;
    }
  }
}

double poisson(const DrawPlace& place, double mean) {
  if (mean <= 0) {
    return 0;
  }
  if (!std::isfinite(mean)) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  return mean < 10 ? poisson_by_sums(place, mean) : poisson_by_rejection(place, mean);
}

}  // namespace

double draw(model::Distribution distribution, const DrawPlace& place, double a, double b) {
  switch (distribution) {
    case model::Distribution::uniform:
      return a + (b - a) * place.pair(0)[0];
    case model::Distribution::normal:
      return a + b * standard_normal(place);
    case model::Distribution::lognormal:
      return lognormal(place, a, b);
    case model::Distribution::exponential:
      return -a * model::natural_log(1.0 - place.pair(0)[0]);
    case model::Distribution::poisson:
      return poisson(place, a);
  }
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace shamal::machine
