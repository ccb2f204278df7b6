// What the compiler made: in place again, or as a call of the function that it came from.
#include <algorithm>
#include <cmath>

#include "base/names.h"
#include "model/translate_forms.h"
#include "model/translator.h"

namespace shamal::model {

using syntax::Expr;
using syntax::ExprKind;

// The place of a hidden variable's equation where the reference stands; nothing if it has several
// equations, or the reference does not run over it as it is.
std::optional<Place> Translator::place_within(const Reference& reference, const Place& place) {
  const VariableId variable = resolver_.resolve_alias(reference.variable);
  const auto& given = assignments_[variable];
  if (given.empty()) {
    return std::nullopt;
  }
  const Assignment& assignment = *given.front();
  for (const Assignment* other : given) {
    if (other->axes.size() < other->box_axes || other->box_axes != reference.indices.size() ||
        other->box.size() != reference.indices.size() ||
        (other->role == assignment.role && other != &assignment)) {
      return std::nullopt;
    }
  }
  Place inside;
  inside.assignment = &assignment;
  inside.owner = place.owner;
  inside.in_array = place.in_array;
  inside.condition = place.condition;
  inside.axes.resize(assignment.axes.size());
  const std::vector<bool> named = named_axes(assignment);
  for (std::size_t d = 0; d < reference.indices.size(); ++d) {
    const Index& index = reference.indices[d];
    const std::uint32_t own = assignment.box[d].axis;
    if (own == kNone || index.kind == Index::Kind::dynamic) {
      return std::nullopt;
    }
    const std::vector<std::uint32_t>& elements = assignment.axes[own].elements;
    const auto position = [&](std::uint32_t element) {
      return static_cast<std::uint32_t>(std::find(elements.begin(), elements.end(), element) -
                                        elements.begin());
    };
    if (index.kind == Index::Kind::fixed) {
      inside.axes[own] = {AxisName::Kind::element, "", position(index.element)};
    } else if (place.axes[index.axis].kind == AxisName::Kind::element) {
      inside.axes[own] = {AxisName::Kind::element, "",
                          position(index.elements[place.axes[index.axis].position])};
    } else if (named[own] && index_is_named(index, model_.variables[variable].dimensions[d],
                                            place.assignment->axes[index.axis])) {
      inside.axes[own] = place.axes[index.axis];
    } else {
      return std::nullopt;
    }
    if (inside.axes[own].kind == AxisName::Kind::element &&
        inside.axes[own].position == elements.size()) {
      return std::nullopt;
    }
  }
  return inside;
}

std::optional<Expr> Translator::inlined(const Reference& reference, const Place& place) {
  const VariableId variable = resolver_.resolve_alias(reference.variable);
  const Variable& hidden = model_.variables[variable];
  const auto& given = assignments_[variable];
  if (!hidden.hidden || given.empty()) {
    return std::nullopt;
  }
  const bool small = given.size() == 1 && node(given[0]->expr).kind != NodeKind::reduce &&
                     (node(given[0]->expr).kind == NodeKind::reference ||
                      node(given[0]->expr).kind == NodeKind::constant);
  // The value at the start of what never changes is itself.
  const bool number = hidden.kind == Kind::initial_only && given.size() == 1 &&
                      node(given[0]->expr).kind == NodeKind::constant;
  if (number) {
    return expression(given[0]->expr, place);
  }
  if (hidden.kind == Kind::auxiliary && (references_[variable] == 1 || small) &&
      given[0]->start_expr == kNone && !names_[variable].size()) {
    const NodeKind kind = node(given[0]->expr).kind;
    // Vensim's DELAY FIXED must stand alone; draws are made once.
    if (kind == NodeKind::random || kind == NodeKind::procedure ||
        (kind == NodeKind::delay_read && (vensim() || place.in_array))) {
      return std::nullopt;
    }
    const auto inside = place_within(reference, place);
    return inside ? std::optional(expression(given[0]->expr, *inside)) : std::nullopt;
  }
  if (vensim() || place.in_array || names_[variable].size() ||
      (hidden.kind != Kind::initial_only && hidden.kind != Kind::memory)) {
    return std::nullopt;
  }
  auto inside = place_within(reference, place);
  if (!inside) {
    return std::nullopt;
  }
  inside->condition = false;
  if (hidden.kind == Kind::initial_only) {
    return call("INIT", {expression(given[0]->expr, *inside)});
  }
  const Assignment* next = nullptr;
  const Assignment* start = nullptr;
  for (const Assignment* one : given) {
    (one->role == Role::next ? next : start) = one;
  }
  if (next == nullptr || start == nullptr || next->axes.size() != start->axes.size()) {
    return std::nullopt;
  }
  // What it remembers may lead back here; then it is a variable of its own.
  if (!open_.insert(variable).second) {
    return std::nullopt;
  }
  inside->assignment = next;
  Expr now = expression(next->expr, *inside);
  inside->assignment = start;
  Expr first = expression(start->expr, *inside);
  open_.erase(variable);
  return call("PREVIOUS", {std::move(now), std::move(first)});
}

// What a macro's parameter stands for, where a reference to the macro's value stands.
Expr Translator::argument_of(const Symbol& symbol, const Reference& reference, const Place& place) {
  const VariableId variable = resolver_.resolve_alias(symbol.variable);
  const std::vector<DimensionId>& along = model_.variables[reference.variable].dimensions;
  Reference whole;
  whole.variable = variable;
  for (const DimensionId dimension : model_.variables[variable].dimensions) {
    const auto same = std::find(along.begin(), along.end(), dimension);
    if (same == along.end()) {
      return refer(reference, place, {});  // cannot be: the macro was typed along these dimensions
    }
    whole.indices.push_back(reference.indices[static_cast<std::size_t>(same - along.begin())]);
  }
  Place inside = place;
  inside.condition = false;
  if (model_.variables[variable].hidden) {
    if (const auto within = place_within(whole, inside)) {
      return expression(assignments_[variable].front()->expr, *within);
    }
  }
  return refer(whole, inside, {});
}

// The value of SMTH1, DELAY3 and their kin: a call of the function that is its like.
std::optional<Expr> Translator::memory_call(const Reference& reference, const Place& place) {
  const auto use = resolver_.macro_uses.find(reference.variable);
  if (use == resolver_.macro_uses.end() || place.in_array || !names_[reference.variable].empty()) {
    return std::nullopt;
  }
  const Resolver::MacroUse& made = use->second;
  if (!resolver_.is_standard(made.macro->name.span.file)) {
    return std::nullopt;
  }
  const std::string folded = base::fold_name(made.macro->name.text);
  const bool computed =
      std::any_of(reference.indices.begin(), reference.indices.end(),
                  [](const Index& index) { return index.kind == Index::Kind::dynamic; });
  for (const MemoryForm& form : memory_forms()) {
    if (form.library != folded || form.dialect != to_ || computed) {
      continue;
    }
    const auto& parameters = made.macro->parameters;
    // The order is a number of the file.
    for (std::size_t p = 0; p < parameters.size(); ++p) {
      const Symbol& argument = made.arguments[p];
      if (base::fold_name(parameters[p].name.text) == "n" &&
          (argument.kind != Symbol::Kind::variable || !is_constant(argument.variable))) {
        return std::nullopt;
      }
    }
    const bool with_start = made.given == parameters.size();
    const std::string_view function =
        with_start || form.without_start.empty() ? form.with_start : form.without_start;
    std::vector<Expr> args;
    for (const char letter : form.order) {
      static constexpr std::pair<char, std::string_view> kNames[] = {
          {'i', "input"}, {'t', "_time"}, {'n', "n"}, {'s', "initial"}};
      std::string_view wanted;
      for (const auto& [key, name] : kNames) {
        wanted = key == letter ? name : wanted;
      }
      for (std::size_t p = 0; p < parameters.size(); ++p) {
        const std::string parameter = base::fold_name(parameters[p].name.text);
        const bool same = letter == 't' ? parameter.ends_with(wanted) : parameter == wanted;
        const bool dropped = letter == 's' && function == form.without_start && !with_start;
        if (same && !dropped) {
          args.push_back(
              argument_of(made.arguments[letter == 's' && !with_start ? 0 : p], reference, place));
        }
      }
    }
    return call(function, std::move(args));
  }
  return std::nullopt;
}

// STEP and RAMP, where they say the same in the other language: for times on the grid of steps.
std::optional<Expr> Translator::plain_call(NodeId id, const Place& place) {
  const auto found = resolver_.plain_calls.find(id);
  if (found == resolver_.plain_calls.end() ||
      !resolver_.is_standard(found->second.macro->name.span.file)) {
    return std::nullopt;
  }
  const Resolver::PlainCall& made = found->second;
  const std::string folded = base::fold_name(made.macro->name.text);
  if ((folded != "step" && folded != "ramp") || made.arguments.size() < 2 ||
      std::find(made.arguments.begin(), made.arguments.end(), kNone) != made.arguments.end()) {
    return std::nullopt;
  }
  Place inside = place;
  inside.condition = false;
  std::vector<Expr> args;
  for (const NodeId argument : made.arguments) {
    args.push_back(expression(argument, inside));
  }
  if (folded == "step") {
    const auto start = constant_of(made.arguments[1]);
    const double steps = start ? (*start - model_.sim.start) / model_.sim.dt : 0.5;
    return std::abs(steps - std::round(steps)) < 1e-6 ? std::optional(call("STEP", std::move(args)))
                                                      : std::nullopt;
  }
  if (!vensim()) {
    return std::nullopt;  // XMILE's RAMP has no end
  }
  if (args.size() == 2) {
    Expr end;
    end.kind = ExprKind::name;
    end.text = "FINAL TIME";
    args.push_back(std::move(end));
  }
  return call("RAMP", std::move(args));
}

}  // namespace shamal::model
