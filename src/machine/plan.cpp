#include "machine/plan.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <span>
#include <unordered_map>

#include "ir/access.h"

namespace shamal::machine {

namespace {

constexpr std::size_t kRates = static_cast<std::size_t>(ir::Block::rates);

// Two index tuples lead to the same slot, or it cannot be excluded.
bool repeats(const ir::Loop& loop, const ir::View& view) {
  std::vector<std::pair<std::int64_t, std::int64_t>> axes;
  for (std::uint32_t k = 0; k < loop.rank; ++k) {
    if (loop.extents[k] > 1) {
      axes.emplace_back(std::abs(std::int64_t{view.axes[k].stride}), loop.extents[k]);
    }
  }
  std::sort(axes.begin(), axes.end());
  std::int64_t reach = 0;
  for (const auto& [stride, extent] : axes) {
    if (stride <= reach) {
      return true;
    }
    reach += stride * (extent - 1);
  }
  return false;
}

bool same_walk(const ir::Loop& loop, const ir::View& a, const ir::View& b) {
  bool same = a.base == b.base;
  for (std::uint32_t k = 0; k < loop.rank; ++k) {
    same = same && (loop.extents[k] == 1 || a.axes[k].stride == b.axes[k].stride);
  }
  return same;
}

// An operation and which objects it meets.
struct Met {
  Operation operation;
  std::uint32_t target = ir::kNone;
  std::array<std::uint32_t, 3> sources{ir::kNone, ir::kNone, ir::kNone};
  bool whole = false;  // writes all of its target, each slot once
};

// An instruction, or two that are prepared as one, or a stock's step.
struct Unit {
  bool code = false;
  std::uint32_t prepared = 0;
  ir::Loop loop;
  std::vector<Met> operations;  // without code: some for what is met
};

// Where an object is met; fresh: written as a whole.
struct Meeting {
  std::size_t when;  // operations of the units before
  bool fresh;
};

class Planner {
 public:
  Planner(const ir::Program& program, const std::vector<ir::SlotSpan>& observed,
          const std::vector<TableView>& views, const Layout& layout, Target& target,
          std::map<std::uint32_t, NativeTable>& tables)
      : program_(program),
        layout_(layout),
        target_(target),
        views_(views),
        tables_(tables),
        objects_(ir::find_objects(program)) {
    pinned_.assign(objects_.all.size(), 0);
    observed_.assign(objects_.all.size(), 0);
    net_.assign(objects_.all.size(), 0);
    const auto pin = [this](ir::Slot base, std::uint32_t count) {
      for (ir::Slot slot = base; slot < base + count; ++slot) {
        pinned_[objects_.of_slot[slot]] = 1;
      }
    };
    pin(0, ir::kFirstFreeSlot);
    for (const ir::SlotSpan& span : observed) {
      for (ir::Slot slot = span.base; slot < span.base + span.count; ++slot) {
        observed_[objects_.of_slot[slot]] = 1;
      }
    }
    for (const ir::Constant& constant : program.constants) {
      pin(constant.slot, 1);
    }
    for (const ir::Stock& stock : program.stocks) {
      pin(stock.level, stock.count);
      for (ir::Slot slot = stock.net; slot < stock.net + stock.count; ++slot) {
        net_[objects_.of_slot[slot]] = 1;
      }
    }
    for (const ir::Memory& memory : program.memories) {
      pin(memory.current, memory.count);
      pin(memory.next, memory.count);
    }
    for (const ir::DelayLine& delay : program.delays) {
      pin(delay.input, delay.count);
    }
    for (const std::vector<ir::Port>* ports : {&program.inputs, &program.results}) {
      for (const ir::Port& port : *ports) {
        pin(port.base, port.count);
      }
    }
    for (std::size_t b = 0; b < ir::kBlocks; ++b) {
      units_[b] = find_units(program.blocks[b], pin);
      meetings_[b] = find_meetings(units_[b]);
    }
  }

  std::vector<PlannedStep> block(std::size_t b) {
    // What happens once may meet anything, and raises no flags.
    guarded_ = b == static_cast<std::size_t>(ir::Block::initial);
    const auto seen = [this](std::uint32_t o) { return pinned_[o] != 0 || observed_[o] != 0; };
    return plan(units_[b], meetings_[b], seen, [this, b](std::uint32_t o) {
      if (net_[o] != 0) {
        return true;
      }
      for (std::size_t later = b + 1; later < ir::kBlocks; ++later) {
        const std::vector<Meeting>& met = meetings_[later][o];
        if (!met.empty() && !met.front().fresh) {
          return true;
        }
      }
      return false;
    });
  }

