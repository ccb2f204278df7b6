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

struct PreparedTable {
  explicit PreparedTable(const ir::Table& table);

  double first_x;
  double last_x;
  double before;  // slope left of the first point; 0 unless extrapolating
  bool even;      // x is evenly spaced, within rounding
  double per_x;   // segments for each unit of x, if even
  std::vector<double> x;
  std::vector<double> y;
  std::vector<double> slope;  // right of each point; of the last one 0 unless extrapolating
};

// n(a), for first_x <= a < last_x.
inline std::size_t count_below(const PreparedTable& table, double a) {
  if (!table.even) {
    return static_cast<std::size_t>(std::upper_bound(table.x.begin(), table.x.end(), a) -
                                    table.x.begin());
  }
  const double guess = (a - table.first_x) * table.per_x;
  std::size_t n = std::min(static_cast<std::size_t>(guess) + 1, table.x.size() - 1);
  n -= table.x[n - 1] > a ? 1 : 0;
  n += table.x[n] <= a ? 1 : 0;
  return n;
}

inline double evaluate(const PreparedTable& table, double a) {
  if (a < table.first_x) {
    return table.before == 0 ? table.y.front()
                             : table.y.front() + table.before * (a - table.first_x);
  }
  if (std::isnan(a)) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  const std::size_t i = a < table.last_x ? count_below(table, a) - 1 : table.x.size() - 1;
  // A flat piece gives its value even where a - x[i] is infinite.
  return table.slope[i] == 0 ? table.y[i] : table.y[i] + table.slope[i] * (a - table.x[i]);
}

}  // namespace shamal::machine
