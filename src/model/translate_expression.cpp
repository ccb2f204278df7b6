// From nodes back to expressions as they are written.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "model/translate_forms.h"
#include "model/translator.h"
#include "syntax/make_expression.h"

namespace shamal::model {

namespace make = syntax::make;

using syntax::Expr;
using syntax::ExprKind;
using syntax::Operator;

namespace {

bool gives_truth(Operation operation) {
  switch (operation) {
    case Operation::logical_not:
    case Operation::logical_and:
    case Operation::logical_or:
    case Operation::less:
    case Operation::less_equal:
    case Operation::greater:
    case Operation::greater_equal:
    case Operation::equal:
    case Operation::not_equal:
      return true;
    default:
      return false;
  }
}

}  // namespace

Expr Translator::number(double value, base::Span span) {
  if (std::isnan(value) && vensim()) {
    lose("Vensim has no number that is not a number: :NA: stands for it.");
    return make::number(-0x1p109);
  }
  if (std::isinf(value) && vensim()) {
    lose("Vensim has no infinity: 1e308 stands for it.");
    value = std::copysign(1e308, value);
  }
  (void)span;
  if (value == -0x1p109 && vensim()) {
    return make::number(value);
  }
  if (!std::signbit(value) || std::isnan(value)) {
    return make::number(value);
  }
  Expr expr;
  expr.kind = ExprKind::unary;
  expr.op = Operator::negate;
  expr.args.push_back(make::number(-value));
  return expr;
}

Expr Translator::call(std::string_view function, std::vector<Expr> args) const {
  Expr expr = name_expr(std::string(function));
  expr.kind = ExprKind::call;
  expr.args = std::move(args);
  return expr;
}

// Vensim's comparisons are conditions, XMILE's are numbers too.
Expr Translator::truth(Expr expr, const Place& place) const {
  return vensim() && !place.condition
             ? make::choose(std::move(expr), make::number(1), make::number(0))
             : expr;
}

bool Translator::is_constant(VariableId variable) const {
  const auto& given = assignments_[resolver_.resolve_alias(variable)];
  return given.size() == 1 && given[0]->role == Role::value && given[0]->box.empty() &&
         node(given[0]->expr).kind == NodeKind::constant;
}

std::optional<double> Translator::constant_of(NodeId id) const {
  const Node& of = node(id);
  if (of.kind == NodeKind::constant) {
    return of.value;
  }
  if (of.kind == NodeKind::reference) {
    const Reference& reference = model_.references[of.index];
    const VariableId variable = resolver_.resolve_alias(reference.variable);
    const auto& given = assignments_[variable];
    if (reference.indices.empty() && given.size() == 1 && given[0]->role == Role::value &&
        node(given[0]->expr).kind == NodeKind::constant) {
      return node(given[0]->expr).value;
    }
  }
  return std::nullopt;
}

bool Translator::is_unchanging(NodeId id) {
  const auto [known, fresh] = unchanging_.try_emplace(id, false);  // a circle changes
  if (!fresh) {
    return known->second;
  }
  const Node& of = node(id);
  bool all = of.kind == NodeKind::constant || of.kind == NodeKind::axis_index ||
             (of.kind == NodeKind::fixed && of.index != 0);
  if (of.kind == NodeKind::apply) {
    all = std::all_of(of.args.begin(), of.args.begin() + of.arity,
                      [&](NodeId argument) { return is_unchanging(argument); });
  } else if (of.kind == NodeKind::reference) {
    const Reference& reference = model_.references[of.index];
    const VariableId variable = resolver_.resolve_alias(reference.variable);
    const auto& given = assignments_[variable];
    all = !given.empty() && std::all_of(given.begin(), given.end(), [&](const Assignment* one) {
      return one->role == Role::initial || (one->role == Role::value && is_unchanging(one->expr));
    });
    all =
        all && std::all_of(reference.indices.begin(), reference.indices.end(), [&](const Index& i) {
          return i.kind != Index::Kind::dynamic || is_unchanging(i.node);
        });
  }
  unchanging_[id] = all;
  return all;
}

// TIME - (TIME - lag), as HISTORY(x, TIME - lag) asks for, is the lag.
NodeId Translator::delay_time(NodeId id) const {
  const auto behind_time = [&](NodeId from) {
    const Node& of = node(from);
    return of.kind == NodeKind::apply && of.op == Operation::subtract && is_time(of.args[0])
               ? of.args[1]
               : kNone;
  };
  const NodeId past = behind_time(id);
  const NodeId lag = past == kNone ? kNone : behind_time(past);
  return lag == kNone ? id : lag;
}

bool Translator::is_time(NodeId id) const {
  const Node& of = node(id);
  if (of.kind == NodeKind::fixed) {
    return of.index == 0;
  }
  if (of.kind != NodeKind::reference) {
    return false;
  }
  const auto& given = assignments_[resolver_.resolve_alias(model_.references[of.index].variable)];
  return given.size() == 1 && given[0]->role == Role::value && given[0]->expr != id &&
         node(given[0]->expr).kind == NodeKind::fixed && node(given[0]->expr).index == 0;
}

Expr Translator::expression(NodeId id, const Place& place) {
  const Node& of = node(id);
  if (auto plain = plain_call(id, place)) {
    return std::move(*plain);
  }
  switch (of.kind) {
    case NodeKind::constant:
      return number(of.value, of.span);
    case NodeKind::fixed: {
      static constexpr std::array<const char*, 4> kXmile = {"TIME", "DT", "STARTTIME", "STOPTIME"};
      static constexpr std::array<const char*, 4> kVensim = {"Time", "TIME STEP", "INITIAL TIME",
                                                             "FINAL TIME"};
      Expr expr;
      expr.kind = ExprKind::name;
      expr.text = vensim() ? kVensim[of.index] : kXmile[of.index];
      return expr;
    }
    case NodeKind::axis_index:
      return axis_number(of, place);
    case NodeKind::reference:
      return refer(model_.references[of.index], place, of.span);
    case NodeKind::apply:
      return apply(of, place);
    case NodeKind::reduce:
      return reduce(of, place);
    case NodeKind::lookup:
      return lookup(of, place);
    case NodeKind::delay_read: {
      Place inside = place;
      inside.condition = false;
      const NodeId time = delay_time(of.args[0]);
      std::vector<Expr> args;
      const Node& input = node(of.args[2]);
      args.push_back(refer(model_.references[input.index], inside, of.span));
      // Vensim's DELAY FIXED has the time that holds at the start.
      const bool kept =
          node(time).kind == NodeKind::reference &&
          model_.variables[model_.references[node(time).index].variable].kind == Kind::initial_only;
      if (vensim() && !kept && !is_unchanging(time)) {
        refuse(of.span, "a delay whose time changes during the run",
               "DELAY FIXED keeps the time that holds at the start");
      }
      if (vensim() && kept) {
        const VariableId start = model_.references[node(time).index].variable;
        const Assignment& given = *assignments_[start].front();
        const auto within = place_within(model_.references[node(time).index], inside);
        args.push_back(within ? expression(given.expr, *within) : expression(time, inside));
      } else {
        args.push_back(expression(time, inside));
      }
      args.push_back(expression(of.args[1], inside));
      return call(vensim() ? "DELAY FIXED" : "DELAY", std::move(args));
    }
    case NodeKind::random:
      return draw(of, place);
    case NodeKind::device:
      refuse(of.span, "a conveyor or queue", "there is no such stock in the other language");
      return make::number(0);
    case NodeKind::rank:
      return vensim() ? rank_by_order(id, place) : rank(of, place);
    case NodeKind::procedure:
      return procedure(id, place);
  }
  return make::number(0);
}

Expr Translator::apply(const Node& of, const Place& place) {
  const bool logical = of.op == Operation::logical_not || of.op == Operation::logical_and ||
                       of.op == Operation::logical_or;
  std::vector<Expr> args;
  for (std::size_t i = 0; i < of.arity; ++i) {
    Place inside = place;
    inside.condition = logical || (of.op == Operation::select && i == 0);
    args.push_back(expression(of.args[i], inside));
  }
  if (of.op == Operation::copy) {
    return std::move(args[0]);
  }
  if (of.op == Operation::select) {
    return make::choose(std::move(args[0]), std::move(args[1]), std::move(args[2]));
  }
  if (const Operator* const op = find_operator(of.op, to_)) {
    Expr expr;
    expr.kind = of.arity == 1 ? ExprKind::unary : ExprKind::binary;
    expr.op = *op;
    expr.args = std::move(args);
    return gives_truth(of.op) ? truth(std::move(expr), place) : expr;
  }
  if (const std::string_view function = find_function(of.op, to_); !function.empty()) {
    return call(function, std::move(args));
  }
  if (const Expr* const form = find_form(of.op, to_)) {
    return fill_form(*form, args);
  }
  refuse(of.span, fmt::format("the operation \"{}\"", name(of.op)));
  return make::number(0);
}

// An element in brackets: of a numbered dimension of XMILE a number.
Expr Translator::subscript_of(DimensionId dimension, const std::string& element) const {
  return !vensim() && is_numbered(dimension) ? make::number(std::stod(element))
                                             : name_expr(element);
}

// What an array function runs over: the range! or *.
Expr Translator::slice_of(const std::string& range) const {
  Expr expr = name_expr(range);
  expr.bang = vensim();
  if (!vensim()) {
    expr.kind = ExprKind::wildcard;
    expr.text.clear();
  }
  return expr;
}

Expr Translator::refer(const Reference& reference, const Place& place, base::Span span) {
  if (auto made = memory_call(reference, place)) {
    return std::move(*made);
  }
  if (auto made = inlined(reference, place)) {
    return std::move(*made);
  }
  const Variable& variable = model_.variables[reference.variable];
  const bool computed =
      std::any_of(reference.indices.begin(), reference.indices.end(),
                  [](const Index& index) { return index.kind == Index::Kind::dynamic; });
  if (computed && vensim()) {
    return computed_index(reference, place);
  }
  Expr expr = name_expr(name_of(reference.variable));
  expr.span = span;
  for (std::size_t d = 0; d < reference.indices.size(); ++d) {
    const Index& index = reference.indices[d];
    const DimensionId of = variable.dimensions[d];
    Expr subscript;
    if (index.kind == Index::Kind::dynamic) {
      Place inside = place;
      inside.condition = false;
      subscript = expression(index.node, inside);
    } else if (index.kind == Index::Kind::fixed) {
      subscript = subscript_of(of, element_name(of, index.element));
    } else {
      const AxisName& named = place.axes[index.axis];
      subscript = named.kind == AxisName::Kind::element
                      ? subscript_of(of, element_name(of, index.elements[named.position]))
                  : named.kind == AxisName::Kind::slice ? slice_of(named.range)
                                                        : name_expr(named.range);
    }
    expr.subscripts.push_back(std::move(subscript));
  }
  return expr;
}

}  // namespace shamal::model
