// Lowering turns each assignment into a few loops. The node tree is walked from the root; every
// node's value is an Operand: where its first element lies and how far it moves along each axis of
// the assignment. References to arrays are operands as they stand, without an instruction; the root
// writes straight into the target's slots.
//
// Values within an assignment live in temporary slots that nothing else uses: each is written once,
// so that passes see where it comes from. Specialising a program lets them share slots.
#include "ir/lower.h"

#include <algorithm>
#include <bit>
#include <map>
#include <numeric>
#include <unordered_map>

#include <fmt/format.h>

namespace shamal::ir {

namespace {

using model::Assignment;
using model::AxisMask;
using model::Node;
using model::NodeId;
using model::NodeKind;
using model::Role;
using model::VariableId;

// Temporary slots are numbered from here until it is known where they begin.
constexpr Slot kTemporary = 0x80000000u;

// Elements of a loop, within which an array function may stand: a limit for the time of a step.
constexpr std::uint64_t kMostTurns = 1'000'000'000;

struct Operand {
  Slot base = 0;
  std::map<std::uint32_t, Axis> axes;  // by axis of the assignment; absent: does not move
};

Op op_of(model::Operation operation) { return static_cast<Op>(operation); }

class Lowerer {
 public:
  Lowerer(const model::Model& model, base::Diagnostics& diagnostics)
      : model_(model), diagnostics_(diagnostics) {}

  std::optional<Lowered> run() {
    program_.loops.push_back({});
    tables_.resize(model_.tables.size());
    std::iota(tables_.begin(), tables_.end(), 0u);
    allocate_variables();
    load_constants();
    lower_order(model_.initial_order, Block::initial);
    lower_order(model_.rates_order, Block::rates);
    lower_order(model_.outputs_order, Block::outputs);
    if (failed_) {
      return std::nullopt;
    }
    describe_states();
    // Temporaries come last.
    for (View& view : program_.views) {
      if (view.base >= kTemporary) {
        view.base = program_.slots + (view.base - kTemporary);
      }
    }
    program_.slots += temporaries_;
    return Lowered{std::move(program_), describe_layout()};
  }

 private:
  Slot allocate(std::uint32_t count) {
    const Slot base = program_.slots;
    program_.slots += count;
    return base;
  }

  Slot temporary(std::uint32_t count) {
    if (count > kTemporary - 1 - temporaries_) {
      fail(fmt::format("more than {} intermediate results in all", kTemporary - 1));
      return kTemporary;
    }
    const Slot base = kTemporary + temporaries_;
    temporaries_ += count;
    return base;
  }

  void allocate_variables() {
    std::vector<char> used(model_.variables.size(), 0);
    const auto use = [&](const std::vector<std::uint32_t>& order) {
      for (const std::uint32_t a : order) {
        used[model_.assignments[a].target] = 1;
      }
    };
    use(model_.initial_order);
    use(model_.rates_order);
    use(model_.outputs_order);
    slots_.assign(model_.variables.size(), kNone);
    for (VariableId v = 0; v < model_.variables.size(); ++v) {
      const model::Variable& variable = model_.variables[v];
      if (variable.alias_of == model::kNone &&
          (!variable.hidden || used[v] != 0 || variable.constant)) {
        slots_[v] = allocate(model_.element_count(variable));
      }
    }
    next_slots_.assign(model_.variables.size(), kNone);
    for (VariableId v = 0; v < model_.variables.size(); ++v) {
      const model::Kind kind = model_.variables[v].kind;
      if (slots_[v] != kNone && (kind == model::Kind::stock || kind == model::Kind::memory)) {
        next_slots_[v] = allocate(model_.element_count(model_.variables[v]));
      }
    }
  }

  Slot slot_of(VariableId v) {
    if (slots_[v] == kNone) {
      slots_[v] = allocate(model_.element_count(model_.variables[v]));
    }
    return slots_[v];
  }

  void load_constants() {
    for (const Assignment& assignment : model_.assignments) {
      const Node& root = model_.nodes[assignment.expr];
      if (assignment.role != Role::value || assignment.start_expr != model::kNone ||
          root.kind != NodeKind::constant || slots_[assignment.target] == kNone) {
        continue;
      }
      begin(assignment);
      const Operand target = destination(assignment);
      for_each_position(box_axes(assignment), [&](const std::vector<std::uint32_t>& position) {
        program_.constants.push_back({slot_at(target, position), root.value});
      });
    }
  }

