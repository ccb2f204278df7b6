// Gives every value of a program slots of its own.
//
// Lowering uses temporary slots again from one assignment to the next, and `rates` computes anew
// what `initial` had computed at the start. Who wants to look back at a value, as a reverse sweep
// does, cannot have that. Here `initial` works on an image of all slots of its own (constants are
// copied into it at its beginning, what it leaves for the steps out of it at its end), and within a
// block each overwriting of a temporary moves to fresh slots. What is left that changes a slot
// twice is a fold: a start value, and then `r = op(r, x)` over a loop.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ir/program.h"

namespace shamal::ir {

// The slots that an operand reaches, in the order of the loop; of Op::rank's ranked operands, of
// the loop and then the inner loop.
std::vector<Slot> reached_slots(const Program& program, const Instruction& instruction,
                                std::size_t argument);
// Those that an access of the instruction reaches.
std::vector<Slot> reached_slots(const Program& program, const Instruction& instruction,
                                const Access& access);
std::vector<Slot> written_slots(const Program& program, const Instruction& instruction);

// Whether the instruction folds: its destination is also its first argument.
bool is_fold(const Program& program, const Instruction& instruction);

// Whether an instruction reads elements that it has written itself, other than as a fold does:
// lowering never makes one that does, and derivatives do not understand it.
bool reads_own_results(const Program& program, const Instruction& instruction);

struct SingleAssignment {
  Program program;             // block outputs has become the end of block rates, and is empty
  std::vector<Slot> at_start;  // of each slot of the original: where its value is after `initial`,
  std::vector<Slot> in_step;   // and after `rates` and `outputs` of a step
  // Of each call: which of the original's it is. A use of a procedure has a call of its own.
  std::vector<std::uint32_t> call_of;
};

// Levels and memories have two places: what `initial` computes (at_start), and what a step begins
// with (in_step), which are inputs of the new program, which has no states. Or why not: an array is
// changed in a way that lowering never makes.
std::optional<SingleAssignment> single_assignment(const Program& program);

}  // namespace shamal::ir
