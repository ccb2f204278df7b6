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
      const auto typed = arguments_.find({&argument, &scope, array});
      call.arguments.push_back(typed == arguments_.end() ? kNone : typed->second);
    }
    resolver_.plain_calls[result] = std::move(call);
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

NodeId Typer::lookup(const syntax::VariableDecl& decl, Scope& scope,
                     const std::vector<DimensionId>& dimensions, NodeId argument, base::Span span) {
  const std::vector<std::uint32_t> tables = resolver_.graphical_tables(decl, scope, dimensions);
  if (tables.empty()) {
    return poison(span);
  }
  // One table for each element of the dimensions: bind them as a whole variable would be.
  std::vector<Index> indices;
  if (tables.size() > 1) {
    for (std::size_t i = 0; i < dimensions.size(); ++i) {
      std::uint32_t occurrence = 0;
      for (std::size_t j = 0; j < i; ++j) {
        occurrence += dimensions[j] == dimensions[i] ? 1 : 0;
      }
      auto index = bind_dimension(dimensions[i], occurrence, nullptr);
      if (!index) {
        return fail(Code::shape_mismatch, span,
                    fmt::format("the graphical function \"{}\" has the dimension \"{}\", which "
                                "\"{}\" lacks here",
                                base::display_name(decl.name.text),
                                resolver_.model.dimensions[dimensions[i]].name, target_name()));
      }
      indices.push_back(std::move(*index));
    }
  }
  return lookup_at(tables, dimensions, indices, argument, span);
}