  Slot slot_at(const Operand& operand, const std::vector<std::uint32_t>& position) const {
    std::int64_t slot = operand.base;
    for (const auto& [axis, step] : operand.axes) {
      slot += step.table < 0
                  ? static_cast<std::int64_t>(step.stride) * position[axis]
                  : program_.offset_tables[static_cast<std::size_t>(step.table)][position[axis]];
    }
    return static_cast<Slot>(slot);
  }

  template <class Visit>
  void for_each_position(const std::vector<std::uint32_t>& axes, Visit visit) const {
    std::vector<std::uint32_t> position(assignment_->axes.size(), 0);
    for (;;) {
      visit(position);
      std::size_t k = axes.size();
      while (k > 0 && ++position[axes[k - 1]] == assignment_->axes[axes[k - 1]].size()) {
        position[axes[--k]] = 0;
      }
      if (k == 0) {
        return;
      }
    }
  }

  std::vector<std::uint32_t> axes_of(AxisMask mask) const {
    std::vector<std::uint32_t> axes;
    for (; mask != 0; mask &= mask - 1) {
      axes.push_back(static_cast<std::uint32_t>(std::countr_zero(mask)));
    }
    return axes;
  }

  std::vector<std::uint32_t> box_axes(const Assignment& assignment) const {
    std::vector<std::uint32_t> axes(assignment.box_axes);
    for (std::uint32_t a = 0; a < axes.size(); ++a) {
      axes[a] = a;
    }
    return axes;
  }

  // The step along one axis for elements of an array whose neighbours are `stride` slots apart:
  // even steps where the elements are evenly spaced, else a table. Adds to the base.
  Axis step(const std::vector<std::uint32_t>& elements, std::uint32_t stride, Slot& base) {
    bool even = true;
    const std::int64_t first = elements.front();
    const std::int64_t gap = elements.size() > 1 ? std::int64_t{elements[1]} - first : 0;
    for (std::size_t i = 0; i < elements.size(); ++i) {
      even = even && elements[i] == first + gap * static_cast<std::int64_t>(i);
    }
    if (even) {
      base += static_cast<Slot>(first) * stride;
      return {static_cast<std::int32_t>(gap * stride), -1};
    }
    std::vector<std::int32_t> offsets;
    for (const std::uint32_t element : elements) {
      offsets.push_back(static_cast<std::int32_t>(element * stride));
    }
    const auto known =
        std::find(program_.offset_tables.begin(), program_.offset_tables.end(), offsets);
    const auto index = known - program_.offset_tables.begin();
    if (known == program_.offset_tables.end()) {
      program_.offset_tables.push_back(std::move(offsets));
    }
    return {0, static_cast<std::int32_t>(index)};
  }

  // The first slot of what the assignment gives values to.
  Slot target_base() {
    const Assignment& assignment = *assignment_;
    return assignment.role == Role::net || assignment.role == Role::next
               ? next_slots_[assignment.target]
               : slot_of(assignment.target);
  }

  Operand destination(const Assignment& assignment) {
    const model::Variable& variable = model_.variables[assignment.target];
    Operand operand;
    operand.base = target_base();
    std::uint32_t stride = 1;
    for (std::size_t d = variable.dimensions.size(); d-- > 0;) {
      const model::BoxSide& side = assignment.box[d];
      if (side.axis == model::kNone) {
        operand.base += side.element * stride;
      } else {
        operand.axes[side.axis] = step(assignment.axes[side.axis].elements, stride, operand.base);
      }
      stride *= model_.dimensions[variable.dimensions[d]].size();
    }
    return operand;
  }

