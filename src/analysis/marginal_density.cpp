#include "analysis/marginal_density.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <boost/math/special_functions/gamma.hpp>

namespace shamal::analysis {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kLogSqrt2Pi = 0.91893853320467274178;
// Half the width of the central 90 % of a standard normal distribution.
constexpr double kNormal95 = 1.6448536269514722;

constexpr LogDensityAt kOutside = {-kInfinity, 0};

using Policy = boost::math::policies::policy<
    boost::math::policies::domain_error<boost::math::policies::ignore_error>,
    boost::math::policies::pole_error<boost::math::policies::ignore_error>,
    boost::math::policies::overflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::promote_double<false>>;

double log_gamma(double x) { return boost::math::lgamma(x, Policy()); }

}  // namespace

namespace density {

LogDensityAt uniform(Numbers a, double x) {
  return x > a[0] && x < a[1] ? LogDensityAt{-std::log(a[1] - a[0]), 0} : kOutside;
}

LogDensityAt loguniform(Numbers a, double x) {
  return x > a[0] && x < a[1]
             ? LogDensityAt{-std::log(x) - std::log(std::log(a[1]) - std::log(a[0])), -1 / x}
             : kOutside;
}

LogDensityAt triangular(Numbers a, double x) {
  if (!(x > a[0] && x < a[2])) {
    return kOutside;
  }
  const double constant = std::log(2 / (a[2] - a[0]));
  return x < a[1] ? LogDensityAt{constant + std::log((x - a[0]) / (a[1] - a[0])), 1 / (x - a[0])}
                  : LogDensityAt{constant + std::log((a[2] - x) / (a[2] - a[1])), -1 / (a[2] - x)};
}

LogDensityAt normal(Numbers a, double x) {
  const double z = (x - a[0]) / a[1];
  return {-z * z / 2 - std::log(a[1]) - kLogSqrt2Pi, -z / a[1]};
}

LogDensityAt lognormal(Numbers a, double x) {
  if (!(x > 0)) {
    return kOutside;
  }
  const double sd = std::log(a[1]) / kNormal95;
  const double z = (std::log(x) - std::log(a[0])) / sd;
  return {-z * z / 2 - std::log(sd) - kLogSqrt2Pi - std::log(x), -(z / sd + 1) / x};
}

LogDensityAt beta(Numbers a, double x) {
  if (!(x > 0 && x < 1)) {
    return kOutside;
  }
  const double constant = log_gamma(a[0] + a[1]) - log_gamma(a[0]) - log_gamma(a[1]);
  return {constant + (a[0] - 1) * std::log(x) + (a[1] - 1) * std::log1p(-x),
          (a[0] - 1) / x - (a[1] - 1) / (1 - x)};
}

LogDensityAt exponential(Numbers a, double x) {
  return x > 0 ? LogDensityAt{-x / a[0] - std::log(a[0]), -1 / a[0]} : kOutside;
}

LogDensityAt gamma(Numbers a, double x) {
  if (!(x > 0)) {
    return kOutside;
  }
  const double scale = a[1] / a[0];
  return {(a[0] - 1) * std::log(x) - x / scale - log_gamma(a[0]) - a[0] * std::log(scale),
          (a[0] - 1) / x - 1 / scale};
}

LogDensityAt weibull(Numbers a, double x) {
  if (!(x > 0)) {
    return kOutside;
  }
  const double log_ratio = std::log(x) - std::log(a[1]) + log_gamma(1 + 1 / a[0]);  // of x to scale
  const double power = std::exp(a[0] * log_ratio);
  return {std::log(a[0]) - std::log(x) + a[0] * log_ratio - power, (a[0] - 1 - a[0] * power) / x};
}

LogDensityAt student(Numbers a, double x) {
  const double n = a[0];
  const double constant = log_gamma((n + 1) / 2) - log_gamma(n / 2) - std::log(n * M_PI) / 2;
  return {constant - (n + 1) / 2 * std::log1p(x * x / n), -(n + 1) * x / (n + x * x)};
}

LogDensityAt halfnormal(Numbers a, double x) {
  if (!(x > 0)) {
    return kOutside;
  }
  const double z = x / a[0];
  return {-z * z / 2 - std::log(a[0]) - kLogSqrt2Pi + M_LN2, -z / a[0]};
}

LogDensityAt curve(Numbers a, double x) {
  double area = 0;
  LogDensityAt at = kOutside;
  for (std::size_t k = 0; k + 3 < a.size(); k += 2) {
    const double width = a[k + 2] - a[k];
    area += width * (a[k + 1] + a[k + 3]) / 2;
    if (x > a[k] && x <= a[k + 2] && x < a[a.size() - 2]) {
      const double slope = (a[k + 3] - a[k + 1]) / width;
      const double height = a[k + 1] + slope * (x - a[k]);
      at = height > 0 ? LogDensityAt{std::log(height), slope / height} : kOutside;
    }
  }
  at.value -= std::log(area);
  return at;
}

Support whole_line(Numbers) { return {}; }
Support half_line(Numbers) { return {0, kInfinity}; }
Support unit_interval(Numbers) { return {0, 1}; }
Support first_to_last(Numbers a) { return {a.front(), a.back()}; }
Support curve_support(Numbers a) { return {a[0], a[a.size() - 2]}; }

}  // namespace density

MarginalDensity::MarginalDensity(Marginal marginal) : marginal_(std::move(marginal)) {
  const MarginalFamily& family = *marginal_.family;
  const auto& parameters = marginal_.parameters;
  const Support cut = cut_of(marginal_);
  const double below = std::isinf(cut.low) ? 0.0 : family.cdf(parameters, cut.low);
  const double upto = std::isinf(cut.high) ? 1.0 : family.cdf(parameters, cut.high);
  if (!(upto > below)) {
    flat_ = true;
    support_ = {marginal_.low, marginal_.high};
    log_constant_ = -std::log(marginal_.high - marginal_.low);
    return;
  }
  log_constant_ = -std::log(upto - below) - std::log(std::abs(marginal_.stretch));
  Support own = family.support(parameters);
  own = {marginal_.shift + marginal_.stretch * own.low,
         marginal_.shift + marginal_.stretch * own.high};
  if (marginal_.stretch < 0) {
    std::swap(own.low, own.high);
  }
  support_ = {std::max(own.low, marginal_.low), std::min(own.high, marginal_.high)};
}

LogDensityAt MarginalDensity::at(double x) const {
  if (!(x > support_.low && x < support_.high)) {
    return kOutside;
  }
  if (flat_) {
    return {log_constant_, 0};
  }
  const double z = (x - marginal_.shift) / marginal_.stretch;
  const LogDensityAt of = marginal_.family->log_density(marginal_.parameters, z);
  return {of.value + log_constant_, of.slope / marginal_.stretch};
}

}  // namespace shamal::analysis
