// From nodes back to expressions as they are written.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/names.h"
#include "model/translate_forms.h"
#include "model/translator.h"

namespace shamal::model {

using base::Code;
using syntax::Dialect;
using syntax::Expr;
using syntax::ExprKind;
using syntax::Operator;

namespace {

constexpr double kSeeded = 4294967296.0;  // as in typer_calls.cpp: seeds name streams from here on

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

Expr binary(Operator op, Expr left, Expr right) {
  Expr expr;
  expr.kind = ExprKind::binary;
  expr.op = op;
  expr.args.push_back(std::move(left));
  expr.args.push_back(std::move(right));
  return expr;
}

Expr conditional(Expr condition, Expr yes, Expr no) {
  Expr expr;
  expr.kind = ExprKind::conditional;
  expr.args.push_back(std::move(condition));
  expr.args.push_back(std::move(yes));
  expr.args.push_back(std::move(no));
  return expr;
}

Expr plain_number(double value) {
  Expr expr;
  expr.number = value;
  return expr;
}

}  // namespace

Expr Translator::number(double value, base::Span span) {
  if (std::isnan(value) && vensim()) {
    lose("Vensim has no number that is not a number: :NA: stands for it.");
    return plain_number(-0x1p109);
  }
  if (std::isinf(value) && vensim()) {
    lose("Vensim has no infinity: 1e308 stands for it.");
    value = std::copysign(1e308, value);
  }
  (void)span;
  if (value == -0x1p109 && vensim()) {
    return plain_number(value);
  }
  if (!std::signbit(value) || std::isnan(value)) {
    return plain_number(value);
  }
  Expr expr;
  expr.kind = ExprKind::unary;
  expr.op = Operator::negate;
  expr.args.push_back(plain_number(-value));
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
             ? conditional(std::move(expr), plain_number(1), plain_number(0))
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
      const NodeId time = of.args[0];
      std::vector<Expr> args;
      const Node& input = node(of.args[2]);
      args.push_back(refer(model_.references[input.index], inside, of.span));
      // Vensim's DELAY FIXED has the time that holds at the start.
      const bool kept =
          node(time).kind == NodeKind::reference &&
          model_.variables[model_.references[node(time).index].variable].kind == Kind::initial_only;
      if (vensim() && !kept && !constant_of(time)) {
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
      return plain_number(0);
    case NodeKind::rank:
      if (vensim()) {
        refuse(of.span, "RANK", "Vensim's VECTOR RANK gives another number");
        return plain_number(0);
      } else {
        Place inside = place;
        inside.in_array = true;
        inside.condition = false;
        const AxisMask mask = model_.reductions[of.index].axes;
        for (std::uint32_t a = 0; a < inside.axes.size(); ++a) {
          if ((mask >> a & 1u) != 0) {
            inside.axes[a] = {AxisName::Kind::slice, "", 0};
          }
        }
        std::vector<Expr> args = {expression(of.args[0], inside), expression(of.args[1], place)};
        if (of.arity == 3) {
          args.push_back(expression(of.args[2], inside));
        }
        return call("RANK", std::move(args));
      }
    case NodeKind::procedure:
      return procedure(of, place);
  }
  return plain_number(0);
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
    return conditional(std::move(args[0]), std::move(args[1]), std::move(args[2]));
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
  return plain_number(0);
}

// --- arrays -------------------------------------------------------------------------------------

Expr Translator::reduce(const Node& of, const Place& place) {
  const AxisMask mask = model_.reductions[of.index].axes;
  const std::vector<bool> named = named_axes(*place.assignment);
  std::vector<std::uint32_t> written_out;
  Place inside = place;
  inside.condition = false;
  bool any_named = false;
  std::map<std::string, std::uint32_t> occurrences;
  for (std::uint32_t a = 0; a < place.assignment->axes.size(); ++a) {
    if ((mask >> a & 1u) == 0) {
      continue;
    }
    if (!named[a]) {
      written_out.push_back(a);
      continue;
    }
    any_named = true;
    const Axis& axis = place.assignment->axes[a];
    const std::string range = vensim() ? range_name(axis, 0) : "";
    const std::uint32_t occurrence = occurrences[range]++;
    inside.axes[a] = {AxisName::Kind::slice, vensim() ? range_name(axis, occurrence) : "", 0};
  }
  static constexpr std::array<std::pair<Operation, std::array<std::string_view, 2>>, 4> kFolds = {{
      {Operation::add, {"SUM", "SUM"}},
      {Operation::multiply, {"PROD", "PROD"}},
      {Operation::minimum, {"MIN", "VMIN"}},
      {Operation::maximum, {"MAX", "VMAX"}},
  }};
  const auto fold = std::find_if(kFolds.begin(), kFolds.end(),
                                 [&](const auto& row) { return row.first == of.op; });
  if (fold == kFolds.end()) {
    refuse(of.span, fmt::format("a fold by \"{}\"", name(of.op)));
    return plain_number(0);
  }
  const auto one = [&](const Place& at) {
    if (!any_named) {
      return expression(of.args[0], at);
    }
    Place array = at;
    array.in_array = true;
    return call(fold->second[vensim() ? 1 : 0], {expression(of.args[0], array)});
  };
  // What no range names is written out, as a tree that is no higher than it must be.
  std::vector<Expr> terms;
  std::vector<std::uint32_t> at(written_out.size(), 0);
  for (;;) {
    for (std::size_t k = 0; k < written_out.size(); ++k) {
      inside.axes[written_out[k]] = {AxisName::Kind::element, "", at[k]};
    }
    terms.push_back(one(inside));
    std::size_t k = at.size();
    while (k > 0 && ++at[k - 1] == place.assignment->axes[written_out[k - 1]].size()) {
      at[--k] = 0;
    }
    if (k == 0) {
      break;
    }
  }
  const Operator* const op = find_operator(of.op, to_);
  while (terms.size() > 1) {
    std::vector<Expr> joined;
    for (std::size_t i = 0; i + 1 < terms.size(); i += 2) {
      joined.push_back(op != nullptr
                           ? binary(*op, std::move(terms[i]), std::move(terms[i + 1]))
                           : call(fold->second[0], {std::move(terms[i]), std::move(terms[i + 1])}));
    }
    if (terms.size() % 2 == 1) {
      joined.push_back(std::move(terms.back()));
    }
    terms = std::move(joined);
  }
  return std::move(terms[0]);
}

Expr Translator::axis_number(const Node& of, const Place& place) {
  const Axis& axis = place.assignment->axes[of.index];
  const AxisName& named = place.axes[of.index];
  if (named.kind == AxisName::Kind::element) {
    return plain_number(axis.elements[named.position] + 1.0);
  }
  if (!vensim() && named.kind == AxisName::Kind::range) {
    return name_expr(dimension_name(axis.dimension));
  }
  // An array of the numbers: a range's name as a number means something else in Vensim.
  std::string& array = numbers_[axis.dimension];
  if (array.empty()) {
    array = unique_name(fmt::format("{} number", model_.dimensions[axis.dimension].name));
    syntax::VariableDecl decl;
    decl.name.text = array;
    decl.doc = "The place of each element.";
    const std::string range = dimension_name(axis.dimension);
    if (!vensim()) {
      decl.dimensions.push_back({range, {}});
      syntax::Equation equation;
      equation.expr = name_expr(range);
      decl.equations.push_back(std::move(equation));
    } else {
      syntax::Equation equation;
      equation.subscripts.push_back({range, {}});
      equation.constants.emplace();
      equation.constants->rows.emplace_back();
      for (std::uint32_t e = 0; e < model_.dimensions[axis.dimension].size(); ++e) {
        equation.constants->rows[0].push_back(e + 1.0);
      }
      decl.equations.push_back(std::move(equation));
    }
    out_.push_back(std::move(decl));
  }
  Expr expr = name_expr(array);
  Expr subscript = name_expr(named.range);
  if (named.kind == AxisName::Kind::slice && !vensim()) {
    subscript.kind = ExprKind::wildcard;
    subscript.text.clear();
  }
  subscript.bang = vensim() && named.kind == AxisName::Kind::slice;
  expr.subscripts.push_back(std::move(subscript));
  return expr;
}

bool Translator::index_is_named(const Index& index, DimensionId of, const Axis& axis) {
  if (!vensim()) {
    return of == axis.dimension && is_whole(axis) && index.elements == axis.elements;
  }
  for (std::uint32_t i = 0; i < axis.size(); ++i) {
    if (element_name(of, index.elements[i]) != element_name(axis.dimension, axis.elements[i])) {
      return false;
    }
  }
  return true;
}

// The axes of every reference below a node.
std::vector<AxisMask> Translator::masks_below(NodeId id) const {
  std::vector<AxisMask> masks;
  std::vector<NodeId> stack = {id};
  while (!stack.empty()) {
    const Node& of = node(stack.back());
    stack.pop_back();
    stack.insert(stack.end(), of.args.begin(), of.args.begin() + of.arity);
    if (of.kind == NodeKind::reference) {
      masks.push_back(of.axes);
    }
  }
  return masks;
}

void Translator::look_at(NodeId id, const Assignment& assignment, std::vector<bool>& named,
                         std::vector<bool>& used, std::set<NodeId>& seen) const {
  if (id == kNone || !seen.insert(id).second) {
    return;
  }
  const Node& of = node(id);
  const auto lose_all = [&](AxisMask mask) {
    for (std::uint32_t a = 0; a < assignment.axes.size(); ++a) {
      if ((mask >> a & 1u) != 0) {
        named[a] = false;
      }
    }
  };
  for (std::size_t i = 0; i < of.arity; ++i) {
    look_at(of.args[i], assignment, named, used, seen);
  }
  switch (of.kind) {
    case NodeKind::reference: {
      const Reference& reference = model_.references[of.index];
      const Variable& variable = model_.variables[reference.variable];
      for (std::size_t d = 0; d < reference.indices.size(); ++d) {
        const Index& index = reference.indices[d];
        if (index.kind == Index::Kind::axis) {
          used[index.axis] = true;
          if (!const_cast<Translator*>(this)->index_is_named(index, variable.dimensions[d],
                                                             assignment.axes[index.axis])) {
            named[index.axis] = false;
          }
        } else if (index.kind == Index::Kind::dynamic) {
          look_at(index.node, assignment, named, used, seen);
        }
      }
      return;
    }
    case NodeKind::axis_index:
      used[of.index] = true;
      return;
    case NodeKind::reduce: {
      // XMILE: arrays within a function run together only along the same dimensions.
      const AxisMask mask = model_.reductions[of.index].axes;
      if (!vensim() && (mask & (mask - 1)) != 0) {
        for (const AxisMask one : masks_below(of.args[0])) {
          if ((one & mask) != 0 && (one & mask) != mask) {
            lose_all(mask);
          }
        }
      }
      return;
    }
    case NodeKind::lookup:
      lose_all(model_.lookups[of.index].tables.size() > 1 ? model_.lookups[of.index].axes : 0);
      return;
    case NodeKind::procedure: {
      const Call& called = model_.calls[of.index];
      for (const Call::Argument& argument : called.arguments) {
        look_at(argument.node, assignment, named, used, seen);
      }
      if (called.lookup != kNone) {
        lose_all(model_.lookups[called.lookup].axes);
      }
      return;
    }
    default:
      return;
  }
}

std::vector<bool> Translator::named_axes(const Assignment& assignment) {
  const auto known = named_.find(&assignment);
  if (known != named_.end()) {
    return known->second;
  }
  std::vector<bool> named(assignment.axes.size(), true);
  std::vector<bool> used(assignment.axes.size(), false);
  std::set<NodeId> seen;
  look_at(assignment.expr, assignment, named, used, seen);
  look_at(assignment.start_expr, assignment, named, used, seen);
  for (std::uint32_t a = 0; a < assignment.axes.size(); ++a) {
    const bool of_box = a < assignment.box_axes;
    if (!vensim() && !is_whole(assignment.axes[a])) {
      named[a] = false;
    }
    if (!of_box && !used[a]) {
      named[a] = false;
    }
    for (std::uint32_t b = of_box ? 0 : assignment.box_axes; !vensim() && b < a; ++b) {
      // XMILE matches by the dimension's name: a second axis over it cannot be told from the first.
      if (assignment.axes[b].dimension == assignment.axes[a].dimension) {
        named[a] = false;
        named[b] = named[b] && of_box;
      }
    }
  }
  named_.emplace(&assignment, named);
  return named;
}

Expr Translator::computed_index(const Reference& reference, const Place& place) {
  // SUM(IF THEN ELSE(numbers[D!] = index, x[D!], 0)): 0 where the index is out of range.
  Reference rest = reference;
  Assignment around = *place.assignment;
  Place inside = place;
  inside.condition = false;
  Expr condition;
  bool first = true;
  const Variable& variable = model_.variables[reference.variable];
  std::map<std::string, std::uint32_t> occurrences;
  for (std::size_t d = 0; d < rest.indices.size(); ++d) {
    Index& index = rest.indices[d];
    if (index.kind != Index::Kind::dynamic) {
      continue;
    }
    Axis axis;
    axis.dimension = variable.dimensions[d];
    for (std::uint32_t e = 0; e < model_.dimensions[axis.dimension].size(); ++e) {
      axis.elements.push_back(e);
    }
    const std::string range = range_name(axis, occurrences[range_name(axis, 0)]++);
    Expr wanted = call("INTEGER", {expression(index.node, inside)});
    index.kind = Index::Kind::axis;
    index.axis = static_cast<std::uint32_t>(around.axes.size());
    index.elements = axis.elements;
    around.axes.push_back(std::move(axis));
    inside.axes.push_back({AxisName::Kind::slice, range, 0});
    Place at = inside;
    at.assignment = &around;
    Node position;
    position.kind = NodeKind::axis_index;
    position.index = index.axis;
    Expr here = binary(Operator::equal, axis_number(position, at), std::move(wanted));
    condition = first ? std::move(here)
                      : binary(Operator::logical_and, std::move(condition), std::move(here));
    first = false;
  }
  inside.assignment = &around;
  return call("SUM", {conditional(std::move(condition), refer(rest, inside, {}), plain_number(0))});
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
      subscript = name_expr(element_name(of, index.element));
    } else {
      const AxisName& named = place.axes[index.axis];
      if (named.kind == AxisName::Kind::element) {
        subscript = name_expr(element_name(of, index.elements[named.position]));
      } else if (named.kind == AxisName::Kind::slice && !vensim() && named.range == ":") {
        const auto [first, last] =
            std::minmax_element(index.elements.begin(), index.elements.end());
        if (*last - *first + 1 != index.elements.size()) {
          refuse(span, "a range of elements that do not follow one another");
        }
        subscript.kind = ExprKind::range;
        subscript.args = {name_expr(element_name(of, *first)), name_expr(element_name(of, *last))};
      } else if (named.kind == AxisName::Kind::slice && !vensim()) {
        subscript.kind = ExprKind::wildcard;
      } else {
        subscript = name_expr(named.range);
        subscript.bang = named.kind == AxisName::Kind::slice;
      }
    }
    if (!vensim() && subscript.kind == ExprKind::name && !subscript.text.empty() &&
        subscript.text[0] >= '0' && subscript.text[0] <= '9') {
      subscript.kind = ExprKind::number;  // an element of a numbered dimension
      subscript.number = std::stod(subscript.text);
      subscript.text.clear();
    }
    expr.subscripts.push_back(std::move(subscript));
  }
  return expr;
}

