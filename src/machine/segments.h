// Where look-ups found their arguments. Data over time are looked up once a step and element, and
// TIME stays in one segment of them for many steps; what values of a model are looked up by seldom
// leaves its segment, too. So a row of look-ups, one value an element, has for each element the
// point and the side of it that it was at, as numbers beside each other:
//
//   from <= c < to:  y + slope (c - x)        with c = a, held within [least, most]
//
// which vector code does. In an even table c must also be as near to the point as before, by the
// same sum that finds it; in others that sum is the point's number itself. An element whose
// argument is elsewhere is searched for (table.h), and the result has the same bits either way:
// point and slope are those that evaluate() takes there, or of even steps the value, with no slope.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "machine/table.h"

namespace shamal::machine {

// Columns of as many elements as the row has.
struct Segments {
  static constexpr std::size_t kColumns = 11;

  Segments(double* columns, std::size_t elements)
      : from(columns),
        to(from + elements),
        least(to + elements),
        most(least + elements),
        x(most + elements),
        y(x + elements),
        slope(y + elements),
        per_x(slope + elements),
        shift(per_x + elements),
        top(shift + elements),
        point(top + elements) {}

  double* from;
  double* to;
  double* least;
  double* most;
  double* x;
  double* y;
  double* slope;
  double* per_x;
  double* shift;
  double* top;
  double* point;

  [[gnu::always_inline]] double argument(std::size_t i, double a) const {
    const double c = a < least[i] ? least[i] : a;
    return c > most[i] ? most[i] : c;
  }
  [[gnu::always_inline]] bool has(std::size_t i, double c) const {
    const double place = c * per_x[i] + shift[i];
    const double bounded = place > 0 ? place : 0;
    const auto near = static_cast<std::int32_t>(bounded < top[i] ? bounded : top[i]);
    return from[i] <= c && c < to[i] && static_cast<double>(near) == point[i];
  }
  [[gnu::always_inline]] double value(std::size_t i, double c) const {
    return y[i] + slope[i] * (c - x[i]);
  }

  void find(std::size_t i, const TableView& table, double c) const {
    const std::size_t g = point_beside(table, c);
    const TablePoint& at = table.point[g];
    const bool before = c - at.x < 0 && !table.begins;
    const bool even = table.per_x != 0;
    constexpr double kFar = std::numeric_limits<double>::infinity();
    from[i] = before || table.begins ? -kFar : at.x;
    to[i] = before ? at.x : !even && g + 1 < table.points ? table.point[g + 1].x : kFar;
    const double beside = before ? at.left : at.right;
    x[i] = at.x;
    y[i] = table.steps ? beside : at.y;
    slope[i] = table.steps ? 0.0 : beside;
    point[i] = static_cast<double>(g);
    per_x[i] = table.per_x;
    shift[i] = even ? table.shift : point[i];
    top[i] = even ? table.top : point[i];
  }
};

// Of elements that are nowhere yet, in tables `step` apart.
inline std::vector<double> make_segments(const TableView* table, std::int32_t step,
                                         std::size_t elements) {
  std::vector<double> columns(Segments::kColumns * elements,
                              std::numeric_limits<double>::quiet_NaN());
  const Segments made(columns.data(), elements);
  for (std::size_t i = 0; i < elements; ++i, table += step) {
    made.least[i] = table->least;
    made.most[i] = table->most;
  }
  return columns;
}

}  // namespace shamal::machine
