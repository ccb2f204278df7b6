// What an instruction reads and writes, and which slots belong together.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "ir/program.h"

namespace shamal::ir {

enum class Touch : std::uint8_t {
  write,
  read,
  address,  // only the place counts, not the value: the array of a gather, the input of a delay
};

// The loop over which argument `arg` of an instruction moves: the ranked elements of Op::rank lie
// beyond the loop of the instruction.
Loop argument_loop(const Program& program, const Instruction& instruction, std::size_t arg);

// Calls visit(touch, view, loop) for the destination and every argument.
template <class Visit>
void for_each_view(const Program& program, const Instruction& instruction, Visit visit) {
  for (std::size_t a = 0; a < instruction.args.size(); ++a) {
    if (instruction.args[a] != kNone) {
      const bool address =
          (instruction.op == Op::gather && a == 1) || (instruction.op == Op::delay_read && a == 2);
      visit(address ? Touch::address : Touch::read, program.views[instruction.args[a]],
            argument_loop(program, instruction, a));
    }
  }
  visit(Touch::write, program.views[instruction.dst], program.loops[instruction.loop]);
}

// Calls visit(slot) for every slot that the view reaches; a slot may come more than once.
template <class Visit>
void for_each_slot(const Program& program, const Loop& loop, const View& view, Visit visit) {
  if (loop.rank == 0) {
    visit(view.base);
    return;
  }
  for (const std::int64_t offset : offsets(program, loop, view)) {
    visit(static_cast<Slot>(view.base + offset));
  }
}

// Calls visit(slot) for every slot whose value the instruction may read.
template <class Visit>
void for_each_read(const Program& program, const Instruction& instruction, Visit visit) {
  for_each_view(program, instruction, [&](Touch touch, const View& view, const Loop& loop) {
    if (touch == Touch::read) {
      for_each_slot(program, loop, view, visit);
    }
  });
  if (instruction.op == Op::gather) {
    const SlotSpan span = gathered_span(program, instruction);
    for (Slot slot = span.base; slot < span.base + span.count; ++slot) {
      visit(slot);
    }
  }
}

template <class Visit>
void for_each_write(const Program& program, const Instruction& instruction, Visit visit) {
  for_each_slot(program, program.loops[instruction.loop], program.views[instruction.dst], visit);
}

// Least and greatest slot of a view.
std::pair<Slot, Slot> reach(const Program& program, const Loop& loop, const View& view);

// Slots that some view, state or span reaches together are one object: a scalar or an array. What
// moves or shares slots does so with whole objects.
struct Objects {
  std::vector<SlotSpan> all;           // ascending, without gaps
  std::vector<std::uint32_t> of_slot;  // index into `all`

  const SlotSpan& of(Slot slot) const { return all[of_slot[slot]]; }
};

Objects find_objects(const Program& program);

}  // namespace shamal::ir
