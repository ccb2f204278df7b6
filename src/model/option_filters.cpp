#include "model/option_filters.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/names.h"
#include "syntax/make_expression.h"

namespace shamal::model {

using base::fold_name;
using syntax::Equation;
using syntax::Expr;
using syntax::MacroDecl;
using syntax::ModelDecl;
using syntax::Operator;
using syntax::VariableDecl;
using syntax::VariableKind;
using syntax::Word;
using syntax::make::binary;
using syntax::make::call;
using syntax::make::name;
using syntax::make::number;

namespace {

// Which variables' option calls a filter, and for which flows.
struct Kind {
  const char* filter;
  const char* apply_to;
  VariableKind of;
  std::vector<Word> VariableDecl::*flows;  // of a stock; null for a flow itself
};

constexpr std::array<Kind, 4> kKinds = {{
    {"stock", "", VariableKind::stock, nullptr},
    {"flow", "", VariableKind::flow, nullptr},
    {"stock", "inflows", VariableKind::stock, &VariableDecl::inflows},
    {"stock", "outflows", VariableKind::stock, &VariableDecl::outflows},
}};

bool is_on(const VariableDecl& variable, const syntax::Behavior& behavior) {
  const auto& otherwise = variable.kind == VariableKind::stock ? behavior.stocks_non_negative
                                                               : behavior.flows_non_negative;
  return variable.non_negative.value_or(otherwise.value_or(false));
}

// A flow's graphical function becomes one of its own, since the filter is applied to what it gives.
void name_tables(ModelDecl& model) {
  std::vector<VariableDecl> made;
  for (VariableDecl& flow : model.variables) {
    if (flow.kind != VariableKind::flow) {
      continue;
    }
    std::size_t count = 0;
    for (Equation& equation : flow.equations) {
      if (!equation.gf || !equation.expr) {
        continue;
      }
      VariableDecl table;
      table.kind = VariableKind::graphical;
      table.name = {fmt::format("{} <table {}>", flow.name.text, ++count), equation.gf->span};
      Equation points;
      points.gf = std::exchange(equation.gf, std::nullopt);
      points.span = equation.span;
      table.equations.push_back(std::move(points));
      equation.expr = call(table.name.text, {*equation.expr}, equation.expr->span);
      made.push_back(std::move(table));
    }
  }
  std::move(made.begin(), made.end(), std::back_inserter(model.variables));
}

void wrap(VariableDecl& flow, const std::string& filter, const std::vector<Expr>& rest) {
  for (Equation& equation : flow.equations) {
    if (equation.expr) {
      std::vector<Expr> arguments = {*equation.expr};
      arguments.insert(arguments.end(), rest.begin(), rest.end());
      equation.expr = call(filter, std::move(arguments), equation.expr->span);
    }
  }
}

// The flow, the option's value, the stock, and the sum of the flows of higher priority.
void wrap_flows(ModelDecl& model, const std::vector<Word>& flows, const VariableDecl& stock,
                const std::string& filter) {
  Expr before = number(0);
  for (const Word& flow : flows) {
    for (VariableDecl& other : model.variables) {
      if (other.kind == VariableKind::flow && fold_name(other.name.text) == fold_name(flow.text)) {
        wrap(other, filter, {number(1), name(stock.name.text), before});
      }
    }
    before = before.kind == syntax::ExprKind::number
                 ? name(flow.text)
                 : binary(Operator::add, std::move(before), name(flow.text));
  }
}

// A filter of a stock's own value becomes one more inflow, which leads from what the stock would
// hold after a step of Euler's method to what the filter makes of that; and it is called for the
// start.
//
//   (filter(stock + DT * net) - stock) / DT - net
void wrap_value(ModelDecl& model, VariableDecl& stock, const std::string& filter) {
  const Expr own = name(stock.name.text);
  Expr net = number(0);
  for (const Word& flow : stock.inflows) {
    net = binary(Operator::add, std::move(net), name(flow.text));
  }
  for (const Word& flow : stock.outflows) {
    net = binary(Operator::subtract, std::move(net), name(flow.text));
  }
  Expr next = binary(Operator::add, own, binary(Operator::multiply, name("DT"), net));
  Expr change = binary(Operator::subtract, call(filter, {std::move(next), number(1)}), own);
  VariableDecl flow;
  flow.kind = VariableKind::flow;
  flow.name = {fmt::format("{} filter", stock.name.text), stock.name.span};
  flow.dimensions = stock.dimensions;
  flow.non_negative = false;
  Equation& equation = flow.equations.emplace_back();
  equation.span = stock.name.span;
  equation.expr =
      binary(Operator::subtract, binary(Operator::divide, std::move(change), name("DT")), net);
  equation.expr->span = stock.name.span;
  wrap(stock, filter, {number(1)});
  stock.inflows.push_back(flow.name);
  model.variables.push_back(std::move(flow));
}

// Whether a filter of stocks' own values can be: with Euler's method, and not for conveyors, queues
// and flows that a multiplier converts.
bool can_filter_values(const syntax::ParsedModel& parsed) {
  const std::vector<Word>& methods = parsed.sim_specs.methods;
  return (methods.empty() || fold_name(methods.front().text) == "euler") &&
         std::all_of(parsed.models.begin(), parsed.models.end(), [](const ModelDecl& model) {
           return std::none_of(model.variables.begin(), model.variables.end(),
                               [](const VariableDecl& variable) {
                                 return variable.conveyor || variable.queue || variable.multiplier;
                               });
         });
}

void apply(MacroDecl& macro, const Kind& kind, syntax::ParsedModel& parsed) {
  macro.name.text = fmt::format("{} of {} {}", macro.name.text, kind.filter, kind.apply_to);
  macro.filter.clear();
  for (ModelDecl& model : parsed.models) {
    syntax::Behavior behavior = parsed.behavior;
    if (kind.of == VariableKind::stock && model.behavior.stocks_non_negative) {
      behavior.stocks_non_negative = model.behavior.stocks_non_negative;
    } else if (kind.of == VariableKind::flow && model.behavior.flows_non_negative) {
      behavior.flows_non_negative = model.behavior.flows_non_negative;
    }
    std::vector<std::size_t> with_option;
    for (std::size_t v = 0; v < model.variables.size(); ++v) {
      if (model.variables[v].kind == kind.of && is_on(model.variables[v], behavior)) {
        with_option.push_back(v);
      }
    }
    for (const std::size_t v : with_option) {
      if (kind.flows == nullptr && kind.of == VariableKind::stock) {
        VariableDecl stock = model.variables[v];
        wrap_value(model, stock, macro.name.text);
        model.variables[v] = std::move(stock);
      } else if (kind.flows == nullptr) {
        wrap(model.variables[v], macro.name.text, {number(1)});
      } else {
        const VariableDecl stock = model.variables[v];
        wrap_flows(model, stock.*kind.flows, stock, macro.name.text);
      }
    }
  }
}

// What a filter does takes the place of what the option would.
void switch_off(VariableKind kind, syntax::ParsedModel& parsed) {
  for (ModelDecl& model : parsed.models) {
    for (VariableDecl& variable : model.variables) {
      if (variable.kind == kind) {
        variable.non_negative = false;
      }
    }
  }
}

}  // namespace

void apply_option_filters(syntax::ParsedModel& parsed) {
  std::vector<VariableKind> filtered;
  for (const Kind& kind : kKinds) {
    for (MacroDecl& macro : parsed.macros) {
      if (macro.filter == kind.filter && macro.apply_to == kind.apply_to &&
          fold_name(macro.name.text) == "non_negative" &&
          (kind.of == VariableKind::flow || kind.flows != nullptr || can_filter_values(parsed))) {
        for (ModelDecl& model : parsed.models) {
          name_tables(model);
        }
        apply(macro, kind, parsed);
        filtered.push_back(kind.of);
      }
    }
  }
  for (const VariableKind kind : filtered) {
    switch_off(kind, parsed);
  }
}

}  // namespace shamal::model