  LoopId loop(const std::vector<std::uint32_t>& axes) {
    Loop made;
    made.rank = static_cast<std::uint32_t>(axes.size());
    if (axes.size() > kMaxRank) {
      fail();
      return 0;
    }
    std::uint64_t count = 1;
    for (std::size_t k = 0; k < axes.size(); ++k) {
      made.extents[k] = assignment_->axes[axes[k]].size();
      count = std::min<std::uint64_t>(count * made.extents[k], kNone);
    }
    if (count > kMostTurns) {
      fail(fmt::format("an equation that runs over more than {} combinations", kMostTurns));
      return 0;
    }
    std::string key;
    for (std::size_t k = 0; k < axes.size(); ++k) {
      key += fmt::format("{},", made.extents[k]);
    }
    const auto [known, fresh] = loop_ids_.emplace(key, static_cast<LoopId>(program_.loops.size()));
    if (made.rank == 0) {
      return 0;
    }
    if (fresh) {
      program_.loops.push_back(made);
    }
    return known->second;
  }

  void fail(std::string what = fmt::format("an equation with more than {} nested indices",
                                           kMaxRank)) {
    if (!failed_) {
      diagnostics_.add(base::Code::array_too_large, assignment_->span, std::move(what));
    }
    failed_ = true;
  }

  ViewId view(const Operand& operand, const std::vector<std::uint32_t>& axes) {
    View made;
    made.base = operand.base;
    for (std::size_t k = 0; k < std::min(axes.size(), kMaxRank); ++k) {
      const auto moves = operand.axes.find(axes[k]);
      if (moves != operand.axes.end()) {
        made.axes[k] = moves->second;
      }
    }
    const bool plain =
        std::all_of(made.axes.begin(), made.axes.end(), [](const Axis& a) { return a == Axis{}; });
    if (plain) {
      const auto [known, fresh] =
          scalar_views_.emplace(made.base, static_cast<ViewId>(program_.views.size()));
      if (!fresh) {
        return known->second;
      }
    }
    program_.views.push_back(made);
    return static_cast<ViewId>(program_.views.size() - 1);
  }

  Operand constant(double value) {
    const auto [known, fresh] = constant_slots_.emplace(std::bit_cast<std::uint64_t>(value), 0);
    if (fresh) {
      known->second = allocate(1);
      program_.constants.push_back({known->second, value});
    }
    return {known->second, {}};
  }

  // 1-based positions of an axis' elements in their dimension.
  Operand positions(std::uint32_t axis) {
    const std::vector<std::uint32_t>& elements = assignment_->axes[axis].elements;
    const auto [known, fresh] = position_slots_.emplace(elements, 0);
    if (fresh) {
      known->second = allocate(static_cast<std::uint32_t>(elements.size()));
      for (std::uint32_t i = 0; i < elements.size(); ++i) {
        program_.constants.push_back({known->second + i, elements[i] + 1.0});
      }
    }
    Operand operand{known->second, {}};
    operand.axes[axis] = {1, -1};
    return operand;
  }

  Operand result_operand(const std::vector<std::uint32_t>& axes) {
    std::uint32_t count = 1;
    for (const std::uint32_t axis : axes) {
      count *= assignment_->axes[axis].size();
    }
    Operand operand{temporary(count), {}};
    std::int32_t stride = 1;
    for (std::size_t k = axes.size(); k-- > 0;) {
      operand.axes[axes[k]] = {stride, -1};
      stride *= static_cast<std::int32_t>(assignment_->axes[axes[k]].size());
    }
    return operand;
  }

  void emit(Op op, const std::vector<std::uint32_t>& axes, const Operand& dst,
            const std::vector<Operand>& args, std::uint32_t aux = kNone) {
    Instruction made;
    made.op = op;
    made.loop = loop(axes);
    made.dst = view(dst, axes);
    for (std::size_t i = 0; i < args.size(); ++i) {
      made.args[i] = view(args[i], axes);
    }
    made.aux = aux;
    program_.block(block_).push_back(made);
  }

