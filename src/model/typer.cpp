#include "model/typer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "base/names.h"

namespace shamal::model {

using base::Code;
using syntax::Expr;
using syntax::ExprKind;

AxisMask ArrayContext::mask() const {
  AxisMask mask = 0;
  for (const Free& one : free) {
    mask |= AxisMask{1} << one.axis;
  }
  return mask;
}

Typer::Typer(Resolver& resolver, const Recipe& recipe) : resolver_(resolver), recipe_(recipe) {
  assignment_.target = recipe.target;
  assignment_.role = recipe.role;
  assignment_.span = recipe.span;
  self_ = recipe.target;
  for (const Side& side : recipe.sides) {
    Binding binding;
    binding.dimension = side.dimension;
    binding.range = side.range;
    if (side.fixed) {
      binding.element = side.elements.front();
    } else {
      binding.axis = add_axis(side.dimension, side.elements);
    }
    if (side.own) {
      assignment_.box.push_back({binding.axis, binding.element});
    }
    bindings_.push_back(binding);
    hidden_sides_.push_back(side);
    hidden_sides_.back().own = !side.fixed;
  }
  assignment_.box_axes = static_cast<std::uint32_t>(assignment_.axes.size());
}

std::uint32_t Typer::add_axis(DimensionId dimension, std::vector<std::uint32_t> elements,
                              AxisMask before) {
  for (std::uint32_t a = assignment_.box_axes; a < assignment_.axes.size(); ++a) {
    const Axis& known = assignment_.axes[a];
    if ((folded_ >> a & 1u) != 0 && before >> a == 0 && known.dimension == dimension &&
        known.elements == elements) {
      folded_ &= ~(AxisMask{1} << a);
      return a;
    }
  }
  if (assignment_.axes.size() == kMaxAxes) {
    fail(Code::array_too_large, recipe_.span,
         fmt::format("more than {} indices in one equation", kMaxAxes));
    return kMaxAxes - 1;
  }
  assignment_.axes.push_back({dimension, std::move(elements)});
  return static_cast<std::uint32_t>(assignment_.axes.size() - 1);
}

std::string Typer::target_name() const { return resolver_.model.variables[recipe_.target].name; }

NodeId Typer::poison(base::Span span) {
  Node nan;
  nan.value = std::numeric_limits<double>::quiet_NaN();
  nan.span = span;
  return resolver_.add_node(nan);
}

NodeId Typer::fail(Code code, base::Span span, std::string what, std::string fix) {
  resolver_.error(code, span, std::move(what), std::move(fix));
  return poison(span);
}

NodeId Typer::constant(double value, base::Span span) {
  Node made;
  made.value = value;
  made.span = span;
  return resolver_.add_node(made);
}

NodeId Typer::fixed(std::uint32_t slot, base::Span span) {
  Node made;
  made.kind = NodeKind::fixed;
  made.index = slot;
  made.span = span;
  return resolver_.add_node(made);
}

NodeId Typer::apply(Operation operation, std::vector<NodeId> args, base::Span span) {
  Node made;
  made.kind = NodeKind::apply;
  made.op = operation;
  made.arity = static_cast<std::uint8_t>(args.size());
  made.span = span;
  bool all_constant = true;
  std::array<double, 3> values{};
  for (std::size_t i = 0; i < args.size(); ++i) {
    const Node& arg = node(args[i]);
    made.args[i] = args[i];
    // Within an array function, arrays along different indices would multiply out in silence.
    const AxisMask box = (AxisMask{1} << assignment_.box_axes) - 1;
    const AxisMask before = made.axes & ~box;
    const AxisMask now = arg.axes & ~box;
    if ((before & ~now) != 0 && (now & ~before) != 0 && !resolver_.is_vensim(span) &&
        resolver_.origin_at(span) != Origin::vensim) {
      return fail(Code::shape_mismatch, span,
                  "the arrays within an array function run over different dimensions",
                  "use the same dimensions, or name the element of one of them");
    }
    made.axes |= arg.axes;
    all_constant = all_constant && arg.kind == NodeKind::constant;
    values[i] = arg.value;
  }
  if (all_constant) {
    return constant(model::apply(operation, values[0], values[1], values[2]), span);
  }
  return resolver_.add_node(made);
}

Operation operation_of(syntax::Operator op) {
  using S = syntax::Operator;
  switch (op) {
    case S::negate:
      return Operation::negate;
    case S::plus:
      return Operation::copy;
    case S::logical_not:
      return Operation::logical_not;
    case S::power:
      return Operation::power;
    case S::multiply:
      return Operation::multiply;
    case S::divide:
      return Operation::divide;
    case S::modulo:
      return Operation::modulo;
    case S::add:
      return Operation::add;
    case S::subtract:
      return Operation::subtract;
    case S::less:
      return Operation::less;
    case S::less_equal:
      return Operation::less_equal;
    case S::greater:
      return Operation::greater;
    case S::greater_equal:
      return Operation::greater_equal;
    case S::equal:
      return Operation::equal;
    case S::not_equal:
      return Operation::not_equal;
    case S::logical_and:
      return Operation::logical_and;
    case S::logical_or:
      return Operation::logical_or;
  }
  return Operation::copy;
}

NodeId Typer::type(const Expr& expr, Scope& scope, ArrayContext* array) {
  switch (expr.kind) {
    case ExprKind::number:
      return constant(expr.number, expr.span);
    case ExprKind::name:
      return type_name(expr, scope, array);
    case ExprKind::call:
      return type_call(expr, scope, array);
    case ExprKind::unary: {
      const NodeId operand = type(expr.args[0], scope, array);
      return expr.op == syntax::Operator::plus ? operand
                                               : apply(operation_of(expr.op), {operand}, expr.span);
    }
    case ExprKind::binary: {
      const NodeId left = type(expr.args[0], scope, array);
      const NodeId right = type(expr.args[1], scope, array);
      // xmutil writes Vensim's MODULO, which cuts towards zero, as MOD.
      const bool of_vensim =
          expr.op == syntax::Operator::modulo && resolver_.origin_at(expr.span) == Origin::vensim;
      return apply(of_vensim ? Operation::truncated_modulo : operation_of(expr.op), {left, right},
                   expr.span);
    }
    case ExprKind::conditional: {
      if (scope.of_macro != nullptr && resolver_.calls_itself(*scope.of_macro)) {
        // Only what is chosen is understood, so that calls of itself end.
        if (const auto chosen = resolver_.constant_value(expr.args[0], scope)) {
          return type(expr.args[*chosen != 0 ? 1 : 2], scope, array);
        }
      }
      const NodeId condition = type(expr.args[0], scope, array);
      const NodeId yes = type(expr.args[1], scope, array);
      const NodeId no = type(expr.args[2], scope, array);
      return apply(Operation::select, {condition, yes, no}, expr.span);
    }
    case ExprKind::transpose: {
      const Expr& operand = expr.args[0];
      const bool bare = operand.kind == ExprKind::name && operand.subscripts.empty();
      const Symbol* symbol = bare ? resolver_.find_symbol(scope, operand.text) : nullptr;
      // Stella's names may end in an apostrophe.
      if (bare && symbol == nullptr &&
          resolver_.find_symbol(scope, operand.text + "'") != nullptr) {
        Expr named = operand;
        named.text += "'";
        named.span = expr.span;
        return type(named, scope, array);
      }
      if (symbol == nullptr || symbol->kind != Symbol::Kind::variable) {
        return fail(Code::unexpected_token, expr.span,
                    "transposition of something else than an array",
                    "write ' after the name of an array without subscripts, or use @n");
      }
      return whole(symbol->variable, expr.span, array, true);
    }
    case ExprKind::string:
    case ExprKind::output:
      return fail(Code::unexpected_token, expr.span, "text where a number is needed");
    default:  // what stands within subscripts only
      break;
  }
  return fail(Code::unexpected_token, expr.span, "subscript outside of brackets");
}

NodeId Typer::reference(VariableId variable, std::vector<Index> indices, base::Span span) {
  Node made;
  made.kind = NodeKind::reference;
  made.span = span;
  for (const Index& index : indices) {
    if (index.kind == Index::Kind::axis) {
      made.axes |= AxisMask{1} << index.axis;
    } else if (index.kind == Index::Kind::dynamic) {
      made.axes |= node(index.node).axes;
    }
  }
  made.index = static_cast<std::uint32_t>(resolver_.model.references.size());
  resolver_.model.references.push_back({resolver_.resolve_alias(variable), std::move(indices)});
  return resolver_.add_node(made);
}

Index Typer::index_of(const Binding& binding) const {
  Index index;
  if (binding.axis == kNone) {
    index.element = binding.element;
  } else {
    index.kind = Index::Kind::axis;
    index.axis = binding.axis;
    index.elements = assignment_.axes[binding.axis].elements;
  }
  return index;
}

Index Typer::free_axis(ArrayContext& array, DimensionId dimension, std::uint32_t occurrence,
                       std::vector<std::uint32_t> elements, bool range) {
  const auto size = static_cast<std::uint32_t>(elements.size());
  const DimensionId key = range ? kNone : dimension;
  Index index;
  index.kind = Index::Kind::axis;
  index.elements = elements;
  for (const ArrayContext::Free& one : array.free) {
    if (one.dimension == key && one.occurrence == occurrence && one.size == size) {
      index.axis = one.axis;
      return index;
    }
  }
  index.axis = add_axis(dimension, std::move(elements), array.mask());
  array.free.push_back({key, occurrence, index.axis, size});
  return index;
}

namespace {

std::vector<std::uint32_t> all_elements(const Dimension& dimension) {
  std::vector<std::uint32_t> elements(dimension.size());
  for (std::uint32_t i = 0; i < elements.size(); ++i) {
    elements[i] = i;
  }
  return elements;
}

}  // namespace

std::optional<Index> Typer::bind_dimension(DimensionId dimension, std::uint32_t occurrence,
                                           ArrayContext* array) {
  if (array != nullptr) {
    return free_axis(*array, dimension, occurrence,
                     all_elements(resolver_.model.dimensions[dimension]), false);
  }
  for (const Binding& binding : bindings_) {
    if (binding.dimension == dimension && occurrence-- == 0) {
      return index_of(binding);
    }
  }
  return std::nullopt;
}

std::optional<Index> Typer::bind_context(VariableId variable, std::size_t i) const {
  const std::vector<Side>& sides = resolver_.info[variable].sides;
  for (std::size_t s = 0; s < sides.size() && s < bindings_.size(); ++s) {
    if (!sides[s].fixed && i-- == 0) {
      return index_of(bindings_[s]);
    }
  }
  return std::nullopt;
}

std::optional<Index> Typer::bind_named(DimensionId named, DimensionId of) {
  for (const Binding& binding : bindings_) {
    if (binding.dimension != named) {
      continue;
    }
    Index index = index_of(binding);
    if (named == of) {
      return index;
    }
    // Another dimension: its elements are found by name in this one, or else by position.
    const Dimension& from = resolver_.model.dimensions[named];
    const Dimension& to = resolver_.model.dimensions[of];
    const auto map = [&](std::uint32_t element) -> std::optional<std::uint32_t> {
      const auto found = resolver_.find_element(of, from.elements[element]);
      if (found) {
        return found;
      }
      return from.size() == to.size() ? std::optional(element) : std::nullopt;
    };
    if (index.kind == Index::Kind::fixed) {
      const auto element = map(index.element);
      if (!element) {
        return std::nullopt;
      }
      index.element = *element;
      return index;
    }
    for (std::uint32_t& element : index.elements) {
      const auto mapped = map(element);
      if (!mapped) {
        return std::nullopt;
      }
      element = *mapped;
    }
    return index;
  }
  return std::nullopt;
}

// The indices of these dimensions of a variable, as the equation binds them; nothing, after
// reporting, if it lacks one.
std::optional<std::vector<Index>> Typer::bind_all(VariableId variable,
                                                  const std::vector<DimensionId>& dimensions,
                                                  base::Span span, ArrayContext* array,
                                                  bool reversed) {
  std::vector<Index> indices;
  const std::uint32_t context = resolver_.info[variable].context;
  for (std::size_t i = 0; i < dimensions.size(); ++i) {
    std::uint32_t occurrence = 0;
    for (std::size_t j = 0; j < i; ++j) {
      occurrence += dimensions[j] == dimensions[i] ? 1 : 0;
    }
    // The dimensions that a macro's variables take over from its use are always bound.
    std::optional<Index> index = !reversed && i < context
                                     ? bind_context(variable, i)
                                     : bind_dimension(dimensions[i], occurrence, array);
    if (!index) {
      const std::string& name = resolver_.model.dimensions[dimensions[i]].name;
      fail(Code::shape_mismatch, span,
           fmt::format("\"{}\" has the dimension \"{}\", which \"{}\" lacks here",
                       resolver_.model.variables[variable].name, name, target_name()),
           fmt::format("name an element of \"{}\" in brackets, or sum over it", name));
      return std::nullopt;
    }
    indices.push_back(std::move(*index));
  }
  return indices;
}

NodeId Typer::whole(VariableId variable, base::Span span, ArrayContext* array, bool reversed) {
  const Variable& referred = resolver_.model.variables[variable];
  std::vector<DimensionId> dimensions = referred.dimensions;
  if (reversed) {
    dimensions = {referred.dimensions.rbegin(), referred.dimensions.rend()};
  }
  auto indices = bind_all(variable, dimensions, span, array, reversed);
  if (!indices) {
    return poison(span);
  }
  if (reversed) {
    indices = {indices->rbegin(), indices->rend()};
  }
  return reference(variable, std::move(*indices), span);
}

// In files that xmutil wrote: the side of the equation over a dimension of the same elements. To
// Vensim ranges with the same elements are one.
std::optional<Index> Typer::bind_alike(DimensionId dimension) {
  const std::size_t size = resolver_.model.dimensions[dimension].size();
  for (const Binding& binding : bindings_) {
    const Dimension& other = resolver_.model.dimensions[binding.dimension];
    const bool alike =
        other.size() == size &&
        std::all_of(other.elements.begin(), other.elements.end(), [&](const std::string& element) {
          return resolver_.find_element(dimension, element).has_value();
        });
    if (alike) {
      return bind_named(binding.dimension, dimension);
    }
  }
  return std::nullopt;
}

NodeId Typer::summed(VariableId variable, base::Span span) {
  const std::vector<DimensionId>& dimensions = resolver_.model.variables[variable].dimensions;
  const std::uint32_t context = resolver_.info[variable].context;
  std::vector<Index> indices;
  AxisMask folded = 0;
  for (std::size_t i = 0; i < dimensions.size(); ++i) {
    const auto occurrence = static_cast<std::uint32_t>(std::count(
        dimensions.begin(), dimensions.begin() + static_cast<std::ptrdiff_t>(i), dimensions[i]));
    std::optional<Index> index = i < context ? bind_context(variable, i)
                                             : bind_dimension(dimensions[i], occurrence, nullptr);
    if (!index && resolver_.origin_at(span) == Origin::vensim) {
      index = bind_alike(dimensions[i]);
    }
    if (!index) {
      index.emplace();
      index->kind = Index::Kind::axis;
      index->elements = all_elements(resolver_.model.dimensions[dimensions[i]]);
      index->axis = add_axis(dimensions[i], index->elements, folded);
      folded |= AxisMask{1} << index->axis;
    }
    indices.push_back(std::move(*index));
  }
  return reduce(Operation::add, 0, reference(variable, std::move(indices), span), folded, span);
}

NodeId Typer::part(VariableId variable, std::uint32_t element, base::Span span) {
  std::vector<DimensionId> dimensions = resolver_.model.variables[variable].dimensions;
  dimensions.pop_back();
  auto indices = bind_all(variable, dimensions, span, nullptr, false);
  if (!indices) {
    return poison(span);
  }
  indices->emplace_back().element = element;
  return reference(variable, std::move(*indices), span);
}

NodeId Typer::device(std::uint32_t use, VariableId inputs) {
  std::vector<DimensionId> dimensions = resolver_.model.variables[inputs].dimensions;
  const DimensionId last = dimensions.back();
  dimensions.pop_back();
  const base::Span span = recipe_.span;
  auto indices = bind_all(inputs, dimensions, span, nullptr, false);
  if (!indices) {
    return poison(span);
  }
  Index all;
  all.kind = Index::Kind::axis;
  all.elements = all_elements(resolver_.model.dimensions[last]);
  all.axis = add_axis(last, all.elements);
  indices->push_back(std::move(all));
  Node made;
  made.kind = NodeKind::device;
  made.index = use;
  made.arity = 1;
  made.args[0] = reference(inputs, std::move(*indices), span);
  made.axes =
      assignment_.box_axes >= kMaxAxes ? ~AxisMask{0} : (AxisMask{1} << assignment_.box_axes) - 1;
  made.span = span;
  return resolver_.add_node(made);
}

// A dimension used as a value: the position of the current element; or Dimension.element.
NodeId Typer::element_value(const Expr& expr, Scope& scope, bool& found) {
  found = true;
  if (const auto dimension = resolver_.find_dimension(scope, expr.text)) {
    for (const Binding& binding : bindings_) {
      if (binding.dimension != *dimension) {
        continue;
      }
      if (binding.axis == kNone) {
        return constant(binding.element + 1.0, expr.span);
      }
      Node made;
      made.kind = NodeKind::axis_index;
      made.index = binding.axis;
      made.axes = AxisMask{1} << binding.axis;
      made.span = expr.span;
      return resolver_.add_node(made);
    }
    return fail(Code::shape_mismatch, expr.span,
                fmt::format("\"{}\" is not a dimension of \"{}\"", base::display_name(expr.text),
                            target_name()));
  }
  const std::size_t dot = expr.text.find('.');
  if (dot != std::string::npos && dot > 0) {
    const auto dimension = resolver_.find_dimension(scope, expr.text.substr(0, dot));
    if (dimension) {
      const auto element = resolver_.find_element(*dimension, expr.text.substr(dot + 1));
      if (element) {
        return constant(*element + 1.0, expr.span);
      }
    }
  }
  found = false;
  return kNone;
}

NodeId Typer::type_name(const Expr& expr, Scope& scope, ArrayContext* array) {
  const bool vensim = is_vensim(expr);
  const std::string folded = base::fold_name(expr.text);
  if (vensim && expr.subscripts.empty()) {
    // The times are the simulation's own, whatever equations the file gives for them.
    const Builtin* const own = find_builtin(folded, Origin::mdl);
    if (own != nullptr && own->treatment == Treatment::fixed) {
      return fixed(static_cast<std::uint32_t>(own->value), expr.span);
    }
  }
  if (const Symbol* symbol = resolver_.find_symbol(scope, expr.text)) {
    if (const auto element = container_element(*symbol, expr, scope, array)) {
      return *element;
    }
    switch (symbol->kind) {
      case Symbol::Kind::variable: {
        if (vensim) {
          return vensim_reference(symbol->variable, expr, scope, array);
        }
        const VariableId seen = resolver_.seen_by(recipe_.target, symbol->variable);
        return expr.subscripts.empty() ? whole(seen, expr.span, array)
                                       : subscripted(seen, expr, scope, array);
      }
      case Symbol::Kind::parameter: {
        if (expr.subscripts.empty()) {
          // Typed once, however often the macro names it: nested uses would double otherwise.
          const auto key = std::tuple(symbol->argument, symbol->scope, array ? array->number : 0);
          const auto known = arguments_.find(key);
          if (known != arguments_.end()) {
            return known->second;
          }
          const NodeId value = type(*symbol->argument, *symbol->scope, array);
          arguments_.emplace(key, value);
          Node& typed = resolver_.model.nodes[value];
          if (typed.kind == NodeKind::constant) {
            typed.index = 1;
          }
          return value;
        }
        const Symbol* argument =
            symbol->argument->kind == ExprKind::name && symbol->argument->subscripts.empty()
                ? resolver_.find_symbol(*symbol->scope, symbol->argument->text)
                : nullptr;
        if (argument != nullptr && argument->kind == Symbol::Kind::variable) {
          return subscripted(argument->variable, expr, scope, array);
        }
        return fail(Code::wrong_subscript_count, expr.span,
                    fmt::format("\"{}\": the argument is not an array", expr.text));
      }
      case Symbol::Kind::graphical:
        return fail(Code::unknown_name, expr.span,
                    fmt::format("\"{}\": a graphical function needs its argument",
                                base::display_name(expr.text)),
                    fmt::format("write {}(x)", expr.text));
      case Symbol::Kind::module:
        return fail(Code::unknown_name, expr.span,
                    fmt::format("\"{}\": a module has no value", base::display_name(expr.text)),
                    fmt::format("write {}.variable", expr.text));
    }
  }
  bool found = false;
  const NodeId element = !expr.subscripts.empty() ? kNone
                         : vensim                 ? vensim_number(expr, scope, array, found)
                                                  : element_value(expr, scope, found);
  if (found) {
    return element;
  }
  const std::string plain = folded.starts_with("std.") ? folded.substr(4) : folded;
  const Builtin* builtin = find_builtin(plain, resolver_.origin_at(expr.span));
  if (builtin != nullptr && stands_alone(*builtin) && expr.subscripts.empty()) {
    switch (builtin->treatment) {
      case Treatment::number:
        return constant(builtin->value, expr.span);
      case Treatment::fixed: {
        const auto slot = static_cast<std::uint32_t>(builtin->value);
        const auto own = Resolver::own_time(scope, slot);
        return own ? constant(*own, expr.span) : fixed(slot, expr.span);
      }
      case Treatment::self:
        if (self_allowed_) {
          return whole(self_, expr.span, array);
        }
        return fail(Code::misplaced_self, expr.span, "");
      default:
        break;
    }
  }
  if (builtin != nullptr && builtin->treatment == Treatment::self && self_allowed_) {
    return subscripted(self_, expr, scope, array);
  }
  const std::string near = resolver_.nearest_symbol(scope, expr.text);
  return fail(Code::unknown_name, expr.span, fmt::format("\"{}\"", base::display_name(expr.text)),
              near.empty() ? "" : fmt::format("did you mean {}?", near));
}

double Typer::axes_size(AxisMask axes) const {
  double size = 1;
  for (std::uint32_t a = 0; a < assignment_.axes.size(); ++a) {
    if ((axes >> a & 1u) != 0) {
      size *= assignment_.axes[a].size();
    }
  }
  return size;
}

NodeId Typer::type_array(const Expr& expr, Scope& scope, AxisMask& axes) {
  ArrayContext array = open_context();
  const NodeId child = type(expr, scope, &array);
  axes = array.mask() & node(child).axes;
  return child;
}

NodeId Typer::reduce(Operation operation, double start, NodeId child, AxisMask axes,
                     base::Span span) {
  if (axes == 0) {
    return child;
  }
  Node made;
  made.kind = NodeKind::reduce;
  made.op = operation;
  made.arity = 1;
  made.args[0] = child;
  made.axes = node(child).axes & ~axes;
  made.index = static_cast<std::uint32_t>(resolver_.model.reductions.size());
  made.span = span;
  resolver_.model.reductions.push_back({axes, start});
  folded_ |= axes;
  return resolver_.add_node(made);
}

}  // namespace shamal::model
