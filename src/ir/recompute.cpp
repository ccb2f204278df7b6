#include "ir/recompute.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ir/cluster.h"
#include "ir/roles.h"

namespace shamal::ir {

namespace {

// What moves cost, in operations: of what comes from the second cache; of what has to go there, and
// before that to be brought in; and of what stands still along an axis of the nest.
constexpr double kLoad = 1.5;
constexpr double kStore = 4;
constexpr double kSmallLoad = 1;
constexpr double kLeastGain = 2;
constexpr int kDeepest = 4;  // operations that lead to one another

// Nullopt: not to be done twice.
std::optional<double> cost(const Instruction& instruction) {
  constexpr double kDivision = 16;
  constexpr double kByReciprocal = 4;
  switch (instruction.op) {
    case Op::divide:
      return instruction.args[2] == kNone ? kDivision : kByReciprocal;
    case Op::divide_or:
    case Op::reciprocal:
    case Op::square_root:
      return kDivision;
    case Op::checked_index:
      return std::nullopt;
    default:
      return elementwise(instruction.op) && arithmetic(instruction.op) ? std::optional(1.0)
                                                                       : std::nullopt;
  }
}

// An element of an object for each turn of a nest.
struct Source {
  std::uint32_t object = kNone;
  View view;

  bool operator<(const Source& other) const {
    const auto key = [](const Source& of) {
      std::array<std::pair<std::int32_t, std::int32_t>, kMaxRank> axes;
      for (std::size_t k = 0; k < kMaxRank; ++k) {
        axes[k] = {of.view.axes[k].stride, of.view.axes[k].table};
      }
      return std::tuple(of.object, of.view.base, axes);
    };
    return key(*this) < key(other);
  }
};

class Recomputing : Roles {
 public:
  Recomputing(Program& program, const Simplified& simplified, const Wanted& wanted)
      : Roles(program),
        program_(program),
        block_(program.block(Block::rates)),
        varies_(varying(wanted)),
        long_array_(wanted.long_array),
        values_(objects()),
        live_(block_.size(), 0) {
    find_groups();
    find_values();
    find_steps();
    pin(simplified, wanted);
  }

  void run() {
    for (std::uint32_t i = 0; i < block_.size(); ++i) {
      if (const Value& value = values_[target(block_[i])]; value.maker == i && !value.pinned) {
        consider(target(block_[i]));
      }
    }
    for (std::uint32_t i = 0; i < block_.size(); ++i) {
      if (const Value& value = values_[target(block_[i])]; value.maker != i || value.pinned) {
        keep(i);
      }
    }
    write();
  }

 private:
  struct Value {
    std::uint32_t maker = kNone;       // the only instruction that writes it
    std::uint32_t last = kNone;        // the last one that does
    std::vector<std::uint32_t> uses;   // instructions that read it
    std::vector<std::uint32_t> loads;  // groups that read it to compute something again
    bool pinned = false;               // something else looks at it
    std::uint32_t step = kNone;        // of a level: the group with which it may take its step
  };

  // What it takes to have a value in a group: objects to compute there, in order, and to load.
  struct Sketch {
    double cost = 0;
    std::vector<std::uint32_t> computed;
    std::set<Source> loaded;
  };

  struct Group {
    std::set<Source> met;                            // read or made there
    std::set<std::uint32_t> known;                   // objects computed again there,
    std::unordered_map<std::uint32_t, ViewId> made;  // and what they are written to, once they are
  };

  // Neighbours of one nest, which does not meet the sums that it makes.
  void find_groups() {
    std::set<std::uint32_t> sums;
    for (std::size_t i = 0; i < block_.size(); ++i) {
      const std::uint32_t to = target(block_[i]);
      bool same = i > 0 && cost(block_[i]) && cost(block_[i - 1]) &&
                  block_[i].loop == block_[i - 1].loop && sums.count(to) == 0;
      for_each_source(block_[i], [&](std::uint32_t from) { same = same && sums.count(from) == 0; });
      if (!same) {
        groups_.emplace_back();
        sums.clear();
      }
      if (stands_still(program_.loops[block_[i].loop], view(block_[i].dst))) {
        sums.insert(to);
      }
      group_of_.push_back(static_cast<std::uint32_t>(groups_.size() - 1));
    }
  }

