#include "ir/simplify.h"

#include <map>
#include <numeric>
#include <string>
#include <unordered_map>

#include "ir/roles.h"

namespace shamal::ir {

namespace {

class Simplifier : Roles {
 public:
  Simplifier(Program& program, const Wanted& wanted)
      : Roles(program), program_(program), wanted_(wanted) {}

  Simplified run() {
    moved_.resize(program_.slots);
    std::iota(moved_.begin(), moved_.end(), Slot{0});
    share(kRates);
    share(kOutputs);
    find();
    sweep();
    hoist();
    Simplified made{std::move(moved_), {}};
    for (Slot slot = 0; slot < program_.slots; ++slot) {
      made.live.push_back(live_[object(slot)]);
    }
    return made;
  }

 private:
  // ---- share

  // The view after all moves: of the object that is read instead now.
  ViewId moved(const Instruction& instruction, const Access& access) {
    const Slot first = span(object(instruction, access)).base;
    if (moved_[first] == first) {
      return access.view;
    }
    View made = program_.views[access.view];
    made.base += moved_[first] - first;
    const auto [known, fresh] = moved_views_.emplace(std::make_pair(access.view, made.base), 0);
    if (fresh) {
      program_.views.push_back(made);
      known->second = static_cast<ViewId>(program_.views.size() - 1);
    }
    return known->second;
  }

  void move_arguments(Instruction& instruction) {
    if (instruction.op == Op::procedure) {
      for (Call::Input& input : program_.calls[instruction.aux].inputs) {
        if (input.view != kNone) {
          input.view = moved(instruction, {input.view, input.inner});
        }
      }
      return;
    }
    for (std::size_t a = 0; a < instruction.args.size(); ++a) {
      const bool address =
          (instruction.op == Op::gather && a == 1) || (instruction.op == Op::delay_read && a == 2);
      if (instruction.args[a] != kNone && !address) {
        instruction.args[a] = moved(instruction, argument(instruction, a));
      }
    }
  }

  void append(std::string& key, const View& of, std::uint32_t rank) const {
    const auto put = [&key](const auto& value) {
      key.append(reinterpret_cast<const char*>(&value), sizeof value);
    };
    put(of.base);
    for (std::uint32_t k = 0; k < rank; ++k) {
      put(of.axes[k].stride);
      put(of.axes[k].table);
    }
  }

  void share(std::size_t b) {
    std::unordered_map<std::string, Slot> known;  // computation → slot of its result
    std::vector<Instruction> kept;
    for (Instruction instruction : program_.blocks[b]) {
      if (!remembers(instruction)) {
        move_arguments(instruction);
      }
      bool stable = true;
      for_each_source(instruction, [&](std::uint32_t o) { stable = stable && settled(o, b); });
      const std::uint32_t o = target(instruction);
      if (!stable || !single(o, b) ||
          !(elementwise(instruction.op) || instruction.op == Op::lookup)) {
        kept.push_back(instruction);
        continue;
      }
      const Loop& loop = program_.loops[instruction.loop];
      const Slot to = span(o).base;
      if (instruction.op == Op::copy &&
          view(instruction.args[0]).axes == view(instruction.dst).axes &&
          within_one_object(first_read(instruction), span(o).count)) {
        move(o, first_read(instruction));
        continue;
      }
      std::string key(1, static_cast<char>(instruction.op));
      key.append(reinterpret_cast<const char*>(&instruction.loop), sizeof instruction.loop);
      append(key, {0, view(instruction.dst).axes}, loop.rank);
      for (const ViewId arg : instruction.args) {
        if (arg != kNone) {
          append(key, view(arg), loop.rank);
        }
      }
      if (instruction.op == Op::lookup) {
        append(key, program_.table_views[instruction.aux], loop.rank);
      }
      const auto [same, fresh] = known.emplace(std::move(key), to);
      if (fresh) {
        kept.push_back(instruction);
      } else {
        move(o, same->second);
      }
    }
    program_.blocks[b] = std::move(kept);
  }

  // Where the source of a copy begins.
  Slot first_read(const Instruction& instruction) const {
    return reach(program_, instruction, argument(instruction, 0)).first;
  }

  // The source lies within one object.
  bool within_one_object(Slot from, std::uint32_t count) const {
    const SlotSpan& object_span = span(object(from));
    return from + count <= object_span.base + object_span.count;
  }

  void move(std::uint32_t o, Slot to) {
    const SlotSpan& from = span(o);
    for (std::uint32_t i = 0; i < from.count; ++i) {
      moved_[from.base + i] = to + i;
    }
  }

  // ---- sweep

