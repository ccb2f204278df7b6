// Draws and procedures.
#include <algorithm>
#include <bit>
#include <cmath>

#include <fmt/format.h>

#include "model/translate_forms.h"
#include "model/translator.h"
#include "syntax/make_expression.h"

namespace shamal::model {

namespace make = syntax::make;

using syntax::Expr;
using syntax::Operator;

namespace {

constexpr double kSeeded = 4294967296.0;  // as in typer_calls.cpp: seeds name streams from here on

bool has(AxisMask mask, std::uint32_t axis) { return (mask >> axis & 1u) != 0; }

}  // namespace

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
    return make::number(0);
  }
  lose("Random numbers: the other file draws other numbers of the same distribution.");
  const auto seed = seed_of(site);
  if (vensim()) {
    args.push_back(make::number(seed.value_or(0)));
  }
  Expr made = fill_form(*form, args);
  if (seed && !vensim()) {
    made.args.push_back(make::number(*seed));
  }
  return made;
}

// The seed that a site's equation names.
std::optional<double> Translator::seed_of(const RandomSite& site) {
  const auto stream = static_cast<double>(site.stream);
  return stream < kSeeded ? std::nullopt : std::optional(std::round(stream / kSeeded) - 1);
}

// The name of what an axis runs over, whatever else stands in its assignment.
std::string Translator::axis_name(const Assignment& assignment, std::uint32_t axis) {
  std::uint32_t occurrence = 0;
  for (std::uint32_t other = 0; other < axis; ++other) {
    occurrence += assignment.axes[other].dimension == assignment.axes[axis].dimension &&
                          assignment.axes[other].elements == assignment.axes[axis].elements
                      ? 1
                      : 0;
  }
  return range_name(assignment.axes[axis], occurrence);
}

// An array that holds the node along all of its axes, the inner ones last; `expr` gives its value
// at a place where each axis is an element or, if all can be named, a range.
const Translator::Array& Translator::array_of(std::pair<NodeId, AxisMask> key, const Place& place,
                                              const char* label, bool ranges,
                                              const std::function<Expr(const Place&)>& expr) {
  const auto known = arrays_.find(key);
  if (known != arrays_.end()) {
    return known->second;
  }
  const AxisMask inner = key.second;
  const AxisMask all = node(key.first).axes | inner;
  const Assignment& assignment = *place.assignment;
  Array made;
  for (const bool of_inner : {false, true}) {
    for (std::uint32_t a = 0; a < assignment.axes.size(); ++a) {
      if (has(all, a) && has(inner, a) == of_inner) {
        made.axes.push_back(a);
      }
    }
  }
  made.name = unique_name(fmt::format("{} {}", name_of(place.owner), label));
  syntax::VariableDecl decl;
  decl.name.text = made.name;
  decl.doc = fmt::format("A part of the equation of {}.", name_of(place.owner));
  Place at = place;
  at.in_array = false;
  at.condition = false;
  constexpr std::size_t kMostSingle = 100'000;
  std::size_t elements = 1;
  for (const std::uint32_t a : made.axes) {
    elements = std::min(elements * assignment.axes[a].size(), kMostSingle + 1);
  }
  if (!ranges && elements > kMostSingle) {
    refuse(node(key.first).span,
           fmt::format("a part of an equation with more than {} elements, each on its own",
                       kMostSingle));
    return arrays_.emplace(key, std::move(made)).first->second;
  }
  std::vector<std::string> names;
  for (const std::uint32_t a : made.axes) {
    names.push_back(axis_name(assignment, a));
    at.axes[a] = {ranges ? AxisName::Kind::range : AxisName::Kind::element, names.back(), 0};
    if (!vensim()) {
      decl.dimensions.push_back({names.back(), {}});
    }
  }
  for (;;) {
    syntax::Equation equation;
    std::vector<std::string> left;
    for (std::size_t k = 0; k < made.axes.size(); ++k) {
      const Axis& axis = assignment.axes[made.axes[k]];
      left.push_back(ranges ? names[k] : element_of(axis, at.axes[made.axes[k]].position));
    }
    if (vensim() || !ranges) {
      equation.subscripts = words(left);
    }
    equation.expr = expr(at);
    decl.equations.push_back(std::move(equation));
    std::size_t k = ranges ? 0 : made.axes.size();
    while (k > 0) {
      AxisName& last = at.axes[made.axes[k - 1]];
      if (++last.position < assignment.axes[made.axes[k - 1]].size()) {
        break;
      }
      last.position = 0;
      --k;
    }
    if (k == 0) {
      break;
    }
  }
  out_.push_back(std::move(decl));
  return arrays_.emplace(key, std::move(made)).first->second;
}

Expr Translator::in_array(const Array& array, const Place& place) {
  Expr expr = name_expr(array.name);
  for (const std::uint32_t a : array.axes) {
    const Axis& axis = place.assignment->axes[a];
    const AxisName& named = place.axes[a];
    Expr subscript = name_expr(named.range);
    if (named.kind == AxisName::Kind::element) {
      subscript = subscript_of(axis.dimension, element_of(axis, named.position));
    } else if (named.kind == AxisName::Kind::slice) {
      subscript = slice_of(named.range);
    }
    expr.subscripts.push_back(std::move(subscript));
  }
  return expr;
}

