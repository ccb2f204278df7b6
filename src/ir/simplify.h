// The first passes of ir/specialise.h: computations are shared, what no saved variable depends on
// is gone, what never changes has left `rates`; but every result keeps slots of its own.
#pragma once

#include <vector>

#include "ir/specialise.h"

namespace shamal::ir {

struct Simplified {
  std::vector<Slot> moved;  // where the value of a slot is found
  std::vector<char> live;   // by slot: something saved depends on what is there

  // Of slots that a later pass has given the program.
  void add_slots(const Program& program);
};

Simplified simplify(Program& program, const Wanted& wanted);

}  // namespace shamal::ir