  // The operand of a reference's static part; its dynamic indices add a flat offset.
  Operand static_part(const model::Reference& reference) {
    const model::Variable& variable = model_.variables[reference.variable];
    Operand operand{slot_of(reference.variable), {}};
    std::uint32_t stride = 1;
    for (std::size_t d = variable.dimensions.size(); d-- > 0;) {
      const model::Index& index = reference.indices[d];
      if (index.kind == model::Index::Kind::fixed) {
        operand.base += index.element * stride;
      } else if (index.kind == model::Index::Kind::axis) {
        Axis moved = step(index.elements, stride, operand.base);
        const auto known = operand.axes.find(index.axis);
        if (known == operand.axes.end()) {
          operand.axes[index.axis] = moved;
        } else {
          // The same axis twice, as on a diagonal: x[i, i].
          known->second = merge(known->second, moved, assignment_->axes[index.axis].size());
        }
      }
      stride *= model_.dimensions[variable.dimensions[d]].size();
    }
    return operand;
  }

  Axis merge(const Axis& a, const Axis& b, std::uint32_t size) {
    if (a.table < 0 && b.table < 0) {
      return {a.stride + b.stride, -1};
    }
    std::vector<std::int32_t> offsets(size);
    const auto add = [&](const Axis& axis) {
      for (std::uint32_t i = 0; i < size; ++i) {
        offsets[i] += axis.table < 0
                          ? axis.stride * static_cast<std::int32_t>(i)
                          : program_.offset_tables[static_cast<std::size_t>(axis.table)][i];
      }
    };
    add(a);
    add(b);
    program_.offset_tables.push_back(std::move(offsets));
    return {0, static_cast<std::int32_t>(program_.offset_tables.size() - 1)};
  }

  // Of a square or a cube that is written as one: products cost a hundredth of a power, and round
  // no worse.
  int factors_of(const Node& node) const {
    if (node.op != model::Operation::power) {
      return 0;
    }
    const Node& exponent = model_.nodes[node.args[1]];
    const bool small =
        exponent.kind == NodeKind::constant && (exponent.value == 2 || exponent.value == 3);
    return small ? static_cast<int>(exponent.value) : 0;
  }

