#include "ir/access.h"

#include <algorithm>

namespace shamal::ir {

Loop argument_loop(const Program& program, const Instruction& instruction, std::size_t arg) {
  Loop loop = program.loops[instruction.loop];
  if (instruction.op == Op::rank && arg != 1) {
    const Loop& inner = program.loops[instruction.aux];
    std::copy_n(inner.extents.begin(), inner.rank, loop.extents.begin() + loop.rank);
    loop.rank += inner.rank;
  }
  return loop;
}

std::pair<Slot, Slot> reach(const Program& program, const Loop& loop, const View& view) {
  std::int64_t low = view.base;
  std::int64_t high = view.base;
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
  // joined[s] > 0 after summing up: s and s + 1 are in one object.
  std::vector<std::int32_t> joined(program.slots + 1, 0);
  const auto join = [&](Slot first, Slot last) {
    ++joined[first];
    --joined[last];
  };
  for (const auto& block : program.blocks) {
    for (const Instruction& instruction : block) {
      for_each_view(program, instruction, [&](Touch, const View& view, const Loop& loop) {
        const auto [low, high] = reach(program, loop, view);
        join(low, high);
      });
      if (instruction.op == Op::gather) {
        const SlotSpan span = gathered_span(program, instruction);
        join(span.base, span.base + span.count - 1);
      }
    }
  }
  const auto join_span = [&](Slot base, std::uint32_t count) { join(base, base + count - 1); };
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
  Objects made;
  made.of_slot.resize(program.slots);
  std::int32_t open = 0;
  for (Slot slot = 0; slot < program.slots; ++slot) {
    if (open == 0) {
      made.all.push_back({slot, 0});
    }
    ++made.all.back().count;
    made.of_slot[slot] = static_cast<std::uint32_t>(made.all.size() - 1);
    open += joined[slot];
  }
  return made;
}

}  // namespace shamal::ir