// --- hidden variables ---------------------------------------------------------------------------

// The place of a hidden variable's equation where the reference stands; nothing if it has several
// equations, or the reference does not run over it as it is.
std::optional<Place> Translator::place_within(const Reference& reference, const Place& place) {
  const VariableId variable = resolver_.resolve_alias(reference.variable);
  const auto& given = assignments_[variable];
  if (given.empty()) {
    return std::nullopt;
  }
  const Assignment& assignment = *given.front();
  for (const Assignment* other : given) {
    if (other->axes.size() < other->box_axes || other->box_axes != reference.indices.size() ||
        other->box.size() != reference.indices.size() ||
        (other->role == assignment.role && other != &assignment)) {
      return std::nullopt;
    }
  }
  Place inside;
  inside.assignment = &assignment;
  inside.owner = place.owner;
  inside.in_array = place.in_array;
  inside.condition = place.condition;
  inside.axes.resize(assignment.axes.size());
  const std::vector<bool> named = named_axes(assignment);
  for (std::size_t d = 0; d < reference.indices.size(); ++d) {
    const Index& index = reference.indices[d];
    const std::uint32_t own = assignment.box[d].axis;
    if (own == kNone || index.kind == Index::Kind::dynamic) {
      return std::nullopt;
    }
    const std::vector<std::uint32_t>& elements = assignment.axes[own].elements;
    const auto position = [&](std::uint32_t element) {
      return static_cast<std::uint32_t>(std::find(elements.begin(), elements.end(), element) -
                                        elements.begin());
    };
    if (index.kind == Index::Kind::fixed) {
      inside.axes[own] = {AxisName::Kind::element, "", position(index.element)};
    } else if (place.axes[index.axis].kind == AxisName::Kind::element) {
      inside.axes[own] = {AxisName::Kind::element, "",
                          position(index.elements[place.axes[index.axis].position])};
    } else if (named[own] && index_is_named(index, model_.variables[variable].dimensions[d],
                                            place.assignment->axes[index.axis])) {
      inside.axes[own] = place.axes[index.axis];
    } else {
      return std::nullopt;
    }
    if (inside.axes[own].kind == AxisName::Kind::element &&
        inside.axes[own].position == elements.size()) {
      return std::nullopt;
    }
  }
  return inside;
}

