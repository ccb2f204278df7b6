#include "analysis/marginal.h"

#include <algorithm>
#include <cmath>

#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/negative_binomial.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/poisson.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <fmt/format.h>

#include "analysis/marginal_density.h"

namespace shamal::analysis {

namespace {

namespace bm = boost::math;

using Numbers = std::span<const double>;

// No exceptions: what cannot be computed is NaN or infinite. Doubles stay doubles, so that a value
// does not depend on how wide a long double is.
using Policy =
    bm::policies::policy<bm::policies::domain_error<bm::policies::ignore_error>,
                         bm::policies::pole_error<bm::policies::ignore_error>,
                         bm::policies::overflow_error<bm::policies::ignore_error>,
                         bm::policies::evaluation_error<bm::policies::ignore_error>,
                         bm::policies::promote_double<false>,
                         bm::policies::discrete_quantile<bm::policies::integer_round_up>>;

// Half the width of the central 90 % of a standard normal distribution.
constexpr double kNormal95 = 1.6448536269514722;

double uniform_quantile(Numbers a, double p) { return a[0] + (a[1] - a[0]) * p; }
double uniform_cdf(Numbers a, double x) { return std::clamp((x - a[0]) / (a[1] - a[0]), 0.0, 1.0); }

double loguniform_quantile(Numbers a, double p) {
  return std::exp(std::log(a[0]) + (std::log(a[1]) - std::log(a[0])) * p);
}
double loguniform_cdf(Numbers a, double x) {
  return x <= a[0]
             ? 0.0
             : std::min(1.0, (std::log(x) - std::log(a[0])) / (std::log(a[1]) - std::log(a[0])));
}

double triangular_quantile(Numbers a, double p) {
  const double width = a[2] - a[0];
  const double rise = a[1] - a[0];
  const double fall = a[2] - a[1];
  return p * width < rise ? a[0] + std::sqrt(p * width * rise)
                          : a[2] - std::sqrt((1 - p) * width * fall);
}
double triangular_cdf(Numbers a, double x) {
  if (x <= a[0]) {
    return 0;
  }
  if (x >= a[2]) {
    return 1;
  }
  const double width = a[2] - a[0];
  return x < a[1] ? (x - a[0]) * (x - a[0]) / (width * (a[1] - a[0]))
                  : 1 - (a[2] - x) * (a[2] - x) / (width * (a[2] - a[1]));
}

using Normal = bm::normal_distribution<double, Policy>;

double normal_quantile(Numbers a, double p) { return bm::quantile(Normal(a[0], a[1]), p); }
double normal_cdf(Numbers a, double x) { return bm::cdf(Normal(a[0], a[1]), x); }

double lognormal_quantile(Numbers a, double p) {
  return a[0] * std::exp(std::log(a[1]) / kNormal95 * bm::quantile(Normal(0, 1), p));
}
double lognormal_cdf(Numbers a, double x) {
  return x <= 0
             ? 0.0
             : bm::cdf(Normal(0, 1), (std::log(x) - std::log(a[0])) * (kNormal95 / std::log(a[1])));
}

using Beta = bm::beta_distribution<double, Policy>;

double beta_quantile(Numbers a, double p) { return bm::quantile(Beta(a[0], a[1]), p); }
double beta_cdf(Numbers a, double x) { return bm::cdf(Beta(a[0], a[1]), std::clamp(x, 0.0, 1.0)); }

double exponential_quantile(Numbers a, double p) { return -a[0] * std::log1p(-p); }
double exponential_cdf(Numbers a, double x) { return x <= 0 ? 0.0 : -std::expm1(-x / a[0]); }

using Gamma = bm::gamma_distribution<double, Policy>;

double gamma_quantile(Numbers a, double p) { return bm::quantile(Gamma(a[0], a[1] / a[0]), p); }
double gamma_cdf(Numbers a, double x) {
  return x <= 0 ? 0.0 : std::isinf(x) ? 1.0 : bm::cdf(Gamma(a[0], a[1] / a[0]), x);
}

double weibull_scale(Numbers a) { return a[1] / std::tgamma(1 + 1 / a[0]); }
double weibull_quantile(Numbers a, double p) {
  return weibull_scale(a) * std::pow(-std::log1p(-p), 1 / a[0]);
}
double weibull_cdf(Numbers a, double x) {
  return x <= 0 ? 0.0 : -std::expm1(-std::pow(x / weibull_scale(a), a[0]));
}

using Student = bm::students_t_distribution<double, Policy>;

double student_quantile(Numbers a, double p) { return bm::quantile(Student(a[0]), p); }
double student_cdf(Numbers a, double x) {
  return std::isinf(x) ? (x > 0 ? 1.0 : 0.0) : bm::cdf(Student(a[0]), x);
}

double halfnormal_quantile(Numbers a, double p) {
  return a[0] * bm::quantile(Normal(0, 1), (1 + p) / 2);
}
double halfnormal_cdf(Numbers a, double x) { return x <= 0 ? 0.0 : std::erf(x / a[0] * M_SQRT1_2); }

using Poisson = bm::poisson_distribution<double, Policy>;

double poisson_quantile(Numbers a, double p) { return bm::quantile(Poisson(a[0]), p); }
double poisson_cdf(Numbers a, double x) {
  return x < 0 ? 0.0 : std::isinf(x) ? 1.0 : bm::cdf(Poisson(a[0]), std::floor(x));
}

using Binomial = bm::binomial_distribution<double, Policy>;

double binomial_quantile(Numbers a, double p) { return bm::quantile(Binomial(a[1], a[0]), p); }
double binomial_cdf(Numbers a, double x) {
  return x < 0 ? 0.0 : x >= a[1] ? 1.0 : bm::cdf(Binomial(a[1], a[0]), std::floor(x));
}

// The library counts failures before the n-th success, this family all trials.
using NegativeBinomial = bm::negative_binomial_distribution<double, Policy>;

double negative_binomial_quantile(Numbers a, double p) {
  return a[1] + bm::quantile(NegativeBinomial(a[1], a[0]), p);
}
double negative_binomial_cdf(Numbers a, double x) {
  return x < a[1]        ? 0.0
         : std::isinf(x) ? 1.0
                         : bm::cdf(NegativeBinomial(a[1], a[0]), std::floor(x - a[1]));
}

double weight_sum(Numbers a) {
  double sum = 0;
  for (std::size_t i = 1; i < a.size(); i += 2) {
    sum += a[i];
  }
  return sum;
}

// In the order in which the values are written, so that a design walks through them in that order.
double choice_quantile(Numbers a, double p) {
  const double wanted = p * weight_sum(a);
  double sum = 0;
  double last = a[0];
  for (std::size_t i = 0; i + 1 < a.size(); i += 2) {
    if (a[i + 1] > 0) {
      last = a[i];
      sum += a[i + 1];
      if (sum > wanted) {
        break;
      }
    }
  }
  return last;
}

// Area below the density, a line between points, up to point i.
double curve_area(Numbers a, std::size_t i) {
  double area = 0;
  for (std::size_t k = 0; k < i; ++k) {
    area += (a[2 * k + 2] - a[2 * k]) * (a[2 * k + 1] + a[2 * k + 3]) / 2;
  }
  return area;
}

double curve_quantile(Numbers a, double p) {
  const std::size_t points = a.size() / 2;
  double left = p * curve_area(a, points - 1);
  for (std::size_t k = 0; k + 1 < points; ++k) {
    const double width = a[2 * k + 2] - a[2 * k];
    const double from = a[2 * k + 1];
    const double to = a[2 * k + 3];
    const double area = width * (from + to) / 2;
    if (left < area || k + 2 == points) {
      // from t + (to - from) t^2 / (2 width) = left, in the form that does not cancel.
      const double slope = (to - from) / width;
      const double root = std::sqrt(std::max(0.0, from * from + 2 * slope * left));
      return std::clamp(a[2 * k] + 2 * left / (from + root), a[2 * k], a[2 * k + 2]);
    }
    left -= area;
  }
  return a[a.size() - 2];
}

double curve_cdf(Numbers a, double x) {
  const std::size_t points = a.size() / 2;
  const double whole = curve_area(a, points - 1);
  for (std::size_t k = 0; k + 1 < points; ++k) {
    if (x < a[2 * k + 2]) {
      const double t = std::max(0.0, x - a[2 * k]);
      const double slope = (a[2 * k + 3] - a[2 * k + 1]) / (a[2 * k + 2] - a[2 * k]);
      return (curve_area(a, k) + t * (a[2 * k + 1] + slope * t / 2)) / whole;
    }
  }
  return 1;
}

std::string low_below_high(Numbers a) {
  return a.front() < a.back() ? "" : "low is not below high";
}
std::string positive_low(Numbers a) {
  return !(a[0] > 0) ? "low is not positive" : low_below_high(a);
}
std::string mode_between(Numbers a) {
  return a[0] <= a[1] && a[1] <= a[2] ? low_below_high(a) : "mode is not between low and high";
}
std::string positive_last(Numbers a) { return a.back() > 0 ? "" : "its spread is not positive"; }
std::string all_positive(Numbers a) {
  return std::all_of(a.begin(), a.end(), [](double x) { return x > 0; })
             ? ""
             : "its parameters are not positive";
}
std::string factor_above_one(Numbers a) {
  return a[0] > 0 && a[1] > 1 ? "" : "median is not positive, or factor not above 1";
}
std::string whole_trials(Numbers a) {
  return a[0] > 0 && a[0] <= 1 && a[1] >= 1 && a[1] == std::floor(a[1])
             ? ""
             : "p is not above 0 and at most 1, or n no whole number";
}
std::string weights(Numbers a) {
  for (std::size_t i = 1; i < a.size(); i += 2) {
    if (!(a[i] >= 0)) {
      return "a weight is negative";
    }
  }
  return !a.empty() && a.size() % 2 == 0 && weight_sum(a) > 0
             ? ""
             : "it needs values with weights, not all of them zero";
}
std::string ascending_curve(Numbers a) {
  if (a.size() < 4 || a.size() % 2 != 0) {
    return "it needs two points or more";
  }
  for (std::size_t i = 0; i < a.size(); i += 2) {
    if (!(a[i + 1] >= 0) || (i > 0 && !(a[i] > a[i - 2]))) {
      return "its points do not ascend, or a density is negative";
    }
  }
  return curve_area(a, a.size() / 2 - 1) > 0 ? "" : "its density is zero everywhere";
}

}  // namespace

std::span<const MarginalFamily> marginal_families() {
  static const std::vector<MarginalFamily> rows = {
      {"uniform",
       {"low", "high"},
       uniform_quantile,
       uniform_cdf,
       false,
       low_below_high,
       density::uniform,
       density::first_to_last},
      {"loguniform",
       {"low", "high"},
       loguniform_quantile,
       loguniform_cdf,
       false,
       positive_low,
       density::loguniform,
       density::first_to_last},
      {"triangular",
       {"low", "mode", "high"},
       triangular_quantile,
       triangular_cdf,
       false,
       mode_between,
       density::triangular,
       density::first_to_last},
      {"normal",
       {"mean", "sd"},
       normal_quantile,
       normal_cdf,
       false,
       positive_last,
       density::normal,
       density::whole_line},
      {"lognormal",
       {"median", "factor"},
       lognormal_quantile,
       lognormal_cdf,
       false,
       factor_above_one,
       density::lognormal,
       density::half_line},
      {"beta",
       {"a", "b"},
       beta_quantile,
       beta_cdf,
       false,
       all_positive,
       density::beta,
       density::unit_interval},
      {"exponential",
       {"mean"},
       exponential_quantile,
       exponential_cdf,
       false,
       all_positive,
       density::exponential,
       density::half_line},
      {"gamma",
       {"order", "mean"},
       gamma_quantile,
       gamma_cdf,
       false,
       all_positive,
       density::gamma,
       density::half_line},
      {"weibull",
       {"shape", "mean"},
       weibull_quantile,
       weibull_cdf,
       false,
       all_positive,
       density::weibull,
       density::half_line},
      {"student",
       {"degrees"},
       student_quantile,
       student_cdf,
       false,
       all_positive,
       density::student,
       density::whole_line},
      {"halfnormal",
       {"sd"},
       halfnormal_quantile,
       halfnormal_cdf,
       false,
       all_positive,
       density::halfnormal,
       density::half_line},
      {"poisson", {"mean"}, poisson_quantile, poisson_cdf, true, all_positive},
      {"binomial", {"p", "n"}, binomial_quantile, binomial_cdf, true, whole_trials},
      {"negative binomial",
       {"p", "n"},
       negative_binomial_quantile,
       negative_binomial_cdf,
       true,
       whole_trials},
      {"choice", {}, choice_quantile, nullptr, false, weights},
      {"curve",
       {},
       curve_quantile,
       curve_cdf,
       false,
       ascending_curve,
       density::curve,
       density::curve_support},
  };
  return rows;
}

const MarginalFamily* find_marginal_family(std::string_view name) {
  for (const MarginalFamily& family : marginal_families()) {
    if (family.name == name) {
      return &family;
    }
  }
  return nullptr;
}

std::string find_problem(const Marginal& marginal) {
  const MarginalFamily& family = *marginal.family;
  if (!family.parameters.empty() && family.parameters.size() != marginal.parameters.size()) {
    return fmt::format("it takes {}", fmt::join(family.parameters, ", "));
  }
  const auto finite = [](double x) { return std::isfinite(x); };
  if (!std::all_of(marginal.parameters.begin(), marginal.parameters.end(), finite) ||
      !finite(marginal.shift) || !finite(marginal.stretch) || std::isnan(marginal.low) ||
      std::isnan(marginal.high)) {
    return "its parameters are not finite numbers";
  }
  if (!(marginal.low < marginal.high)) {
    return "low is not below high";
  }
  if (marginal.stretch == 0) {
    return "it is stretched by 0";
  }
  return family.problem(marginal.parameters);
}

Support cut_of(const Marginal& marginal) {
  const double low = (marginal.low - marginal.shift) / marginal.stretch;
  const double high = (marginal.high - marginal.shift) / marginal.stretch;
  return marginal.stretch < 0 ? Support{high, low} : Support{low, high};
}

double quantile(const Marginal& marginal, double p) {
  const MarginalFamily& family = *marginal.family;
  const auto outside = [&](double value) { return marginal.shift + marginal.stretch * value; };
  if (family.cdf == nullptr) {  // of chosen values nothing is cut
    return outside(family.quantile(marginal.parameters, p));
  }
  const auto [low, high] = cut_of(marginal);
  // The values of a discrete family from low to high, low included.
  double below = std::isinf(low) ? 0.0 : family.cdf(marginal.parameters, low);
  if (family.discrete && !std::isinf(low)) {
    below = family.cdf(marginal.parameters, std::ceil(low) - 1);
  }
  const double upto = std::isinf(high) ? 1.0 : family.cdf(marginal.parameters, high);
  if (!(upto > below)) {
    return marginal.low + (marginal.high - marginal.low) * p;
  }
  const double share = below + (upto - below) * p;
  const double value = family.quantile(marginal.parameters, share);
  return std::clamp(outside(value), marginal.low, marginal.high);
}

Marginal marginal_of(const Distribution& of) {
  const auto made = [](std::string_view family, std::vector<double> parameters) {
    Marginal marginal;
    marginal.family = find_marginal_family(family);
    marginal.parameters = std::move(parameters);
    return marginal;
  };
  const auto cut = [&](Marginal marginal) {
    marginal.low = of.low;
    marginal.high = of.high;
    return marginal;
  };
  switch (of.family) {
    case Distribution::Family::uniform:
      return made("uniform", {of.low, of.high});
    case Distribution::Family::loguniform:
      return made("loguniform", {of.low, of.high});
    case Distribution::Family::triangular:
      return made("triangular", {of.low, of.mode, of.high});
    case Distribution::Family::normal:
      return cut(made("normal", {of.mean, of.sd}));
    case Distribution::Family::lognormal:
      return cut(made("lognormal", {of.median, of.factor}));
    case Distribution::Family::beta: {
      const double mean = (of.mean - of.low) / (of.high - of.low);
      const double sd = of.sd / (of.high - of.low);
      const double size = mean * (1 - mean) / (sd * sd) - 1;  // a + b
      Marginal marginal = made("beta", {mean * size, (1 - mean) * size});
      marginal.shift = of.low;
      marginal.stretch = of.high - of.low;
      return marginal;
    }
    case Distribution::Family::choice:
      break;
  }
  Marginal marginal = made("choice", {});
  for (std::size_t i = 0; i < of.values.size(); ++i) {
    marginal.parameters.push_back(of.values[i]);
    marginal.parameters.push_back(of.weights[i]);
  }
  return marginal;
}

std::size_t value_count(const Marginal& marginal) {
  return marginal.family->name == "choice" ? marginal.parameters.size() / 2 : 0;
}

}  // namespace shamal::analysis
