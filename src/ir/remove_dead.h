// Removes instructions whose values nobody reads: no later instruction, no state, delay line or
// result. Requires that the saved values, if any are to be read, are among the results.
#pragma once

#include "ir/program.h"

namespace shamal::ir {

void remove_dead(Program& program);

}  // namespace shamal::ir
