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
    : x_(table.x), y_(table.y), slope_(table.x.size(), 0.0) {
  const std::size_t last = x_.size() - 1;
  if (last > 0) {
    per_x_ = static_cast<double>(last) / (x_.back() - x_.front());
    even_ = std::isfinite(per_x_) && evenly_spaced(x_, per_x_);
  }
  if (table.kind == ir::TableKind::discrete) {
    return;
  }
  for (std::size_t i = 0; i < last; ++i) {
    slope_[i] = slope_between(table, i);
  }
  if (table.kind == ir::TableKind::extrapolate && last > 0) {
    before_ = slope_.front();
    slope_[last] = slope_[last - 1];
  }
}

}  // namespace shamal::machine