// In XMILE only. What it ranks is an array of its own where no range names it.
Expr Translator::rank(const Node& of, const Place& place) {
  const AxisMask mask = model_.reductions[of.index].axes;
  const std::vector<bool> named = named_axes(*place.assignment);
  Place inside = place;
  inside.in_array = true;
  inside.condition = false;
  bool all_named = true;
  for (std::uint32_t a = 0; a < inside.axes.size(); ++a) {
    if (has(mask, a)) {
      inside.axes[a] = {AxisName::Kind::slice, "", 0};
      all_named = all_named && named[a];
    }
  }
  const auto along = [&](NodeId id) {
    return all_named ? expression(id, inside)
                     : in_array(array_of({id, mask}, place, "argument", false,
                                         [&](const Place& at) { return expression(id, at); }),
                                inside);
  };
  std::vector<Expr> args = {along(of.args[0]), expression(of.args[1], place)};
  if (of.arity == 3) {
    args.push_back(along(of.args[2]));
  }
  return call("RANK", std::move(args));
}

// Whether the elements that an argument is indexed by along its own axes follow one another, so
// that naming the first of them says it (all that follow, for `to_end`).
bool Translator::follow_one_another(NodeId id, AxisMask own, bool to_end) const {
  const Node& of = node(id);
  if (of.kind != NodeKind::reference) {
    return false;
  }
  const Reference& reference = model_.references[of.index];
  const Variable& variable = model_.variables[reference.variable];
  for (std::size_t d = 0; d < reference.indices.size(); ++d) {
    const Index& index = reference.indices[d];
    if (index.kind != Index::Kind::axis || !has(own, index.axis)) {
      continue;
    }
    for (std::size_t i = 1; i < index.elements.size(); ++i) {
      if (index.elements[i] != index.elements[0] + i) {
        return false;
      }
    }
    if (to_end && index.elements.back() + 1 != model_.dimensions[variable.dimensions[d]].size()) {
      return false;
    }
  }
  return true;
}

// Vectors of the result run along ranges of the equation. Where those cannot be named, the call
// stands in an array of its own, whose arguments are arrays too, and this is one element of it.
Expr Translator::procedure(NodeId id, const Place& place) {
  const Node& of = node(id);
  const Call& called = model_.calls[of.index];
  if (auto made = written_out(called, place)) {
    return std::move(*made);
  }
  if (find_procedure(called.procedure, to_).empty() || place.in_array) {
    refuse(of.span, fmt::format("the function \"{}\"{}", row(called.procedure).name,
                                place.in_array ? " within an array function" : ""));
    return make::number(0);
  }
  bool along_ranges = true;
  for (std::uint32_t a = 0; a < place.assignment->axes.size(); ++a) {
    const bool matters = has(called.result, a) || (!vensim() && a < place.assignment->box_axes);
    along_ranges = along_ranges &&
                   !(matters && called.result != 0 && place.axes[a].kind != AxisName::Kind::range);
  }
  if (along_ranges) {
    return procedure_call(called, place, false, of.span);
  }
  const Array& array = array_of({id, called.result}, place, "vector", true, [&](const Place& at) {
    return procedure_call(called, at, true, of.span);
  });
  return in_array(array, place);
}

// A function that the other language lacks, by its form; nothing if there is none.
std::optional<Expr> Translator::written_out(const Call& called, const Place& place) {
  const Expr* const form = find_form(called.procedure, to_);
  if (form == nullptr) {
    return std::nullopt;
  }
  const ProcedureRow& of = row(called.procedure);
  Place inside = place;
  inside.condition = false;
  std::vector<Expr> args;
  const syntax::GraphicalFunction* table = nullptr;
  for (std::size_t i = 0; i < called.arguments.size(); ++i) {
    const NodeId argument = called.arguments[i].node;
    const char letter = of.arguments[i];
    if (letter == 't') {
      const std::uint32_t number = table_of_lookup(model_.lookups[called.lookup], place);
      table = &model_.tables[number];
      if (table->kind != syntax::GraphicalKind::continuous || table->x.empty()) {
        return std::nullopt;
      }
      args.push_back(table_name(number, place));
    } else if (letter == 'z') {
      const auto seed =
          called.site == kNone ? std::nullopt : seed_of(model_.random_sites[called.site]);
      args.push_back(make::number(seed.value_or(0)));
    } else {
      const auto bound = letter == 'b' ? constant_of(argument) : std::nullopt;
      args.push_back(bound && std::isinf(*bound) && table != nullptr
                         ? make::number(*bound < 0 ? table->x.front() : table->x.back())
                         : expression(argument, inside));
    }
  }
  if (table != nullptr) {
    args.push_back(make::number(table->x.front()));
    args.push_back(make::number(table->x.back()));
  }
  if (of.draws()) {
    lose("Random numbers: the other file draws other numbers of the same distribution.");
  }
  return fill_form(*form, args);
}

