#include "machine/table.h"

namespace shamal::machine {

namespace {

// Between two points of one x there is a step, whose slope is never asked for; at the ends of an
// extrapolated table it counts as level.
double slope_between(const ir::Table& table, std::size_t i) {
  const double dx = table.x[i + 1] - table.x[i];
  return dx > 0 ? (table.y[i + 1] - table.y[i]) / dx : 0.0;
}

// Even enough for the guess of count_below to miss by at most one: every point within a quarter of
// a segment of its place.
bool evenly_spaced(const std::vector<double>& x, double per_x) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!(std::fabs((x[i] - x.front()) * per_x - static_cast<double>(i)) < 0.25)) {
      return false;
    }
  }
  return true;
}

}  // namespace

PreparedTable::PreparedTable(const ir::Table& table)
    : first_x(table.x.front()),
      last_x(table.x.back()),
      before(0),
      even(false),
      per_x(0),
      x(table.x),
      y(table.y),
      slope(table.x.size(), 0.0) {
  const std::size_t last = x.size() - 1;
  if (last > 0) {
    per_x = static_cast<double>(last) / (last_x - first_x);
    even = std::isfinite(per_x) && evenly_spaced(x, per_x);
  }
  if (table.kind == ir::TableKind::discrete) {
    return;
  }
  for (std::size_t i = 0; i < last; ++i) {
    slope[i] = slope_between(table, i);
  }
  if (table.kind == ir::TableKind::extrapolate && last > 0) {
    before = slope.front();
    slope[last] = slope[last - 1];
  }
}

}  // namespace shamal::machine
