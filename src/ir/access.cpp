#include "ir/access.h"

#include <algorithm>

namespace shamal::ir {

Loop loop_of(const Program& program, const Instruction& instruction, const Access& access) {
  return joined(program.loops[instruction.loop], program.loops[access.inner]);
}

std::pair<Slot, Slot> reach(const Program& program, const Instruction& instruction,
                            const Access& access) {
  const View& view = program.views[access.view];
  const Loop loop = loop_of(program, instruction, access);
  std::int64_t low = view.base;
  std::int64_t high = std::int64_t{view.base} + access.count - 1;
  for (std::uint32_t k = 0; k < loop.rank; ++k) {
    const Axis& axis = view.axes[k];
    if (axis.table < 0) {
      const std::int64_t last = std::int64_t{axis.stride} * (loop.extents[k] - std::int64_t{1});
      low += std::min<std::int64_t>(0, last);
      high += std::max<std::int64_t>(0, last);
    } else {
      const auto& table = program.offset_tables[static_cast<std::size_t>(axis.table)];
      const auto [least, most] =
          std::minmax_element(table.begin(), table.begin() + loop.extents[k]);
      low += *least;
      high += *most;
    }
  }
  return {static_cast<Slot>(low), static_cast<Slot>(high)};
}

Objects find_objects(const Program& program) {
  // together[s] > 0 after summing up: s and s + 1 are in one object.
  std::vector<std::int32_t> together(program.slots + 1, 0);
  const auto join = [&](Slot first, Slot last) {
    ++together[first];
    --together[last];
  };
  const auto join_span = [&](Slot base, std::uint32_t count) { join(base, base + count - 1); };
  for (const auto& block : program.blocks) {
    for (const Instruction& instruction : block) {
      const auto touch = [&](const Access& access) {
        const auto [low, high] = reach(program, instruction, access);
        join(low, high);
      };
      for (const Access& access : reads(program, instruction)) {
        touch(access);
      }
      for (const Access& access : places(program, instruction)) {
        touch(access);
      }
      touch(write(program, instruction));
      if (instruction.op == Op::gather) {
        const SlotSpan span = gathered_span(program, instruction);
        join_span(span.base, span.count);
      }
    }
  }
  for (const Stock& stock : program.stocks) {
    join_span(stock.level, stock.count);
    join_span(stock.net, stock.count);
  }
  for (const Memory& memory : program.memories) {
    join_span(memory.current, memory.count);
    join_span(memory.next, memory.count);
  }
  for (const DelayLine& delay : program.delays) {
    join_span(delay.input, delay.count);
  }
  for (const DeviceUse& use : program.device_uses) {
    join_span(use.base, use.outputs * program.devices[use.device].count);
  }
  for (const std::vector<Port>* ports : {&program.inputs, &program.results}) {
    for (const Port& port : *ports) {
      join_span(port.base, port.count);
    }
  }
  Objects made;
  made.of_slot.resize(program.slots);
  std::int32_t open = 0;
  for (Slot slot = 0; slot < program.slots; ++slot) {
    if (open == 0) {
      made.all.push_back({slot, 0});
    }
    ++made.all.back().count;
    made.of_slot[slot] = static_cast<std::uint32_t>(made.all.size() - 1);
    open += together[slot];
  }
  return made;
}

bool stands_still(const Loop& loop, const View& view) {
  for (std::uint32_t k = 0; k < loop.rank; ++k) {
    if (loop.extents[k] > 1 && view.axes[k] == Axis{}) {
      return true;
    }
  }
  return false;
}

}  // namespace shamal::ir
