// Calls: macros, graphical functions and builtins.

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/names.h"
#include "model/typer.h"
#include "model/vensim.h"

namespace shamal::model {

using base::Code;
using syntax::Expr;
using syntax::ExprKind;

std::size_t input_count(const Expr& call) {
  std::size_t count = 0;
  while (count < call.args.size() && call.args[count].kind != ExprKind::output) {
    ++count;
  }
  return count;
}

NodeId Typer::type_call(const Expr& expr, Scope& scope, ArrayContext* array) {
  std::string folded = base::fold_name(expr.text);
  const bool vensim = is_vensim(expr);
  if (folded == kOwnPrevious) {
    return type_previous(expr, scope, array);
  }
  if (folded.starts_with("std.") && !vensim) {
    folded = folded.substr(4);
  }
  const Symbol* symbol = resolver_.find_symbol(scope, expr.text);
  const bool callable = symbol != nullptr && (symbol->kind == Symbol::Kind::graphical ||
                                              symbol->kind == Symbol::Kind::variable);
  const Builtin* builtin = find_builtin(folded, resolver_.origin_at(expr.span));
  const syntax::MacroDecl* macro = resolver_.find_macro(folded, input_count(expr), expr.span);
  if (macro != nullptr) {
    return type_macro(*macro, expr, scope, array);
  }
  if (builtin != nullptr) {
    return type_builtin(*builtin, expr, scope, array);
  }
  if (vensim && symbol != nullptr && symbol->kind != Symbol::Kind::module) {
    return vensim_lookup(*symbol, expr, scope, array);
  }
  if (callable) {
    return type_symbol_call(*symbol, expr, scope, array);
  }
  if (resolver_.has_macro(folded, expr.span)) {
    return fail(Code::wrong_argument_count, expr.span,
                fmt::format("{}: {} given", expr.text, expr.args.size()));
  }
  for (const Form& form : forms()) {
    if (vensim && base::fold_name(name_of(form)) == folded) {
      return fail(Code::unsupported_function, expr.span, expr.text,
                  fmt::format("it is understood as {} only, and where the manual allows it",
                              form.signature));
    }
  }
  if (is_known_vendor_function(folded)) {
    return fail(Code::unsupported_function, expr.span, expr.text);
  }
  std::vector<std::string> names;
  for (const Builtin& row : builtins()) {
    if ((row.origin == Origin::mdl) == vensim) {
      names.emplace_back(row.signature.substr(0, row.signature.find('(')));
    }
  }
  const auto near = base::nearest_name(expr.text, names);
  return fail(Code::unknown_function, expr.span, fmt::format("\"{}\"", expr.text),
              near ? fmt::format("did you mean {}?", *near)
                   : "a product is written with *; a macro must be defined in the file");
}

NodeId Typer::type_macro(const syntax::MacroDecl& macro, const Expr& expr, Scope& scope,
                         ArrayContext* array) {
  if (macro.variables.empty() && macro.dimensions.empty()) {
    // A plain expression: understood in place, with the arguments bound to the parameters. The
    // scope is kept by the resolver, since nodes of nested macros may still refer to it.
    if (resolver_.is_recursive(macro, scope, expr.span)) {
      return poison(expr.span);
    }
    Scope& inside = resolver_.macro_scope(macro, expr, scope);
    const auto first = static_cast<NodeId>(resolver_.model.nodes.size());
    const NodeId result = macro.expr ? type(*macro.expr, inside, array)
                                     : fail(Code::empty_equation, expr.span, macro.name.text);
    resolver_.move_to_use(first, expr.span);
    Resolver::PlainCall call{&macro, {}};
    for (const Expr& argument : expr.args) {
      const auto typed = arguments_.find({&argument, &scope, array ? array->number : 0});
      call.arguments.push_back(typed == arguments_.end() ? kNone : typed->second);
    }
    if (!Resolver::own_time(scope, 0)) {
      resolver_.plain_calls[result] = std::move(call);
    }
    return result;
  }
  if (array != nullptr) {
    return fail(
        Code::shape_mismatch, expr.span,
        fmt::format("{} has memory and cannot be used within an array function", macro.name.text),
        "give it a variable of its own");
  }
  const VariableId output =
      resolver_.macro_value(macro, expr, scope, hidden_sides_, key_of(expr, scope));
  return output == kNone ? poison(expr.span) : whole(output, expr.span, array);
}

bool Typer::is_array_argument(const Expr& expr, Scope& scope) {
  if (expr.kind != ExprKind::name) {
    return false;
  }
  for (const Expr& subscript : expr.subscripts) {
    if (subscript.kind == ExprKind::wildcard || subscript.kind == ExprKind::range) {
      return true;
    }
  }
  const Symbol* symbol = resolver_.find_symbol(scope, expr.text);
  if (!expr.subscripts.empty() || symbol == nullptr || symbol->kind != Symbol::Kind::variable) {
    return false;
  }
  for (const DimensionId dimension : resolver_.model.variables[symbol->variable].dimensions) {
    if (!bind_dimension(dimension, 0, nullptr)) {
      return true;
    }
  }
  return false;
}

NodeId Typer::type_builtin(const Builtin& builtin, const Expr& expr, Scope& scope,
                           ArrayContext* array) {
  const std::size_t count = expr.args.size();
  if (count < builtin.min_arguments ||
      (builtin.max_arguments != kAny && count > builtin.max_arguments)) {
    return fail(Code::wrong_argument_count, expr.span,
                fmt::format("{}: {} given", expr.text, count),
                fmt::format("write {}", builtin.signature));
  }
  if (const auto folded = container_function(builtin, expr, scope, array)) {
    return *folded;
  }
  const bool remembers = builtin.treatment == Treatment::initial ||
                         builtin.treatment == Treatment::previous ||
                         builtin.treatment == Treatment::delay;
  if (Resolver::own_time(scope, 0)) {
    if (remembers) {
      return type_earlier(builtin, expr, scope, array);
    }
    if (builtin.treatment == Treatment::procedure && row(builtin.procedure).keeps()) {
      return fail(Code::unsupported_element, expr.span,
                  fmt::format("\"{}\" within a macro that runs on its own", expr.text));
    }
  }
  switch (builtin.treatment) {
    case Treatment::operation: {
      std::vector<NodeId> args;
      for (const Expr& arg : expr.args) {
        args.push_back(type(arg, scope, array));
      }
      return apply(builtin.operation, std::move(args), expr.span);
    }
    case Treatment::fold: {
      // MAX(a, b) is elementwise within an array function, and over the equation's own dimensions,
      // as the standard's MAX(x, y) is; other arrays among the arguments are folded first.
      NodeId result = kNone;
      for (const Expr& arg : expr.args) {
        NodeId value = kNone;
        AxisMask axes = 0;
        if (count == 1 || (array == nullptr && is_array_argument(arg, scope))) {
          value = type_array(arg, scope, axes);
          value = reduce(builtin.operation, builtin.value, value, axes, arg.span);
        } else {
          value = type(arg, scope, array);
        }
        result = result == kNone ? value : apply(builtin.operation, {result, value}, expr.span);
      }
      return result;
    }
    case Treatment::reduction:
    case Treatment::mean:
    case Treatment::deviation: {
      if (expr.args.size() > 1) {
        // MEAN(x, y, …), of Stella: numbers rather than an array
        NodeId total = type(expr.args[0], scope, array);
        for (std::size_t i = 1; i < expr.args.size(); ++i) {
          total = apply(Operation::add, {total, type(expr.args[i], scope, array)}, expr.span);
        }
        return apply(Operation::divide, {total, constant(static_cast<double>(count), expr.span)},
                     expr.span);
      }
      AxisMask axes = 0;
      const NodeId child = type_array(expr.args[0], scope, axes);
      if (builtin.treatment == Treatment::reduction) {
        return reduce(builtin.operation, builtin.value, child, axes, expr.span);
      }
      const double size = axes_size(axes);
      const NodeId sum = reduce(Operation::add, 0, child, axes, expr.span);
      const NodeId mean = apply(Operation::divide, {sum, constant(size, expr.span)}, expr.span);
      if (builtin.treatment == Treatment::mean) {
        return mean;
      }
      const NodeId deviation = apply(Operation::subtract, {child, mean}, expr.span);
      const NodeId squares =
          reduce(Operation::add, 0, apply(Operation::multiply, {deviation, deviation}, expr.span),
                 axes, expr.span);
      return apply(Operation::square_root,
                   {apply(Operation::divide, {squares, constant(size - 1, expr.span)}, expr.span)},
                   expr.span);
    }
    case Treatment::size: {
      const Expr& arg = expr.args[0];
      if (is_vensim(expr)) {
        const auto range = arg.kind == ExprKind::name && arg.subscripts.empty()
                               ? resolver_.find_dimension(scope, arg.text)
                               : std::nullopt;
        if (!range) {
          resolver_.unknown_subscript(arg.text, arg.span);
          return poison(expr.span);
        }
        return constant(resolver_.model.dimensions[*range].size(), expr.span);
      }
      if (arg.kind == ExprKind::name && arg.subscripts.empty()) {
        if (resolver_.find_symbol(scope, arg.text) == nullptr) {
          if (const auto dimension = resolver_.find_dimension(scope, arg.text)) {
            return constant(resolver_.model.dimensions[*dimension].size(), expr.span);
          }
        }
      }
      const bool outer = self_allowed_;
      self_allowed_ = true;
      AxisMask axes = 0;
      type_array(arg, scope, axes);
      self_allowed_ = outer;
      return constant(axes_size(axes), expr.span);
    }
    case Treatment::rank: {
      ArrayContext context = open_context();
      Node made;
      made.kind = NodeKind::rank;
      made.span = expr.span;
      made.arity = static_cast<std::uint8_t>(count);
      made.args[0] = type(expr.args[0], scope, &context);
      if (count == 3) {
        made.args[2] = type(expr.args[2], scope, &context);
      }
      made.args[1] = type(expr.args[1], scope, array);
      const AxisMask axes = context.mask();
      if (axes == 0) {
        return fail(Code::shape_mismatch, expr.args[0].span, "RANK needs an array");
      }
      for (std::size_t i = 0; i < count; ++i) {
        made.axes |= node(made.args[i]).axes & ~axes;
      }
      made.index = static_cast<std::uint32_t>(resolver_.model.reductions.size());
      resolver_.model.reductions.push_back({axes, 0});
      return resolver_.add_node(made);
    }
    case Treatment::number:
      return constant(builtin.value, expr.span);
    case Treatment::fixed:
      return fixed(static_cast<std::uint32_t>(builtin.value), expr.span);
    case Treatment::initial:
      return type_initial(expr, scope, array);
    case Treatment::previous:
      return type_previous(expr, scope, array);
    case Treatment::simultaneous:
      return type_simultaneous(expr, scope, array);
    case Treatment::delay:
      return type_delay(expr, scope, array);
    case Treatment::lookup: {
      const Expr& function = expr.args[0];
      const Symbol* symbol =
          function.kind == ExprKind::name ? resolver_.find_symbol(scope, function.text) : nullptr;
      if (symbol == nullptr || !is_graphical(*symbol)) {
        return fail(Code::unknown_function, function.span, "LOOKUP needs a graphical function");
      }
      // Kept: what an argument holds (a delay, a smooth) is computed later, from where it stands.
      const auto [call, fresh] = resolver_.direct_calls.try_emplace(&expr, expr);
      if (fresh) {
        call->second.text = function.text;
        call->second.subscripts = function.subscripts;
        call->second.args = {expr.args[1]};
      }
      return type_symbol_call(*symbol, call->second, scope, array);
    }
    case Treatment::random:
      return type_random(builtin, expr, scope, array);
    case Treatment::same:
      return type(expr.args[0], scope, array);
    case Treatment::element_offset:
      return type_element_offset(expr, scope, array);
    case Treatment::procedure:
      return type_procedure(builtin, expr, scope, array);
    case Treatment::connected: {
      const Expr& input = expr.args[0];
      const Symbol* const symbol =
          input.kind == ExprKind::name ? resolver_.find_symbol(scope, input.text) : nullptr;
      if (symbol == nullptr || symbol->kind != Symbol::Kind::variable) {
        return fail(Code::unknown_name, input.span, "ISMODULEINPUT needs the name of a variable");
      }
      const bool connected = resolver_.model.variables[symbol->variable].alias_of != kNone;
      return constant(connected ? 1 : 0, expr.span);
    }
    case Treatment::self:
      break;
  }
  return fail(Code::misplaced_self, expr.span, "");
}

}  // namespace shamal::model
