// Folds, ranges and computed indices.
#include <algorithm>

#include <fmt/format.h>

#include "model/translate_forms.h"
#include "model/translator.h"
#include "syntax/make_expression.h"

namespace shamal::model {

namespace make = syntax::make;

using syntax::Expr;
using syntax::Operator;

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
    return make::number(0);
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
                           ? make::binary(*op, std::move(terms[i]), std::move(terms[i + 1]))
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
    return make::number(axis.elements[named.position] + 1.0);
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
  expr.subscripts.push_back(named.kind == AxisName::Kind::slice ? slice_of(named.range)
                                                                : name_expr(named.range));
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
      AxisMask before = 0;
      for (std::size_t d = 0; d < reference.indices.size(); ++d) {
        const Index& index = reference.indices[d];
        if (index.kind == Index::Kind::axis) {
          used[index.axis] = true;
          // XMILE: two * in one array are all pairs, not the diagonal.
          const AxisMask own = AxisMask{1} << index.axis;
          if (!vensim() && index.axis >= assignment.box_axes && (before & own) != 0) {
            named[index.axis] = false;
          }
          before |= own;
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
    Expr here = make::binary(Operator::equal, axis_number(position, at), std::move(wanted));
    condition = first ? std::move(here)
                      : make::binary(Operator::logical_and, std::move(condition), std::move(here));
    first = false;
  }
  inside.assignment = &around;
  return call("SUM",
              {make::choose(std::move(condition), refer(rest, inside, {}), make::number(0))});
}

}  // namespace shamal::model
