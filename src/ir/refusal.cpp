#include "ir/refusal.h"

#include <algorithm>

#include "ir/single_assignment.h"

namespace shamal::ir {

NotDifferentiable refusal(const Program& program, const std::vector<Instruction>& block,
                          std::size_t position, std::string why) {
  std::vector<char> reached(program.slots, 0);
  NotDifferentiable made{block[position].op, {}, std::move(why)};
  const auto reach = [&](const Instruction& instruction) {
    for (const Slot slot : written_slots(program, instruction)) {
      if (reached[slot] == 0) {
        reached[slot] = 1;
        made.slots.push_back(slot);
      }
    }
  };
  reach(block[position]);
  for (std::size_t i = position + 1; i < block.size(); ++i) {
    const std::vector<Access> read = reads(program, block[i]);
    const bool follows = std::any_of(read.begin(), read.end(), [&](const Access& access) {
      const std::vector<Slot> slots = reached_slots(program, block[i], access);
      return std::any_of(slots.begin(), slots.end(), [&](Slot slot) { return reached[slot] != 0; });
    });
    if (follows) {
      reach(block[i]);
    }
  }
  return made;
}

NotDifferentiable device_refusal(const Program& program) {
  // In `rates` flows are computed from it.
  for (const Block of : {Block::rates, Block::outputs, Block::initial}) {
    const std::vector<Instruction>& block = program.block(of);
    for (std::size_t i = 0; i < block.size(); ++i) {
      if (block[i].op == Op::device) {
        return refusal(program, block, i, "conveyors and queues have no derivative");
      }
    }
  }
  return {Op::device, {}, "conveyors and queues have no derivative"};
}

}  // namespace shamal::ir