  void find_values() {
    for (std::uint32_t i = 0; i < block_.size(); ++i) {
      const Instruction& instruction = block_[i];
      const std::uint32_t to = target(instruction);
      Group& group = groups_[group_of_[i]];
      group.met.insert({to, view(instruction.dst)});
      bool settled = cost(instruction) && single(to, kRates) && varies_[to] != 0 &&
                     span(to).count >= long_array_;
      for_each_source(instruction, [&](std::uint32_t from) {
        values_[from].uses.push_back(i);
        values_[from].pinned = values_[from].pinned || !cost(instruction);
      });
      if (cost(instruction)) {
        for_each_argument(instruction, [&](const Source& source) { group.met.insert(source); });
      }
      values_[to].maker = settled ? i : kNone;
      values_[to].last = i;
    }
    // From what changes afterwards a value cannot be made again.
    for (std::uint32_t i = 0; i < block_.size(); ++i) {
      for_each_source(block_[i], [&](std::uint32_t from) {
        Value& value = values_[target(block_[i])];
        if (value.maker == i && values_[from].last != kNone && values_[from].last >= i) {
          value.maker = kNone;
        }
      });
    }
  }

  // The nest that gives a net flow may take the step as well: then its level is there.
  void find_steps() {
    for (const Stock& stock : program_.stocks) {
      const std::uint32_t net = object(stock.net);
      if (const std::uint32_t i = values_[net].last; i != kNone) {
        View level = view(block_[i].dst);
        level.base += stock.level - stock.net;
        values_[object(stock.level)].step = group_of_[i];
        groups_[group_of_[i]].met.insert({object(stock.level), level});
      }
    }
  }

  void pin(const Simplified& simplified, const Wanted& wanted) {
    const auto pinned = [this](std::uint32_t o) { values_[o].pinned = true; };
    for (const SlotSpan& span : wanted.saved) {
      for (Slot slot = span.base; slot < span.base + span.count; ++slot) {
        pinned(object(simplified.moved[slot]));
      }
    }
    for (const std::size_t b : {kInitial, kOutputs}) {
      for (const Instruction& instruction : program_.blocks[b]) {
        for_each_source(instruction, pinned);
      }
    }
  }

  template <class Visit>
  void for_each_argument(const Instruction& instruction, Visit visit) const {
    for (std::size_t a = 0; a < instruction.args.size(); ++a) {
      if (instruction.args[a] != kNone) {
        visit(source(instruction, a));
      }
    }
  }
  Source source(const Instruction& instruction, std::size_t a) const {
    return {object(instruction, argument(instruction, a)), view(instruction.args[a])};
  }

  // If all groups that want it from another one can have it for less than waiting costs.
  void consider(std::uint32_t o) {
    const Value& value = values_[o];
    const std::uint32_t home = group_of_[value.maker];
    std::map<std::uint32_t, Sketch> abroad;
    for (const std::uint32_t i : value.uses) {
      if (group_of_[i] == home) {
        continue;
      }
      abroad[group_of_[i]];
      bool alike = true;
      for_each_argument(block_[i], [&](const Source& of) {
        alike = alike && (of.object != o || is_made_by(block_[value.maker], of, block_[i].loop));
      });
      if (!alike) {
        return;
      }
    }
    for (const std::uint32_t group : value.loads) {
      abroad[group];
    }
    double gain = abroad.empty() ? 0 : kStore;
    for (auto& [group, sketch] : abroad) {
      if (groups_[group].known.count(o) == 0) {
        if (!compute(o, group, sketch, 0)) {
          return;
        }
        gain += kLoad - sketch.cost;
      }
    }
    if (gain < kLeastGain) {
      return;
    }
    for (const auto& [group, sketch] : abroad) {
      groups_[group].known.insert(sketch.computed.begin(), sketch.computed.end());
      for (const Source& loaded : sketch.loaded) {
        groups_[group].met.insert(loaded);
        values_[loaded.object].loads.push_back(group);
      }
    }
  }

  // Whether the source is, turn by turn, what the instruction makes.
  bool is_made_by(const Instruction& maker, const Source& source, LoopId loop) const {
    return maker.loop == loop && view(maker.dst) == source.view;
  }

  // False if it cannot be computed there.
  bool compute(std::uint32_t o, std::uint32_t group, Sketch& sketch, int depth) const {
    const Instruction& maker = block_[values_[o].maker];
    sketch.cost += *cost(maker);
    for (std::size_t a = 0; a < maker.args.size(); ++a) {
      if (maker.args[a] != kNone &&
          !supply(source(maker, a), maker.loop, group, sketch, depth + 1)) {
        return false;
      }
    }
    sketch.computed.push_back(o);
    return true;
  }

