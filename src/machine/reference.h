// The definition of what a program means: one run, one element, one operation after the other.
//
// Everything that can be left out is: no preparation, no vectors, nothing kept between
// instructions. The machine must give the same bits. The two share the arithmetic itself
// (operations.def, tables, draws, delays) and the state, not the way through the loops.
#pragma once

#include "machine/kernel.h"
#include "machine/state.h"

namespace shamal::machine {

void execute_reference(const Kernel& kernel, ir::Block block, State& state);

}  // namespace shamal::machine
