#include "ir/roles.h"

namespace shamal::ir {

bool Roles::covers(const Instruction& instruction) const {
  const Access access = write(of_, instruction);
  const Loop loop = loop_of(of_, instruction, access);
  const View& dst = view(instruction.dst);
  const SlotSpan& span = objects_.all[target(instruction)];
  if (access.count != 1 || loop.count() != span.count) {
    return false;
  }
  // In order: no element twice.
  std::int64_t stride = 1;
  for (std::size_t k = loop.rank; k-- > 0;) {
    if (dst.axes[k].table >= 0 || (loop.extents[k] > 1 && dst.axes[k].stride != stride)) {
      return false;
    }
    stride *= loop.extents[k];
  }
  return true;
}

std::vector<char> Roles::changing() const {
  std::vector<char> made(objects(), 0);
  for (std::uint32_t o = 0; o < objects(); ++o) {
    made[o] = written_while_running(o) ? 1 : 0;
  }
  made[object(kTimeSlot)] = 1;
  for (const Stock& stock : of_.stocks) {
    made[object(stock.level)] = made[object(stock.net)] = 1;
  }
  for (const Memory& memory : of_.memories) {
    made[object(memory.current)] = made[object(memory.next)] = 1;
  }
  for (const Port& port : of_.inputs) {
    made[object(port.base)] = 1;
  }
  return made;
}

void Roles::find_writers() {
  writers_.assign(objects(), {});
  for (std::size_t b = 0; b < kBlocks; ++b) {
    for (const Instruction& instruction : of_.blocks[b]) {
      Writers& of = writers_[target(instruction)];
      ++of.count[b];
      of.whole = of.whole && covers(instruction);
    }
  }
  // What the simulation itself sets or reads stays where it is.
  state_.assign(objects(), 0);
  for (Slot slot = 0; slot < kFirstFreeSlot; ++slot) {
    state_[object(slot)] = 1;
  }
  for (const Constant& constant : of_.constants) {
    state_[object(constant.slot)] = 1;
  }
  for (const Stock& stock : of_.stocks) {
    state_[object(stock.level)] = state_[object(stock.net)] = 1;
  }
  for (const Memory& memory : of_.memories) {
    state_[object(memory.current)] = state_[object(memory.next)] = 1;
  }
  for (const DelayLine& delay : of_.delays) {
    state_[object(delay.input)] = 1;
  }
  for (const auto& block : of_.blocks) {
    for (const Instruction& instruction : block) {
      if (instruction.op == Op::gather) {
        state_[object(gathered_span(of_, instruction).base)] = 1;
      } else if (remembers(instruction)) {
        for_each_source(instruction, [this](std::uint32_t o) { state_[o] = 1; });
        state_[target(instruction)] = 1;
      }
    }
  }
  for (const Port& port : of_.inputs) {
    state_[object(port.base)] = 1;
  }
  for (const Port& port : of_.results) {
    state_[object(port.base)] = 1;
  }
}

}  // namespace shamal::ir
