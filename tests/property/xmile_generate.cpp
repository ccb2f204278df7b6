#include "property/xmile_generate.h"

#include <array>
#include <bit>
#include <cmath>

#include "syntax/numbers.h"

namespace shamal::testing {

using namespace syntax;

double XmileGenerator::number() {
  if (chance(50)) {
    return static_cast<double>(below(2000)) / 8 - 100;
  }
  const double value = std::bit_cast<double>(random_());
  return std::isfinite(value) ? value : 0.1;
}

std::string XmileGenerator::name() {
  static constexpr std::array<std::string_view, 24> kNames = {
      "a",     "Net Flow",   "x_y",       "x-y",           "2nd", "if",
      "MOD",   "a.b",        ".r",        "v1.5",          "_x",  "$",
      "\"",    "say \"hi\"", "\\",        "a\nb",          " a ", "a,b",
      "Größe", "\xc2\xa0",   "U.S. debt", "sub model.x y", "a'b", "???"};
  return std::string(kNames[below(kNames.size())]);
}

std::string XmileGenerator::text() {
  static constexpr std::array<std::string_view, 8> kTexts = {
      "plain",       "two\nlines", "1 < 2 && 3 > 2", "]]>",
      "<b>bold</b>", "\"q\" 'q'",  "&amp; &#10;",    "tab\there \r\n é"};
  return std::string(kTexts[below(kTexts.size())]);
}

std::vector<Word> XmileGenerator::names(std::size_t most) {
  std::vector<Word> result;
  for (std::size_t i = below(most + 1); i > 0; --i) {
    result.push_back(word(name()));
  }
  return result;
}

std::optional<std::pair<double, double>> XmileGenerator::bounds() {
  return chance(50) ? std::optional(std::pair(number(), number())) : std::nullopt;
}

Expr XmileGenerator::expression(int depth) {
  Expr expr;
  if (depth <= 1 || chance(15)) {
    if (chance(40)) {
      expr.number = std::abs(number());
      expr.text = write_number(expr.number);
    } else {
      expr.kind = ExprKind::name;
      expr.text = name();
    }
    return expr;
  }
  const auto operands = [&](std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      expr.args.push_back(expression(depth - 1));
    }
  };
  switch (below(8)) {
    case 0:
      expr.kind = ExprKind::unary;
      expr.op = static_cast<Operator>(below(3));
      operands(1);
      break;
    case 1:
      expr.kind = ExprKind::conditional;
      operands(3);
      break;
    case 2:
      expr.kind = ExprKind::transpose;
      operands(1);
      break;
    case 3:
    case 4:
      expr.kind = chance(70) ? ExprKind::call : ExprKind::name;
      expr.text = name();
      if (expr.kind == ExprKind::call) {
        operands(below(4));
      }
      for (std::size_t i = below(3); i > 0; --i) {
        expr.subscripts.push_back(subscript(depth - 1));
      }
      break;
    default:
      expr.kind = ExprKind::binary;
      expr.op = static_cast<Operator>(3 + below(14));
      operands(2);
  }
  return expr;
}

Expr XmileGenerator::subscript(int depth) {
  Expr expr;
  switch (below(5)) {
    case 0:
      expr.kind = ExprKind::wildcard;
      return expr;
    case 1:
      expr.kind = ExprKind::position;
      expr.number = static_cast<double>(1 + below(4));
      return expr;
    case 2:
      expr.kind = ExprKind::range;
      expr.args.push_back(expression(depth));
      expr.args.push_back(expression(depth));
      return expr;
    default:
      return expression(depth);
  }
}

GraphicalFunction XmileGenerator::graphical() {
  GraphicalFunction gf;
  gf.kind = static_cast<GraphicalKind>(below(3));
  gf.y_scale = bounds();
  const std::size_t count = 1 + below(5);
  for (std::size_t i = 0; i < count; ++i) {
    gf.y.push_back(number());
  }
  if (chance(50)) {
    double x = static_cast<double>(below(10)) - 5;
    for (std::size_t i = 0; i < count; ++i) {
      gf.x.push_back(x);
      x += static_cast<double>(1 + below(7)) / 7;
    }
    return gf;
  }
  gf.x_scale = std::pair(0.1, 1.7);
  for (std::size_t i = 0; i < count; ++i) {
    const double last = count > 1 ? static_cast<double>(count - 1) : 1.0;
    gf.x.push_back(i + 1 == count && count > 1 ? 1.7
                                               : 0.1 + (1.7 - 0.1) * static_cast<double>(i) / last);
  }
  return gf;
}

SimSpecs XmileGenerator::sim_specs() {
  SimSpecs specs;
  if (chance(80)) {
    specs.start = number();
    specs.stop = number();
  }
  specs.reciprocal = chance(30);
  if (specs.reciprocal) {
    specs.dt = 1 / static_cast<double>(1 + below(500));
  } else if (chance(50)) {
    specs.dt = number();
  }
  if (chance(50)) {
    specs.methods = {word("gear"), word("rk4")};
    specs.time_units = "Months & more";
    specs.save_interval = number();
  }
  return specs;
}

Behavior XmileGenerator::behavior() {
  const auto flag = [&] { return chance(30) ? std::optional(chance(50)) : std::nullopt; };
  return {flag(), flag()};
}

