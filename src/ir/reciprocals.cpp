#include "ir/reciprocals.h"

#include <limits>
#include <optional>
#include <unordered_map>

#include "ir/emitter.h"
#include "ir/roles.h"

namespace shamal::ir {

namespace {

class Reciprocals : Roles {
 public:
  Reciprocals(Program& program, const Wanted& wanted)
      : Roles(program),
        program_(program),
        emit_(program, Block::initial),
        in_rates_(program, Block::rates),
        single_(wanted.single) {
    changes_ = changing();
    if (wanted.own_steps) {
      changes_[object(kStepSlot)] = 1;
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

  void share() {
    const std::vector<Instruction> block = std::move(program_.block(Block::rates));
    program_.block(Block::rates).clear();
    const std::vector<Shared> all = find_shared(block);
    std::unordered_map<std::uint32_t, Slot> known;
    std::vector<char> done(block.size(), 0);
    const auto make_known = [&](std::uint32_t o, LoopId loop) {
      if (const std::uint32_t own = all[o].reciprocal; own != kNone) {
        program_.block(Block::rates).push_back(block[own]);
        done[own] = 1;
        known.emplace(o, span(target(block[own])).base);
      } else {
        known.emplace(o, invert(o, loop));
      }
    };
    for (std::uint32_t i = 0; i < block.size(); ++i) {
      if (done[i] != 0) {
        continue;
      }
      Instruction instruction = block[i];
      const std::optional<std::uint32_t> o = changing_divisor(instruction);
      if (o && known.count(*o) == 0 && all[*o].pays && all[*o].writer == kNone) {
        make_known(*o, loop_along(*o));
      }
      if (const auto of = o ? known.find(*o) : known.end(); of != known.end()) {
        View found = view(instruction.args[1]);
        found.base += of->second - span(*o).base;
        instruction.args[2] = in_rates_.add(found);
      }
      program_.block(Block::rates).push_back(instruction);
      const std::uint32_t made = target(instruction);
      if (all[made].pays && all[made].writer == i) {
        make_known(made, elementwise(instruction.op) ? instruction.loop : loop_along(made));
      }
    }
  }

 private:
  // An object that instructions divide by.
  struct Shared {
    std::uint64_t quotients = 0;
    std::uint32_t writer = kNone;  // of the block, before all of them; or nobody writes it there
    std::uint32_t reciprocal = kNone;  // the instruction that has it made in any case
    bool pays = false;
  };

  std::optional<std::uint32_t> changing_divisor(const Instruction& instruction) const {
    if (instruction.op != Op::divide || instruction.args[2] != kNone) {
      return std::nullopt;
    }
    const std::uint32_t o = object(instruction, argument(instruction, 1));
    return changes_[o] != 0 ? std::optional(o) : std::nullopt;
  }

  std::vector<Shared> find_shared(const std::vector<Instruction>& block) const {
    std::vector<Shared> all(objects());
    for (std::uint32_t i = 0; i < block.size(); ++i) {
      if (const auto o = changing_divisor(block[i])) {
        Shared& of = all[*o];
        of.quotients += known(of, *o) ? program_.loops[block[i].loop].count() : 0;
      } else if (block[i].op == Op::reciprocal && is_whole(block[i])) {
        const std::uint32_t inverted = object(block[i], argument(block[i], 0));
        Shared& of = all[inverted];
        of.reciprocal = known(of, inverted) && of.reciprocal == kNone ? i : of.reciprocal;
      }
      if (const std::uint32_t made = target(block[i]); single(made, kRates)) {
        all[made].writer = i;
      }
    }
    for (std::uint32_t o = 0; o < objects(); ++o) {
      const std::uint64_t least = all[o].reciprocal == kNone ? 2 : 1;
      all[o].pays = all[o].quotients >= least * span(o).count;
    }
    return all;
  }

  bool known(const Shared& of, std::uint32_t o) const {
    return of.writer != kNone || !written_while_running(o);
  }

  // Of a reciprocal: it has all elements of an object, each at its place.
  bool is_whole(const Instruction& instruction) const {
    const View& from = view(instruction.args[0]);
    const SlotSpan& divisors = span(object(instruction, argument(instruction, 0)));
    return single(target(instruction), kRates) && from.axes == view(instruction.dst).axes &&
           from.base == divisors.base && program_.loops[instruction.loop].count() == divisors.count;
  }

  LoopId loop_along(std::uint32_t o) {
    Loop along;
    along.rank = span(o).count > 1 ? 1 : 0;
    along.extents[0] = along.rank == 1 ? span(o).count : 0;
    return in_rates_.add(along);
  }

  // Appends 1 / the object, over a loop along all of it.
  Slot invert(std::uint32_t o, LoopId loop) {
    const Value divisor = in_rates_.value(loop, in_rates_.row_major(loop, span(o).base));
    return in_rates_.apply(Op::reciprocal, {divisor}).view.base;
  }

  Slot reciprocal(std::uint32_t o) {
    const auto [known, fresh] = known_.emplace(o, 0);
    if (fresh) {
      const LoopId loop = loop_along(o);
      const Value divisor = emit_.value(loop, emit_.row_major(loop, span(o).base));
      const auto number = [&](double value) { return emit_.constant(loop, value); };
      const Value within =
          single_ ? emit_.apply(Op::less_equal,
                                {emit_.apply(Op::absolute, {divisor}), number(kMostSingleDivisor)})
                  : emit_.apply(Op::logical_and,
                                {emit_.apply(Op::greater_equal, {divisor, number(kLeastDivisor)}),
                                 emit_.apply(Op::less_equal, {divisor, number(kMostDivisor)})});
      const Value none = number(std::numeric_limits<double>::signaling_NaN());
      const Value inverse = emit_.apply(Op::reciprocal, {divisor});
      known->second = emit_.apply(Op::select, {within, inverse, none}).view.base;
    }
    return known->second;
  }

  Program& program_;
  Emitter emit_;
  Emitter in_rates_;
  bool single_;
  std::vector<char> changes_;
  std::unordered_map<std::uint32_t, Slot> known_;
};

}  // namespace

void add_reciprocals(Program& program, Simplified& simplified, const Wanted& wanted) {
  Reciprocals reciprocals(program, wanted);
  reciprocals.add();
  if (wanted.shared_reciprocals) {
    reciprocals.share();
  }
  simplified.add_slots(program);
}

}  // namespace shamal::ir