std::optional<Expr> Translator::inlined(const Reference& reference, const Place& place) {
  const VariableId variable = resolver_.resolve_alias(reference.variable);
  const Variable& hidden = model_.variables[variable];
  const auto& given = assignments_[variable];
  if (!hidden.hidden || given.empty()) {
    return std::nullopt;
  }
  const bool small = given.size() == 1 && node(given[0]->expr).kind != NodeKind::reduce &&
                     (node(given[0]->expr).kind == NodeKind::reference ||
                      node(given[0]->expr).kind == NodeKind::constant);
  if (hidden.kind == Kind::auxiliary && (references_[variable] == 1 || small) &&
      given[0]->start_expr == kNone && !names_[variable].size()) {
    const NodeKind kind = node(given[0]->expr).kind;
    // Vensim's DELAY FIXED must stand alone; draws are made once.
    if (kind == NodeKind::random || kind == NodeKind::procedure ||
        (kind == NodeKind::delay_read && (vensim() || place.in_array))) {
      return std::nullopt;
    }
    const auto inside = place_within(reference, place);
    return inside ? std::optional(expression(given[0]->expr, *inside)) : std::nullopt;
  }
  if (vensim() || place.in_array || names_[variable].size() ||
      (hidden.kind != Kind::initial_only && hidden.kind != Kind::memory)) {
    return std::nullopt;
  }
  auto inside = place_within(reference, place);
  if (!inside) {
    return std::nullopt;
  }
  inside->condition = false;
  if (hidden.kind == Kind::initial_only) {
    return call("INIT", {expression(given[0]->expr, *inside)});
  }
  const Assignment* next = nullptr;
  const Assignment* start = nullptr;
  for (const Assignment* one : given) {
    (one->role == Role::next ? next : start) = one;
  }
  if (next == nullptr || start == nullptr || next->axes.size() != start->axes.size()) {
    return std::nullopt;
  }
  // What it remembers may lead back here; then it is a variable of its own.
  if (!open_.insert(variable).second) {
    return std::nullopt;
  }
  inside->assignment = next;
  Expr now = expression(next->expr, *inside);
  inside->assignment = start;
  Expr first = expression(start->expr, *inside);
  open_.erase(variable);
  return call("PREVIOUS", {std::move(now), std::move(first)});
}

