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
constexpr const char* kPlaceOfElement =
    "a place on an array of conveyors or in an array of queues that is not one number for all";

// What a builtin asks of a container. The sum of what a conveyor or queue holds is the stock.
std::optional<Contents> question(const Builtin& builtin) {
  switch (builtin.treatment) {
    case Treatment::mean:
      return Contents::mean;
    case Treatment::deviation:
      return Contents::deviation;
    case Treatment::size:
      return Contents::size;
    case Treatment::rank:
      return Contents::rank;
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

// Where the k-th smallest stands, for each k; the first of equals comes first.
std::vector<double> ranks(const std::vector<double>& numbers) {
  std::vector<std::size_t> order(numbers.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return numbers[a] < numbers[b]; });
  std::vector<double> places;
  for (const std::size_t place : order) {
    places.push_back(static_cast<double>(place) + 1);
  }
  return places;
}

// A subscript that stands for one element of each element of the equation.
bool is_one(const Expr& subscript) {
  return subscript.kind != ExprKind::wildcard && subscript.kind != ExprKind::range;
}

// Whether an expression is one number, whichever element it is computed for.
bool is_scalar(const Expr& expr, Resolver& resolver, Scope& scope) {
  if (expr.kind == ExprKind::name) {
    const Symbol* const symbol = resolver.find_symbol(scope, expr.text);
    if (symbol == nullptr ? resolver.find_dimension(scope, expr.text).has_value()
                          : symbol->kind != Symbol::Kind::variable) {
      return false;
    }
    if (symbol != nullptr && expr.subscripts.empty() &&
        !resolver.model.variables[symbol->variable].dimensions.empty()) {
      return false;
    }
  }
  const auto scalar = [&](const Expr& part) { return is_scalar(part, resolver, scope); };
  return std::all_of(expr.args.begin(), expr.args.end(), scalar) &&
         std::all_of(expr.subscripts.begin(), expr.subscripts.end(), scalar);
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
  if (!of_array || arg == nullptr || arg->kind != ExprKind::name || is_vensim(expr)) {
    return std::nullopt;
  }
  const Symbol* const symbol = resolver_.find_symbol(scope, arg->text);
  if (symbol == nullptr) {
    return std::nullopt;
  }
  if (const syntax::GraphicalFunction* const points = points_of(*symbol);
      points && is_all(arg->subscripts) && expr.args.size() <= 2) {
    return rank ? numbered(ranks(points->y), expr.args[1], 0, expr.span, scope, array)
                : constant(folded(points->y, builtin), expr.span);
  }
  if (symbol->kind != Symbol::Kind::variable) {
    return std::nullopt;
  }
  const VariableId stock = resolver_.resolve_alias(symbol->variable);
  const auto asked = question(builtin);
  if (resolver_.info[stock].device == kNone || !asked) {
    return std::nullopt;
  }
  // Of an array of them the subscripts say which one is meant.
  const std::size_t dimensions = resolver_.model.variables[stock].dimensions.size();
  const bool one = dimensions > 0 && arg->subscripts.size() == dimensions &&
                   std::all_of(arg->subscripts.begin(), arg->subscripts.end(), is_one);
  if (dimensions == 0 && !is_all(arg->subscripts)) {
    return std::nullopt;
  }
  if (expr.args.size() > 2 || (dimensions > 0 && !one)) {
    return fail(Code::unsupported_element, expr.span,
                expr.args.size() > 2
                    ? "RANK of what a conveyor or queue holds, with a second array"
                    : fmt::format("{} of each of an array of conveyors or queues", expr.text),
                expr.args.size() > 2 ? "" : "say which one: name its element, or the dimension");
  }
  if (rank && one && !is_scalar(expr.args[1], resolver_, scope)) {
    return fail(Code::unsupported_element, expr.args[1].span, kPlaceOfElement);
  }
  const Resolver::ExpansionKey key = key_of(expr, scope);
  auto found = resolver_.expansions.find(key);
  if (found == resolver_.expansions.end()) {
    const Expr* const index = rank ? &expr.args[1] : nullptr;
    const VariableId seen = resolver_.contents_of(stock, *asked, index, scope, rank ? 0 : kNan);
    found = resolver_.expansions.emplace(key, seen).first;
  }
  return one ? subscripted(found->second, *arg, scope, array)
             : whole(found->second, expr.span, array);
}

std::optional<NodeId> Typer::container_element(const Symbol& symbol, const Expr& expr, Scope& scope,
                                               ArrayContext* array) {
  if (expr.subscripts.empty() || is_vensim(expr)) {
    return std::nullopt;
  }
  const double beyond = resolver_.gives_nan_beyond_arrays() ? kNan : 0;
  if (const syntax::GraphicalFunction* const points = points_of(symbol);
      points && expr.subscripts.size() == 1) {
    return numbered(points->y, expr.subscripts.front(), beyond, expr.span, scope, array);
  }
  if (symbol.kind != Symbol::Kind::variable) {
    return std::nullopt;
  }
  const VariableId stock = resolver_.resolve_alias(symbol.variable);
  const std::size_t dimensions = resolver_.model.variables[stock].dimensions.size();
  if (resolver_.info[stock].device == kNone || expr.subscripts.size() != dimensions + 1) {
    return std::nullopt;
  }
  if (dimensions > 0 && !is_scalar(expr.subscripts.back(), resolver_, scope)) {
    return fail(Code::unsupported_element, expr.subscripts.back().span, kPlaceOfElement);
  }
  const Resolver::ExpansionKey key = key_of(expr, scope);
  auto found = resolver_.expansions.find(key);
  if (found == resolver_.expansions.end()) {
    const VariableId seen =
        resolver_.contents_of(stock, Contents::element, &expr.subscripts.back(), scope, beyond);
    found = resolver_.expansions.emplace(key, seen).first;
  }
  if (dimensions == 0) {
    return whole(found->second, expr.span, array);
  }
  Expr which = expr;
  which.subscripts.pop_back();
  return subscripted(found->second, which, scope, array);
}

// One of several numbers, by its place.
NodeId Typer::numbered(const std::vector<double>& numbers, const Expr& where, double beyond,
                       base::Span span, Scope& scope, ArrayContext* array) {
  syntax::GraphicalFunction function;
  function.kind = syntax::GraphicalKind::discrete;
  function.y = numbers;
  for (std::size_t i = 1; i <= numbers.size(); ++i) {
    function.x.push_back(static_cast<double>(i));
  }
  const NodeId place = type(where, scope, array);
  const NodeId value = add_lookup({0, {resolver_.add_table(function)}}, place, span);
  const NodeId inside =
      apply(Operation::logical_and,
            {apply(Operation::greater_equal, {place, constant(1, span)}, span),
             apply(Operation::less,
                   {place, constant(static_cast<double>(numbers.size()) + 1, span)}, span)},
            span);
  return apply(Operation::select, {inside, value, constant(beyond, span)}, span);
}

}  // namespace shamal::model
