#include "analysis/inference/transform.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace shamal::analysis::inference {

struct TransformKind {
  bool has_low;
  bool has_high;
  Constrained (*constrain)(double low, double high, double y);
  double (*unconstrain)(double low, double high, double x);
};

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double inside(double low, double high, double x) {
  return std::clamp(x, std::nextafter(low, kInfinity), std::nextafter(high, -kInfinity));
}

Constrained unbounded(double, double, double y) { return {y, 1, 0, 0}; }
double from_unbounded(double, double, double x) { return x; }

Constrained lower(double low, double, double y) {
  const double e = std::exp(y);
  return {inside(low, kInfinity, low + e), e, y, 1};
}
double from_lower(double low, double, double x) { return std::log(x - low); }

Constrained upper(double, double high, double y) {
  const double e = std::exp(y);
  return {inside(-kInfinity, high, high - e), -e, y, 1};
}
double from_upper(double, double high, double x) { return std::log(high - x); }

// With e = exp(-|y|) nothing overflows, and nothing cancels on either side.
Constrained interval(double low, double high, double y) {
  const double width = high - low;
  const double e = std::exp(-std::abs(y));
  const double far = e / (1 + e);  // share of the width to the nearer bound
  const double x = y < 0 ? low + width * far : high - width * far;
  const double log_jacobian = std::log(width) - std::abs(y) - 2 * std::log1p(e);
  return {inside(low, high, x), width * far / (1 + e), log_jacobian,
          y < 0 ? 1 - 2 * far : 2 * far - 1};
}
double from_interval(double low, double high, double x) {
  return std::log(x - low) - std::log(high - x);
}

constexpr TransformKind kKinds[] = {
    {false, false, unbounded, from_unbounded},
    {true, false, lower, from_lower},
    {false, true, upper, from_upper},
    {true, true, interval, from_interval},
};

}  // namespace

Transform make_transform(double low, double high) {
  const auto* kind = std::find_if(std::begin(kKinds), std::end(kKinds), [&](const auto& row) {
    return row.has_low == std::isfinite(low) && row.has_high == std::isfinite(high);
  });
  return {kind, low, high};
}

Constrained constrain(const Transform& transform, double y) {
  return transform.kind->constrain(transform.low, transform.high, y);
}

double unconstrain(const Transform& transform, double x) {
  return transform.kind->unconstrain(transform.low, transform.high, x);
}

}  // namespace shamal::analysis::inference