// What a macro's parameter stands for, where a reference to the macro's value stands.
Expr Translator::argument_of(const Symbol& symbol, const Reference& reference, const Place& place) {
  const VariableId variable = resolver_.resolve_alias(symbol.variable);
  const std::vector<DimensionId>& along = model_.variables[reference.variable].dimensions;
  Reference whole;
  whole.variable = variable;
  for (const DimensionId dimension : model_.variables[variable].dimensions) {
    const auto same = std::find(along.begin(), along.end(), dimension);
    if (same == along.end()) {
      return refer(reference, place, {});  // cannot be: the macro was typed along these dimensions
    }
    whole.indices.push_back(reference.indices[static_cast<std::size_t>(same - along.begin())]);
  }
  Place inside = place;
  inside.condition = false;
  if (model_.variables[variable].hidden) {
    if (const auto within = place_within(whole, inside)) {
      return expression(assignments_[variable].front()->expr, *within);
    }
  }
  return refer(whole, inside, {});
}

// The value of SMTH1, DELAY3 and their kin: a call of the function that is its like.
std::optional<Expr> Translator::memory_call(const Reference& reference, const Place& place) {
  const auto use = resolver_.macro_uses.find(reference.variable);
  if (use == resolver_.macro_uses.end() || place.in_array || !names_[reference.variable].empty()) {
    return std::nullopt;
  }
  const Resolver::MacroUse& made = use->second;
  if (!resolver_.is_standard(made.macro->name.span.file)) {
    return std::nullopt;
  }
  const std::string folded = base::fold_name(made.macro->name.text);
  const bool computed =
      std::any_of(reference.indices.begin(), reference.indices.end(),
                  [](const Index& index) { return index.kind == Index::Kind::dynamic; });
  for (const MemoryForm& form : memory_forms()) {
    if (form.library != folded || form.dialect != to_ || computed) {
      continue;
    }
    const auto& parameters = made.macro->parameters;
    // The order is a number of the file.
    for (std::size_t p = 0; p < parameters.size(); ++p) {
      const Symbol& argument = made.arguments[p];
      if (base::fold_name(parameters[p].name.text) == "n" &&
          (argument.kind != Symbol::Kind::variable || !is_constant(argument.variable))) {
        return std::nullopt;
      }
    }
    const bool with_start = made.given == parameters.size();
    const std::string_view function =
        with_start || form.without_start.empty() ? form.with_start : form.without_start;
    std::vector<Expr> args;
    for (const char letter : form.order) {
      static constexpr std::pair<char, std::string_view> kNames[] = {
          {'i', "input"}, {'t', "_time"}, {'n', "n"}, {'s', "initial"}};
      std::string_view wanted;
      for (const auto& [key, name] : kNames) {
        wanted = key == letter ? name : wanted;
      }
      for (std::size_t p = 0; p < parameters.size(); ++p) {
        const std::string parameter = base::fold_name(parameters[p].name.text);
        const bool same = letter == 't' ? parameter.ends_with(wanted) : parameter == wanted;
        const bool dropped = letter == 's' && function == form.without_start && !with_start;
        if (same && !dropped) {
          args.push_back(
              argument_of(made.arguments[letter == 's' && !with_start ? 0 : p], reference, place));
        }
      }
    }
    return call(function, std::move(args));
  }
  return std::nullopt;
}

