#include "analysis/inference/observation.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/negative_binomial.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/poisson.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/gamma.hpp>

#include "analysis/inference/normal_tail.h"

namespace shamal::analysis::inference {

namespace {

namespace bm = boost::math;
using Policy =
    bm::policies::policy<bm::policies::domain_error<bm::policies::ignore_error>,
                         bm::policies::pole_error<bm::policies::ignore_error>,
                         bm::policies::overflow_error<bm::policies::ignore_error>,
                         bm::policies::evaluation_error<bm::policies::ignore_error>,
                         bm::policies::promote_double<false>,
                         bm::policies::discrete_quantile<bm::policies::integer_round_up>>;

constexpr ObservationDensity kImpossible = {-std::numeric_limits<double>::infinity(), 0, 0};

double digamma(double x) { return bm::digamma(x, Policy()); }
// Unlike std::lgamma it writes no global, and may be called from any thread.
double log_gamma(double x) { return bm::lgamma(x, Policy()); }

// log(Gamma(s + k) / Gamma(s)) and its slope in s. The difference cancels where s is large; there
// Stirling's series is subtracted term by term [Abramowitz1964, 6.1.41].
struct Rising {
  double value = 0;
  double by_s = 0;
};
Rising log_rising(double s, double k) {
  if (s < 1e5) {
    return {log_gamma(s + k) - log_gamma(s), digamma(s + k) - digamma(s)};
  }
  const double ratio = std::log1p(k / s);
  const double tail = 1 / (s + k) - 1 / s;
  return {(s - 0.5) * ratio + k * std::log(s + k) - k + tail / 12, ratio - tail / 2};
}

double normal_quantile(double p) {
  return bm::quantile(bm::normal_distribution<double, Policy>(0, 1), p);
}

ObservationDensity gaussian(const Observed& y, double m, double s) {
  if (!(s > 0)) {
    return kImpossible;
  }
  const double z = (y.low - m) / s;
  return {-z * z / 2 - std::log(s) - kLogSqrt2Pi, z / s, (z * z - 1) / s};
}
double gaussian_quantile(double p, double m, double s, double) {
  return m + s * normal_quantile(p);
}

ObservationDensity log_gaussian(const Observed& y, double m, double s) {
  if (!(m > 0) || !(y.low > 0)) {
    return kImpossible;
  }
  const ObservationDensity of = gaussian({std::log(y.low), 0, 0}, std::log(m), s);
  return {of.value - std::log(y.low), of.by_prediction / m, of.by_scale};
}
double log_gaussian_quantile(double p, double m, double s, double) {
  return m * std::exp(s * normal_quantile(p));
}

ObservationDensity student(const Observed& y, double m, double s) {
  if (!(s > 0)) {
    return kImpossible;
  }
  const double n = y.shape;
  const double z = (y.low - m) / s;
  const double weight = (n + 1) / (n + z * z);
  const double constant = log_gamma((n + 1) / 2) - log_gamma(n / 2) - std::log(n * M_PI) / 2;
  return {constant - std::log(s) - (n + 1) / 2 * std::log1p(z * z / n), weight * z / s,
          (weight * z * z - 1) / s};
}
double student_quantile(double p, double m, double s, double shape) {
  return m + s * bm::quantile(bm::students_t_distribution<double, Policy>(shape), p);
}

ObservationDensity log_student(const Observed& y, double m, double s) {
  if (!(m > 0) || !(y.low > 0)) {
    return kImpossible;
  }
  const ObservationDensity of = student({std::log(y.low), 0, y.shape}, std::log(m), s);
  return {of.value - std::log(y.low), of.by_prediction / m, of.by_scale};
}
double log_student_quantile(double p, double m, double s, double shape) {
  return m * std::exp(student_quantile(p, 0, s, shape));
}

ObservationDensity poisson(const Observed& y, double m, double) {
  if (!(m > 0)) {
    return m == 0 && y.low == 0 ? ObservationDensity{0, -1, 0} : kImpossible;
  }
  return {y.low * std::log(m) - m - log_gamma(y.low + 1), y.low / m - 1, 0};
}
double poisson_quantile(double p, double m, double, double) {
  return m > 0 ? bm::quantile(bm::poisson_distribution<double, Policy>(m), p) : 0.0;
}

ObservationDensity negative_binomial(const Observed& y, double m, double s) {
  if (!(s > 0) || !(m >= 0) || (m == 0 && y.low > 0)) {
    return kImpossible;
  }
  const double k = y.low;
  const double sum = m + s;
  const double counts = k > 0 ? k * (std::log(m) - std::log(sum)) : 0.0;
  const Rising rising = log_rising(s, k);
  const double zeros = -std::log1p(m / s);  // log(s / (m + s))
  return {rising.value - log_gamma(k + 1) + counts + s * zeros,
          (k > 0 ? k / m : 0.0) - (k + s) / sum, rising.by_s + zeros + (m - k) / sum};
}
double negative_binomial_quantile(double p, double m, double s, double) {
  return m > 0 ? bm::quantile(bm::negative_binomial_distribution<double, Policy>(s, s / (m + s)), p)
               : 0.0;
}

ObservationDensity interval(const Observed& y, double m, double s) {
  if (!(s > 0) || !(y.low < y.high)) {
    return kImpossible;
  }
  const double a = (y.low - m) / s;
  const double b = (y.high - m) / s;
  const NormalBetween between = log_normal_between(a, b);
  const double by_scale =
      (std::isinf(a) ? 0.0 : between.slope_a * a) + (std::isinf(b) ? 0.0 : between.slope_b * b);
  return {between.value, -(between.slope_a + between.slope_b) / s, -by_scale / s};
}

ObservationDensity log_interval(const Observed& y, double m, double s) {
  if (!(m > 0) || !(y.high > 0)) {
    return kImpossible;
  }
  const double low = y.low > 0 ? std::log(y.low) : -std::numeric_limits<double>::infinity();
  const ObservationDensity of = interval({low, std::log(y.high), 0}, std::log(m), s);
  return {of.value, of.by_prediction / m, of.by_scale};
}

ObservationDensity share(const Observed& y, double m, double s) {
  if (!(s > 0) || !(m > 0 && m < 1) || !(y.low > 0 && y.low < 1)) {
    return kImpossible;
  }
  const double a = m * s;
  const double b = (1 - m) * s;
  const double log_y = std::log(y.low);
  const double log_rest = std::log1p(-y.low);
  const double by_a = log_y - digamma(a);
  const double by_b = log_rest - digamma(b);
  return {log_gamma(s) - log_gamma(a) - log_gamma(b) + (a - 1) * log_y + (b - 1) * log_rest,
          s * (by_a - by_b), digamma(s) + m * by_a + (1 - m) * by_b};
}
double share_quantile(double p, double m, double s, double) {
  return bm::quantile(bm::beta_distribution<double, Policy>(m * s, (1 - m) * s), p);
}

constexpr ObservationFamily kFamilies[] = {
    {"gaussian", "standard deviation", false, false, gaussian, gaussian_quantile},
    {"log gaussian", "standard deviation of the logarithm", false, false, log_gaussian,
     log_gaussian_quantile},
    {"student", "scale", false, false, student, student_quantile},
    {"log student", "scale of the logarithm", false, false, log_student, log_student_quantile},
    {"poisson", "", false, true, poisson, poisson_quantile},
    {"negative binomial", "size", false, true, negative_binomial, negative_binomial_quantile},
    {"interval", "standard deviation", true, false, interval, gaussian_quantile},
    {"log interval", "standard deviation of the logarithm", true, false, log_interval,
     log_gaussian_quantile},
    {"share", "precision", false, false, share, share_quantile},
};

}  // namespace

std::span<const ObservationFamily> observation_families() { return kFamilies; }

const ObservationFamily* find_observation_family(std::string_view name) {
  const auto* found = std::find_if(std::begin(kFamilies), std::end(kFamilies),
                                   [&](const auto& row) { return row.name == name; });
  return found == std::end(kFamilies) ? nullptr : found;
}

EventDensity log_event_between(double before, double after, double threshold, double scale) {
  const double not_yet = (threshold - before) / scale;
  const double already = (after - threshold) / scale;
  const double slope_not_yet = normal_cdf_log_slope(not_yet);
  const double slope_already = normal_cdf_log_slope(already);
  return {log_normal_cdf(not_yet) + log_normal_cdf(already), -slope_not_yet / scale,
          slope_already / scale, -(slope_not_yet * not_yet + slope_already * already) / scale};
}

}  // namespace shamal::analysis::inference
