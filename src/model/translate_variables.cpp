// Variables: the equations of each, for all of its elements or for some.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "model/translator.h"
#include "syntax/make_expression.h"

namespace shamal::model {

namespace make = syntax::make;

using syntax::Equation;
using syntax::Expr;
using syntax::VariableDecl;
using syntax::VariableKind;
using syntax::Word;

VariableDecl Translator::describe(VariableId variable) {
  const Variable& of = model_.variables[variable];
  VariableDecl decl;
  decl.name.text = name_of(variable);
  if (!of.unit_text.empty()) {
    decl.units = Word{of.unit_text, {}};
  } else if (resolver_.info[variable].decl != nullptr) {
    decl.units = resolver_.info[variable].decl->units;
  }
  if (decl.units) {
    decl.units->span = {};
  }
  decl.doc = of.doc;
  decl.range = of.range;
  const VariableDecl* const written = resolver_.info[variable].decl;
  decl.supplementary = written != nullptr && written->supplementary;
  if (!vensim()) {
    for (const DimensionId dimension : of.dimensions) {
      decl.dimensions.push_back({dimension_name(dimension), {}});
    }
  }
  return decl;
}

std::vector<Translator::Piece> Translator::pieces(VariableId variable, Role role, bool by_element) {
  std::vector<Piece> result;
  const Variable& of = model_.variables[variable];
  for (const Assignment* assignment : assignments_[variable]) {
    if (assignment->role != role) {
      continue;
    }
    const std::vector<bool> named = named_axes(*assignment);
    Piece piece;
    piece.assignment = assignment;
    piece.place.assignment = assignment;
    piece.place.owner = variable;
    piece.place.axes.resize(assignment->axes.size());
    std::vector<std::uint32_t> single;  // axes of the box that are written position by position
    std::map<std::string, std::uint32_t> occurrences;
    // XMILE: subscripts on the left are all ranges or all elements, unless those are too many.
    constexpr std::size_t kMostSingle = 10'000;
    std::size_t elements = 1;
    bool all_named = true;
    for (std::uint32_t a = 0; a < assignment->box_axes; ++a) {
      all_named = all_named && named[a];
      elements = std::min(elements * assignment->axes[a].size(), kMostSingle + 1);
    }
    if (!vensim() && !all_named && elements > kMostSingle) {
      all_named = true;
      lose(
          "Equations of large arrays name ranges beside elements on the left: Shamal reads that, "
          "the "
          "standard does not have it.");
    }
    all_named = all_named || vensim();
    for (std::uint32_t a = 0; a < assignment->box_axes; ++a) {
      if (named[a] && all_named && !by_element) {
        const Axis& axis = assignment->axes[a];
        std::string range = range_name(axis, 0);
        const std::uint32_t occurrence = occurrences[range]++;
        if (vensim()) {
          range = range_name(axis, occurrence);
        }
        piece.place.axes[a] = {AxisName::Kind::range, range, 0};
      } else {
        single.push_back(a);
      }
    }
    std::vector<std::uint32_t> at(single.size(), 0);
    for (;;) {
      for (std::size_t k = 0; k < single.size(); ++k) {
        piece.place.axes[single[k]] = {AxisName::Kind::element, "", at[k]};
      }
      piece.left.clear();
      for (std::size_t d = 0; d < assignment->box.size(); ++d) {
        const BoxSide& side = assignment->box[d];
        if (side.axis == kNone) {
          piece.left.push_back(element_name(of.dimensions[d], side.element));
        } else if (piece.place.axes[side.axis].kind == AxisName::Kind::range) {
          piece.left.push_back(piece.place.axes[side.axis].range);
        } else {
          const Axis& axis = assignment->axes[side.axis];
          piece.left.push_back(
              element_name(of.dimensions[d], axis.elements[piece.place.axes[side.axis].position]));
        }
      }
      result.push_back(piece);
      std::size_t k = at.size();
      while (k > 0 && ++at[k - 1] == assignment->axes[single[k - 1]].size()) {
        at[--k] = 0;
      }
      if (k == 0) {
        break;
      }
    }
  }
  return result;
}

// An array of numbers as a list. Of more than two dimensions, a list for each element of the first
// ones.
bool Translator::write_constants(VariableId variable, Role role, VariableDecl& decl) {
  const Variable& of = model_.variables[variable];
  if (!vensim() || of.dimensions.empty()) {
    return false;
  }
  std::vector<std::optional<double>> values(model_.element_count(of));
  for (const Assignment* assignment : assignments_[variable]) {
    if (assignment->role != role || assignment->start_expr != kNone ||
        node(assignment->expr).kind != NodeKind::constant) {
      return false;
    }
    for (const BoxSide& side : assignment->box) {
      if (side.axis != kNone) {
        return false;  // one number for all is said in less
      }
    }
    std::size_t flat = 0;
    for (std::size_t d = 0; d < assignment->box.size(); ++d) {
      flat = flat * model_.dimensions[of.dimensions[d]].size() + assignment->box[d].element;
    }
    const double value = node(assignment->expr).value;
    if (!std::isfinite(value)) {
      return false;
    }
    values[flat] = value;
  }
  if (values.size() < 2 ||
      std::any_of(values.begin(), values.end(), [](const auto& value) { return !value; })) {
    return false;
  }
  const std::size_t dimensions = of.dimensions.size();
  const std::size_t columns = model_.dimensions[of.dimensions.back()].size();
  const std::size_t rows =
      dimensions > 1 ? model_.dimensions[of.dimensions[dimensions - 2]].size() : 1;
  for (std::size_t first = 0; first < values.size(); first += rows * columns) {
    Equation equation;
    std::size_t rest = first / (rows * columns);
    std::vector<std::string> left(dimensions);
    for (std::size_t d = dimensions; d-- > 0;) {
      Axis whole;
      whole.dimension = of.dimensions[d];
      if (d + 2 >= dimensions) {
        left[d] = dimension_name(of.dimensions[d]);
      } else {
        const std::uint32_t size = model_.dimensions[of.dimensions[d]].size();
        left[d] = element_name(of.dimensions[d], static_cast<std::uint32_t>(rest % size));
        rest /= size;
      }
    }
    if (dimensions > 1 && left[dimensions - 1] == left[dimensions - 2]) {
      return false;
    }
    equation.subscripts = words(left);
    equation.constants.emplace();
    for (std::size_t r = 0; r < rows; ++r) {
      auto& row = equation.constants->rows.emplace_back();
      for (std::size_t c = 0; c < columns; ++c) {
        row.push_back(*values[first + r * columns + c]);
      }
    }
    decl.equations.push_back(std::move(equation));
  }
  return true;
}

void Translator::write_equation(const Piece& piece, VariableDecl& decl) {
  const Assignment& assignment = *piece.assignment;
  Equation equation;
  // XMILE: the whole of an array needs no subscripts.
  const bool all =
      !vensim() &&
      std::all_of(piece.place.axes.begin(), piece.place.axes.begin() + assignment.box_axes,
                  [](const AxisName& axis) { return axis.kind == AxisName::Kind::range; }) &&
      assignment.box_axes == assignment.box.size();
  if (!all) {
    equation.subscripts = words(piece.left);
  }
  const Node& root = node(assignment.expr);
  if (root.kind == NodeKind::lookup && assignment.start_expr == kNone &&
      assignment.role == Role::value) {
    const std::uint32_t table = table_of_lookup(model_.lookups[root.index], piece.place);
    const auto owner = table_owners_.find(table);
    const syntax::GraphicalFunction& gf = model_.tables[table];
    const bool continuous = gf.kind == syntax::GraphicalKind::continuous;
    if (own_tables_ && (owner == table_owners_.end() || owner->second.name.empty())) {
      std::optional<syntax::GraphicalFunction> own;
      if (!vensim() || continuous) {
        own = gf;
      } else if (gf.kind == syntax::GraphicalKind::discrete && is_time(root.args[0])) {
        own = as_ramps(gf, model_.sim);
        if (own) {
          lose(
              "Discrete graphical functions of time step within a hundredth of TIME STEP before "
              "the time that they name: Vensim's look-ups are continuous.");
        }
      }
      if (own) {
        equation.gf = std::move(own);
        equation.expr = expression(root.args[0], piece.place);
        decl.equations.push_back(std::move(equation));
        return;
      }
    }
  }
  equation.expr = expression(assignment.expr, piece.place);
  if (assignment.start_expr != kNone) {
    equation.initial = expression(assignment.start_expr, piece.place);
  }
  decl.equations.push_back(std::move(equation));
}

void Translator::write_variable(VariableId variable) {
  if (!written_.insert(variable).second) {
    return;
  }
  const Variable of = model_.variables[variable];
  if (of.hidden && of.kind != Kind::stock) {
    write_hidden(variable);
    return;
  }
  VariableDecl decl = describe(variable);
  if (of.kind == Kind::stock) {
    if (vensim()) {
      write_level(variable, decl);
    } else {
      write_stock(variable, decl);
    }
    out_.push_back(std::move(decl));
    return;
  }
  decl.kind = of.kind == Kind::flow ? VariableKind::flow : VariableKind::auxiliary;
  if (vensim()) {
    decl.kind = VariableKind::auxiliary;
  }
  write_values(variable, decl);
  out_.push_back(std::move(decl));
}

void Translator::write_values(VariableId variable, VariableDecl& decl) {
  if (write_constants(variable, Role::value, decl)) {
    return;
  }
  const std::vector<Piece> all = pieces(variable, Role::value, false);
  // In XMILE either all elements of an array have a graphical function, or none.
  own_tables_ = vensim() || std::all_of(all.begin(), all.end(), [&](const Piece& piece) {
                  return node(piece.assignment->expr).kind == NodeKind::lookup;
                });
  for (const Piece& piece : all) {
    write_equation(piece, decl);
  }
  own_tables_ = true;
  fill_gaps(variable, Role::value, decl);
}

void Translator::fill_gaps(VariableId variable, Role role, VariableDecl& decl) {
  const Variable& of = model_.variables[variable];
  if (vensim() || of.dimensions.empty() || decl.equations.empty() || role == Role::net ||
      std::any_of(decl.equations.begin(), decl.equations.end(),
                  [](const Equation& equation) { return equation.subscripts.empty(); })) {
    return;
  }
  std::set<std::vector<std::string>> given;
  for (const Piece& piece : pieces(variable, role, true)) {
    given.insert(piece.left);
  }
  const std::uint32_t count = model_.element_count(of);
  for (std::uint32_t flat = 0; flat < count && given.size() < count; ++flat) {
    std::vector<std::string> left(of.dimensions.size());
    std::uint32_t rest = flat;
    for (std::size_t d = left.size(); d-- > 0;) {
      const std::uint32_t size = model_.dimensions[of.dimensions[d]].size();
      left[d] = element_name(of.dimensions[d], rest % size);
      rest /= size;
    }
    if (!given.contains(left)) {
      Equation equation;
      equation.subscripts = words(left);
      equation.expr = number(0, {});
      decl.equations.push_back(std::move(equation));
    }
  }
}

// What the compiler made: a variable of its own, where it could not be said in place.
void Translator::write_hidden(VariableId variable) {
  const Variable of = model_.variables[variable];
  VariableDecl decl = describe(variable);
  if (of.kind == Kind::initial_only) {
    for (const Piece& piece : pieces(variable, Role::initial, false)) {
      write_equation(piece, decl);
      Expr& expr = *decl.equations.back().expr;
      expr = call(vensim() ? "INITIAL" : "INIT", {std::move(expr)});
    }
    fill_gaps(variable, Role::initial, decl);
  } else if (of.kind == Kind::memory) {
    std::vector<Piece> next = pieces(variable, Role::next, false);
    std::vector<Piece> start = pieces(variable, Role::initial, false);
    const auto same = [](const Piece& a, const Piece& b) { return a.left == b.left; };
    if (!std::equal(next.begin(), next.end(), start.begin(), start.end(), same)) {
      next = pieces(variable, Role::next, true);
      start = pieces(variable, Role::initial, true);
    }
    for (const Piece& piece : next) {
      const auto first = std::find_if(start.begin(), start.end(),
                                      [&](const Piece& other) { return same(piece, other); });
      if (first == start.end()) {
        continue;
      }
      write_equation(piece, decl);
      Expr& expr = *decl.equations.back().expr;
      Expr initial = expression(first->assignment->expr, first->place);
      expr = vensim() ? call("DELAY FIXED",
                             {std::move(expr), make::name("TIME STEP"), std::move(initial)})
                      : call("PREVIOUS", {std::move(expr), std::move(initial)});
    }
    fill_gaps(variable, Role::initial, decl);
  } else {
    write_values(variable, decl);
  }
  out_.push_back(std::move(decl));
}

// Vensim: a level, with its rate and initial value in one equation.
void Translator::write_level(VariableId variable, VariableDecl& decl) {
  decl.kind = VariableKind::stock;
  std::vector<Piece> start = pieces(variable, Role::initial, false);
  std::vector<Piece> net = pieces(variable, Role::net, false);
  const auto same = [](const Piece& a, const Piece& b) { return a.left == b.left; };
  if (!std::equal(start.begin(), start.end(), net.begin(), net.end(), same)) {
    // Where one says it for all and the other for each, both say it for each.
    start = pieces(variable, Role::initial, true);
    net = pieces(variable, Role::net, true);
  }
  for (const Piece& piece : start) {
    write_equation(piece, decl);
    const auto rate = std::find_if(net.begin(), net.end(),
                                   [&](const Piece& other) { return same(piece, other); });
    decl.equations.back().rate =
        rate == net.end() ? number(0, {}) : expression(rate->assignment->expr, rate->place);
  }
}

// The rate as a sum of variables that can be flows of this stock.
bool Translator::split_net(const Assignment& net, VariableId stock,
                           std::vector<VariableId>& inflows, std::vector<VariableId>& outflows) {
  struct Term {
    NodeId node;
    bool out;
  };
  std::vector<Term> stack = {{net.expr, false}};
  while (!stack.empty()) {
    const Term term = stack.back();
    stack.pop_back();
    const Node& of = node(term.node);
    if (of.kind == NodeKind::apply && (of.op == Operation::add || of.op == Operation::subtract)) {
      stack.push_back({of.args[1], term.out != (of.op == Operation::subtract)});
      stack.push_back({of.args[0], term.out});
      continue;
    }
    if (of.kind == NodeKind::apply && of.op == Operation::negate) {
      stack.push_back({of.args[0], !term.out});
      continue;
    }
    if (of.kind != NodeKind::reference) {
      return false;
    }
    const Reference& reference = model_.references[of.index];
    const VariableId flow = resolver_.resolve_alias(reference.variable);
    const Variable& about = model_.variables[flow];
    if (about.kind == Kind::stock || about.constant ||
        about.hidden != model_.variables[stock].hidden ||
        about.dimensions != model_.variables[stock].dimensions ||
        (about.kind != Kind::flow && about.kind != Kind::auxiliary)) {
      return false;
    }
    for (std::size_t d = 0; d < reference.indices.size(); ++d) {
      const Index& index = reference.indices[d];
      if (index.kind != Index::Kind::axis || net.box[d].axis != index.axis ||
          !is_whole(net.axes[index.axis]) || index.elements != net.axes[index.axis].elements) {
        return false;
      }
    }
    auto& taken = term.out ? outflow_taken_ : inflow_taken_;
    const bool twice = taken.contains(flow) ||
                       std::find(inflows.begin(), inflows.end(), flow) != inflows.end() ||
                       std::find(outflows.begin(), outflows.end(), flow) != outflows.end();
    if (twice) {
      return false;
    }
    (term.out ? outflows : inflows).push_back(flow);
  }
  return true;
}

// XMILE: a stock, and the flows that change it; where its rate is no sum of variables, one net
// flow.
void Translator::write_stock(VariableId variable, VariableDecl& decl) {
  decl.kind = VariableKind::stock;
  for (const Piece& piece : pieces(variable, Role::initial, false)) {
    write_equation(piece, decl);
  }
  fill_gaps(variable, Role::initial, decl);
  std::vector<const Assignment*> nets;
  bool changes = false;
  for (const Assignment* assignment : assignments_[variable]) {
    if (assignment->role == Role::net) {
      nets.push_back(assignment);
      const Node& rate = node(assignment->expr);
      changes = changes || rate.kind != NodeKind::constant || rate.value != 0;
    }
  }
  if (!changes) {
    return;
  }
  std::vector<VariableId> inflows;
  std::vector<VariableId> outflows;
  if (nets.size() == 1 && split_net(*nets[0], variable, inflows, outflows)) {
    inflow_taken_.insert(inflows.begin(), inflows.end());
    outflow_taken_.insert(outflows.begin(), outflows.end());
    for (const VariableId flow : inflows) {
      decl.inflows.push_back({name_expr(name_of(flow)).text, {}});
    }
    for (const VariableId flow : outflows) {
      decl.outflows.push_back({name_expr(name_of(flow)).text, {}});
    }
    return;
  }
  VariableDecl net;
  net.kind = VariableKind::flow;
  net.name.text = unique_name(fmt::format("{} net flow", name_of(variable)));
  net.dimensions = decl.dimensions;
  net.doc = fmt::format("All that changes {}.", name_of(variable));
  if (decl.units) {
    const std::string& time = model_.sim.time_unit;
    net.units = time.empty()
                    ? std::nullopt
                    : std::optional(Word{fmt::format("({})/{}", decl.units->text, time), {}});
  }
  for (const Piece& piece : pieces(variable, Role::net, false)) {
    write_equation(piece, net);
  }
  decl.inflows.push_back({name_expr(net.name.text).text, {}});
  out_.push_back(std::move(net));
}

}  // namespace shamal::model
