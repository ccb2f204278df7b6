// Executing a block of a kernel, and the table of ways to do it.
#pragma once

#include <span>
#include <string_view>

#include "machine/kernel.h"
#include "machine/state.h"

namespace shamal::machine {

// The vectorised machine: each instruction on all runs of the batch before the next.
void execute(const Kernel& kernel, ir::Block block, State& state);

// `rates` and a step of Euler's method in one, if the state, in which some block has been executed,
// has that. Afterwards levels are the only thing to look at.
bool has_euler(const State& state);
void execute_euler(const Kernel& kernel, State& state);
// Steps `first` to `end` - 1 of those at times start + step * dt.
struct TimedSteps {
  double start;
  double dt;
  std::uint32_t first;
  std::uint32_t end;
};
void execute_euler(const Kernel& kernel, State& state, const TimedSteps& of);
// The step alone, after `rates`; false if the state has no code for it.
bool step_stocks(const Kernel& kernel, State& state);

// Of a state in single precision after `initial`: some reciprocal is not a number, and code needs
// guards to divide by its divisor.
bool lacks_reciprocals(const Kernel& kernel, State& state);

struct Backend {
  std::string_view name;
  void (*execute)(const Kernel& kernel, ir::Block block, State& state);
  bool specialises;  // wants a kernel made for the simulation
  bool single;       // in single precision: wants such a state, and a specialised kernel
  std::string_view doc;
};

std::span<const Backend> backends();  // the first is the one to use
const Backend* find_backend(std::string_view name);

// Whether this machine has the backend "single", which is machine code alone.
bool single_possible();

}  // namespace shamal::machine
