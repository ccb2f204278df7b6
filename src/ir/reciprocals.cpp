#include "ir/reciprocals.h"

#include <limits>
#include <numeric>
#include <unordered_map>

#include "ir/emitter.h"
#include "ir/roles.h"

namespace shamal::ir {

namespace {

class Reciprocals : Roles {
 public:
  Reciprocals(Program& program, const Wanted& wanted)
      : Roles(program), program_(program), emit_(program, Block::initial) {
    changes_.assign(objects(), 0);
    const auto change = [this](Slot base) { changes_[object(base)] = 1; };
    change(kTimeSlot);
    if (wanted.own_steps) {
      change(kStepSlot);
    }
    for (const Stock& stock : program.stocks) {
      change(stock.level);
      change(stock.net);
    }
    for (const Memory& memory : program.memories) {
      change(memory.current);
      change(memory.next);
    }
    for (const Port& port : program.inputs) {
      change(port.base);
    }
    for (std::uint32_t o = 0; o < objects(); ++o) {
      changes_[o] = changes_[o] != 0 || written_while_running(o) ? 1 : 0;
    }
  }

  void add() {
    // Objects stay what they were found to be: what this makes is nobody's divisor.
    for (Instruction& instruction : program_.block(Block::rates)) {
      if (instruction.op != Op::divide) {
        continue;
      }
      const std::uint32_t o = object(instruction, argument(instruction, 1));
      if (changes_[o] == 0) {
        View found = view(instruction.args[1]);
        found.base += reciprocal(o) - span(o).base;
        instruction.args[2] = emit_.add(found);
      }
    }
  }

 private:
  Slot reciprocal(std::uint32_t o) {
    const auto [known, fresh] = known_.emplace(o, 0);
    if (fresh) {
      Loop along;
      along.rank = span(o).count > 1 ? 1 : 0;
      along.extents[0] = along.rank == 1 ? span(o).count : 0;
      const LoopId loop = emit_.add(along);
      const Value divisor = emit_.value(loop, emit_.row_major(loop, span(o).base));
      const auto number = [&](double value) { return emit_.constant(loop, value); };
      const Value within = emit_.apply(
          Op::logical_and, {emit_.apply(Op::greater_equal, {divisor, number(kLeastDivisor)}),
                            emit_.apply(Op::less_equal, {divisor, number(kMostDivisor)})});
      const Value none = number(std::numeric_limits<double>::signaling_NaN());
      const Value inverse = emit_.apply(Op::divide, {number(1), divisor});
      known->second = emit_.apply(Op::select, {within, inverse, none}).view.base;
    }
    return known->second;
  }

  Program& program_;
  Emitter emit_;
  std::vector<char> changes_;
  std::unordered_map<std::uint32_t, Slot> known_;
};

}  // namespace

void add_reciprocals(Program& program, Simplified& simplified, const Wanted& wanted) {
  Reciprocals(program, wanted).add();
  const std::size_t before = simplified.moved.size();
  simplified.moved.resize(program.slots);
  std::iota(simplified.moved.begin() + static_cast<std::ptrdiff_t>(before), simplified.moved.end(),
            static_cast<Slot>(before));
  simplified.live.resize(program.slots, 1);
}

}  // namespace shamal::ir
