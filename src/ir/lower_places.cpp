#include "ir/lower_places.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <utility>

namespace shamal::ir {

using model::Assignment;
using model::AxisMask;
using model::Node;
using model::NodeKind;
using model::Role;
using model::VariableId;

namespace {

// Temporary slots are numbered from here until it is known where they begin.
constexpr Slot kTemporary = 0x80000000u;

// Elements of a loop, within which an array function may stand: a limit for the time of a step.
constexpr std::uint64_t kMostTurns = 1'000'000'000;

// Of a loop over the axes.
View along(const Operand& operand, const std::vector<std::uint32_t>& axes) {
  View made;
  made.base = operand.base;
  for (std::size_t k = 0; k < std::min(axes.size(), kMaxRank); ++k) {
    const auto moves = operand.axes.find(axes[k]);
    if (moves != operand.axes.end()) {
      made.axes[k] = moves->second;
    }
  }
  return made;
}

}  // namespace

Places::Places(const model::Model& model, base::Diagnostics& diagnostics)
    : model_(model), diagnostics_(diagnostics) {
  program_.loops.push_back({});
  tables_.resize(model_.tables.size());
  std::iota(tables_.begin(), tables_.end(), 0u);
  allocate_variables();
  load_constants();
}

Lowered Places::finish() {
  describe_states();
  for (View& view : program_.views) {
    if (view.base >= kTemporary) {
      view.base = program_.slots + (view.base - kTemporary);
    }
  }
  program_.slots += temporaries_;
  return Lowered{std::move(program_), describe_layout()};
}

template <class Visit>
void Places::for_each_position(const std::vector<std::uint32_t>& axes, Visit visit) const {
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

Slot Places::allocate(std::uint32_t count) {
  const Slot base = program_.slots;
  program_.slots += count;
  return base;
}

Slot Places::temporary(std::uint32_t count) {
  if (count > kTemporary - 1 - temporaries_) {
    fail(fmt::format("more than {} intermediate results in all", kTemporary - 1));
    return kTemporary;
  }
  const Slot base = kTemporary + temporaries_;
  temporaries_ += count;
  return base;
}

void Places::allocate_variables() {
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

Slot Places::slot_of(VariableId v) {
  if (slots_[v] == kNone) {
    slots_[v] = allocate(model_.element_count(model_.variables[v]));
  }
  return slots_[v];
}

void Places::load_constants() {
  for (const Assignment& assignment : model_.assignments) {
    const Node& root = model_.nodes[assignment.expr];
    if (assignment.role != Role::value || assignment.start_expr != model::kNone ||
        root.kind != NodeKind::constant || slots_[assignment.target] == kNone) {
      continue;
    }
    assignment_ = &assignment;
    const Operand target = destination();
    for_each_position(box_axes(), [&](const std::vector<std::uint32_t>& position) {
      program_.constants.push_back({slot_at(target, position), root.value});
    });
  }
}

Slot Places::slot_at(const Operand& operand, const std::vector<std::uint32_t>& position) const {
  std::int64_t slot = operand.base;
  for (const auto& [axis, step] : operand.axes) {
    slot += step.table < 0
                ? static_cast<std::int64_t>(step.stride) * position[axis]
                : program_.offset_tables[static_cast<std::size_t>(step.table)][position[axis]];
  }
  return static_cast<Slot>(slot);
}

std::vector<std::uint32_t> Places::axes_of(AxisMask mask) const {
  std::vector<std::uint32_t> axes;
  for (; mask != 0; mask &= mask - 1) {
    axes.push_back(static_cast<std::uint32_t>(std::countr_zero(mask)));
  }
  return axes;
}

std::vector<std::uint32_t> Places::box_axes() const {
  std::vector<std::uint32_t> axes(assignment_->box_axes);
  for (std::uint32_t a = 0; a < axes.size(); ++a) {
    axes[a] = a;
  }
  return axes;
}

// The step along one axis for elements of an array whose neighbours are `stride` slots apart:
// even steps where the elements are evenly spaced, else a table. Adds to the base.
Axis Places::step(const std::vector<std::uint32_t>& elements, std::uint32_t stride, Slot& base) {
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
Slot Places::target_base() {
  const Assignment& assignment = *assignment_;
  return assignment.role == Role::net || assignment.role == Role::next
             ? next_slots_[assignment.target]
             : slot_of(assignment.target);
}

Operand Places::destination() {
  const Assignment& assignment = *assignment_;
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

LoopId Places::loop(const std::vector<std::uint32_t>& axes) {
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

void Places::fail(std::string what) {
  if (!failed_) {
    diagnostics_.add(base::Code::array_too_large, assignment_->span, std::move(what));
  }
  failed_ = true;
}

ViewId Places::view(const Operand& operand, const std::vector<std::uint32_t>& axes) {
  const View made = along(operand, axes);
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

Operand Places::constant(double value) {
  const auto [known, fresh] = constant_slots_.emplace(std::bit_cast<std::uint64_t>(value), 0);
  if (fresh) {
    known->second = allocate(1);
    program_.constants.push_back({known->second, value});
  }
  return {known->second, {}};
}

// 1-based positions of an axis' elements in their dimension.
Operand Places::positions(std::uint32_t axis) {
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

Operand Places::result_operand(const std::vector<std::uint32_t>& axes) {
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

// The operand of a reference's static part; its dynamic indices add a flat offset.
Operand Places::static_part(const model::Reference& reference) {
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

Axis Places::merge(const Axis& a, const Axis& b, std::uint32_t size) {
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

std::uint32_t Places::table_view(const model::Lookup& lookup,
                                 const std::vector<std::uint32_t>& axes) {
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
  program_.table_views.push_back(along(tables, axes));
  return static_cast<std::uint32_t>(program_.table_views.size() - 1);
}

// A site for this assignment: elements of an array that are assigned one by one draw from
// streams of their own.
RandomSite Places::random_site(const model::RandomSite& site) const {
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

void Places::describe_states() {
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

Layout Places::describe_layout() const {
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

}  // namespace shamal::ir
