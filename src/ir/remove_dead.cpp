#include "ir/remove_dead.h"

#include <algorithm>

#include "ir/single_assignment.h"

namespace shamal::ir {

void remove_dead(Program& program) {
  std::vector<char> live(program.slots, 0);
  const auto mark = [&](Slot base, std::uint32_t count) {
    std::fill_n(live.begin() + base, count, char{1});
  };
  for (const Stock& stock : program.stocks) {
    mark(stock.level, stock.count);
    mark(stock.net, stock.count);
  }
  for (const Memory& memory : program.memories) {
    mark(memory.current, memory.count);
    mark(memory.next, memory.count);
  }
  for (const DelayLine& line : program.delays) {
    mark(line.input, line.count);
  }
  for (const Port& port : program.results) {
    mark(port.base, port.count);
  }
  for (std::size_t b = kBlocks; b-- > 0;) {
    std::vector<Instruction>& block = program.blocks[b];
    std::vector<Instruction> kept;
    for (std::size_t i = block.size(); i-- > 0;) {
      const std::vector<Slot> written = written_slots(program, block[i]);
      if (std::none_of(written.begin(), written.end(), [&](Slot s) { return live[s] != 0; })) {
        continue;
      }
      for (std::size_t a = 0; a < block[i].args.size(); ++a) {
        if (block[i].args[a] == kNone) {
          continue;
        }
        if (block[i].op == Op::gather && a == 1) {
          std::fill(live.begin(), live.end(), char{1});  // it may read anything
          continue;
        }
        for (const Slot slot : reached_slots(program, block[i], a)) {
          live[slot] = 1;
        }
      }
      kept.push_back(block[i]);
    }
    std::reverse(kept.begin(), kept.end());
    block = std::move(kept);
  }
}

}  // namespace shamal::ir