// STEP and RAMP, where they say the same in the other language: for times on the grid of steps.
std::optional<Expr> Translator::plain_call(NodeId id, const Place& place) {
  const auto found = resolver_.plain_calls.find(id);
  if (found == resolver_.plain_calls.end() ||
      !resolver_.is_standard(found->second.macro->name.span.file)) {
    return std::nullopt;
  }
  const Resolver::PlainCall& made = found->second;
  const std::string folded = base::fold_name(made.macro->name.text);
  if ((folded != "step" && folded != "ramp") || made.arguments.size() < 2 ||
      std::find(made.arguments.begin(), made.arguments.end(), kNone) != made.arguments.end()) {
    return std::nullopt;
  }
  Place inside = place;
  inside.condition = false;
  std::vector<Expr> args;
  for (const NodeId argument : made.arguments) {
    args.push_back(expression(argument, inside));
  }
  if (folded == "step") {
    const auto start = constant_of(made.arguments[1]);
    const double steps = start ? (*start - model_.sim.start) / model_.sim.dt : 0.5;
    return std::abs(steps - std::round(steps)) < 1e-6 ? std::optional(call("STEP", std::move(args)))
                                                      : std::nullopt;
  }
  if (!vensim()) {
    return std::nullopt;  // XMILE's RAMP has no end
  }
  if (args.size() == 2) {
    Expr end;
    end.kind = ExprKind::name;
    end.text = "FINAL TIME";
    args.push_back(std::move(end));
  }
  return call("RAMP", std::move(args));
}

