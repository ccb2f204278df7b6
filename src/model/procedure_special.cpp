// Functions of plain numbers that are not worth an elementwise operation.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "model/numbers.h"
#include "model/procedure_functions.h"
#include "model/table_functions.h"

namespace shamal::model::procedures {

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kMissing = -0x1p109;  // Vensim's :NA:

// n! / (n - r)!, multiplied out, so that whole numbers stay whole.
double falling(double n, double r) {
  if (!(n >= 0 && r >= 0) || r > 1e6) {
    return kNan;
  }
  double product = 1;
  for (double i = 0; i < r; i += 1) {
    product *= n - i;
  }
  return product;
}

// The slope of log_gamma: by recurrence to where its asymptotic series is good to rounding, below
// zero by reflection [Abramowitz1964, 6.3.5, 6.3.7, 6.3.18].
double digamma(double x) {
  if (x <= 0) {
    return digamma(1 - x) - std::numbers::pi / std::tan(std::numbers::pi * x);
  }
  double sum = 0;
  for (; x < 12; x += 1) {
    sum -= 1 / x;
  }
  const double r = 1 / (x * x);
  return sum + std::log(x) - 0.5 / x -
         r * (1.0 / 12 - r * (1.0 / 120 - r * (1.0 / 252 - r * (1.0 / 240 - r * (1.0 / 132)))));
}

double log_of_gamma(double x) { return log_gamma(x); }
Recorded log_of_gamma(const Recorded& x) {
  return made(log_gamma(x.value()), x, digamma(x.value()));
}

}  // namespace

template <class Number>
void gammaln(const InputsOf<Number>& in, std::span<Number> out) {
  out[0] = log_of_gamma(in.number(0));
}

void erf(const ProcedureInputs& in, std::span<double> out) { out[0] = std::erf(in.number(0)); }

void factorial(const ProcedureInputs& in, std::span<double> out) {
  const double n = std::floor(in.number(0));
  out[0] = n > 200 ? std::numeric_limits<double>::infinity() : falling(n, n);
}

void permutations(const ProcedureInputs& in, std::span<double> out) {
  out[0] = falling(std::floor(in.number(0)), std::floor(in.number(1)));
}

void combinations(const ProcedureInputs& in, std::span<double> out) {
  const double n = std::floor(in.number(0));
  double r = std::floor(in.number(1));
  r = n - r < r ? n - r : r;
  if (!(n >= 0) || r > 1e6 || std::isnan(r)) {
    out[0] = kNan;
    return;
  }
  double product = r < 0 ? 0.0 : 1.0;
  for (double i = 1; i <= r; i += 1) {
    product = product * (n - r + i) / i;
  }
  out[0] = std::round(product);
}

void normalcdf(const ProcedureInputs& in, std::span<double> out) {
  const double mean = in.number(2);
  const double deviation = in.number(3) == 0 ? 1.0 : in.number(3);
  out[0] = normal_tail((in.number(0) - mean) / deviation) -
           normal_tail((in.number(1) - mean) / deviation);
}

void invnorm(const ProcedureInputs& in, std::span<double> out) {
  const double deviation = in.number(2) == 0 ? 1.0 : in.number(2);
  out[0] = in.number(1) + deviation * normal_quantile(in.number(0));
}

template <class Number>
void lookup_area(const InputsOf<Number>& in, std::span<Number> out) {
  out[0] = area<Number>({in.x, in.y}, in.number(1), in.number(2), false);
}

// Stella's LOOKUPAREA(function, to, from) counts what lies outside of the points as 0, unless the
// function is extrapolated, and takes the bounds in either order; a discrete one is made of steps.
template <class Number>
void lookuparea(const InputsOf<Number>& in, std::span<Number> out) {
  const double kind = plain(in.number(3));
  const PointsOf<Number> points{in.x, in.y};
  Number from = std::min(in.number(1), in.number(2));
  Number to = std::max(in.number(1), in.number(2));
  const bool open = kind == 1 && std::isfinite(plain(from)) && std::isfinite(plain(to));
  if (!open) {
    from = std::clamp(from, in.x.front(), in.x.back());
    to = std::clamp(to, in.x.front(), in.x.back());
  }
  if (kind != 2) {
    out[0] = area(points, from, to, open);
    return;
  }
  Number sum = 0;
  for (std::size_t i = 0; i + 1 < in.x.size(); ++i) {
    const Number width = std::min(to, in.x[i + 1]) - std::max(from, in.x[i]);
    sum += width > 0 ? width * in.y[i] : Number(0);
  }
  out[0] = std::isnan(plain(from)) || std::isnan(plain(to)) ? from + to : sum;
}

