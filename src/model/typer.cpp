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
