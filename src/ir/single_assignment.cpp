#include "ir/single_assignment.h"

#include <algorithm>
#include <numeric>

#include "ir/access.h"
#include "ir/emitter.h"

namespace shamal::ir {

std::vector<Slot> reached_slots(const Program& program, const Instruction& instruction,
                                const Access& access) {
  const View& view = program.views[access.view];
  std::vector<Slot> slots;
  for (const std::int64_t offset : offsets(program, loop_of(program, instruction, access), view)) {
    slots.push_back(static_cast<Slot>(view.base + offset));
  }
  return slots;
}

std::vector<Slot> reached_slots(const Program& program, const Instruction& instruction,
                                std::size_t argument) {
  const bool inner = instruction.op == Op::rank && argument != 1;
  return reached_slots(program, instruction,
                       Access{instruction.args[argument], inner ? instruction.aux : 0});
}

std::vector<Slot> written_slots(const Program& program, const Instruction& instruction) {
  return reached_slots(program, instruction, write(program, instruction));
}

bool is_fold(const Program& program, const Instruction& instruction) {
  return instruction.args[0] != kNone &&
         program.views[instruction.args[0]] == program.views[instruction.dst];
}

bool reads_own_results(const Program& program, const Instruction& instruction) {
  const std::vector<Slot> written = written_slots(program, instruction);
  const auto [low, high] = std::minmax_element(written.begin(), written.end());
  for (std::size_t a = is_fold(program, instruction) ? 1 : 0; a < instruction.args.size(); ++a) {
    const bool looked_at =
        !(instruction.op == Op::gather && a == 1) && !(instruction.op == Op::delay_read && a == 2);
    if (instruction.args[a] == kNone || !looked_at) {
      continue;
    }
    for (const Slot slot : reached_slots(program, instruction, a)) {
      if (slot >= *low && slot <= *high &&
          std::find(written.begin(), written.end(), slot) != written.end()) {
        return true;
      }
    }
  }
  return false;
}

namespace {

class Renamer {
 public:
  explicit Renamer(const Program& program) : old_(program), objects_(find_objects(program)) {
    made_.program = program;
    made_.program.stocks.clear();
    made_.program.memories.clear();
    made_.program.calls.clear();
    for (std::vector<Instruction>& block : made_.program.blocks) {
      block.clear();
    }
  }

  std::optional<SingleAssignment> run() {
    const Slot image = slots(old_.slots);
    made_.in_step.resize(old_.slots);
    made_.at_start.resize(old_.slots);
    std::iota(made_.in_step.begin(), made_.in_step.end(), Slot{0});
    std::iota(made_.at_start.begin(), made_.at_start.end(), image);
    std::vector<char> given = given_slots();
    copy_marked(given, made_.in_step, made_.at_start);
    rename(made_.at_start, {Block::initial}, Block::initial);
    leave_for_steps(std::move(given));
    rename(made_.in_step, {Block::rates, Block::outputs}, Block::rates);
    for (const auto& [slot, place] : ends_) {
      sound_ = sound_ && made_.in_step[slot] == place;
    }
    for (std::size_t d = 0; d < old_.delays.size() && sound_; ++d) {
      made_.program.delays[d].input =
          moved(made_.in_step, old_.delays[d].input, old_.delays[d].count);
    }
    return sound_ ? std::optional(std::move(made_)) : std::nullopt;
  }

 private:
  Slot slots(std::uint32_t count) {
    const Slot base = made_.program.slots;
    made_.program.slots += count;
    return base;
  }

  // Constants and the fixed slots.
  std::vector<char> given_slots() const {
    std::vector<char> given(old_.slots, 0);
    std::fill_n(given.begin(), kFirstFreeSlot, char{1});
    for (const Constant& constant : old_.constants) {
      given[constant.slot] = 1;
    }
    return given;
  }

  // Appends copies of the marked slots to block `initial`, as many neighbours of one object at a
  // time as are neighbours in both places.
  void copy_marked(const std::vector<char>& marked, const std::vector<Slot>& from,
                   const std::vector<Slot>& to) {
    Emitter emit(made_.program, Block::initial);
    for (const SlotSpan& object : objects_.all) {
      const Slot end = object.base + object.count;
      for (Slot first = object.base; first < end;) {
        if (marked[first] == 0) {
          ++first;
          continue;
        }
        Slot last = first + 1;
        while (last < end && marked[last] != 0 && from[last] == from[first] + (last - first) &&
               to[last] == to[first] + (last - first)) {
          ++last;
        }
        const LoopId loop = emit.add(Loop{1, {last - first}});
        emit.emit(Op::copy, loop, View{to[first], {{{1, -1}}}}, {View{from[first], {{{1, -1}}}}});
        first = last;
      }
    }
  }

