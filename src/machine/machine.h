// Executing a block of a kernel, and the table of ways to do it.
#pragma once

#include <span>
#include <string_view>

#include "machine/kernel.h"
#include "machine/state.h"

namespace shamal::machine {

// The vectorised machine: each instruction on all runs of the batch before the next.
void execute(const Kernel& kernel, ir::Block block, State& state);

struct Backend {
  std::string_view name;
  void (*execute)(const Kernel& kernel, ir::Block block, State& state);
  bool specialises;  // wants a kernel made for the simulation
  std::string_view doc;
};

std::span<const Backend> backends();  // the first is the one to use
const Backend* find_backend(std::string_view name);

}  // namespace shamal::machine
