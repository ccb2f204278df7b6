#include "ir/lasting.h"

#include <algorithm>

#include "ir/single_assignment.h"

namespace shamal::ir {

namespace {

// By slot of the original: whether it is a parameter, or `initial` makes it from one and the steps
// leave it alone.
std::vector<char> left_by_initial(const RenamedProgram& of, const std::vector<Slot>& parameters) {
  std::vector<char> left(of.original.slots, 0);
  for (const Slot parameter : parameters) {
    left[parameter] = 1;
  }
  for (const Instruction& instruction : of.program.block(Block::initial)) {
    for (const Slot slot : written_slots(of.program, instruction)) {
      if (slot < of.original.slots && of.active[slot] != 0) {
        left[slot] = 1;
      }
    }
  }
  return left;
}

// By object: whether a step reads it, also when it ends.
std::vector<char> read_in_step(const RenamedProgram& of, const std::vector<Port>& saved) {
  std::vector<char> read(of.objects.all.size(), 0);
  const auto mark = [&](Slot slot) { read[of.objects.of_slot[slot]] = 1; };
  for (const Instruction& instruction : of.program.block(Block::rates)) {
    for (const Access& access : reads(of.program, instruction)) {
      mark(reach(of.program, instruction, access).first);
    }
    if (instruction.op == Op::gather) {
      mark(gathered_span(of.program, instruction).base);
    } else if (instruction.op == Op::procedure) {
      for (const Access& access : places(of.program, instruction)) {
        mark(reach(of.program, instruction, access).first);
      }
    }
  }
  const auto mark_all = [&](Slot base, std::uint32_t count) {
    for (Slot slot = base; slot < base + count; ++slot) {
      mark(of.in_step[slot]);
    }
  };
  for (const Stock& stock : of.original.stocks) {
    mark_all(stock.net, stock.count);
  }
  for (const Memory& memory : of.original.memories) {
    mark_all(memory.next, memory.count);
  }
  for (const DelayLine& line : of.original.delays) {
    mark_all(line.input, line.count);
  }
  for (const Port& array : saved) {
    mark_all(array.base, array.count);
  }
  return read;
}

}  // namespace

std::vector<Port> lasting_values(const RenamedProgram& of, const std::vector<Slot>& parameters,
                                 const std::vector<Port>& saved) {
  const std::vector<char> left = left_by_initial(of, parameters);
  const std::vector<char> read = read_in_step(of, saved);
  std::vector<Port> made;
  for (Slot first = 0; first < left.size();) {
    const std::uint32_t object = of.objects.of_slot[first];
    Slot last = first;
    while (last < left.size() && left[last] != 0 && of.objects.of_slot[last] == object) {
      ++last;
    }
    if (last > first && read[object] != 0) {
      made.push_back({first, last - first});
    }
    first = std::max(last, first + 1);
  }
  return made;
}

}  // namespace shamal::ir