// --- tables, draws, procedures ------------------------------------------------------------------

std::uint32_t Translator::table_of_lookup(const Lookup& lookup, const Place& place) const {
  std::size_t flat = 0;
  if (lookup.tables.size() > 1) {
    for (std::uint32_t a = 0; a < place.assignment->axes.size(); ++a) {
      if ((lookup.axes >> a & 1u) != 0) {
        flat = flat * place.assignment->axes[a].size() + place.axes[a].position;
      }
    }
  }
  return lookup.tables[flat];
}

Expr Translator::table_name(std::uint32_t table, const Place& place) {
  TableOwner& owner = table_owners_[table];
  if (owner.name.empty()) {
    owner.name =
        unique_name(fmt::format("{} lookup", place.owner == kNone ? "a" : name_of(place.owner)));
    syntax::VariableDecl decl;
    decl.kind = syntax::VariableKind::graphical;
    decl.name.text = owner.name;
    syntax::Equation equation;
    equation.gf = model_.tables[table];
    decl.equations.push_back(std::move(equation));
    out_.push_back(std::move(decl));
  }
  Expr expr = name_expr(owner.name);
  for (const std::string& subscript : owner.subscripts) {
    expr.subscripts.push_back(name_expr(subscript));
  }
  return expr;
}

Expr Translator::lookup(const Node& of, const Place& place) {
  Place inside = place;
  inside.condition = false;
  const std::uint32_t table = table_of_lookup(model_.lookups[of.index], place);
  Expr argument = expression(of.args[0], inside);
  Expr name = table_name(table, place);
  const syntax::GraphicalKind kind = model_.tables[table].kind;
  if (vensim() && kind != syntax::GraphicalKind::continuous) {
    return call(kind == syntax::GraphicalKind::discrete ? "LOOKUP BACKWARD" : "LOOKUP EXTRAPOLATE",
                {std::move(name), std::move(argument)});
  }
  name.kind = ExprKind::call;
  name.args.push_back(std::move(argument));
  return name;
}