  // Evaluates a node; into `into` if given, which must move along exactly the node's axes.
  Operand evaluate(NodeId id, const Operand* into = nullptr) {
    const auto known = values_.find(id);
    if (known != values_.end()) {
      return known->second;
    }
    const Node& node = model_.nodes[id];
    const std::vector<std::uint32_t> axes = axes_of(node.axes);
    Operand result;
    switch (node.kind) {
      case NodeKind::constant:
        result = constant(node.value);
        break;
      case NodeKind::fixed:
        result = {node.index, {}};
        break;
      case NodeKind::axis_index:
        result = positions(node.index);
        break;
      case NodeKind::reference: {
        const model::Reference& reference = model_.references[node.index];
        result = static_part(reference);
        const Operand offset = flat_offset(reference);
        if (offset.base != kNone) {
          const Operand source = result;
          result = into != nullptr ? *into : result_operand(axes);
          const Slot first = slot_of(reference.variable);
          program_.gathered.push_back(
              {static_cast<std::int32_t>(first) - static_cast<std::int32_t>(source.base),
               model_.element_count(model_.variables[reference.variable])});
          emit(Op::gather, axes, result, {offset, source},
               static_cast<std::uint32_t>(program_.gathered.size() - 1));
        }
        break;
      }
      case NodeKind::apply: {
        std::vector<Operand> args;
        for (std::size_t i = 0; i < node.arity; ++i) {
          args.push_back(evaluate(node.args[i]));
        }
        result = into != nullptr ? *into : result_operand(axes);
        if (const int factors = factors_of(node); factors > 0) {
          Operand product = args[0];
          for (int i = 2; i <= factors; ++i) {
            const Operand longer = i < factors ? result_operand(axes) : result;
            emit(Op::multiply, axes, longer, {product, args[0]});
            product = longer;
          }
        } else {
          emit(op_of(node.op), axes, result, args);
        }
        break;
      }
      case NodeKind::reduce: {
        const model::Reduction& reduction = model_.reductions[node.index];
        const Operand child = evaluate(node.args[0]);
        result = into != nullptr ? *into : result_operand(axes);
        emit(Op::copy, axes, result, {constant(reduction.start)});
        std::vector<std::uint32_t> all = axes;
        const std::vector<std::uint32_t> folded = axes_of(reduction.axes);
        all.insert(all.end(), folded.begin(), folded.end());
        emit(op_of(node.op), all, result, {result, child});
        break;
      }
      case NodeKind::lookup: {
        const Operand argument = evaluate(node.args[0]);
        result = into != nullptr ? *into : result_operand(axes);
        emit(Op::lookup, axes, result, {argument}, table_view(model_.lookups[node.index], axes));
        break;
      }
      case NodeKind::delay_read: {
        const Operand time = evaluate(node.args[0]);
        const Operand start = evaluate(node.args[1]);
        const Operand line = evaluate(node.args[2]);
        result = into != nullptr ? *into : result_operand(axes);
        emit(Op::delay_read, axes, result, {time, start, line}, node.index);
        break;
      }
      case NodeKind::random: {
        std::vector<Operand> args;
        for (std::size_t i = 0; i < node.arity; ++i) {
          args.push_back(evaluate(node.args[i]));
        }
        result = into != nullptr ? *into : result_operand(axes);
        program_.random_sites.push_back(random_site(model_.random_sites[node.index]));
        emit(Op::random, axes, result, args,
             static_cast<std::uint32_t>(program_.random_sites.size() - 1));
        break;
      }
      case NodeKind::device: {
        const model::DeviceUse& use = model_.device_uses[node.index];
        const Operand inputs = evaluate(node.args[0]);
        // The outputs follow each other; the loop goes over the devices.
        std::vector<std::uint32_t> devices = axes;
        if (use.outputs > 1) {
          devices.pop_back();
        }
        result = into != nullptr ? *into : result_operand(axes);
        program_.device_uses.push_back(
            {use.action, use.device, use.inputs, use.outputs, target_base()});
        emit(Op::device, devices, result, {inputs},
             static_cast<std::uint32_t>(program_.device_uses.size() - 1));
        break;
      }
      case NodeKind::rank: {
        const std::vector<std::uint32_t> inner = axes_of(model_.reductions[node.index].axes);
        const Operand array = evaluate(node.args[0]);
        const Operand place = evaluate(node.args[1]);
        std::vector<std::uint32_t> all = axes;
        all.insert(all.end(), inner.begin(), inner.end());
        if (all.size() > kMaxRank) {
          fail();
        }
        result = into != nullptr ? *into : result_operand(axes);
        Instruction made;
        made.op = Op::rank;
        made.loop = loop(axes);
        made.dst = view(result, axes);
        made.args[0] = view(array, all);
        made.args[1] = view(place, axes);
        if (node.args[2] != model::kNone) {
          made.args[2] = view(evaluate(node.args[2]), all);
        }
        made.aux = loop(inner);
        program_.block(block_).push_back(made);
        break;
      }
      case NodeKind::procedure:
        result = call(node, into);
        break;
    }
    values_.emplace(id, result);
    return result;
  }

  Operand call(const Node& node, const Operand* into) {
    const model::Call& of = model_.calls[node.index];
    const std::vector<std::uint32_t> outer = axes_of(node.axes & ~of.result);
    const auto behind = [&](AxisMask inner) {
      std::vector<std::uint32_t> all = outer;
      const std::vector<std::uint32_t> own = axes_of(inner);
      all.insert(all.end(), own.begin(), own.end());
      if (all.size() > kMaxRank) {
        fail();
      }
      return all;
    };
    Call made;
    made.procedure = of.procedure;
    for (const model::Call::Argument& argument : of.arguments) {
      Call::Input input;
      if (argument.node != model::kNone) {
        input.view = view(evaluate(argument.node), behind(argument.inner));
        input.inner = loop(axes_of(argument.inner));
      }
      made.inputs.push_back(input);
    }
    if (of.lookup != model::kNone) {
      made.table_view = table_view(model_.lookups[of.lookup], outer);
    }
    if (of.site != model::kNone) {
      made.site = random_site(model_.random_sites[of.site]);
    }
    made.result = loop(axes_of(of.result));
    Instruction instruction;
    instruction.op = Op::procedure;
    instruction.loop = loop(outer);
    const Operand result = into != nullptr ? *into : result_operand(axes_of(node.axes));
    instruction.dst = view(result, behind(of.result));
    instruction.aux = static_cast<std::uint32_t>(program_.calls.size());
    if (model::row(of.procedure).keeps()) {
      // One memory for the blocks that compute the same assignment.
      const auto [known, fresh] = keepers_.emplace(
          std::pair(assignment_, &of), static_cast<std::uint32_t>(program_.keepers.size()));
      if (fresh) {
        program_.keepers.push_back({instruction.loop, instruction.aux});
      }
      made.keeper = known->second;
    }
    if (made.keeper != kNone && program_.keepers[made.keeper].call != instruction.aux) {
      instruction.aux = program_.keepers[made.keeper].call;
    } else {
      program_.calls.push_back(std::move(made));
    }
    program_.block(block_).push_back(instruction);
    return result;
  }