// Stella's LOOKUPINV(function, y).
template <class Number>
void lookupinv(const InputsOf<Number>& in, std::span<Number> out) {
  out[0] = inverted<Number>({in.x, in.y}, in.number(1), in.number(2) == 1);
}

// Stella's LOOKUPMEAN(function, end): the centre of the area under the points. What another end
// than the last point's would mean is not known.
void lookupmean(const ProcedureInputs& in, std::span<double> out) {
  double weight = 0;
  double moment = 0;
  for (std::size_t i = 0; i + 1 < in.x.size(); ++i) {
    const double y = in.y[i];
    const double next = in.number(2) == 2 ? y : in.y[i + 1];
    const double width = in.x[i + 1] - in.x[i];
    weight += width * (y + next) / 2;
    moment += width * (in.x[i] * (2 * y + next) + in.x[i + 1] * (y + 2 * next)) / 6;
  }
  const bool whole = std::isnan(in.number(1)) || in.number(1) == in.x.back();
  out[0] = whole ? moment / weight : std::numeric_limits<double>::quiet_NaN();
}

namespace {

// y of the points from one x to another, in ascending order.
std::vector<double> values_between(const ProcedureInputs& in) {
  const double slack = 1e-6 * in.dt;
  std::vector<double> values;
  for (std::size_t i = 0; i < in.x.size(); ++i) {
    if (in.x[i] >= in.number(1) - slack && in.x[i] <= in.number(2) + slack) {
      values.push_back(in.y[i]);
    }
  }
  std::sort(values.begin(), values.end());
  return values;
}

}  // namespace

void data_minimum(const ProcedureInputs& in, std::span<double> out) {
  const std::vector<double> values = values_between(in);
  out[0] = values.empty() ? kMissing : values.front();
}

void data_maximum(const ProcedureInputs& in, std::span<double> out) {
  const std::vector<double> values = values_between(in);
  out[0] = values.empty() ? kMissing : values.back();
}

void data_median(const ProcedureInputs& in, std::span<double> out) {
  const std::vector<double> values = values_between(in);
  const std::size_t half = values.size() / 2;
  out[0] = values.empty()           ? kMissing
           : values.size() % 2 == 1 ? values[half]
                                    : 0.5 * (values[half - 1] + values[half]);
}

void lookup_backward(const ProcedureInputs& in, std::span<double> out) {
  out[0] = looked_backward<double>({in.x, in.y}, in.number(1));
}

void lookup_forward(const ProcedureInputs& in, std::span<double> out) {
  out[0] = looked_forward<double>({in.x, in.y}, in.number(1));
}

template <class Number>
void lookup_extrapolate(const InputsOf<Number>& in, std::span<Number> out) {
  out[0] = extrapolated<Number>({in.x, in.y}, in.number(1));
}

template <class Number>
void lookup_invert(const InputsOf<Number>& in, std::span<Number> out) {
  out[0] = inverted<Number>({in.x, in.y}, in.number(1), false);
}

void lookup_slope(const ProcedureInputs& in, std::span<double> out) {
  const double mode = in.number(2);
  const double at = in.number(1);
  const bool outside = at < in.x.front() || at > in.x.back();
  out[0] = outside && mode < 0 ? kMissing : slope<double>({in.x, in.y}, at, mode > 0);
}

SHAMAL_FOR_BOTH(gammaln)
SHAMAL_FOR_BOTH(lookup_area)
SHAMAL_FOR_BOTH(lookuparea)
SHAMAL_FOR_BOTH(lookupinv)
SHAMAL_FOR_BOTH(lookup_extrapolate)
SHAMAL_FOR_BOTH(lookup_invert)

}  // namespace shamal::model::procedures