  bool supply(const Source& source, LoopId loop, std::uint32_t group, Sketch& sketch,
              int depth) const {
    const auto has = [&](const auto& all, const auto& one) {
      return std::find(all.begin(), all.end(), one) != all.end();
    };
    const Value& value = values_[source.object];
    const bool whole = value.maker != kNone && is_made_by(block_[value.maker], source, loop);
    if (groups_[group].met.count(source) > 0 || sketch.loaded.count(source) > 0 ||
        (whole &&
         (groups_[group].known.count(source.object) > 0 || has(sketch.computed, source.object)))) {
      return true;
    }
    std::optional<Sketch> best;
    if (value.step == kNone || group <= value.step) {
      best = sketch;
      best->cost += load_cost(source, loop);
      best->loaded.insert(source);
    }
    if (Sketch again = sketch; whole && depth < kDeepest &&
                               compute(source.object, group, again, depth) &&
                               (!best || again.cost < best->cost)) {
      best = std::move(again);
    }
    if (!best) {
      return false;
    }
    sketch = std::move(*best);
    return true;
  }

  double load_cost(const Source& source, LoopId loop) const {
    return stands_still(program_.loops[loop], source.view)
               ? kSmallLoad
               : kLoad + (waits(source.object) ? 0 : kStore);
  }

  // Whether it is in memory for another group already.
  bool waits(std::uint32_t o) const {
    const Value& value = values_[o];
    const auto elsewhere = [&](std::uint32_t group) {
      return group != group_of_[value.maker] && groups_[group].known.count(o) == 0;
    };
    return value.maker == kNone || value.pinned ||
           std::any_of(value.loads.begin(), value.loads.end(), elsewhere) ||
           std::any_of(value.uses.begin(), value.uses.end(),
                       [&](std::uint32_t i) { return elsewhere(group_of_[i]); });
  }

  // Keeps an instruction and what it needs.
  void keep(std::uint32_t i) {
    std::vector<std::uint32_t> open;
    const auto mark = [&](std::uint32_t instruction) {
      if (std::exchange(live_[instruction], 1) == 0) {
        open.push_back(instruction);
      }
    };
    mark(i);
    while (!open.empty()) {
      const std::uint32_t at = open.back();
      open.pop_back();
      need(block_[at], group_of_[at], mark);
    }
  }

  template <class Mark>
  void need(const Instruction& instruction, std::uint32_t group, const Mark& mark) const {
    if (!cost(instruction)) {
      for_each_source(instruction, [&](std::uint32_t from) {
        if (values_[from].maker != kNone) {
          mark(values_[from].maker);
        }
      });
      return;
    }
    for_each_argument(instruction, [&](const Source& from) {
      const std::uint32_t maker = values_[from.object].maker;
      if (is_known(from, instruction.loop, group)) {
        need(block_[maker], group, mark);
      } else if (maker != kNone) {
        mark(maker);
      }
    });
  }

  bool is_known(const Source& source, LoopId loop, std::uint32_t group) const {
    return groups_[group].known.count(source.object) > 0 &&
           is_made_by(block_[values_[source.object].maker], source, loop);
  }

  void write() {
    std::vector<Instruction> made;
    for (std::uint32_t i = 0; i < block_.size(); ++i) {
      if (live_[i] != 0) {
        made.push_back(rewritten(block_[i], group_of_[i], made));
      }
    }
    block_ = std::move(made);
  }

  // The instruction as it is in this group, and what it wants to be computed again before it.
  Instruction rewritten(const Instruction& instruction, std::uint32_t group,
                        std::vector<Instruction>& before) {
    Instruction made = instruction;
    for (std::size_t a = 0; cost(instruction) && a < made.args.size(); ++a) {
      if (made.args[a] == kNone) {
        continue;
      }
      const Source from = source(instruction, a);
      if (!is_known(from, instruction.loop, group)) {
        continue;
      }
      const auto [place, fresh] = groups_[group].made.emplace(from.object, kNone);
      if (fresh) {
        Instruction again = rewritten(block_[values_[from.object].maker], group, before);
        View to = from.view;
        to.base = to.base - span(from.object).base + program_.slots;
        program_.slots += span(from.object).count;
        program_.views.push_back(to);
        place->second = again.dst = static_cast<ViewId>(program_.views.size() - 1);
        before.push_back(again);
      }
      made.args[a] = groups_[group].made.at(from.object);
    }
    return made;
  }

  Program& program_;
  std::vector<Instruction>& block_;
  std::vector<char> varies_;
  std::uint32_t long_array_;
  std::vector<Value> values_;  // by object
  std::vector<std::uint32_t> group_of_;
  std::vector<Group> groups_;
  std::vector<char> live_;  // by instruction
};
}  // namespace

void recompute(Program& program, Simplified& simplified, const Wanted& wanted) {
  Recomputing(program, simplified, wanted).run();
  simplified.add_slots(program);
}

}  // namespace shamal::ir
