#include "machine/table.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace shamal::machine {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Between two points of one x there is a step, whose slope is never asked for; at the ends of an
// extrapolated table it counts as level. Beside a point that is NaN the slope is.
double slope_between(const ir::Table& table, std::size_t i) {
  const double slope = (table.y[i + 1] - table.y[i]) / (table.x[i + 1] - table.x[i]);
  return std::isinf(slope) || table.x[i] == table.x[i + 1] ? 0.0 : slope;
}

}  // namespace

PreparedTable::PreparedTable(const ir::Table& table) {
  const std::size_t last = table.x.size() - 1;
  const bool discrete = table.kind == ir::TableKind::discrete;
  if (last > 0 && table.x[0] == table.x[1]) {
    // The value left of a step at the first point.
    points_.push_back({std::nextafter(table.x[0], -kInfinity), table.y[0], 0.0, 0.0});
  }
  double slope = 0;
  for (std::size_t i = 0; i <= last; ++i) {
    const double right = discrete || i == last ? 0.0 : slope_between(table, i);
    points_.push_back({table.x[i], table.y[i], slope, right});
    slope = right;
  }
  least_ = points_.front().x;
  most_ = points_.back().x;
  if (table.kind == ir::TableKind::extrapolate && last > 0) {
    points_.front().left = points_.front().right;
    points_.back().right = points_.back().left;
    least_ = points_.front().left == 0 ? least_ : -kInfinity;
    most_ = points_.back().right == 0 ? most_ : kInfinity;
  }
  if (!discrete) {
    if (find_per_x(0)) {
      find_beginnings(shift_ - 0.5, false);
    }
  } else if (find_per_x(0)) {
    make_steps(0);
  } else if (find_per_x(1)) {
    make_steps(1);
  }
}

// Even enough, from `first` on, for the nearest point to be beside every argument: every point
// within a quarter of a segment of its place.
bool PreparedTable::find_per_x(std::size_t first) {
  if (points_.size() < first + 2) {
    return false;
  }
  const double start = points_[first].x;
  const double per_x = static_cast<double>(points_.size() - 1 - first) / (points_.back().x - start);
  const double shift = 0.5 - start * per_x;
  bool even = std::isfinite(per_x) && std::isfinite(shift);
  for (std::size_t i = first; i < points_.size(); ++i) {
    const double place = points_[i].x * per_x + shift;
    even = even && std::fabs(place - (static_cast<double>(i - first) + 0.5)) < 0.25;
  }
  if (even) {
    // What seven digits tell apart: single precision does with these numbers what double does.
    constexpr double kFar = 0x1p18;
    per_x_ = per_x;
    shift_ = shift;
    inside_ = std::fabs(shift) < kFar && std::isfinite(least_) && std::isfinite(most_);
  }
  return even;
}

// If all points are where they are to be but for roundings, with this shift, one that is greater by
// as much leads from each of them to itself.
bool PreparedTable::find_beginnings(double shift, bool exactly) {
  constexpr double kRoundings = 0x1p-32;  // in segments
  for (int tries = 0; tries < 4; ++tries) {
    double most_before = 0;
    for (std::size_t i = 0; i < points_.size(); ++i) {
      const double before = static_cast<double>(i) - (points_[i].x * per_x_ + shift);
      if (std::fabs(before) > kRoundings) {
        return false;
      }
      most_before = std::max(most_before, before);
    }
    if (most_before == 0) {
      begins_ = !exactly || never_early(shift);
      shift_ = begins_ ? shift : shift_;
      return begins_;
    }
    shift = std::max(shift + most_before, std::nextafter(shift, kInfinity));
  }
  return false;
}

// Whether an argument just before a point leads to the one before it; and whether both do so in
// single precision.
bool PreparedTable::never_early(double shift) const {
  const auto holds = [&](auto number) {
    using Number = decltype(number);
    const auto per_x = static_cast<Number>(per_x_);
    const auto more = static_cast<Number>(shift);
    const auto place = [&](Number c) -> Number {
      const Number product = c * per_x;
      return product + more;
    };
    for (std::size_t i = 0; i < points_.size(); ++i) {
      const auto x = static_cast<Number>(points_[i].x);
      const auto number_of_point = static_cast<Number>(i);
      const Number below = std::nextafter(x, -std::numeric_limits<Number>::infinity());
      if (place(x) < number_of_point || (i > 0 && place(below) >= number_of_point)) {
        return false;
      }
    }
    return true;
  };
  return holds(double()) && holds(float());
}

// Values instead of slopes beside the points from `first` on. A point at zero lies at -0: then an
// argument of -0 less the point is +0, for code that looks at the sign of the difference alone.
// What is left of that point has one value, wherever it lies: a segment away is as good as any
// place.
void PreparedTable::make_steps(std::size_t first) {
  const auto value = [](const TablePoint& point) { return point.y + 0.0; };  // no -0
  for (std::size_t i = points_.size(); i-- > 0;) {
    points_[i].left = value(points_[i == 0 ? 0 : i - 1]);
    points_[i].right = value(points_[i]);
    points_[i].x = points_[i].x == 0 ? -0.0 : points_[i].x;
  }
  steps_ = true;
  const bool of_slopes = points_.front().x == std::numeric_limits<double>::lowest();
  if (first > 0) {
    points_.front().x = points_[first].x - 1 / per_x_;
    least_ = points_.front().x;
    inside_ = inside_ && std::isfinite(least_);
  }
  if (!find_beginnings(shift_ - 0.5 + static_cast<double>(first), !of_slopes)) {
    points_.erase(points_.begin(), points_.begin() + static_cast<std::ptrdiff_t>(first));
  }
}

}  // namespace shamal::machine
