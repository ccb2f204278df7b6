// Containers other than arrays (XMILE 1.0, 3.2.4 and 3.7.1.3): what lies on a conveyor or stands in
// a queue, the front first, and the y-values of a graphical function. Array functions of them fold
// their numbers, and name[3] is the third.

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "base/names.h"
#include "model/typer.h"

namespace shamal::model {

using base::Code;
using syntax::Expr;
using syntax::ExprKind;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// What a builtin asks of a container. The sum of what a conveyor or queue holds is the stock.
std::optional<Contents> question(const Builtin& builtin) {
  switch (builtin.treatment) {
    case Treatment::mean:
      return Contents::mean;
    case Treatment::deviation:
      return Contents::deviation;
    case Treatment::size:
      return Contents::size;
    case Treatment::fold:
      return builtin.operation == Operation::minimum ? Contents::least : Contents::greatest;
    case Treatment::reduction:
      return builtin.operation == Operation::add ? std::nullopt : std::optional(Contents::product);
    default:
      return std::nullopt;
  }
}

double folded(const std::vector<double>& numbers, const Builtin& builtin) {
  const auto count = static_cast<double>(numbers.size());
  const double sum = std::accumulate(numbers.begin(), numbers.end(), 0.0);
  switch (builtin.treatment) {
    case Treatment::mean:
      return sum / count;
    case Treatment::deviation: {
      double squares = 0;
      for (const double number : numbers) {
        squares += (number - sum / count) * (number - sum / count);
      }
      return std::sqrt(squares / (count - 1));
    }
    case Treatment::size:
      return count;
    case Treatment::fold:
      return builtin.operation == Operation::minimum
                 ? *std::min_element(numbers.begin(), numbers.end())
                 : *std::max_element(numbers.begin(), numbers.end());
    default:
      return builtin.operation == Operation::add
                 ? sum
                 : std::accumulate(numbers.begin(), numbers.end(), 1.0, std::multiplies<>());
  }
}

// The points of a graphical function that is no array of them.
const syntax::GraphicalFunction* points_of(const Symbol& symbol) {
  return symbol.kind == Symbol::Kind::graphical && symbol.decl->equations.size() == 1 &&
                 symbol.decl->equations.front().gf
             ? &*symbol.decl->equations.front().gf
             : nullptr;
}

bool is_all(const std::vector<Expr>& subscripts) {
  return subscripts.empty() ||
         (subscripts.size() == 1 && subscripts.front().kind == ExprKind::wildcard &&
          subscripts.front().text.empty());
}

}  // namespace

VariableId Resolver::contents_of(VariableId stock, Contents what, const Expr* index, Scope& scope,
                                 double beyond) {
  const base::Span span = model.variables[stock].span;
  const auto number = [span](double value) {
    return [value, span](Typer& typer) { return typer.constant(value, span); };
  };
  std::vector<std::function<NodeId(Typer&)>> inputs = {number(static_cast<double>(what))};
  if (index != nullptr) {
    inputs.push_back([index, &scope](Typer& typer) { return typer.type(*index, scope); });
  } else {
    inputs.push_back(number(1));
  }
  inputs.push_back(number(beyond));
  const VariableId started = info[stock].started;
  inputs.push_back([started, span](Typer& typer) { return typer.whole(started, span); });
  const VariableId in = add_inputs(stock, "look in", Kind::auxiliary, std::move(inputs));
  const VariableId seen = add_beside(stock, "look", Kind::auxiliary, 0);
  add_device_use(seen, Role::value, in, DeviceAction::look, info[stock].device, stock);
  return seen;
}

