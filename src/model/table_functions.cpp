#include "model/table_functions.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace shamal::model {

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kMissing = -0x1p109;  // Vensim's :NA:

double rise(const Points& points, std::size_t i) {
  const double dx = points.x[i + 1] - points.x[i];
  return dx > 0 ? (points.y[i + 1] - points.y[i]) / dx : 0.0;
}

// Points at or before `at`.
std::size_t count_to(const Points& points, double at) {
  return static_cast<std::size_t>(std::upper_bound(points.x.begin(), points.x.end(), at) -
                                  points.x.begin());
}

}  // namespace

double interpolated(const Points& points, double at) {
  if (std::isnan(at)) {
    return kNan;
  }
  const std::size_t n = count_to(points, at);
  if (n == 0 || n == points.x.size()) {
    return n == 0 ? points.y.front() : points.y.back();
  }
  return points.y[n - 1] + rise(points, n - 1) * (at - points.x[n - 1]);
}

double extrapolated(const Points& points, double at) {
  const std::size_t last = points.x.size() - 1;
  if (last == 0 || !(at < points.x.front() || at > points.x.back())) {
    return interpolated(points, at);
  }
  return at < points.x.front() ? points.y.front() + rise(points, 0) * (at - points.x.front())
                               : points.y.back() + rise(points, last - 1) * (at - points.x.back());
}

double looked_backward(const Points& points, double at) {
  const std::size_t n = count_to(points, at);
  return std::isnan(at) ? kNan : points.y[n == 0 ? 0 : n - 1];
}

double looked_forward(const Points& points, double at) {
  const auto n = static_cast<std::size_t>(std::lower_bound(points.x.begin(), points.x.end(), at) -
                                          points.x.begin());
  return std::isnan(at) ? kNan : points.y[std::min(n, points.y.size() - 1)];
}

double slope(const Points& points, double at, bool continued) {
  const std::size_t last = points.x.size() - 1;
  if (std::isnan(at)) {
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
  const double before = below > 0 && below <= last ? rise(points, below - 1)
                        : !continued               ? 0.0
                        : below == 0               ? rise(points, 0)
                                                   : rise(points, last - 1);
  const double after = to > 0 && to <= last ? rise(points, to - 1)
                       : !continued         ? 0.0
                       : to == 0            ? rise(points, 0)
                                            : rise(points, last - 1);
  return to == below ? after : 0.5 * (before + after);
}

namespace {

// Integral from the first point.
double area_to(const Points& points, double at, bool continued) {
  const auto value = [&](double x) {
    return continued ? extrapolated(points, x) : interpolated(points, x);
  };
  double sum = 0;
  double from = points.x.front();
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

double area(const Points& points, double from, double to, bool continued) {
  if (std::isnan(from) || std::isnan(to)) {
    return kNan;
  }
  return area_to(points, to, continued) - area_to(points, from, continued);
}

double inverted(const Points& points, double y, bool continued) {
  if (std::isnan(y)) {
    return kNan;
  }
  const std::size_t last = points.x.size() - 1;
  for (std::size_t i = 0; i < last; ++i) {
    const double a = points.y[i];
    const double b = points.y[i + 1];
    if (y == a) {
      return points.x[i];
    }
    if ((a < y && y <= b) || (b <= y && y < a)) {
      return points.x[i] + (y - a) * (points.x[i + 1] - points.x[i]) / (b - a);
    }
  }
  const bool at_first = std::fabs(y - points.y.front()) < std::fabs(y - points.y.back());
  const std::size_t end = at_first ? 0 : last;
  const double rate = last == 0 ? 0.0 : rise(points, at_first ? 0 : last - 1);
  return continued && rate != 0 ? points.x[end] + (y - points.y[end]) / rate : points.x[end];
}

}  // namespace shamal::model
