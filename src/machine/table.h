// Graphical functions at work.
//
//   c = a, held within [least, most]                      (a NaN stays one)
//   i = the last point with x[i] <= c
//   y[i] + slope[i] * (c - x[i])
//
// with slope[i] = (y[i+1] - y[i]) / (x[i+1] - x[i]), 0 for a discrete function and right of the
// last point. An extrapolating function has no bound where its end segment is not level. At a step
// (two points of one x) the later one holds.
//
// Nearly all tables of published models have evenly spaced x. There i is guessed by a product and
// corrected by looking at the point's own x and the next one's, so that the guess never decides.
// Other tables are searched.
//
// Slopes are computed once: a division less for each look-up, and a result that at the right end of
// a segment may miss y[i+1] by a rounding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ir/program.h"

namespace shamal::machine {

// One point as a look-up wants it: one load.
struct TablePoint {
  double x;
  double y;
  double slope;
  double next;  // x of the next point; infinite for the last
};

// What an evaluation looks at; a copy of it in a loop's own variables stays in registers.
struct TableView {
  double least;
  double most;
  double first_x;
  double per_x;  // segments for each unit of x, if the guess misses by one at most; else 0
  double last;   // index of the last point
  std::size_t points;
  const TablePoint* point;
};

[[gnu::always_inline]] inline std::size_t point_below(const TableView& table, double c) {
  if (table.per_x != 0) {
    const double guess = (c - table.first_x) * table.per_x;
    const double bounded = guess > 0 ? guess : 0;  // NaN: 0
    auto i = static_cast<std::size_t>(
        static_cast<std::int32_t>(bounded < table.last ? bounded : table.last));
    i -= c < table.point[i].x && i > 0 ? 1 : 0;
    i += c >= table.point[i].next && i + 1 < table.points ? 1 : 0;
    return i;
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
  const TablePoint& at = table.point[point_below(table, c)];
  return at.y + at.slope * (c - at.x);
}

class PreparedTable {
 public:
  explicit PreparedTable(const ir::Table& table);

  TableView view() const {
    return {least_,
            most_,
            points_.front().x,
            per_x_,
            static_cast<double>(points_.size() - 1),
            points_.size(),
            points_.data()};
  }

 private:
  void find_per_x();

  std::vector<TablePoint> points_;
  double least_ = 0;
  double most_ = 0;
  double per_x_ = 0;
};

}  // namespace shamal::machine