  std::optional<std::vector<PlannedStep>> euler() {
    if (!program_.memories.empty() || !program_.delays.empty() || !program_.devices.empty() ||
        !program_.keepers.empty()) {
      return std::nullopt;
    }
    return plan_steps(with_steps(units_[kRates]));
  }
  std::vector<PlannedStep> stocks() { return plan_steps(with_steps({})); }

  std::uint32_t functions() const { return functions_; }

 private:
  // What is observed is so after `rates` and `outputs` alone.
  std::vector<PlannedStep> plan_steps(const std::vector<Unit>& units) {
    return plan(
        units, find_meetings(units), [this](std::uint32_t o) { return pinned_[o] != 0; },
        [](std::uint32_t) { return false; });
  }

  std::uint32_t object(const ir::View& view) const { return objects_.of_slot[view.base]; }

  template <class Pin>
  std::vector<Unit> find_units(const std::vector<ir::Instruction>& block, Pin pin) {
    std::vector<Unit> made;
    bool open = false;
    std::uint32_t prepared = 0;
    std::vector<char> changes(objects_.all.size(), 0);
    for (const ir::Instruction& instruction : block) {
      changes[object(program_.views[instruction.dst])] = 1;
    }
    for (const ir::Instruction& instruction : block) {
      if (!open) {
        made.push_back({true, prepared++, program_.loops[instruction.loop], {}});
      }
      open = instruction.inner;
      Unit& unit = made.back();
      const NativeTable* const table = table_of(instruction);
      if ((!target_.has_code(instruction.op) && table == nullptr) || !plain(instruction)) {
        unit.code = false;
        note_foreign(instruction, unit, pin);
        continue;
      }
      Met met;
      Operation& operation = met.operation;
      operation.op = instruction.op;
      operation.table = table;
      operation.dst = program_.views[instruction.dst];
      met.target = object(operation.dst);
      const auto used = target_.uses_reciprocals()
                            ? instruction.args.size()
                            : static_cast<std::size_t>(ir::row(instruction.op).arity);
      for (const ir::ViewId arg : std::span(instruction.args).first(used)) {
        if (arg != ir::kNone) {
          met.sources[operation.arity] = object(program_.views[arg]);
          operation.args[operation.arity++] = program_.views[arg];
        }
      }
      operation.changing =
          instruction.op == ir::Op::divide && operation.arity == 3 && changes[met.sources[2]] != 0;
      met.whole = whole(unit.loop, operation.dst, met.target);
      unit.code = unit.code && simple(unit.loop, operation);
      unit.operations.push_back(met);
    }
    return made;
  }

  // Of a look-up in one table with evenly spaced points.
  const NativeTable* table_of(const ir::Instruction& instruction) {
    if (instruction.op != ir::Op::lookup) {
      return nullptr;
    }
    const ir::View& view = program_.table_views[instruction.aux];
    const ir::Loop& loop = program_.loops[instruction.loop];
    for (std::uint32_t k = 0; k < loop.rank; ++k) {
      if (loop.extents[k] > 1 && view.axes[k] != ir::Axis{}) {
        return nullptr;
      }
      if (view.axes[k].table >= 0) {
        return nullptr;
      }
    }
    const TableView& table = views_[view.base];
    if (table.per_x == 0) {
      return nullptr;
    }
    const auto [known, fresh] = tables_.emplace(view.base, NativeTable{});
    if (fresh) {
      known->second = native_table(table, layout_.single);
    }
    return &known->second;
  }

  bool whole(const ir::Loop& loop, const ir::View& dst, std::uint32_t o) const {
    return !repeats(loop, dst) && loop.count() == objects_.all[o].count;
  }

  // No offset tables.
  bool plain(const ir::Instruction& instruction) const {
    const ir::Loop& loop = program_.loops[instruction.loop];
    const auto even = [&](ir::ViewId id) {
      return id == ir::kNone || std::all_of(program_.views[id].axes.begin(),
                                            program_.views[id].axes.begin() + loop.rank,
                                            [](const ir::Axis& axis) { return axis.table < 0; });
    };
    return even(instruction.dst) &&
           std::all_of(instruction.args.begin(), instruction.args.end(), even);
  }