Expr Translator::draw(const Node& of, const Place& place) {
  Place inside = place;
  inside.condition = false;
  const RandomSite& site = model_.random_sites[of.index];
  std::vector<Expr> args;
  for (std::size_t i = 0; i < of.arity; ++i) {
    args.push_back(expression(of.args[i], inside));
  }
  const Expr* const form = find_draw(site.distribution, to_);
  if (form == nullptr) {
    refuse(of.span, "a draw from this distribution");
    return plain_number(0);
  }
  lose("Random numbers: the other file draws other numbers of the same distribution.");
  Expr made = fill_form(*form, args);
  const auto stream = static_cast<double>(site.stream);
  if (stream >= kSeeded) {
    const double seed = std::round(stream / kSeeded) - 1;
    if (vensim()) {
      made.args.back() = plain_number(seed);
    } else {
      made.args.push_back(plain_number(seed));
    }
  }
  return made;
}

Expr Translator::procedure(const Node& of, const Place& place) {
  const Call& called = model_.calls[of.index];
  const ProcedureRow& form = row(called.procedure);
  const std::string_view function = find_procedure(called.procedure, to_);
  if (function.empty() || place.in_array) {
    refuse(of.span, fmt::format("the function \"{}\"", form.name));
    return plain_number(0);
  }
  std::vector<Expr> args;
  for (std::size_t i = 0; i < called.arguments.size(); ++i) {
    const Call::Argument& argument = called.arguments[i];
    Place inside = place;
    inside.condition = false;
    const char letter = form.arguments[i];
    if (letter == 'j' || (letter == 'z' && called.site == kNone)) {
      continue;
    }
    if (letter == 't') {
      args.push_back(table_name(table_of_lookup(model_.lookups[called.lookup], place), place));
      continue;
    }
    if (letter == 'z') {
      const auto stream = static_cast<double>(model_.random_sites[called.site].stream);
      if (stream >= kSeeded) {
        args.push_back(plain_number(std::round(stream / kSeeded) - 1));
      }
      continue;
    }
    if (letter == 'd') {
      for (std::uint32_t a = 0; a < place.assignment->axes.size(); ++a) {
        if ((called.result >> a & 1u) != 0) {
          args.push_back(name_expr(dimension_name(place.assignment->axes[a].dimension)));
        }
      }
      continue;
    }
    for (std::uint32_t a = 0; a < place.assignment->axes.size(); ++a) {
      if ((argument.inner >> a & 1u) == 0 || (called.result >> a & 1u) != 0) {
        continue;
      }
      // An axis of the argument alone: the first element stands for those that follow, or the
      // function runs over the range.
      inside.axes[a] = {AxisName::Kind::element, "", 0};
      if (letter == 'r') {
        const Axis& axis = place.assignment->axes[a];
        inside.in_array = true;
        inside.axes[a] = {AxisName::Kind::slice, vensim() ? range_name(axis, 0) : "", 0};
        if (!vensim() && !is_whole(axis)) {
          inside.axes[a].range = ":";  // from its first element to its last
          if (axis.elements.back() - axis.elements.front() + 1 != axis.size()) {
            refuse(of.span, fmt::format("\"{}\" over some elements", form.name),
                   "let the range run over elements that follow one another");
          }
        }
      }
    }
    args.push_back(expression(argument.node, inside));
  }
  if (form.draws()) {
    lose("Random numbers: the other file draws other numbers of the same distribution.");
  }
  return call(function, std::move(args));
}

}  // namespace shamal::model