  // What `initial` sets and the steps do not: copied out of its image. Levels and memories become
  // inputs.
  void leave_for_steps(std::vector<char> not_left) {
    for (const Block block : {Block::rates, Block::outputs}) {
      for (const Instruction& instruction : old_.block(block)) {
        for (const Slot slot : written_slots(old_, instruction)) {
          not_left[slot] = 1;
        }
      }
    }
    const auto begin_step = [&](Slot base, std::uint32_t count) {
      made_.program.inputs.push_back({base, count});
      std::fill_n(not_left.begin() + base, count, char{1});
    };
    for (const Stock& stock : old_.stocks) {
      begin_step(stock.level, stock.count);
    }
    for (const Memory& memory : old_.memories) {
      begin_step(memory.current, memory.count);
    }
    std::vector<char> left(old_.slots, 0);
    for (const Instruction& instruction : old_.block(Block::initial)) {
      for (const Slot slot : written_slots(old_, instruction)) {
        left[slot] = static_cast<char>(not_left[slot] == 0);
      }
    }
    copy_marked(left, made_.at_start, made_.in_step);
  }

  // Where neighbouring slots now begin; they have to have stayed neighbours.
  Slot moved(const std::vector<Slot>& places, Slot base, std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) {
      sound_ = sound_ && places[base + i] == places[base] + i;
    }
    return places[base];
  }

  // The view at the places where its slots are now: all of them have moved equally far.
  ViewId renamed(const std::vector<Slot>& places, ViewId view, const std::vector<Slot>& reached) {
    const std::int64_t shift = std::int64_t{places[reached[0]]} - reached[0];
    for (const Slot slot : reached) {
      sound_ = sound_ && std::int64_t{places[slot]} - slot == shift;
    }
    View made = old_.views[view];
    made.base = static_cast<Slot>(made.base + shift);
    made_.program.views.push_back(made);
    return static_cast<ViewId>(made_.program.views.size() - 1);
  }

  std::uint32_t renamed_call(const std::vector<Slot>& places, const Instruction& instruction) {
    Call made = old_.calls[instruction.aux];
    for (Call::Input& input : made.inputs) {
      if (input.view != kNone) {
        const std::vector<Slot> reached =
            reached_slots(old_, instruction, {input.view, input.inner});
        input.view = renamed(places, input.view, reached);
        for (const Slot slot : reached) {
          if (made.keeper != kNone && &places == &made_.in_step) {
            ends_.emplace_back(slot, places[slot]);
          }
        }
      }
    }
    made_.program.calls.push_back(std::move(made));
    made_.call_of.push_back(instruction.aux);
    return static_cast<std::uint32_t>(made_.program.calls.size() - 1);
  }

  std::vector<Slot> gathered_slots(const Instruction& instruction) const {
    const SlotSpan span = gathered_span(old_, instruction);
    std::vector<Slot> slots(span.count);
    std::iota(slots.begin(), slots.end(), span.base);
    return slots;
  }

  void rename(std::vector<Slot>& places, const std::vector<Block>& from, Block into) {
    for (const Block block : from) {
      for (const Instruction& instruction : old_.block(block)) {
        Instruction made = instruction;
        for (std::size_t a = 0; a < made.args.size(); ++a) {
          if (made.args[a] != kNone) {
            // Where a delay line is, not what it is given now.
            const bool line = made.op == Op::delay_read && a == 2;
            made.args[a] =
                renamed(line ? made_.in_step : places, made.args[a],
                        made.op == Op::gather && a == 1 ? gathered_slots(instruction)
                                                        : reached_slots(old_, instruction, a));
          }
        }
        if (made.op == Op::procedure) {
          made.aux = renamed_call(places, instruction);
          const std::uint32_t keeper = made_.program.calls[made.aux].keeper;
          if (keeper != kNone) {
            made_.program.keepers[keeper].call = made.aux;
          }
        }
        const std::vector<Slot> written = written_slots(old_, instruction);
        if (!is_fold(old_, instruction)) {
          find_room(places, written);
        }
        made.dst = renamed(places, instruction.dst, written);
        sound_ = sound_ && !reads_own_results(made_.program, made);
        for (const Slot slot : written) {
          written_.resize(std::max<std::size_t>(written_.size(), made_.program.slots), 0);
          written_[places[slot]] = 1;
        }
        made_.program.block(into).push_back(made);
      }
    }
  }

  void find_room(std::vector<Slot>& places, const std::vector<Slot>& written) {
    const bool taken = std::any_of(written.begin(), written.end(), [&](Slot slot) {
      return places[slot] < written_.size() && written_[places[slot]] != 0;
    });
    if (taken) {
      const auto [low, high] = std::minmax_element(written.begin(), written.end());
      const Slot fresh = slots(*high - *low + 1);
      for (const Slot slot : written) {
        places[slot] = fresh + (slot - *low);
      }
    }
  }

  const Program& old_;
  Objects objects_;
  SingleAssignment made_;
  std::vector<char> written_;                // by slot of the new program
  std::vector<std::pair<Slot, Slot>> ends_;  // what keepers read when a step ends: slot, place
  bool sound_ = true;
};

}  // namespace

std::optional<SingleAssignment> single_assignment(const Program& program) {
  return Renamer(program).run();
}

}  // namespace shamal::ir
