// Calls that become hidden variables: INIT, PREVIOUS, DELAY, SIMULTANEOUS, random numbers, and
// arguments that need a variable of their own.

#include <cmath>
#include <functional>
#include <limits>

#include "model/typer.h"

namespace shamal::model {

using base::Code;
using syntax::Expr;
using syntax::ExprKind;

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

VariableId Typer::keep_start(const char* label, base::Span span,
                             std::function<NodeId(Typer&)> value) {
  const VariableId kept = resolver_.add_hidden(target_name() + "·" + label, Kind::initial_only,
                                               hidden_sides_, recipe_.target);
  Recipe recipe;
  recipe.target = kept;
  recipe.role = Role::initial;
  recipe.sides = hidden_sides_;
  recipe.span = span;
  recipe.body = [value = std::move(value)](Typer& typer) { return Body{value(typer), kNone}; };
  resolver_.add(std::move(recipe));
  return kept;
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
    const VariableId kept = keep_start(
        "init", expr.span, [&arg, &scope](Typer& typer) { return typer.type(arg, scope); });
    found = resolver_.expansions.emplace(key, kept).first;
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
      return Body{typer.type(expr.args.back(), scope), kNone};
    };
    resolver_.add(std::move(next));
    resolver_.add(std::move(start));
  }
  return whole(found->second, expr.span, array);
}

// The call becomes a variable that its first argument gives a value to; how often is decided where
// the order is (order_blocks.cpp).
NodeId Typer::type_simultaneous(const Expr& expr, Scope& scope, ArrayContext* array) {
  if (array != nullptr) {
    return fail(Code::shape_mismatch, expr.span, "SIMULTANEOUS within an array function",
                "give it a variable of its own");
  }
  const Resolver::ExpansionKey key = key_of(expr, scope);
  auto known = resolver_.expansions.find(key);
  if (known == resolver_.expansions.end()) {
    const auto hidden = [&](const char* label) {
      return resolver_.add_hidden(target_name() + label, Kind::auxiliary, hidden_sides_,
                                  recipe_.target);
    };
    const VariableId found = hidden("·found");
    known = resolver_.expansions.emplace(key, found).first;
    const VariableId before = hidden("·before");
    const VariableId guess = as_variable(expr.args[1], scope, "guess");
    const auto add = [&](VariableId target, Role role, std::function<NodeId(Typer&)> value) {
      Recipe recipe;
      recipe.target = target;
      recipe.role = role;
      recipe.sides = hidden_sides_;
      recipe.span = expr.span;
      recipe.body = [value](Typer& typer) { return Body{value(typer), kNone}; };
      resolver_.add(std::move(recipe));
    };
    const base::Span span = expr.span;
    add(found, Role::value,
        [&expr, &scope](Typer& typer) { return typer.type(expr.args[0], scope); });
    add(found, Role::guess, [guess, span](Typer& typer) { return typer.whole(guess, span); });
    add(before, Role::before, [found, span](Typer& typer) { return typer.whole(found, span); });
    add(found, Role::settled, [=](Typer& typer) {
      const auto size = [&](VariableId of, double part) {
        return typer.apply(Operation::multiply,
                           {typer.apply(Operation::absolute, {typer.whole(of, span)}, span),
                            typer.constant(part, span)},
                           span);
      };
      const NodeId change =
          typer.apply(Operation::absolute,
                      {typer.apply(Operation::subtract,
                                   {typer.whole(found, span), typer.whole(before, span)}, span)},
                      span);
      const NodeId room = typer.apply(Operation::add, {size(found, 1e-6), size(guess, 1e-9)}, span);
      return typer.apply(
          Operation::select,
          {typer.apply(Operation::less_equal, {change, room}, span), typer.whole(found, span),
           typer.constant(std::numeric_limits<double>::quiet_NaN(), span)},
          span);
    });
  }
  return whole(known->second, expr.span, array);
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
    const VariableId start =
        keep_start("delay start", expr.span, [&expr, &scope, input](Typer& typer) {
          return expr.args.size() == 3 ? typer.type(expr.args[2], scope)
                                       : typer.whole(input, expr.span);
        });
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
    resolver_.add(std::move(read));
  }
  return whole(found->second, expr.span, array);
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
