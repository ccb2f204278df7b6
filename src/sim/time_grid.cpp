#include "sim/time_grid.h"

#include <algorithm>
#include <cmath>

namespace shamal::sim {

double step_count(double start, double stop, double dt) {
  const double steps = (stop - start) / dt;
  const double nearest = std::round(steps);
  return std::fabs(steps - nearest) <= 1e-9 * std::max(1.0, nearest) ? nearest : std::floor(steps);
}

TimeGrid time_grid(double start, double stop, double dt, double save_interval) {
  TimeGrid grid{start, dt, static_cast<std::uint32_t>(step_count(start, stop, dt)), {}};
  const double interval = save_interval > dt ? save_interval / dt : 1.0;  // in steps
  for (std::uint32_t k = 0;; ++k) {
    // The margin makes a rounded half count as one.
    const double step = std::floor(k * interval + 0.5 + 1e-9);
    if (!(step < grid.steps)) {
      break;
    }
    grid.saves.push_back(static_cast<std::uint32_t>(step));
  }
  grid.saves.push_back(grid.steps);
  return grid;
}

TimeGrid time_grid(double start, double stop, double dt, const std::vector<double>& save_times) {
  TimeGrid grid{start, dt, static_cast<std::uint32_t>(step_count(start, stop, dt)), {}};
  for (const double time : save_times) {
    const double step = std::floor((time - start) / dt + 0.5 + 1e-9);
    grid.saves.push_back(
        static_cast<std::uint32_t>(std::clamp(step, 0.0, static_cast<double>(grid.steps))));
  }
  std::sort(grid.saves.begin(), grid.saves.end());
  grid.saves.erase(std::unique(grid.saves.begin(), grid.saves.end()), grid.saves.end());
  return grid;
}

}  // namespace shamal::sim