  // Sum of (index - 1) * stride over the dynamic indices; base kNone if there is none.
  Operand flat_offset(const model::Reference& reference) {
    const model::Variable& variable = model_.variables[reference.variable];
    Operand sum{kNone, {}};
    AxisMask mask = 0;
    std::uint32_t stride = 1;
    for (std::size_t d = variable.dimensions.size(); d-- > 0;) {
      const model::Index& index = reference.indices[d];
      const std::uint32_t size = model_.dimensions[variable.dimensions[d]].size();
      if (index.kind == model::Index::Kind::dynamic) {
        const AxisMask own = model_.nodes[index.node].axes;
        Operand place = compute(op_of(model::Operation::checked_index), own,
                                {evaluate(index.node), constant(size)});
        if (stride != 1) {
          place = compute(Op::multiply, own, {place, constant(stride)});
        }
        mask |= own;
        sum = sum.base == kNone ? place : compute(Op::add, mask, {sum, place});
      }
      stride *= size;
    }
    return sum;
  }

  Operand compute(Op op, AxisMask mask, const std::vector<Operand>& args) {
    const std::vector<std::uint32_t> axes = axes_of(mask);
    const Operand result = result_operand(axes);
    emit(op, axes, result, args);
    return result;
  }

  std::uint32_t table_view(const model::Lookup& lookup, const std::vector<std::uint32_t>& axes) {
    bool in_order = true;
    for (std::size_t i = 0; i < lookup.tables.size(); ++i) {
      in_order = in_order && lookup.tables[i] == lookup.tables[0] + i;
    }
    Operand tables;
    if (in_order) {
      tables.base = lookup.tables[0];
    } else {
      tables.base = static_cast<Slot>(tables_.size());
      for (const std::uint32_t table : lookup.tables) {
        tables_.push_back(table);
      }
    }
    std::int32_t stride = 1;
    const std::vector<std::uint32_t> own = axes_of(lookup.axes);
    for (std::size_t k = own.size(); k-- > 0;) {
      tables.axes[own[k]] = {stride, -1};
      stride *= static_cast<std::int32_t>(assignment_->axes[own[k]].size());
    }
    View made;
    made.base = tables.base;
    for (std::size_t k = 0; k < std::min(axes.size(), kMaxRank); ++k) {
      const auto moves = tables.axes.find(axes[k]);
      if (moves != tables.axes.end()) {
        made.axes[k] = moves->second;
      }
    }
    program_.table_views.push_back(made);
    return static_cast<std::uint32_t>(program_.table_views.size() - 1);
  }

  // A site for this assignment: elements of an array that are assigned one by one draw from
  // streams of their own.
  RandomSite random_site(const model::RandomSite& site) const {
    const model::Variable& variable = model_.variables[assignment_->target];
    std::uint64_t first = 0;
    for (std::size_t d = 0; d < variable.dimensions.size(); ++d) {
      const model::BoxSide& side = assignment_->box[d];
      const std::uint32_t element =
          side.axis == model::kNone ? side.element : assignment_->axes[side.axis].elements.front();
      first = first * model_.dimensions[variable.dimensions[d]].size() + element;
    }
    return {site.distribution, site.stream + first};
  }

  void begin(const Assignment& assignment) {
    assignment_ = &assignment;
    values_.clear();
  }