  // What it writes it reads in no other order.
  bool simple(const ir::Loop& loop, const Operation& operation) const {
    for (std::uint32_t a = 0; a < operation.arity; ++a) {
      if (object(operation.args[a]) == object(operation.dst) &&
          !same_walk(loop, operation.args[a], operation.dst)) {
        return false;
      }
    }
    return true;
  }

  // What reads and writes rows of slots may find them in memory like everybody; what else there is
  // may look at any time.
  template <class Pin>
  void note_foreign(const ir::Instruction& instruction, Unit& unit, Pin pin) {
    const bool row = instruction.op == ir::Op::lookup ||
                     static_cast<std::size_t>(instruction.op) < ir::kElementwiseOps;
    const auto meet = [&](const ir::Access& access) {
      const auto [low, high] = ir::reach(program_, instruction, access);
      if (!row) {
        pin(low, high - low + 1);
      }
      return objects_.of_slot[low];
    };
    const auto read = [&](std::uint32_t o) {
      Met met;
      met.sources[0] = o;
      unit.operations.push_back(met);
    };
    for (const ir::Access& access : ir::reads(program_, instruction)) {
      read(meet(access));
    }
    for (const ir::Access& access : ir::places(program_, instruction)) {
      read(meet(access));
    }
    if (instruction.op == ir::Op::gather) {
      const ir::SlotSpan span = ir::gathered_span(program_, instruction);
      pin(span.base, span.count);
      read(objects_.of_slot[span.base]);
    }
    Met met;
    met.target = meet(ir::write(program_, instruction));
    met.whole =
        row && plain(instruction) && whole(unit.loop, program_.views[instruction.dst], met.target);
    unit.operations.push_back(met);
  }

  // A stock's step comes after all that meets its level or net flow: right there, if that is a nest
  // which the step can join, or at the end.
  std::vector<Unit> with_steps(const std::vector<Unit>& units) const {
    std::vector<std::size_t> after(objects_.all.size(),
                                   0);  // the unit after the last that meets it
    std::vector<std::pair<std::size_t, const Met*>> writers(objects_.all.size());  // in code, last
    for (std::size_t i = 0; i < units.size(); ++i) {
      for (const Met& met : units[i].operations) {
        for (const std::uint32_t o : {met.sources[0], met.sources[1], met.sources[2], met.target}) {
          if (o != ir::kNone) {
            after[o] = i + 1;
          }
        }
        if (units[i].code) {
          writers[met.target] = {i, &met};
        }
      }
    }
    std::vector<std::vector<Unit>> joining(units.size() + 1);
    std::vector<Unit> rest;
    for (const ir::Stock& stock : program_.stocks) {
      Unit unit = step_of(stock);
      const Met& met = unit.operations.front();
      const std::size_t place = std::max(after[met.sources[0]], after[met.sources[2]]);
      const auto [writing, writer] = writers[met.sources[2]];
      if (writer != nullptr && stock.count > 1 &&
          in_order(units[writing].loop, writer->operation.dst, stock)) {
        unit.loop = units[writing].loop;
        Operation& step = unit.operations.front().operation;
        step.args[2] = step.args[0] = step.dst = writer->operation.dst;
        step.args[0].base = step.dst.base = stock.level;
      }
      const bool joins = place > 0 && units[place - 1].code && units[place - 1].loop == unit.loop;
      (joins ? joining[place] : rest).push_back(std::move(unit));
    }
    std::vector<Unit> made;
    for (std::size_t i = 0; i < units.size(); ++i) {
      made.push_back(units[i]);
      std::move(joining[i + 1].begin(), joining[i + 1].end(), std::back_inserter(made));
    }
    std::move(rest.begin(), rest.end(), std::back_inserter(made));
    return made;
  }

  Unit step_of(const ir::Stock& stock) const {
    const auto along = [&](ir::Slot base) {
      ir::View view;
      view.base = base;
      view.axes[0].stride = stock.count > 1 ? 1 : 0;
      return view;
    };
    Met met;
    Operation& step = met.operation;
    step.euler = true;
    step.arity = 3;
    step.dst = step.args[0] = along(stock.level);
    step.args[1].base = ir::kStepSlot;
    step.args[2] = along(stock.net);
    met.target = objects_.of_slot[stock.level];
    met.sources = {met.target, objects_.of_slot[ir::kStepSlot], objects_.of_slot[stock.net]};
    met.whole = true;
    Unit unit;
    unit.code = true;
    if (stock.count > 1) {
      unit.loop.rank = 1;
      unit.loop.extents[0] = stock.count;
    }
    unit.operations.push_back(met);
    return unit;
  }