// `tables` holds one table, or one for each element of the dimensions, kNone where there is none.
NodeId Typer::lookup_at(const std::vector<std::uint32_t>& tables,
                        const std::vector<DimensionId>& dimensions,
                        const std::vector<Index>& indices, NodeId argument, base::Span span) {
  Lookup made;
  Node looked;
  looked.kind = NodeKind::lookup;
  looked.arity = 1;
  looked.args[0] = argument;
  looked.axes = node(argument).axes;
  looked.span = span;
  if (tables.size() == 1) {
    made.tables = tables;
  } else {
    for (const Index& index : indices) {
      if (index.kind == Index::Kind::axis) {
        made.axes |= AxisMask{1} << index.axis;
      }
    }
    looked.axes |= made.axes;
    // Every combination of positions of the axes, in the order of the axes.
    std::vector<std::uint32_t> axes;
    std::size_t combinations = 1;
    for (std::uint32_t a = 0; a < assignment_.axes.size(); ++a) {
      if ((made.axes >> a & 1u) != 0) {
        axes.push_back(a);
        combinations *= assignment_.axes[a].size();
      }
    }
    for (std::size_t c = 0; c < combinations; ++c) {
      std::vector<std::uint32_t> position(assignment_.axes.size(), 0);
      std::size_t rest = c;
      for (std::size_t k = axes.size(); k-- > 0;) {
        position[axes[k]] = static_cast<std::uint32_t>(rest % assignment_.axes[axes[k]].size());
        rest /= assignment_.axes[axes[k]].size();
      }
      std::size_t flat = 0;
      for (std::size_t i = 0; i < dimensions.size(); ++i) {
        const Index& index = indices[i];
        const std::uint32_t element =
            index.kind == Index::Kind::axis ? index.elements[position[index.axis]] : index.element;
        flat = flat * resolver_.model.dimensions[dimensions[i]].size() + element;
      }
      made.tables.push_back(tables[flat]);
    }
  }
  if (std::find(made.tables.begin(), made.tables.end(), kNone) != made.tables.end()) {
    return fail(Code::missing_element_equation, span, "lookup");
  }
  looked.index = static_cast<std::uint32_t>(resolver_.model.lookups.size());
  resolver_.model.lookups.push_back(std::move(made));
  return resolver_.add_node(looked);
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

namespace {

bool has_graphical(const syntax::VariableDecl& decl) {
  for (const syntax::Equation& equation : decl.equations) {
    if (equation.gf) {
      return true;
    }
  }
  return false;
}

}  // namespace

bool Typer::is_graphical(const Symbol& symbol) const {
  return symbol.kind == Symbol::Kind::graphical ||
         (symbol.kind == Symbol::Kind::variable &&
          resolver_.info[symbol.variable].decl != nullptr &&
          has_graphical(*resolver_.info[symbol.variable].decl));
}

std::optional<std::uint64_t> Typer::seeded_stream(const Expr& seed, Scope& scope,
                                                  std::uint64_t unseeded) {
  const auto value = resolver_.constant_value(seed, scope);
  if (!value) {
    return std::nullopt;
  }
  if (!std::isfinite(*value)) {
    return unseeded;  // Stella: NAN where there is no seed
  }
  constexpr double kSeeded = 4294967296.0;  // beyond the streams of unseeded sites
  const double whole = std::fmod(std::fabs(std::floor(*value)), kSeeded - 1);
  return static_cast<std::uint64_t>(kSeeded * (1.0 + whole));
}

// The graphical function, or one of an array of them: function[element](x).
NodeId Typer::lookup_of(const syntax::VariableDecl& decl, Scope& of,
                        const std::vector<DimensionId>& dimensions, const Expr& call, Scope& scope,
                        ArrayContext* array) {
  const NodeId argument = type(call.args[0], scope, array);
  if (call.subscripts.empty()) {
    return lookup(decl, of, dimensions, argument, call.span);
  }
  const std::vector<std::uint32_t> tables = resolver_.graphical_tables(decl, of, dimensions);
  if (tables.empty()) {
    return poison(call.span);
  }
  if (call.subscripts.size() != dimensions.size()) {
    return fail(Code::wrong_subscript_count, call.span,
                fmt::format("\"{}\": it has {}, not {}", base::display_name(call.text),
                            dimensions.size(), call.subscripts.size()));
  }
  std::size_t flat = 0;
  for (std::size_t d = 0; d < dimensions.size(); ++d) {
    const Expr& subscript = call.subscripts[d];
    const Dimension& dimension = resolver_.model.dimensions[dimensions[d]];
    std::optional<std::uint32_t> element;
    if (subscript.kind == ExprKind::name) {
      if (resolver_.find_dimension(scope, subscript.text) == dimensions[d]) {
        // function[Dimension](x): as without brackets, if all are dimensions
        return lookup(decl, of, dimensions, argument, call.span);
      }
      element = resolver_.find_element(dimensions[d], subscript.text);
    } else if (const auto number = resolver_.constant_value(subscript, scope);
               number && *number >= 1 && *number <= dimension.size()) {
      element = static_cast<std::uint32_t>(*number) - 1;
    }
    if (!element) {
      return fail(Code::unknown_element_name, subscript.span,
                  fmt::format("\"{}\" of dimension \"{}\"", base::display_name(subscript.text),
                              dimension.name),
                  "name an element: which function is meant must be known before the run");
    }
    flat = flat * dimension.size() + *element;
  }
  Node made;
  made.kind = NodeKind::lookup;
  made.arity = 1;
  made.args[0] = argument;
  made.axes = node(argument).axes;
  made.index = static_cast<std::uint32_t>(resolver_.model.lookups.size());
  made.span = call.span;
  resolver_.model.lookups.push_back({0, {tables.size() == 1 ? tables[0] : tables[flat]}});
  return resolver_.add_node(made);
}

NodeId Typer::type_symbol_call(const Symbol& symbol, const Expr& expr, Scope& scope,
                               ArrayContext* array) {
  if (expr.args.size() != 1) {
    return fail(
        Code::wrong_argument_count, expr.span,
        fmt::format("\"{}\": it takes 1, not {}", base::display_name(expr.text), expr.args.size()));
  }
  if (symbol.kind == Symbol::Kind::graphical) {
    return lookup_of(*symbol.decl, *symbol.scope,
                     resolver_.dimensions_of(*symbol.decl, *symbol.scope), expr, scope, array);
  }
  const VariableInfo& info = resolver_.info[symbol.variable];
  if (info.decl != nullptr && has_graphical(*info.decl)) {
    return lookup_of(*info.decl, *info.scope, resolver_.model.variables[symbol.variable].dimensions,
                     expr, scope, array);
  }
  const std::vector<DimensionId> dimensions = resolver_.model.variables[symbol.variable].dimensions;
  if (dimensions.empty()) {
    return fail(Code::unknown_function, expr.span,
                fmt::format("\"{}\": it is a variable", base::display_name(expr.text)),
                "a product is written with *");
  }
  // A(k): the k-th element in row-major order (3.3.2).
  const NodeId flat = apply(Operation::subtract,
                            {apply(Operation::floor, {type(expr.args[0], scope, array)}, expr.span),
                             constant(1, expr.span)},
                            expr.span);
  std::vector<Index> indices(dimensions.size());
  double stride = 1;
  for (std::size_t i = dimensions.size(); i-- > 0;) {
    const double size = resolver_.model.dimensions[dimensions[i]].size();
    NodeId position = apply(
        Operation::floor,
        {apply(Operation::divide, {flat, constant(stride, expr.span)}, expr.span)}, expr.span);
    if (i > 0) {
      position = apply(Operation::modulo, {position, constant(size, expr.span)}, expr.span);
    }
    indices[i].kind = Index::Kind::dynamic;
    indices[i].node = apply(Operation::add, {position, constant(1, expr.span)}, expr.span);
    stride *= size;
  }
  return reference(symbol.variable, std::move(indices), expr.span);
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
  // Of a conveyor's batches it would be something else than of their sum, which is the stock.
  const bool of_parts =
      builtin.treatment == Treatment::mean || builtin.treatment == Treatment::deviation ||
      builtin.treatment == Treatment::size || builtin.treatment == Treatment::rank ||
      builtin.treatment == Treatment::fold ||
      (builtin.treatment == Treatment::reduction && builtin.operation != Operation::add);
  if (of_parts && count == 1 && !is_vensim(expr) && expr.args[0].kind == ExprKind::name &&
      expr.args[0].subscripts.empty()) {
    const Symbol* const symbol = resolver_.find_symbol(scope, expr.args[0].text);
    const syntax::VariableDecl* const decl =
        symbol != nullptr && symbol->kind == Symbol::Kind::variable
            ? resolver_.info[symbol->variable].decl
            : nullptr;
    if (decl != nullptr && (decl->conveyor || decl->queue)) {
      return fail(
          Code::unsupported_element, expr.span,
          fmt::format("{} of what lies on the {} \"{}\"", expr.text,
                      decl->queue ? "queue" : "conveyor", base::display_name(expr.args[0].text)));
    }
  }
  const bool remembers = builtin.treatment == Treatment::initial ||
                         builtin.treatment == Treatment::previous ||
                         builtin.treatment == Treatment::delay;
  if (remembers && Resolver::own_time(scope, 0)) {
    return fail(Code::unsupported_element, expr.span,
                fmt::format("\"{}\" within a macro that runs on its own", expr.text),
                "there is no past to look at");
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
      // Arrays among the arguments are folded first; MAX(a, b) of two arguments within an
      // apply-to-all equation is elementwise, as the standard's MAX(x, y) is.
      NodeId result = kNone;
      for (const Expr& arg : expr.args) {
        NodeId value = kNone;
        AxisMask axes = 0;
        if (count == 1 || is_array_argument(arg, scope)) {
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
      ArrayContext context;
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

VariableId Typer::as_variable(const Expr& expr, Scope& scope, const char* label) {
  const Resolver::ExpansionKey key = key_of(expr, scope);
  const auto found = resolver_.expansions.find(key);
  if (found != resolver_.expansions.end()) {
    return found->second;
  }
  const VariableId made = resolver_.add_hidden(target_name() + "·" + label, Kind::auxiliary,
                                               hidden_sides_, recipe_.target);
  resolver_.expansions.emplace(key, made);
  Recipe recipe;
  recipe.target = made;
  recipe.sides = hidden_sides_;
  recipe.span = expr.span;
  const bool self = self_allowed_;
  const VariableId defined = recipe_.target;
  recipe.body = [&expr, &scope, self, defined](Typer& typer) {
    typer.self_allowed_ = self;
    typer.self_ = defined;
    return Body{typer.type(expr, scope), kNone};
  };
  resolver_.add(std::move(recipe));
  return made;
}

NodeId Typer::type_initial(const Expr& expr, Scope& scope, ArrayContext* array) {
  const Expr& arg = expr.args[0];
  const Resolver::ExpansionKey key = key_of(expr, scope);
  // INIT of a variable keeps the start values of all of it, whoever asks.
  const Symbol* symbol =
      arg.kind == ExprKind::name ? resolver_.find_symbol(scope, arg.text) : nullptr;
  const bool partial = symbol != nullptr && symbol->kind == Symbol::Kind::variable &&
                       resolver_.info[symbol->variable].partial;
  if (symbol != nullptr && symbol->kind == Symbol::Kind::variable && !partial) {
    const VariableId of = resolver_.resolve_alias(symbol->variable);
    const VariableId kept = resolver_.initial_of(of);
    return arg.subscripts.empty() ? whole(kept, expr.span, array)
                                  : subscripted(kept, arg, scope, array);
  }
  if (array != nullptr) {
    return fail(Code::shape_mismatch, expr.span, "INIT of an expression within an array function",
                "give the expression a variable of its own");
  }
  auto found = resolver_.expansions.find(key);
  if (found == resolver_.expansions.end()) {
    const VariableId kept = resolver_.add_hidden(target_name() + "·init", Kind::initial_only,
                                                 hidden_sides_, recipe_.target);
    found = resolver_.expansions.emplace(key, kept).first;
    Recipe recipe;
    recipe.target = kept;
    recipe.role = Role::initial;
    recipe.sides = hidden_sides_;
    recipe.span = expr.span;
    recipe.body = [&arg, &scope](Typer& typer) { return Body{typer.type(arg, scope), kNone}; };
    resolver_.add(std::move(recipe));
  }
  return whole(found->second, expr.span, array);
}

NodeId Typer::type_previous(const Expr& expr, Scope& scope, ArrayContext* array) {
  if (array != nullptr) {
    return fail(Code::shape_mismatch, expr.span, "PREVIOUS within an array function",
                "give it a variable of its own");
  }
  const Resolver::ExpansionKey key = key_of(expr, scope);
  auto found = resolver_.expansions.find(key);
  if (found == resolver_.expansions.end()) {
    const VariableId memory = resolver_.add_hidden(target_name() + "·previous", Kind::memory,
                                                   hidden_sides_, recipe_.target);
    found = resolver_.expansions.emplace(key, memory).first;
    const VariableId defined = recipe_.target;
    Recipe next;
    next.target = memory;
    next.role = Role::next;
    next.sides = hidden_sides_;
    next.span = expr.span;
    next.body = [&expr, &scope, defined](Typer& typer) {
      typer.self_allowed_ = true;
      typer.self_ = defined;
      return Body{typer.type(expr.args[0], scope), kNone};
    };
    Recipe start = next;
    start.role = Role::initial;
    start.body = [&expr, &scope](Typer& typer) {
      return Body{typer.type(expr.args[1], scope), kNone};
    };
    resolver_.add(std::move(next));
    resolver_.add(std::move(start));
  }
  return whole(found->second, expr.span, array);
}

NodeId Typer::type_delay(const Expr& expr, Scope& scope, ArrayContext* array) {
  if (array != nullptr) {
    return fail(Code::shape_mismatch, expr.span, "DELAY within an array function",
                "give it a variable of its own");
  }
  const Resolver::ExpansionKey key = key_of(expr, scope);
  auto found = resolver_.expansions.find(key);
  if (found == resolver_.expansions.end()) {
    const std::string owner = target_name();
    const VariableId delayed =
        resolver_.add_hidden(owner + "·delayed", Kind::auxiliary, hidden_sides_, recipe_.target);
    found = resolver_.expansions.emplace(key, delayed).first;
    const VariableId input = as_variable(expr.args[0], scope, "delay input");
    const VariableId start = resolver_.add_hidden(owner + "·delay start", Kind::initial_only,
                                                  hidden_sides_, recipe_.target);
    Recipe keep;
    keep.target = start;
    keep.role = Role::initial;
    keep.sides = hidden_sides_;
    keep.span = expr.span;
    keep.body = [&expr, &scope, input](Typer& typer) {
      return Body{
          expr.args.size() == 3 ? typer.type(expr.args[2], scope) : typer.whole(input, expr.span),
          kNone};
    };
    const auto line = static_cast<std::uint32_t>(resolver_.model.delays.size());
    resolver_.model.delays.push_back({input});
    Recipe read;
    read.target = delayed;
    read.sides = hidden_sides_;
    read.span = expr.span;
    read.body = [&expr, &scope, input, start, line](Typer& typer) {
      Node made;
      made.kind = NodeKind::delay_read;
      made.arity = 3;
      made.args[0] = typer.type(expr.args[1], scope);
      made.args[1] = typer.whole(start, expr.span);
      made.args[2] = typer.whole(input, expr.span);  // names the line's element, is not read
      made.index = line;
      made.span = expr.span;
      for (const NodeId arg : made.args) {
        made.axes |= typer.node(arg).axes;
      }
      return Body{typer.resolver().add_node(made), kNone};
    };
    resolver_.add(std::move(keep));
    resolver_.add(std::move(read));
  }
  return whole(found->second, expr.span, array);
}

NodeId Typer::type_random(const Builtin& builtin, const Expr& expr, Scope& scope,
                          ArrayContext* array) {
  if (array != nullptr) {
    return fail(Code::shape_mismatch, expr.span, "random numbers within an array function",
                "give them a variable of their own");
  }
  Node made;
  made.kind = NodeKind::random;
  made.span = expr.span;
  made.arity = builtin.min_arguments;
  for (std::size_t i = 0; i < builtin.min_arguments; ++i) {
    made.args[i] = type(expr.args[i], scope, array);
  }
  // Each element of an array draws its own numbers.
  made.axes = static_cast<AxisMask>((AxisMask{1} << assignment_.box_axes) - 1);
  RandomSite site;
  site.distribution = static_cast<Distribution>(static_cast<int>(builtin.value));
  // Sites in the order of the model; a seed names a stream of its own.
  site.stream = resolver_.next_stream(expr, scope, recipe_.target);
  if (expr.args.size() > builtin.min_arguments) {
    const auto seeded = seeded_stream(expr.args.back(), scope, site.stream);
    if (!seeded) {
      return fail(Code::constant_required, expr.args.back().span, "the seed");
    }
    site.stream = *seeded;
  }
  made.index = static_cast<std::uint32_t>(resolver_.model.random_sites.size());
  resolver_.model.random_sites.push_back(site);
  return resolver_.add_node(made);
}

}  // namespace shamal::model
