// Functions of plain numbers that are not worth an elementwise operation.
#include <algorithm>
#include <cmath>
#include <limits>

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

}  // namespace

void gammaln(const ProcedureInputs& in, std::span<double> out) { out[0] = log_gamma(in.number(0)); }

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

void lookup_area(const ProcedureInputs& in, std::span<double> out) {
  out[0] = area({in.x, in.y}, in.number(1), in.number(2), false);
}

// Stella's LOOKUPAREA(function, to, from) counts what lies outside of the points as 0, unless the
// function is extrapolated, and takes the bounds in either order; a discrete one is made of steps.
void lookuparea(const ProcedureInputs& in, std::span<double> out) {
  const double kind = in.number(3);
  const Points points{in.x, in.y};
  double from = std::min(in.number(1), in.number(2));
  double to = std::max(in.number(1), in.number(2));
  const bool open = kind == 1 && std::isfinite(from) && std::isfinite(to);
  if (!open) {
    from = std::clamp(from, in.x.front(), in.x.back());
    to = std::clamp(to, in.x.front(), in.x.back());
  }
  if (kind != 2) {
    out[0] = area(points, from, to, open);
    return;
  }
  double sum = 0;
  for (std::size_t i = 0; i + 1 < in.x.size(); ++i) {
    const double width = std::min(to, in.x[i + 1]) - std::max(from, in.x[i]);
    sum += width > 0 ? width * in.y[i] : 0;
  }
  out[0] = std::isnan(from) || std::isnan(to) ? from + to : sum;
}

// Stella's LOOKUPINV(function, y).
void lookupinv(const ProcedureInputs& in, std::span<double> out) {
  out[0] = inverted({in.x, in.y}, in.number(1), in.number(2) == 1);
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
  out[0] = looked_backward({in.x, in.y}, in.number(1));
}

void lookup_forward(const ProcedureInputs& in, std::span<double> out) {
  out[0] = looked_forward({in.x, in.y}, in.number(1));
}

void lookup_extrapolate(const ProcedureInputs& in, std::span<double> out) {
  out[0] = extrapolated({in.x, in.y}, in.number(1));
}

void lookup_invert(const ProcedureInputs& in, std::span<double> out) {
  out[0] = inverted({in.x, in.y}, in.number(1), false);
}

void lookup_slope(const ProcedureInputs& in, std::span<double> out) {
  const double mode = in.number(2);
  const double at = in.number(1);
  const bool outside = at < in.x.front() || at > in.x.back();
  out[0] = outside && mode < 0 ? kMissing : slope({in.x, in.y}, at, mode > 0);
}

}  // namespace shamal::model::procedures
