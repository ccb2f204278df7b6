// Graphical functions at work.
//
//   c = a, held within [least, most]                      (a NaN stays one)
//   g = the last point with x[g] <= c
//   y[g] + right[g] * (c - x[g])
//
// with the slopes of these segments, (y[i+1] - y[i]) / (x[i+1] - x[i]); 0 for a discrete function
// and beyond the ends. An extrapolating function goes on with the slope of its end segment and has
// no bound there.
//
// Nearly all tables of published models have evenly spaced x. There g is found by a product, which
// may lead to a point before c reaches it by some roundings, and never after it: at a point the
// result is its y exactly, and just before it is on the line of the segment that begins there.
//
// Where points are even but for a quarter of a segment, g is the point nearest to c, by a product
// too, and one of the two segments beside it counts:
//
//   y[g] + (c < x[g] ? left[g] : right[g]) * (c - x[g])
//
// Other tables are searched: at a step (two points of one x) the later one holds.
//
// Discrete tables of even points hold their values where others have slopes:
//
//   c < x[g] ? left[g] : right[g]
//
// with g as in nearly even tables, or the last point with x[g] <= c where the product gives that
// for every c, in single precision, too. Slopes of graphical functions, which gradients ask for,
// are such tables, with a first point far on the left for what lies before the others: only its
// value matters. There a product may lead to a point before c reaches it, as in the function
// itself.
//
// Slopes are computed once: a division less for each look-up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ir/program.h"

namespace shamal::machine {

// One point as a look-up wants it.
struct alignas(32) TablePoint {
  double x;
  double y;
  double left;  // slopes; of even steps, values
  double right;
};

// What an evaluation looks at; a copy of it in a loop's own variables stays in registers.
struct TableView {
  double least;
  double most;
  double per_x;  // segments for each unit of x, if x is even; else 0
  double shift;  // c per_x + shift is the place of c among the points; without `begins` half more
  double top;    // half more than the index of the last point
  bool inside;   // so, for every c that is held within bounds, the sum leads to a point
  bool begins;   // so, that number's whole part is the point where the segment of c begins
  bool steps;    // even ones
  std::size_t points;
  const TablePoint* point;
};

[[gnu::always_inline]] inline std::size_t point_beside(const TableView& table, double c) {
  if (table.per_x != 0) {
    const double place = c * table.per_x + table.shift;
    const double bounded = place > 0 ? place : 0;  // NaN: 0
    return static_cast<std::size_t>(
        static_cast<std::int32_t>(bounded < table.top ? bounded : table.top));
  }
  std::size_t low = 0;
  std::size_t count = table.points;
  while (count > 1) {
    const std::size_t half = count / 2;
    low = table.point[low + half].x <= c ? low + half : low;
    count -= half;
  }
  return low;
}

[[gnu::always_inline]] inline double evaluate(const TableView& table, double a) {
  double c = a < table.least ? table.least : a;
  c = c > table.most ? table.most : c;
  const TablePoint& at = table.point[point_beside(table, c)];
  const double past = c - at.x;
  const double beside = past < 0 && !table.begins ? at.left : at.right;
  return table.steps ? beside + 0.0 * past : at.y + beside * past;  // NaN stays one
}

class PreparedTable {
 public:
  explicit PreparedTable(const ir::Table& table);

  TableView view() const {
    return {least_,  most_,   per_x_, shift_,         static_cast<double>(points_.size() - 1) + 0.5,
            inside_, begins_, steps_, points_.size(), points_.data()};
  }

 private:
  bool find_per_x(std::size_t first);
  bool find_beginnings(double shift, bool exactly);
  bool never_early(double shift) const;
  void make_steps(std::size_t first);

  std::vector<TablePoint> points_;
  double least_ = 0;
  double most_ = 0;
  double per_x_ = 0;
  double shift_ = 0;
  bool inside_ = false;
  bool begins_ = false;
  bool steps_ = false;
};

}  // namespace shamal::machine
