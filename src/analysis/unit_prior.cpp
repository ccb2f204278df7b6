#include "analysis/unit_prior.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/erf.hpp>

namespace shamal::analysis {

namespace {

namespace bm = boost::math;
using Family = Distribution::Family;

// As in marginal.cpp: what cannot be computed is NaN or infinite, and doubles stay doubles.
using Policy = bm::policies::policy<bm::policies::domain_error<bm::policies::ignore_error>,
                                    bm::policies::pole_error<bm::policies::ignore_error>,
                                    bm::policies::overflow_error<bm::policies::ignore_error>,
                                    bm::policies::evaluation_error<bm::policies::ignore_error>,
                                    bm::policies::promote_double<false>>;

constexpr double kNormal95 = 1.6448536269514722;
constexpr double kRootHalf = 0.70710678118654752;
constexpr double kRootTwo = 1.4142135623730951;
// Beyond it the beta family stands still: what is left has a probability of 1e-15.
constexpr double kFarthest = 8;
constexpr double kInverseRootTwoPi = 0.3989422804014327;

}  // namespace

double normal_density(double z) { return kInverseRootTwoPi * std::exp(-0.5 * z * z); }

double normal_probability(double z) { return 0.5 * std::erfc(-z * kRootHalf); }

double normal_quantile(double p, double q) {
  return p < q ? -kRootTwo * bm::erfc_inv(2 * p, Policy())
               : kRootTwo * bm::erfc_inv(2 * q, Policy());
}

std::optional<std::string> UnitPrior::problem(const Distribution& distribution) {
  if (distribution.family == Family::choice) {
    return "a choice between values has no gradient and no order";
  }
  return std::nullopt;
}

UnitPrior::UnitPrior(const Distribution& distribution) : distribution_(distribution) {
  const Distribution& of = distribution_;
  if (of.family == Family::lognormal || of.family == Family::normal) {
    logarithmic_ = of.family == Family::lognormal;
    mean_ = logarithmic_ ? std::log(of.median) : of.mean;
    sd_ = logarithmic_ ? std::log(of.factor) / kNormal95 : of.sd;
    const double low = transformed(of.low);
    const double high = transformed(of.high);
    below_ = normal_probability((low - mean_) / sd_);
    above_ = normal_probability((mean_ - high) / sd_);
  } else if (of.family == Family::beta) {
    const double mean = (of.mean - of.low) / (of.high - of.low);
    const double sd = of.sd / (of.high - of.low);
    const double size = mean * (1 - mean) / (sd * sd) - 1;  // a + b
    a_ = mean * size;
    b_ = (1 - mean) * size;
  }
}

// On the axis on which the family is normal.
double UnitPrior::transformed(double value) const {
  if (!logarithmic_) {
    return value;
  }
  return value > 0 ? std::log(value) : -std::numeric_limits<double>::infinity();
}

UnitValue UnitPrior::cut_normal(double z, double mean, double sd) const {
  if (below_ == 0 && above_ == 0) {
    return {mean + sd * z, sd};
  }
  const double kept = 1 - below_ - above_;
  const double p = below_ + kept * normal_probability(z);
  const double q = above_ + kept * normal_probability(-z);
  const double x = normal_quantile(p, q);
  return {mean + sd * x, sd * kept * std::exp(0.5 * (x - z) * (x + z))};
}

UnitValue UnitPrior::beta(double z) const {
  const Distribution& of = distribution_;
  z = std::clamp(z, -kFarthest, kFarthest);
  const double p = normal_probability(z);
  const double q = normal_probability(-z);
  double rest = 0;  // 1 - x, exact near 1
  const double x = p < q ? bm::ibeta_inv(a_, b_, p, &rest, Policy())
                         : bm::ibetac_inv(a_, b_, q, &rest, Policy());
  const double log_density = (a_ - 1) * std::log(x) + (b_ - 1) * std::log(rest) +
                             std::lgamma(a_ + b_) - std::lgamma(a_) - std::lgamma(b_);
  const double slope = normal_density(z) * std::exp(-log_density);
  const double width = of.high - of.low;
  return {of.low + width * x, width * (std::isfinite(slope) ? slope : 0.0)};
}

UnitValue UnitPrior::at(double z) const {
  const Distribution& of = distribution_;
  switch (of.family) {
    case Family::uniform: {
      const double width = of.high - of.low;
      const double value =
          z < 0 ? of.low + width * normal_probability(z) : of.high - width * normal_probability(-z);
      return {value, width * normal_density(z)};
    }
    case Family::loguniform: {
      const double width = std::log(of.high) - std::log(of.low);
      const double value = z < 0 ? of.low * std::exp(width * normal_probability(z))
                                 : of.high * std::exp(-width * normal_probability(-z));
      return {value, value * width * normal_density(z)};
    }
    case Family::triangular: {
      const double width = of.high - of.low;
      const double rise = of.mode - of.low;
      const double fall = of.high - of.mode;
      const double p = normal_probability(z);
      if (p * width < rise) {
        const double up = std::sqrt(p * width * rise);
        return {of.low + up, up > 0 ? 0.5 * width * rise * normal_density(z) / up : 0.0};
      }
      const double down = std::sqrt(normal_probability(-z) * width * fall);
      return {of.high - down, down > 0 ? 0.5 * width * fall * normal_density(z) / down : 0.0};
    }
    case Family::normal:
      return cut_normal(z, mean_, sd_);
    case Family::lognormal: {
      const UnitValue logarithm = cut_normal(z, mean_, sd_);
      const double value = std::exp(logarithm.value);
      return {value, value * logarithm.slope};
    }
    case Family::beta:
      return beta(z);
    case Family::choice:
      break;
  }
  return {std::numeric_limits<double>::quiet_NaN(), 0};
}

double UnitPrior::find(double value) const {
  const Distribution& of = distribution_;
  const auto normal = [](double p) { return normal_quantile(p, 1 - p); };
  switch (of.family) {
    case Family::uniform:
      return normal((value - of.low) / (of.high - of.low));
    case Family::loguniform:
      return normal((std::log(value) - std::log(of.low)) / (std::log(of.high) - std::log(of.low)));
    case Family::triangular: {
      const double width = of.high - of.low;
      const double up = value - of.low;
      const double down = of.high - value;
      if (value < of.mode) {
        return normal(up * up / (width * (of.mode - of.low)));
      }
      const double q = down * down / (width * (of.high - of.mode));
      return normal_quantile(1 - q, q);
    }
    case Family::normal:
    case Family::lognormal: {
      const double x = (transformed(value) - mean_) / sd_;
      if (below_ == 0 && above_ == 0) {
        return x;
      }
      const double kept = 1 - below_ - above_;
      return normal_quantile((normal_probability(x) - below_) / kept,
                             (normal_probability(-x) - above_) / kept);
    }
    case Family::beta: {
      const double x = (value - of.low) / (of.high - of.low);
      return normal_quantile(bm::ibeta(a_, b_, x, Policy()), bm::ibetac(a_, b_, x, Policy()));
    }
    case Family::choice:
      break;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace shamal::analysis
