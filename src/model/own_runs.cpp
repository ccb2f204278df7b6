// Macros with simulation specifications of their own: independent models that run to their end each
// time that they are used (XMILE 1.0, 3.6.1 and 4.8.3). Their times must be known before the run,
// so the steps are laid out one after the other: each has variables of its own, in which TIME and
// its kin are numbers, and a stock is what it was a step before and its flows in that step. The
// macro's value is that of its equation at the end. Euler's method is used.

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/names.h"
#include "model/typer.h"

namespace shamal::model {

using base::Code;

namespace {

// Variables of one use of a macro, over all its steps.
constexpr double kMostVariables = 100'000;

}  // namespace

// The number that TIME, DT, STARTTIME or STOPTIME is in a macro that runs on its own.
std::optional<double> Resolver::own_time(const Scope& scope, std::uint32_t slot) {
  for (const Scope* around = &scope; around != nullptr; around = around->caller) {
    if (around->own_times) {
      return (*around->own_times)[slot];
    }
  }
  return std::nullopt;
}

Scope* Resolver::step_before(Scope& scope) {
  if (scope.before != nullptr || scope.own_times || scope.call == nullptr) {
    return scope.before;
  }
  Scope* const before = step_before(*scope.caller);
  return before == nullptr ? nullptr : &macro_scope(*scope.of_macro, *scope.call, *before);
}

Scope* Resolver::use_before(const syntax::MacroDecl& macro, const syntax::Expr& call, Scope& caller,
                            const std::vector<Side>& sides, VariableId owner) {
  Scope* const before = step_before(caller);
  if (before == nullptr) {
    return nullptr;
  }
  const auto known = uses_in_steps_.find({&call, before, kNone});
  if (known != uses_in_steps_.end()) {
    return known->second;
  }
  Scope* inside = nullptr;
  instantiate_macro(macro, call, *before, sides, owner, &inside);
  return inside;
}

// A stock becomes an auxiliary: after the first step what it was a step before and its flows then.
void Resolver::declare_step(VariableId first, Scope& inside, base::Span use) {
  const auto last = static_cast<VariableId>(model.variables.size());
  std::vector<VariableId> stocks;
  for (VariableId v = first; v < last; ++v) {
    if (model.variables[v].kind != Kind::stock) {
      continue;
    }
    if (info[v].decl->conveyor || info[v].decl->queue) {
      error(Code::unsupported_element, info[v].decl->name.span,
            "a conveyor or queue in a macro that runs on its own");
    }
    connect_flows(v);
    stocks.push_back(v);
  }
  find_shared_flows(first);
  for (const VariableId stock : stocks) {
    model.variables[stock].kind = Kind::auxiliary;
  }
  for (VariableId v = first; v < last; ++v) {
    const bool stock = std::find(stocks.begin(), stocks.end(), v) != stocks.end();
    if (!stock || inside.before == nullptr) {
      declare_equations(v);
      continue;
    }
    const std::string folded = base::fold_name(info[v].decl->name.text);
    const VariableId was = inside.before->symbols.at(folded).variable;
    Recipe recipe;
    recipe.target = v;
    recipe.sides = sides_of(v);
    recipe.span = use;
    recipe.body = [this, was, step = *own_time(inside, 1), use](Typer& typer) {
      NodeId net = typer.constant(0, use);
      for (const VariableId flow : info[was].inflows) {
        net = typer.apply(Operation::add, {net, typer.summed(flow, use)}, use);
      }
      for (const VariableId flow : info[was].outflows) {
        net = typer.apply(Operation::subtract, {net, typer.summed(flow, use)}, use);
      }
      const NodeId change = typer.apply(Operation::multiply, {net, typer.constant(step, use)}, use);
      return Body{typer.apply(Operation::add, {typer.whole(was, use), change}, use), kNone};
    };
    add(std::move(recipe));
  }
}

NodeId Typer::type_earlier(const Builtin& builtin, const syntax::Expr& expr, Scope& scope,
                           ArrayContext* array) {
  std::vector<Scope*> steps = {&scope};  // the present one first
  while (Scope* const before = resolver_.step_before(*steps.back())) {
    steps.push_back(before);
  }
  std::size_t ago = steps.size() - 1;  // INIT
  if (builtin.treatment == Treatment::previous) {
    ago = 1;
  } else if (builtin.treatment == Treatment::delay) {
    const auto time = resolver_.constant_value(expr.args[1], scope);
    if (!time || !std::isfinite(*time)) {
      return fail(Code::constant_required, expr.args[1].span,
                  "the time of a delay within a macro that runs on its own");
    }
    const double whole = std::floor(*time / *Resolver::own_time(scope, 1) + 0.5);
    ago = static_cast<std::size_t>(std::clamp(whole, 1.0, 1e9));
  }
  if (ago < steps.size()) {
    return type(expr.args[0], *steps[ago], array);
  }
  const std::size_t start = builtin.treatment == Treatment::previous ? 1 : 2;
  return type(expr.args[start < expr.args.size() ? start : 0], *steps.back(), array);
}

VariableId Resolver::run_macro(const syntax::MacroDecl& macro, const syntax::Expr& call,
                               Scope& parameters, const std::vector<Side>& sides,
                               VariableId owner) {
  const auto time = [&](const std::optional<syntax::Expr>& computed,
                        const std::optional<double>& given, double otherwise,
                        const char* what) -> std::optional<double> {
    if (!computed) {
      return given.value_or(otherwise);
    }
    const auto value = constant_value(*computed, parameters);
    if (!value || !std::isfinite(*value)) {
      error(Code::constant_required, computed->span,
            fmt::format("the {} time of macro \"{}\"", what, macro.name.text),
            "let it follow from numbers and constants alone");
      return std::nullopt;
    }
    return value;
  };
  const auto start = time(macro.start, macro.sim_specs->start, 0, "start");
  const auto stop = time(macro.stop, macro.sim_specs->stop, 0, "stop");
  const auto dt = time(macro.dt, macro.sim_specs->dt, 1, "step");
  if (!start || !stop || !dt) {
    return kNone;
  }
  const double steps = *dt > 0 ? std::max(0.0, std::floor((*stop - *start) / *dt + 1e-6)) : 0;
  if (!(*dt > 0) || steps * static_cast<double>(macro.variables.size()) > kMostVariables) {
    error(Code::bad_sim_specs, macro.sim_specs->span,
          fmt::format("macro \"{}\" from {} to {} in steps of {}", macro.name.text, *start, *stop,
                      *dt));
    return kNone;
  }
  Scope* inside = nullptr;
  for (std::uint32_t step = 0; step <= static_cast<std::uint32_t>(steps); ++step) {
    Scope* const before = inside;
    inside = &new_scope();
    inside->macro = true;
    inside->of_macro = parameters.of_macro;
    inside->caller = parameters.caller;
    inside->use = parameters.use;
    inside->prefix = fmt::format("{}{}·", parameters.prefix, step);
    inside->symbols = parameters.symbols;
    inside->dimensions = parameters.dimensions;
    inside->own_times = {*start + step * *dt, *dt, *start, *stop};
    inside->before = before;
    const auto first = static_cast<VariableId>(model.variables.size());
    declare_variables(macro.variables, *inside, sides, {});
    for (auto v = first; v < model.variables.size(); ++v) {
      info[v].sides = sides;
      info[v].use = call.span;
      model.variables[v].owner =
          model.variables[owner].owner == kNone ? owner : model.variables[owner].owner;
    }
    declare_step(first, *inside, call.span);
  }
  const VariableId output = add_hidden(parameters.prefix + "output", Kind::auxiliary, sides, owner);
  Recipe recipe;
  recipe.target = output;
  recipe.sides = sides;
  recipe.span = call.span;
  recipe.body = [&macro, inside](Typer& typer) {
    return Body{typer.type(*macro.expr, *inside), kNone};
  };
  add(std::move(recipe));
  return output;
}

}  // namespace shamal::model