  void lower_order(const std::vector<std::uint32_t>& order, Block block) {
    block_ = block;
    for (const std::uint32_t a : order) {
      const Assignment& assignment = model_.assignments[a];
      begin(assignment);
      const NodeId root = block == Block::initial && assignment.start_expr != model::kNone
                              ? assignment.start_expr
                              : assignment.expr;
      const std::vector<std::uint32_t> axes = box_axes(assignment);
      const AxisMask box = assignment.box_axes >= model::kMaxAxes
                               ? ~AxisMask{0}
                               : (AxisMask{1} << assignment.box_axes) - 1;
      const Operand target = destination(assignment);
      const bool direct = model_.nodes[root].axes == box;
      const Operand value = evaluate(root, direct ? &target : nullptr);
      if (value.base != target.base || value.axes.size() != target.axes.size()) {
        emit(Op::copy, axes, target, {value});
      }
    }
  }

  void describe_states() {
    for (VariableId v = 0; v < model_.variables.size(); ++v) {
      const model::Variable& variable = model_.variables[v];
      if (next_slots_[v] == kNone) {
        continue;
      }
      const std::uint32_t count = model_.element_count(variable);
      if (variable.kind == model::Kind::stock && !variable.stepped) {
        program_.stocks.push_back({slots_[v], next_slots_[v], count});
      } else {
        program_.memories.push_back({slots_[v], next_slots_[v], count});
      }
    }
    for (const model::Delay& delay : model_.delays) {
      program_.delays.push_back(
          {slot_of(delay.input), model_.element_count(model_.variables[delay.input])});
    }
    for (const model::Device& device : model_.devices) {
      program_.devices.push_back({device.kind, model_.element_count(model_.variables[device.stock]),
                                  device.conveyor, device.queue});
    }
    for (const std::uint32_t table : tables_) {
      const syntax::GraphicalFunction& gf = model_.tables[table];
      program_.tables.push_back({static_cast<TableKind>(gf.kind), gf.x, gf.y});
    }
  }

  Layout describe_layout() const {
    Layout layout;
    for (const model::Dimension& dimension : model_.dimensions) {
      layout.dimensions.push_back({dimension.name, dimension.elements});
    }
    for (VariableId v = 0; v < model_.variables.size(); ++v) {
      const model::Variable& variable = model_.variables[v];
      const VariableId source = variable.alias_of == model::kNone ? v : variable.alias_of;
      if (slots_[source] == kNone) {
        continue;
      }
      const model::Variable& values = model_.variables[source];
      LayoutVariable made;
      made.name = variable.name;
      made.dimensions.assign(values.dimensions.begin(), values.dimensions.end());
      made.base = slots_[source];
      made.count = model_.element_count(values);
      made.unit = variable.unit_text.empty() ? values.unit_text : variable.unit_text;
      made.doc = variable.doc;
      made.range = variable.range;
      made.hidden = variable.hidden;
      made.alias = source != v;
      made.structural = values.structural;
      made.kind = values.constant                     ? VariableKind::constant
                  : values.kind == model::Kind::stock ? VariableKind::stock
                  : values.kind == model::Kind::flow  ? VariableKind::flow
                                                      : VariableKind::auxiliary;
      layout.variables.push_back(std::move(made));
    }
    return layout;
  }

  const model::Model& model_;
  base::Diagnostics& diagnostics_;
  Program program_;
  Block block_ = Block::initial;
  bool failed_ = false;
  std::vector<Slot> slots_;            // of each variable
  std::vector<Slot> next_slots_;       // net flows of stocks, next values of memories
  std::vector<std::uint32_t> tables_;  // Program table → Model table
  std::unordered_map<std::uint64_t, Slot> constant_slots_;
  std::map<std::vector<std::uint32_t>, Slot> position_slots_;
  std::unordered_map<std::string, LoopId> loop_ids_ = {{"", 0}};
  std::unordered_map<Slot, ViewId> scalar_views_;
  std::map<std::pair<const Assignment*, const model::Call*>, std::uint32_t> keepers_;
  std::uint32_t temporaries_ = 0;

  // of the assignment being lowered
  const Assignment* assignment_ = nullptr;
  std::unordered_map<NodeId, Operand> values_;
};

}  // namespace

std::optional<Lowered> lower(const model::Model& model, base::Diagnostics& diagnostics) {
  return Lowerer(model, diagnostics).run();
}

}  // namespace shamal::ir
