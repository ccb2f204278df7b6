#include "model/table_functions.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "model/recorded.h"

namespace shamal::model {

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kMissing = -0x1p109;  // Vensim's :NA:

template <class Number>
Number rise(const PointsOf<Number>& points, std::size_t i) {
  const Number dx = points.x[i + 1] - points.x[i];
  return dx > 0 ? (points.y[i + 1] - points.y[i]) / dx : Number(0);
}

// Points at or before `at`.
template <class Number>
std::size_t count_to(const PointsOf<Number>& points, const std::type_identity_t<Number>& at) {
  return static_cast<std::size_t>(std::upper_bound(points.x.begin(), points.x.end(), at) -
                                  points.x.begin());
}

}  // namespace

template <class Number>
Number interpolated(const PointsOf<Number>& points, const std::type_identity_t<Number>& at) {
  if (std::isnan(plain(at))) {
    return kNan;
  }
  const std::size_t n = count_to(points, at);
  if (n == 0 || n == points.x.size()) {
    return n == 0 ? points.y.front() : points.y.back();
  }
  return points.y[n - 1] + rise(points, n - 1) * (at - points.x[n - 1]);
}

template <class Number>
Number extrapolated(const PointsOf<Number>& points, const std::type_identity_t<Number>& at) {
  const std::size_t last = points.x.size() - 1;
  if (last == 0 || !(at < points.x.front() || at > points.x.back())) {
    return interpolated(points, at);
  }
  return at < points.x.front() ? points.y.front() + rise(points, 0) * (at - points.x.front())
                               : points.y.back() + rise(points, last - 1) * (at - points.x.back());
}

template <class Number>
Number looked_backward(const PointsOf<Number>& points, const std::type_identity_t<Number>& at) {
  const std::size_t n = count_to(points, at);
  return std::isnan(plain(at)) ? Number(kNan) : points.y[n == 0 ? 0 : n - 1];
}

template <class Number>
Number looked_forward(const PointsOf<Number>& points, const std::type_identity_t<Number>& at) {
  const auto n = static_cast<std::size_t>(std::lower_bound(points.x.begin(), points.x.end(), at) -
                                          points.x.begin());
  return std::isnan(plain(at)) ? Number(kNan) : points.y[std::min(n, points.y.size() - 1)];
}

template <class Number>
Number slope(const PointsOf<Number>& points, const std::type_identity_t<Number>& at,
             bool continued) {
  const std::size_t last = points.x.size() - 1;
  if (std::isnan(plain(at))) {
    return kNan;
  }
  if (last == 0) {
    return 0;
  }
  const std::size_t to = count_to(points, at);
  const auto below = static_cast<std::size_t>(
      std::lower_bound(points.x.begin(), points.x.end(), at) - points.x.begin());
  if (to - below > 1) {
    return kMissing;
  }
  const Number before = below > 0 && below <= last ? rise(points, below - 1)
                        : !continued               ? Number(0)
                        : below == 0               ? rise(points, 0)
                                                   : rise(points, last - 1);
  const Number after = to > 0 && to <= last ? rise(points, to - 1)
                       : !continued         ? Number(0)
                       : to == 0            ? rise(points, 0)
                                            : rise(points, last - 1);
  return to == below ? after : 0.5 * (before + after);
}

namespace {

// Integral from the first point.
template <class Number>
Number area_to(const PointsOf<Number>& points, const std::type_identity_t<Number>& at,
               bool continued) {
  const auto value = [&](const Number& x) {
    return continued ? extrapolated(points, x) : interpolated(points, x);
  };
  Number sum = 0;
  Number from = points.x.front();
  if (at <= from) {
    return 0.5 * (value(at) + points.y.front()) * (at - from);
  }
  for (std::size_t i = 1; i < points.x.size() && points.x[i] <= at; ++i) {
    sum += 0.5 * (points.y[i - 1] + points.y[i]) * (points.x[i] - points.x[i - 1]);
    from = points.x[i];
  }
  return sum + 0.5 * (value(from) + value(at)) * (at - from);
}

}  // namespace

template <class Number>
Number area(const PointsOf<Number>& points, const std::type_identity_t<Number>& from,
            const std::type_identity_t<Number>& to, bool continued) {
  if (std::isnan(plain(from)) || std::isnan(plain(to))) {
    return kNan;
  }
  return area_to(points, to, continued) - area_to(points, from, continued);
}

template <class Number>
Number inverted(const PointsOf<Number>& points, const std::type_identity_t<Number>& y,
                bool continued) {
  if (std::isnan(plain(y))) {
    return kNan;
  }
  const std::size_t last = points.x.size() - 1;
  for (std::size_t i = 0; i < last; ++i) {
    const Number& a = points.y[i];
    const Number& b = points.y[i + 1];
    if (a == b && y == a) {
      return points.x[i];
    }
    if ((a <= y && y <= b) || (b <= y && y <= a)) {
      return points.x[i] + (y - a) * (points.x[i + 1] - points.x[i]) / (b - a);
    }
  }
  const bool at_first =
      std::fabs(plain(y - points.y.front())) < std::fabs(plain(y - points.y.back()));
  const std::size_t end = at_first ? 0 : last;
  const Number rate = last == 0 ? Number(0) : rise(points, at_first ? 0 : last - 1);
  return continued && !(rate == 0) ? points.x[end] + (y - points.y[end]) / rate : points.x[end];
}

#define SHAMAL_OF(Number)                                                            \
  template Number interpolated(const PointsOf<Number>&, const Number&);              \
  template Number extrapolated(const PointsOf<Number>&, const Number&);              \
  template Number looked_backward(const PointsOf<Number>&, const Number&);           \
  template Number looked_forward(const PointsOf<Number>&, const Number&);            \
  template Number slope(const PointsOf<Number>&, const Number&, bool);               \
  template Number area(const PointsOf<Number>&, const Number&, const Number&, bool); \
  template Number inverted(const PointsOf<Number>&, const Number&, bool);
SHAMAL_OF(double)
SHAMAL_OF(Recorded)
#undef SHAMAL_OF

}  // namespace shamal::model
