// Which values depend on chosen parameters: what has a derivative worth computing.
#pragma once

#include <vector>

#include "ir/program.h"

namespace shamal::ir {

// What is in slot `from` at the end of a step is in slot `to` at the beginning of the next.
struct Link {
  Slot from = 0;
  Slot to = 0;
};

// By slot: 1 if the value may depend on a parameter, at the start or in any step. Whole operands
// are looked at: one element that depends makes all that an instruction writes depend.
std::vector<char> active_slots(const Program& program, const std::vector<Slot>& parameters,
                               const std::vector<Link>& links);

}  // namespace shamal::ir
