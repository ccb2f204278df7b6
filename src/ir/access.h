// Which slots instructions reach, and which slots belong together.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "ir/program.h"

namespace shamal::ir {

// The loop over which a view of the instruction moves.
Loop loop_of(const Program& program, const Instruction& instruction, const Access& access);

// Least and greatest slot of an access.
std::pair<Slot, Slot> reach(const Program& program, const Instruction& instruction,
                            const Access& access);

// Whether a view comes back to an element along some axis of the loop.
bool stands_still(const Loop& loop, const View& view);

// Slots that some access, state, port or span reaches together are one object: a scalar or an
// array. What moves or shares slots does so with whole objects.
struct Objects {
  std::vector<SlotSpan> all;           // ascending, without gaps
  std::vector<std::uint32_t> of_slot;  // index into `all`

  const SlotSpan& of(Slot slot) const { return all[of_slot[slot]]; }
};

Objects find_objects(const Program& program);

}  // namespace shamal::ir