  void sweep() {
    std::vector<std::vector<const Instruction*>> writing(objects());
    for (const auto& block : program_.blocks) {
      for (const Instruction& instruction : block) {
        writing[target(instruction)].push_back(&instruction);
      }
    }
    // Level and net flow live together, and so do a memory's current and next value.
    std::vector<std::vector<std::uint32_t>> bound(objects());
    const auto bind = [&](Slot a, Slot b) {
      bound[object(a)].push_back(object(b));
      bound[object(b)].push_back(object(a));
    };
    for (const Stock& stock : program_.stocks) {
      bind(stock.level, stock.net);
    }
    for (const Memory& memory : program_.memories) {
      bind(memory.current, memory.next);
    }
    bind_keepers(bound);
    live_.assign(objects(), 0);
    std::vector<std::uint32_t> open;
    const auto mark = [&](std::uint32_t o) {
      if (live_[o] == 0) {
        live_[o] = 1;
        open.push_back(o);
      }
    };
    for (const SlotSpan& span : wanted_.saved) {
      for (Slot slot = span.base; slot < span.base + span.count; ++slot) {
        mark(object(moved_[slot]));
      }
    }
    if (wanted_.own_steps) {
      for (const Stock& stock : program_.stocks) {
        mark(object(stock.level));
      }
    }
    for (Slot slot = 0; slot < kFirstFreeSlot; ++slot) {
      mark(object(slot));
    }
    for (const auto& block : program_.blocks) {
      for (const Instruction& instruction : block) {
        if (instruction.op == Op::device) {  // one may depend on what another holds
          mark(target(instruction));
        }
      }
    }
    for (const std::vector<Port>* ports : {&program_.inputs, &program_.results}) {
      for (const Port& port : *ports) {
        mark(object(port.base));
      }
    }
    while (!open.empty()) {
      const std::uint32_t o = open.back();
      open.pop_back();
      for (const std::uint32_t other : bound[o]) {
        mark(other);
      }
      for (const Instruction* instruction : writing[o]) {
        for_each_source(*instruction, mark);
      }
    }
    const auto dead = [this](Slot slot) { return live_[object(slot)] == 0; };
    for (auto& block : program_.blocks) {
      std::erase_if(block, [&](const Instruction& i) { return live_[target(i)] == 0; });
    }
    std::erase_if(program_.constants, [&](const Constant& of) { return dead(of.slot); });
    std::erase_if(program_.stocks, [&](const Stock& of) { return dead(of.level); });
    std::erase_if(program_.memories, [&](const Memory& of) { return dead(of.current); });
    drop_keepers();
    // Delays are named by their place in the list.
    std::vector<std::uint32_t> delay_at(program_.delays.size(), kNone);
    std::vector<DelayLine> delays;
    for (std::size_t d = 0; d < program_.delays.size(); ++d) {
      if (!dead(program_.delays[d].input)) {
        delay_at[d] = static_cast<std::uint32_t>(delays.size());
        delays.push_back(program_.delays[d]);
      }
    }
    program_.delays = std::move(delays);
    for (auto& block : program_.blocks) {
      for (Instruction& instruction : block) {
        if (instruction.op == Op::delay_read) {
          instruction.aux = delay_at[instruction.aux];
        }
      }
    }
  }

  // What uses the same memory lives together: one use may take it over the step for another.
  void bind_keepers(std::vector<std::vector<std::uint32_t>>& bound) const {
    std::vector<std::uint32_t> last(program_.keepers.size(), kNone);
    for (const auto& block : program_.blocks) {
      for (const Instruction& instruction : block) {
        if (instruction.op != Op::procedure) {
          continue;
        }
        const Call& call = program_.calls[instruction.aux];
        for (const std::uint32_t keeper : {call.keeper, call.past}) {
          if (keeper == kNone) {
            continue;
          }
          const std::uint32_t to = target(instruction);
          if (last[keeper] != kNone) {
            bound[last[keeper]].push_back(to);
            bound[to].push_back(last[keeper]);
          }
          last[keeper] = to;
        }
      }
    }
  }

  // Those whose calls are gone; those that the caller sets he knows by number.
  void drop_keepers() {
    std::vector<char> used;
    for (const Keeper& keeper : program_.keepers) {
      used.push_back(keeper.given ? 1 : 0);
    }
    for (const auto& block : program_.blocks) {
      for (const Instruction& instruction : block) {
        if (instruction.op == Op::procedure && program_.calls[instruction.aux].keeper != kNone) {
          used[program_.calls[instruction.aux].keeper] = 1;
        }
      }
    }
    std::vector<std::uint32_t> number(used.size(), kNone);
    std::vector<Keeper> kept;
    for (std::size_t k = 0; k < used.size(); ++k) {
      if (used[k] != 0) {
        number[k] = static_cast<std::uint32_t>(kept.size());
        kept.push_back(program_.keepers[k]);
      }
    }
    for (Call& call : program_.calls) {
      call.keeper = call.keeper == kNone ? kNone : number[call.keeper];
    }
    program_.keepers = std::move(kept);
  }

  // ---- hoist

  void hoist() {
    find_writers();
    std::vector<char> changes = changing();
    std::vector<Instruction> kept;
    for (const Instruction& instruction : program_.blocks[kRates]) {
      const std::uint32_t o = target(instruction);
      bool fixed =
          single(o, kRates) && (elementwise(instruction.op) || instruction.op == Op::lookup);
      for_each_source(instruction,
                      [&](std::uint32_t from) { fixed = fixed && changes[from] == 0; });
      if (fixed) {
        changes[o] = 0;
        program_.blocks[kInitial].push_back(instruction);
      } else {
        kept.push_back(instruction);
      }
    }
    program_.blocks[kRates] = std::move(kept);
  }

  Program& program_;
  const Wanted& wanted_;
  std::vector<char> live_;   // by object
  std::vector<Slot> moved_;  // where the value of a slot is found
  std::map<std::pair<ViewId, Slot>, ViewId> moved_views_;
};

}  // namespace

void Simplified::add_slots(const Program& program) {
  const std::size_t before = moved.size();
  moved.resize(program.slots);
  std::iota(moved.begin() + static_cast<std::ptrdiff_t>(before), moved.end(),
            static_cast<Slot>(before));
  live.resize(program.slots, 1);
}

Simplified simplify(Program& program, const Wanted& wanted) {
  return Simplifier(program, wanted).run();
}

}  // namespace shamal::ir