  static bool in_order(const ir::Loop& loop, const ir::View& view, const ir::Stock& stock) {
    if (loop.count() != stock.count || view.base != stock.net) {
      return false;
    }
    std::int64_t stride = 1;
    for (std::uint32_t k = loop.rank; k-- > 0;) {
      if (loop.extents[k] > 1 && view.axes[k].stride != stride) {
        return false;
      }
      stride *= loop.extents[k];
    }
    return true;
  }

  std::vector<std::vector<Meeting>> find_meetings(const std::vector<Unit>& units) const {
    std::vector<std::vector<Meeting>> made(objects_.all.size());
    std::size_t when = 0;
    for (const Unit& unit : units) {
      for (const Met& met : unit.operations) {
        for (const std::uint32_t o : met.sources) {
          if (o != ir::kNone) {
            made[o].push_back({when, false});
          }
        }
        if (met.target != ir::kNone) {
          made[met.target].push_back({when, met.whole});
        }
        ++when;
      }
    }
    return made;
  }

  // ---- operations of one nest

  // How the nest walks through an object, or, if it has one element, a slot.
  struct Known {
    ir::View view;
    bool written = false;
    bool repeated = false;
    bool other_views = false;
    std::uint32_t object = 0;
    std::size_t last = 0;  // operation that writes it
  };

  using Pointer = std::pair<bool, std::vector<std::int64_t>>;  // whether aside of the state

  struct Group {
    ir::Loop loop;
    bool own = false;
    std::vector<Operation> operations;
    std::unordered_map<std::uint32_t, Known> known;
    std::set<Pointer> pointers;
  };

  bool own(const Operation& operation) const { return layout_.width(operation.dst.base) > 1; }

  static std::uint32_t key(const Group& group, std::uint32_t o, const ir::View& view) {
    return group.loop.count() == 1 ? view.base : o;
  }

  Pointer pointer(const ir::Loop& loop, const ir::View& view) const {
    std::vector<std::int64_t> strides;
    for (std::uint32_t k = 0; k < loop.rank; ++k) {
      const auto width = static_cast<std::int64_t>(layout_.width(view.base));
      strides.push_back(loop.extents[k] > 1 ? view.axes[k].stride * width : 0);
    }
    return {layout_.finds_aside(view.base), std::move(strides)};
  }

  template <class Visit>
  void for_each_pointer(const ir::Loop& loop, const Operation& operation, Visit visit) const {
    for (std::uint32_t a = 0; a < operation.arity; ++a) {
      visit(pointer(loop, operation.args[a]));
    }
    visit(pointer(loop, operation.dst));
    if (operation.euler && layout_.leaves_aside(operation.dst.base)) {
      visit({true, pointer(loop, operation.dst).second});
    }
  }

  // The operation may come after those of the group in one loop.
  bool fits(const Group& group, const Met& met) const {
    const Operation& operation = met.operation;
    for (std::uint32_t a = 0; a < operation.arity; ++a) {
      const auto found = group.known.find(key(group, met.sources[a], operation.args[a]));
      if (found != group.known.end() && found->second.written &&
          (found->second.repeated ||
           !same_walk(group.loop, found->second.view, operation.args[a]))) {
        return false;
      }
    }
    const auto found = group.known.find(key(group, met.target, operation.dst));
    return found == group.known.end() || (!found->second.repeated && !found->second.other_views &&
                                          !repeats(group.loop, operation.dst) &&
                                          same_walk(group.loop, found->second.view, operation.dst));
  }

  void take(Group& group, const Met& met) const {
    const Operation& operation = met.operation;
    const auto meet = [&](std::uint32_t o, const ir::View& view) -> Known& {
      Known fresh;
      fresh.view = view;
      fresh.object = o;
      Known& known = group.known.emplace(key(group, o, view), fresh).first->second;
      known.other_views = known.other_views || !same_walk(group.loop, known.view, view);
      return known;
    };
    for (std::uint32_t a = 0; a < operation.arity; ++a) {
      meet(met.sources[a], operation.args[a]);
    }
    Known& known = meet(met.target, operation.dst);
    known.written = true;
    known.repeated = repeats(group.loop, operation.dst);
    known.last = group.operations.size();
    for_each_pointer(group.loop, operation,
                     [&](Pointer made) { group.pointers.insert(std::move(made)); });
    group.operations.push_back(operation);
  }

