// Numbers with bounds, seen from a space without bounds.
//
// A sampler moves in all real numbers y; a model wants x in (low, high). The map, its slope and the
// logarithm of the slope, which a density gains by the change of variables [Carpenter2017]:
//
//   unbounded  x = y                       dx/dy = 1
//   lower      x = low + exp(y)            dx/dy = exp(y)
//   upper      x = high - exp(y)           dx/dy = -exp(y)
//   interval   x = low + (high - low) s    dx/dy = (high - low) s (1 - s),  s = 1 / (1 + exp(-y))
//
//   log p(y) = log p(x) + log |dx/dy|
//   d log p(y) / dy = d log p(x) / dx * dx/dy + d log |dx/dy| / dy
//
// Positive numbers are those with lower bound 0. x is strictly inside its bounds for every y, even
// where rounding would put it on one.
#pragma once

#include <span>

namespace shamal::analysis::inference {

struct TransformKind;

struct Transform {
  const TransformKind* kind = nullptr;
  double low = 0;
  double high = 0;
};

struct Constrained {
  double value = 0;               // x
  double slope = 1;               // dx/dy
  double log_jacobian = 0;        // log |dx/dy|
  double log_jacobian_slope = 0;  // d log |dx/dy| / dy
};

// Infinite bounds are no bounds. Requires low < high.
Transform make_transform(double low, double high);

Constrained constrain(const Transform& transform, double y);

// Requires x strictly inside the bounds.
double unconstrain(const Transform& transform, double x);

}  // namespace shamal::analysis::inference
