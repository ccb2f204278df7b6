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
  std::vector<VariableId> before;
  Scope* inside = nullptr;
  for (std::uint32_t step = 0; step <= static_cast<std::uint32_t>(steps); ++step) {
    inside = &new_scope();
    inside->macro = true;
    inside->of_macro = parameters.of_macro;
    inside->caller = parameters.caller;
    inside->use = parameters.use;
    inside->prefix = fmt::format("{}{}·", parameters.prefix, step);
    inside->symbols = parameters.symbols;
    inside->dimensions = parameters.dimensions;
    inside->own_times = {*start + step * *dt, *dt, *start, *stop};
    const auto first = static_cast<VariableId>(model.variables.size());
    declare_variables(macro.variables, *inside, sides, {});
    std::vector<VariableId> stocks;
    for (auto v = first; v < model.variables.size(); ++v) {
      info[v].sides = sides;
      info[v].use = call.span;
      model.variables[v].owner =
          model.variables[owner].owner == kNone ? owner : model.variables[owner].owner;
      if (model.variables[v].kind == Kind::stock) {
        if (info[v].decl->conveyor || info[v].decl->queue) {
          error(Code::unsupported_element, info[v].decl->name.span,
                fmt::format("a conveyor or queue in macro \"{}\", which runs on its own",
                            macro.name.text));
        }
        connect_flows(v);
        info[v].non_negative = false;
        model.variables[v].kind = Kind::auxiliary;
        stocks.push_back(v);
      }
    }
    const auto last = static_cast<VariableId>(model.variables.size());
    for (VariableId v = first; v < last; ++v) {
      const auto place = std::find(stocks.begin(), stocks.end(), v);
      if (step == 0 || place == stocks.end()) {
        declare_equations(v);
        continue;
      }
      const VariableId was = before[static_cast<std::size_t>(place - stocks.begin())];
      Recipe recipe;
      recipe.target = v;
      recipe.sides = sides_of(v);
      recipe.span = call.span;
      recipe.body = [this, was, step_size = *dt, span = call.span](Typer& typer) {
        NodeId net = typer.constant(0, span);
        for (const VariableId flow : info[was].inflows) {
          net = typer.apply(Operation::add, {net, typer.summed(flow, span)}, span);
        }
        for (const VariableId flow : info[was].outflows) {
          net = typer.apply(Operation::subtract, {net, typer.summed(flow, span)}, span);
        }
        const NodeId change =
            typer.apply(Operation::multiply, {net, typer.constant(step_size, span)}, span);
        return Body{typer.apply(Operation::add, {typer.whole(was, span), change}, span), kNone};
      };
      add(std::move(recipe));
    }
    before = std::move(stocks);
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