  std::size_t pointers_with(const Group& group, const Met& met) const {
    std::set<Pointer> fresh;
    for_each_pointer(group.loop, met.operation, [&](Pointer made) {
      if (group.pointers.count(made) == 0) {
        fresh.insert(std::move(made));
      }
    });
    return group.pointers.size() + fresh.size();
  }

  bool joins(const Group& group, const ir::Loop& loop, const Met& met) const {
    return group.operations.size() < target_.most_operations() && group.loop == loop &&
           group.own == own(met.operation) && pointers_with(group, met) <= kMostPointers &&
           fits(group, met);
  }

  // Whether somebody may look at an object at any time, and whether it outlives the units.
  template <class Seen, class Lives>
  std::vector<PlannedStep> plan(const std::vector<Unit>& units,
                                const std::vector<std::vector<Meeting>>& meetings, Seen seen,
                                Lives lives) {
    std::vector<PlannedStep> steps;
    std::optional<Group> group;
    std::size_t when = 0;
    // What is met from now on, the group leaves in memory.
    const auto close = [&] {
      if (!group) {
        return;
      }
      for (Operation& operation : group->operations) {
        operation.stored = false;
      }
      for (const auto& [slot, known] : group->known) {
        if (!known.written) {
          continue;
        }
        const std::vector<Meeting>& met = meetings[known.object];
        const auto next =
            std::lower_bound(met.begin(), met.end(), when,
                             [](const Meeting& of, std::size_t at) { return of.when < at; });
        const bool whole =
            !known.repeated && group->loop.count() == objects_.all[known.object].count;
        group->operations[known.last].stored =
            !whole || seen(known.object) ||
            (next == met.end() ? lives(known.object) : !next->fresh);
      }
      steps.push_back({functions_++, ir::kNone, {}, {}});
      target_.write(group->loop, group->operations, guarded_);
      group.reset();
    };
    for (const Unit& unit : units) {
      if (!unit.code) {
        close();
        steps.push_back(foreign(unit));
        when += unit.operations.size();
        continue;
      }
      for (const Met& met : unit.operations) {
        if (!group || !joins(*group, unit.loop, met)) {
          close();
          group.emplace();
          group->loop = unit.loop;
          group->own = own(met.operation);
        }
        take(*group, met);
        ++when;
      }
    }
    close();
    return steps;
  }

  PlannedStep foreign(const Unit& unit) const {
    std::set<std::uint32_t> met;
    std::set<std::uint32_t> written;
    for (const Met& of : unit.operations) {
      for (const std::uint32_t o : of.sources) {
        if (o != ir::kNone) {
          met.insert(o);
        }
      }
      if (of.target != ir::kNone && !of.whole) {
        met.insert(of.target);  // what it leaves alone comes back as it was
      }
      if (of.target != ir::kNone) {
        written.insert(of.target);
      }
    }
    PlannedStep step{ir::kNone, unit.prepared, {}, {}};
    for (const std::uint32_t o : met) {
      step.met.push_back(objects_.all[o]);
    }
    for (const std::uint32_t o : written) {
      step.written.push_back(objects_.all[o]);
    }
    return step;
  }

  const ir::Program& program_;
  const Layout& layout_;
  Target& target_;
  std::uint32_t functions_ = 0;
  bool guarded_ = false;
  const std::vector<TableView>& views_;
  std::map<std::uint32_t, NativeTable>& tables_;
  ir::Objects objects_;
  std::vector<char> pinned_;
  std::vector<char> observed_;
  std::vector<char> net_;
  std::array<std::vector<Unit>, ir::kBlocks> units_;
  std::array<std::vector<std::vector<Meeting>>, ir::kBlocks> meetings_;
};

}  // namespace

Plan make_plan(const ir::Program& program, const std::vector<ir::SlotSpan>& observed,
               const std::vector<TableView>& tables, const Layout& layout, Target& target) {
  Plan plan;
  Planner planner(program, observed, tables, layout, target, plan.tables);
  for (std::size_t b = 0; b < ir::kBlocks; ++b) {
    plan.blocks[b] = planner.block(b);
  }
  plan.euler = planner.euler();
  plan.stocks = planner.stocks();
  plan.functions = planner.functions();
  return plan;
}

}  // namespace shamal::machine