std::vector<DimensionDecl> XmileGenerator::dimensions() {
  std::vector<DimensionDecl> result;
  for (std::size_t i = below(3); i > 0; --i) {
    DimensionDecl& dimension = result.emplace_back();
    dimension.name = word(name());
    dimension.elements = names(3);
    if (dimension.elements.empty() && chance(70)) {
      dimension.size = static_cast<double>(1 + below(9));
    }
  }
  return result;
}

Equation XmileGenerator::equation(bool only_points) {
  Equation result;
  if (!only_points) {
    if (chance(80)) {
      result.expr = expression(4);
    }
    if (chance(20)) {
      result.initial = expression(3);
    }
  }
  if (chance(20) || (!result.expr && !result.initial)) {
    result.gf = graphical();
  }
  return result;
}

VariableDecl XmileGenerator::variable() {
  VariableDecl result;
  result.kind = static_cast<VariableKind>(below(4));
  result.name = word(name());
  result.dimensions = names(2);
  const bool points = result.kind == VariableKind::graphical;
  if (points || chance(80)) {
    result.equations.push_back(equation(points));
  }
  for (std::size_t i = below(3); i > 0; --i) {
    Equation element = equation(points);
    element.subscripts = names(2);
    element.subscripts.push_back(word(name()));
    result.equations.push_back(std::move(element));
  }
  result.inflows = names(2);
  result.outflows = names(2);
  if (chance(20)) {
    result.non_negative = chance(50);
  }
  if (chance(10)) {
    result.multiplier = expression(3);
    result.leak.emplace();
    result.leak->end = 0.25;
    result.leak->integers = chance(50);
    if (chance(50)) {
      result.leak->fraction = expression(2);
    }
    result.overflow = chance(50);
    result.spread = static_cast<SpreadFlow>(below(5));
    result.distribution = word(name());
  }
  if (result.kind == VariableKind::stock && chance(20)) {
    result.conveyor.emplace();
    result.conveyor->length = expression(3);
    result.conveyor->arrest = expression(2);
    result.conveyor->discrete = chance(50);
    result.conveyor->one_at_a_time = chance(50);
    result.queue = chance(10);
  }
  result.access = static_cast<Access>(below(3));
  if (chance(50)) {
    result.units = word(text());
    result.doc = text();
  }
  result.range = bounds();
  return result;
}

VariableDecl XmileGenerator::module() {
  VariableDecl result;
  result.kind = VariableKind::module;
  result.name = word(name());
  if (chance(50)) {
    result.resource = word("sectors/a & b.xmile");
  }
  for (std::size_t i = below(3); i > 0; --i) {
    result.connections.push_back({word(name()), word("." + name())});
  }
  result.doc = chance(50) ? text() : "";
  return result;
}

std::vector<VariableDecl> XmileGenerator::variables() {
  std::vector<VariableDecl> result;
  for (std::size_t i = below(6); i > 0; --i) {
    result.push_back(chance(85) ? variable() : module());
  }
  return result;
}

ModelDecl XmileGenerator::model_section() {
  ModelDecl result;
  if (chance(50)) {
    result.name = word(name());
  }
  if (chance(10)) {
    result.resource = word("other.xmile");
  }
  if (chance(30)) {
    result.sim_specs = sim_specs();
  }
  result.behavior = behavior();
  result.variables = variables();
  for (std::size_t i = below(2); i > 0; --i) {
    result.groups.push_back({word(name()), text(), names(3)});
  }
  if (chance(30)) {
    result.views = "<views><view a=\"&lt;&#10;&amp;\">text &lt;<b/></view><x:y/></views>";
  }
  return result;
}

MacroDecl XmileGenerator::macro() {
  MacroDecl result;
  result.name = word(name());
  for (const Word& parameter : names(3)) {
    result.parameters.push_back(
        {parameter, chance(30) ? std::optional(expression(3)) : std::nullopt});
  }
  if (chance(80)) {
    result.expr = expression(4);
  }
  if (chance(20)) {
    result.sim_specs = sim_specs();
    result.filter = "stock";
    result.apply_to = "outflows";
  }
  result.dimensions = dimensions();
  if (result.dimensions.empty() && chance(30)) {
    DimensionDecl& sized = result.dimensions.emplace_back();
    sized.name = word("Stage");
    sized.size_expr = Expr{};
    sized.size_expr->kind = ExprKind::name;
    sized.size_expr->text = "n";
  }
  result.variables = variables();
  result.format = chance(50) ? text() : "";
  result.doc = chance(50) ? text() : "";
  return result;
}

ParsedModel XmileGenerator::model() {
  ParsedModel result;
  if (chance(80)) {
    result.header = {"Shamal", text(), text(), text(), chance(50) ? text() : ""};
  }
  if (chance(80)) {
    result.sim_specs = sim_specs();
  }
  result.behavior = behavior();
  for (std::size_t i = below(3); i > 0; --i) {
    UnitDecl& unit = result.units.emplace_back();
    unit.name = word(name());
    if (chance(50)) {
      unit.equation = word("a/b^2");
      unit.aliases = {word("$"), word("x y")};
    }
    unit.disabled = chance(20);
  }
  result.dimensions = dimensions();
  for (std::size_t i = below(3); i > 0; --i) {
    result.models.push_back(model_section());
  }
  for (std::size_t i = below(2); i > 0; --i) {
    result.macros.push_back(macro());
  }
  result.includes = chance(20) ? std::vector{word("macros/*.xml")} : std::vector<Word>{};
  return result;
}

}  // namespace shamal::testing