std::optional<NodeId> Typer::container_function(const Builtin& builtin, const Expr& expr,
                                                Scope& scope, ArrayContext* array) {
  const bool rank = builtin.treatment == Treatment::rank;
  const Expr* const arg = expr.args.size() == 1 || rank ? &expr.args.front() : nullptr;
  const bool of_array =
      builtin.treatment == Treatment::mean || builtin.treatment == Treatment::deviation ||
      builtin.treatment == Treatment::size || builtin.treatment == Treatment::fold ||
      builtin.treatment == Treatment::reduction || rank;
  if (!of_array || arg == nullptr || arg->kind != ExprKind::name || is_vensim(expr) ||
      !is_all(arg->subscripts)) {
    return std::nullopt;
  }
  const Symbol* const symbol = resolver_.find_symbol(scope, arg->text);
  if (symbol == nullptr) {
    return std::nullopt;
  }
  if (const syntax::GraphicalFunction* const points = points_of(*symbol); points && !rank) {
    return constant(folded(points->y, builtin), expr.span);
  }
  if (symbol->kind != Symbol::Kind::variable) {
    return std::nullopt;
  }
  const VariableId stock = resolver_.resolve_alias(symbol->variable);
  const auto asked = question(builtin);
  if (resolver_.info[stock].device == kNone ||
      (builtin.treatment == Treatment::reduction && !asked)) {
    return std::nullopt;
  }
  const bool in_array = array != nullptr || !resolver_.model.variables[stock].dimensions.empty();
  if (!asked || in_array) {
    return fail(
        Code::unsupported_element, expr.span,
        fmt::format("{} of what {} holds", expr.text,
                    in_array ? "each of an array of conveyors or queues" : "a conveyor or queue"));
  }
  const Resolver::ExpansionKey key = key_of(expr, scope);
  auto found = resolver_.expansions.find(key);
  if (found == resolver_.expansions.end()) {
    const VariableId seen = resolver_.contents_of(stock, *asked, nullptr, scope, kNan);
    found = resolver_.expansions.emplace(key, seen).first;
  }
  return whole(found->second, expr.span);
}

std::optional<NodeId> Typer::container_element(const Symbol& symbol, const Expr& expr, Scope& scope,
                                               ArrayContext* array) {
  if (expr.subscripts.size() != 1 || is_vensim(expr)) {
    return std::nullopt;
  }
  if (const syntax::GraphicalFunction* const points = points_of(symbol)) {
    return function_element(*points, expr, scope, array);
  }
  if (symbol.kind != Symbol::Kind::variable) {
    return std::nullopt;
  }
  const VariableId stock = resolver_.resolve_alias(symbol.variable);
  if (resolver_.info[stock].device == kNone ||
      !resolver_.model.variables[stock].dimensions.empty()) {
    return std::nullopt;
  }
  const Resolver::ExpansionKey key = key_of(expr, scope);
  auto found = resolver_.expansions.find(key);
  if (found == resolver_.expansions.end()) {
    const double beyond = resolver_.gives_nan_beyond_arrays() ? kNan : 0;
    const VariableId seen =
        resolver_.contents_of(stock, Contents::element, &expr.subscripts.front(), scope, beyond);
    found = resolver_.expansions.emplace(key, seen).first;
  }
  return whole(found->second, expr.span, array);
}

// The y-value of a point, by its number.
NodeId Typer::function_element(const syntax::GraphicalFunction& function, const Expr& expr,
                               Scope& scope, ArrayContext* array) {
  syntax::GraphicalFunction numbered;
  numbered.kind = syntax::GraphicalKind::discrete;
  numbered.y = function.y;
  for (std::size_t i = 1; i <= function.y.size(); ++i) {
    numbered.x.push_back(static_cast<double>(i));
  }
  const base::Span span = expr.span;
  const NodeId place = type(expr.subscripts.front(), scope, array);
  Node looked;
  looked.kind = NodeKind::lookup;
  looked.arity = 1;
  looked.args[0] = place;
  looked.axes = node(place).axes;
  looked.index = static_cast<std::uint32_t>(resolver_.model.lookups.size());
  looked.span = span;
  resolver_.model.lookups.push_back({0, {resolver_.add_table(numbered)}});
  const NodeId value = resolver_.add_node(looked);
  const NodeId inside =
      apply(Operation::logical_and,
            {apply(Operation::greater_equal, {place, constant(1, span)}, span),
             apply(Operation::less,
                   {place, constant(static_cast<double>(function.y.size()) + 1, span)}, span)},
            span);
  const double beyond = resolver_.gives_nan_beyond_arrays() ? kNan : 0;
  return apply(Operation::select, {inside, value, constant(beyond, span)}, span);
}

}  // namespace shamal::model
