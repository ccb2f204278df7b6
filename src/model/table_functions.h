// What can be asked of a function given by points: y over x, x ascending, at least one point,
// straight between them and level outside unless it is continued.
#pragma once

#include <cstddef>
#include <span>

namespace shamal::model {

struct Points {
  std::span<const double> x;
  std::span<const double> y;
};

double interpolated(const Points& points, double at);
double extrapolated(const Points& points, double at);  // the end segments go on
// y of the last point at or before `at`, of the first at or after it; the end values outside.
double looked_backward(const Points& points, double at);
double looked_forward(const Points& points, double at);
// Slope of the segment that `at` lies in; at a point the average of those before and after it, and
// Vensim's :NA: where several points have this x; outside 0, or that of the end segment where the
// function is continued.
double slope(const Points& points, double at, bool continued);
// Integral from one x to another; negative backwards.
double area(const Points& points, double from, double to, bool continued);
// The first x (from the left) where the function is `y`; the end whose y is nearer if there is
// none, or a continuation of the end segment.
double inverted(const Points& points, double y, bool continued);

}  // namespace shamal::model
