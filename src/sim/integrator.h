// One step of a batch: levels from the start of a step to its end.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "machine/machine.h"
#include "sim/methods.h"

namespace shamal::sim {

struct Tolerances {
  double relative = 1e-6;
  double absolute = 1e-9;
};

// What there is to integrate, how, and where.
struct Integration {
  const machine::Kernel& kernel;
  const machine::Backend& backend;
  const Method& method;
  double dt;
  Tolerances tolerances;
  machine::State& state;
};

// A lane whose steps became too small, at which time and because of which stock.
struct LaneFailure {
  double time = 0;
  ir::Slot slot = 0;
};

class Integrator {
 public:
  virtual ~Integrator() = default;

  // From `time` to `time` + dt. The block `rates` has been executed at `time`; it is executed again
  // at every other stage, so that afterwards only the levels mean something.
  virtual void advance(double time) = 0;

  virtual std::optional<LaneFailure> failure(std::size_t lane) const = 0;
};

std::unique_ptr<Integrator> make_integrator(const Integration& integration);
std::unique_ptr<Integrator> make_adaptive_integrator(const Integration& integration);

// Values of all stocks side by side, the lanes of each as in the state: element, lane. Level and
// net flow of a stock are the same in all runs, or neither is.
using Levels = std::vector<double>;

std::size_t level_count(const machine::Kernel& kernel, const machine::State& state);
void read_levels(const machine::Kernel& kernel, machine::State& state, Levels& levels);
void read_net_flows(const machine::Kernel& kernel, machine::State& state, Levels& nets);
void write_levels(const machine::Kernel& kernel, const Levels& levels, machine::State& state);

// sum = the weighted sum of the first `stages` slopes; zero weights are left out, terms are added
// in order.
void weigh(const std::array<double, kMaxStages>& weights, std::size_t stages,
           const std::array<Levels, kMaxStages>& slopes, Levels& sum);

}  // namespace shamal::sim
