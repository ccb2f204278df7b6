// What can be asked of a function given by points: y over x, x ascending, at least one point,
// straight between them and level outside unless it is continued.
#pragma once

#include <cstddef>
#include <span>
#include <type_traits>

namespace shamal::model {

template <class Number>
struct PointsOf {
  std::span<const Number> x;
  std::span<const Number> y;
};
template <class Number>
PointsOf(std::span<const Number>, std::span<const Number>) -> PointsOf<Number>;
using Points = PointsOf<double>;

// For double, and for Recorded (model/recorded.h).

template <class Number>
Number interpolated(const PointsOf<Number>& points, const std::type_identity_t<Number>& at);
template <class Number>
Number extrapolated(const PointsOf<Number>& points,
                    const std::type_identity_t<Number>& at);  // the end segments go on
// y of the last point at or before `at`, of the first at or after it; the end values outside.
template <class Number>
Number looked_backward(const PointsOf<Number>& points, const std::type_identity_t<Number>& at);
template <class Number>
Number looked_forward(const PointsOf<Number>& points, const std::type_identity_t<Number>& at);
// Slope of the segment that `at` lies in; at a point the average of those before and after it, and
// Vensim's :NA: where several points have this x; outside 0, or that of the end segment where the
// function is continued.
template <class Number>
Number slope(const PointsOf<Number>& points, const std::type_identity_t<Number>& at,
             bool continued);
// Integral from one x to another; negative backwards.
template <class Number>
Number area(const PointsOf<Number>& points, const std::type_identity_t<Number>& from,
            const std::type_identity_t<Number>& to, bool continued);
// The first x (from the left) where the function is `y`; the end whose y is nearer if there is
// none, or a continuation of the end segment.
template <class Number>
Number inverted(const PointsOf<Number>& points, const std::type_identity_t<Number>& y,
                bool continued);

}  // namespace shamal::model
