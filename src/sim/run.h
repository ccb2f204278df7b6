// Simulating a kernel: many runs, each from start to stop.
//
// The order within a run:
//
//   constants, fixed slots, overrides; block `initial`
//   for each step i, at the time t = start + i * dt:
//     block `rates`; at save times also `outputs`, and the saved slots are recorded
//     unless nothing is left to record:
//       the inputs of delays are appended, the next values of memories put aside, devices change
//       levels advance to t + dt (further stages execute `rates` again, at their own times and
//       levels,
//         with memories, delays, outputs of devices and random numbers as at t)
//       memories take the values put aside
//
// With controls the times are t, t + dt(t), …; the run ends at the last of them that is not beyond
// stop(t), and after a record at t the next one is at the first time from t + save_interval(t) on.
// Where the length of a step changes, `rates` is executed again with the new one.
//
// Runs are executed in batches. A run depends on its number, seed and overrides and on nothing
// else: not on the width of the batch, nor on how a range of runs is split between calls.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/large_memory.h"
#include "base/progress.h"
#include "ir/specialise.h"
#include "machine/kernel.h"
#include "machine/machine.h"
#include "sim/methods.h"
#include "sim/time_grid.h"

namespace shamal::sim {

using SlotRange = ir::SlotSpan;

// Slots of variables that say, at each step, how long it is, when the run ends, and after how long
// results are recorded again. Such a run is a single one.
struct Controls {
  std::optional<ir::Slot> dt, stop, save_interval;

  bool any() const { return dt || stop || save_interval; }
};

struct RunSpec {
  double start = 0;
  double stop = 1;
  double dt = 1;
  double save_interval = 1;        // see time_grid.h
  std::vector<double> save_times;  // in its place, unless empty
  const Method* method = &methods().front();
  double rtol = 1e-6;  // of methods with error control: error allowed a step, relative to a
  double atol = 1e-9;  //   stock's level and in its own unit
  Controls controls;   // what they give replaces dt, stop and save_interval, which are a guess
  std::uint64_t seed = 0;
  std::vector<SlotRange> saved;  // the columns of the result
  std::size_t batch_width = 0;  // runs executed together, changes no result; 0: the kernel's choice
  // Elements from which on an array is too long for the first cache (ir/specialise.h), changes no
  // result.
  std::uint32_t long_array = ir::kLongArray;
};

// The runs first_run, first_run + 1, …, first_run + runs - 1, and what is different about them.
struct Inputs {
  struct Override {
    ir::Slot slot = 0;           // of a constant
    std::vector<double> values;  // one for all runs, or one a run
  };

  std::size_t runs = 1;
  std::uint64_t first_run = 0;  // numbers the runs for random draws
  std::vector<Override> overrides;
};

struct Trajectories {
  std::vector<double> times;
  std::size_t runs = 0;
  std::size_t columns = 0;
  base::LargeVector<double> values;  // [run][time][column]
  bool cancelled = false;            // values hold what had been done, else zeros
  std::size_t functions = 0;         // of machine code, that a batch had; 0: none could be made
  bool products = false;  // whether its divisions by what is settled might be (ir/reciprocals.h)

  // The first saved value of a run that is not a number.
  struct NotANumber {
    std::size_t run = 0;  // from 0, whatever first_run
    double time = 0;
    ir::Slot slot = 0;
  };
  std::vector<NotANumber> not_a_number;  // by run

  // A run whose step control failed, when, and the stock whose error was the largest. The stocks of
  // such a run are NaN from there on.
  struct Failure {
    std::size_t run = 0;
    double time = 0;
    ir::Slot slot = 0;
  };
  std::vector<Failure> failures;  // by run

  // A controlled run that could not go on: a step or interval that is not above 0, or no end.
  std::optional<Failure> lost_control;

  double value(std::size_t run, std::size_t time, std::size_t column) const {
    return values[(run * times.size() + time) * columns + column];
  }
};

// When the runs step and which steps are recorded.
TimeGrid grid_of(const RunSpec& spec);

// What a kernel made for such simulations has to know (machine/kernel.h): `varied` slots differ
// from run to run, or there is one run alone.
ir::Wanted wanted(const RunSpec& spec, std::vector<ir::Slot> varied, bool alone,
                  bool single = false);

// What the caller got wrong: a step or a span that cannot be, an override of something that is no
// constant, a saved slot out of range.
std::optional<std::string> find_fault(const machine::Kernel& kernel, const RunSpec& spec,
                                      const Inputs& inputs);

// Requires that find_fault finds nothing (std::logic_error otherwise). Progress counts steps of
// single runs; if nobody has said how many to expect, this call does.
Trajectories simulate(const machine::Kernel& kernel, const RunSpec& spec, const Inputs& inputs,
                      const machine::Backend& backend = machine::backends().front(),
                      base::Progress* progress = nullptr);

}  // namespace shamal::sim
