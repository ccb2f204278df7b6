// Graphical functions at work.
//
// Let n(a) be how many points have x <= a. It alone decides the answer: with i = n(a) - 1, the last
// of those points,
//
//   continuous   y[i] + slope[i] * (a - x[i]),  slope[i] = (y[i+1] - y[i]) / (x[i+1] - x[i])
//   discrete     y[i]
//
// and the end values (or, extrapolating, the end segments) outside. At a step (two points of one x)
// n(a) counts both, so that the later one holds at the step and after it.
//
// Nearly all tables of published models have evenly spaced x; there n(a) is guessed by a division
// and corrected by looking at the neighbours, so that the guess never decides the result. Slopes
// are computed once: a division less for each look-up, and a result that at the right end of a
// segment may miss y[i+1] by a rounding.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "ir/program.h"

namespace shamal::machine {

// What an evaluation looks at; a copy of it in a loop's own variables stays in registers.
struct TableView {
  double first_x;
  double last_x;
  double before;  // slope left of the first point; 0 unless extrapolating
  double per_x;   // segments for each unit of x, if even
  bool even;      // x is evenly spaced, within a quarter of a segment
  std::size_t points;
  const double* x;
  const double* y;
  const double* slope;  // right of each point; of the last one 0 unless extrapolating
};

// n(a), for first_x <= a < last_x.
inline std::size_t count_below(const TableView& table, double a) {
  if (!table.even) {
    return static_cast<std::size_t>(std::upper_bound(table.x, table.x + table.points, a) - table.x);
  }
  const double guess = (a - table.first_x) * table.per_x;
  std::size_t n = std::min(static_cast<std::size_t>(guess) + 1, table.points - 1);
  n -= table.x[n - 1] > a ? 1 : 0;
  n += table.x[n] <= a ? 1 : 0;
  return n;
}

inline double evaluate(const TableView& table, double a) {
  const std::size_t last = table.points - 1;
  if (a >= table.first_x && a < table.last_x) {
    const std::size_t i = count_below(table, a) - 1;
    return table.y[i] + table.slope[i] * (a - table.x[i]);
  }
  // A level end gives its value even where a - x is infinite.
  if (a < table.first_x) {
    return table.before == 0 ? table.y[0] : table.y[0] + table.before * (a - table.first_x);
  }
  if (a >= table.last_x) {
    return table.slope[last] == 0 ? table.y[last]
                                  : table.y[last] + table.slope[last] * (a - table.last_x);
  }
  return std::numeric_limits<double>::quiet_NaN();
}

class PreparedTable {
 public:
  explicit PreparedTable(const ir::Table& table);

  TableView view() const {
    return {x_.front(), x_.back(), before_,   per_x_,       even_,
            x_.size(),  x_.data(), y_.data(), slope_.data()};
  }

 private:
  std::vector<double> x_;
  std::vector<double> y_;
  std::vector<double> slope_;
  double before_ = 0;
  double per_x_ = 0;
  bool even_ = false;
};

}  // namespace shamal::machine
