// The times of a run: when steps are and which of them are recorded.
#pragma once

#include <cstdint>
#include <vector>

namespace shamal::sim {

struct TimeGrid {
  double start = 0;
  double dt = 1;
  std::uint32_t steps = 0;
  std::vector<std::uint32_t> saves;  // ascending, at least one

  // By multiplication: sums of DT would drift.
  double time(std::uint32_t step) const { return start + step * dt; }
};

// The number of steps is (stop - start) / dt rounded, if that is a whole number within 1e-9 of its
// size; else the last whole step before the stop is the last. Recorded are the steps nearest to
// start + k * save_interval (of two, the later one; of several for one step, once) and the last
// step. A save interval shorter than dt counts as dt. Requires stop >= start and dt > 0, all
// finite.
TimeGrid time_grid(double start, double stop, double dt, double save_interval);

// The same steps, recorded at those nearest to the times (of two, the later one; each step once),
// which lie between start and stop.
TimeGrid time_grid(double start, double stop, double dt, const std::vector<double>& save_times);

// The same count as a number that may be too large to run.
double step_count(double start, double stop, double dt);

}  // namespace shamal::sim