// RANK of Vensim: the k-th number of the order in which VECTOR SORT ORDER puts the array.
Expr Translator::rank_by_order(NodeId id, const Place& place) {
  const Node& of = node(id);
  const AxisMask mask = model_.reductions[of.index].axes;
  if (of.arity == 3 || (mask & (mask - 1)) != 0 || place.in_array) {
    refuse(of.span, "RANK of several dimensions or with a second array",
           "VECTOR SORT ORDER takes one vector");
    return make::number(0);
  }
  const auto axis = static_cast<std::uint32_t>(std::countr_zero(mask));
  const Array& order = array_of({id, mask}, place, "order", true, [&](const Place& at) {
    const Array& ranked = array_of({of.args[0], mask}, place, "argument", true,
                                   [&](const Place& in) { return expression(of.args[0], in); });
    return call("VECTOR SORT ORDER", {in_array(ranked, at), make::number(1)});
  });
  Place inside = place;
  inside.condition = false;
  inside.axes[axis] = {AxisName::Kind::element, "", 0};
  const double size = place.assignment->axes[axis].size();
  if (const auto wanted = constant_of(of.args[1])) {
    if (!(*wanted >= 1 && *wanted < size + 1)) {
      return make::number(0);
    }
    inside.axes[axis].position = static_cast<std::uint32_t>(*wanted) - 1;
    return make::binary(Operator::add, in_array(order, inside), make::number(1));
  }
  const Expr wanted = expression(of.args[1], inside);
  Expr within = make::binary(Operator::logical_and,
                             make::binary(Operator::greater_equal, wanted, make::number(1)),
                             make::binary(Operator::less, wanted, make::number(size + 1)));
  Expr offset = make::binary(Operator::subtract, call("INTEGER", {wanted}), make::number(1));
  Expr found = call("VECTOR ELM MAP", {in_array(order, inside), std::move(offset)});
  return make::choose(std::move(within),
                      make::binary(Operator::add, std::move(found), make::number(1)),
                      make::number(0));
}

Expr Translator::procedure_call(const Call& called, const Place& place, bool arrays,
                                base::Span span) {
  const ProcedureRow& form = row(called.procedure);
  const std::vector<bool> named = named_axes(*place.assignment);
  std::vector<Expr> args;
  for (std::size_t i = 0; i < called.arguments.size(); ++i) {
    const Call::Argument& argument = called.arguments[i];
    Place inside = place;
    inside.condition = false;
    const char letter = form.arguments[i];
    const auto bound = letter == 'b' ? constant_of(argument.node) : std::nullopt;
    if (letter == 'j' || letter == 'g' || (bound && std::isinf(*bound)) ||
        (letter == 'z' && called.site == kNone)) {
      continue;
    }
    if (letter == 't') {
      args.push_back(table_name(table_of_lookup(model_.lookups[called.lookup], place), place));
      continue;
    }
    if (letter == 'z') {
      if (const auto seed = seed_of(model_.random_sites[called.site])) {
        args.push_back(make::number(*seed));
      }
      continue;
    }
    if (letter == 'd') {
      for (std::uint32_t a = 0; a < place.assignment->axes.size(); ++a) {
        if (has(called.result, a)) {
          args.push_back(name_expr(arrays ? place.axes[a].range
                                          : dimension_name(place.assignment->axes[a].dimension)));
        }
      }
      continue;
    }
    const AxisMask own = argument.inner & ~called.result;
    bool in_place = !arrays && (letter == 'r' || own == 0 ||
                                follow_one_another(argument.node, own, letter == 'w'));
    for (std::uint32_t a = 0; a < place.assignment->axes.size(); ++a) {
      if (!has(own, a)) {
        continue;
      }
      // The first element stands for those that follow, or the function runs over the range.
      inside.axes[a] = {AxisName::Kind::element, "", 0};
      if (letter == 'r') {
        in_place = in_place && named[a];
        inside.axes[a] = {AxisName::Kind::slice, axis_name(*place.assignment, a), 0};
        inside.in_array = true;
      }
    }
    if (in_place || (node(argument.node).axes == 0 && argument.inner == 0)) {
      args.push_back(expression(argument.node, inside));
    } else {
      const Array& array = array_of({argument.node, argument.inner}, place, "argument", false,
                                    [&](const Place& at) { return expression(argument.node, at); });
      for (const std::uint32_t a : array.axes) {
        const std::vector<std::uint32_t>& elements = place.assignment->axes[a].elements;
        if (vensim() && has(own, a) && !std::is_sorted(elements.begin(), elements.end())) {
          refuse(span, fmt::format("\"{}\" of elements in another order", form.name));
        }
      }
      args.push_back(in_array(array, inside));
    }
  }
  if (form.draws()) {
    lose("Random numbers: the other file draws other numbers of the same distribution.");
  }
  return call(find_procedure(called.procedure, to_), std::move(args));
}

}  // namespace shamal::model
