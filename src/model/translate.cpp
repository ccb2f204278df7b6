#include "model/translate.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/names.h"
#include "model/translate_forms.h"
#include "model/translator.h"
#include "model/vensim.h"
#include "syntax/diagram.h"

namespace shamal::model {

using base::Code;
using syntax::Dialect;
using syntax::Equation;
using syntax::Expr;
using syntax::ExprKind;
using syntax::Operator;
using syntax::VariableDecl;
using syntax::VariableKind;
using syntax::Word;

namespace {

Expr named(const char* text) {
  Expr expr;
  expr.kind = ExprKind::name;
  expr.text = text;
  return expr;
}

}  // namespace

Translator::Translator(Resolver& resolver, const syntax::ParsedModel& source, Dialect to)
    : resolver_(resolver), model_(resolver.model), source_(source), to_(to) {}

void Translator::lose(std::string sentence) {
  if (lost_.insert(sentence).second) {
    result_.losses.push_back(std::move(sentence));
  }
}

void Translator::refuse(base::Span span, std::string what, std::string fix) {
  resolver_.diagnostics.add(Code::unsupported_element, span,
                            fmt::format("{} in {}", what, vensim() ? "Vensim's language" : "XMILE"),
                            std::move(fix));
}

// --- what there is ------------------------------------------------------------------------------

void Translator::collect() {
  assignments_.resize(model_.variables.size());
  for (const Assignment& assignment : model_.assignments) {
    assignments_[assignment.target].push_back(&assignment);
  }
  references_.assign(model_.variables.size(), 0);
  count_references();
  name_tables();
}

// How often the equations name each variable.
void Translator::count_references() {
  std::vector<NodeId> stack;
  for (const Assignment& assignment : model_.assignments) {
    stack.push_back(assignment.expr);
    stack.push_back(assignment.start_expr);
  }
  while (!stack.empty()) {
    const NodeId id = stack.back();
    stack.pop_back();
    if (id == kNone) {
      continue;
    }
    const Node& of = node(id);
    stack.insert(stack.end(), of.args.begin(), of.args.begin() + of.arity);
    if (of.kind == NodeKind::reference) {
      const Reference& reference = model_.references[of.index];
      ++references_[resolver_.resolve_alias(reference.variable)];
      for (const Index& index : reference.indices) {
        if (index.kind == Index::Kind::dynamic) {
          stack.push_back(index.node);
        }
      }
    } else if (of.kind == NodeKind::procedure) {
      for (const Call::Argument& argument : model_.calls[of.index].arguments) {
        stack.push_back(argument.node);
      }
    }
  }
}

// Graphical functions that stand alone keep their names.
void Translator::name_tables() {
  for (const auto& scope : resolver_.scopes()) {
    if (scope->macro) {
      continue;
    }
    // In the order of the file.
    if (scope->model == nullptr) {
      continue;
    }
    for (const VariableDecl& decl : scope->model->variables) {
      const auto found = scope->symbols.find(base::fold_name(decl.name.text));
      if (found != scope->symbols.end() && found->second.kind == Symbol::Kind::graphical &&
          found->second.decl == &decl && !found->second.handed_over) {
        write_graphical(decl, *scope);
      }
    }
  }
}

void Translator::write_graphical(const VariableDecl& decl, const Scope& scope) {
  const std::vector<std::uint32_t>* const tables = resolver_.known_tables(decl);
  const std::string own = base::display_name(decl.name.text);
  std::string qualified = scope.prefix + own;
  std::replace(qualified.begin(), qualified.end(), '.', ' ');
  const std::string name = unique_name(own, qualified);
  VariableDecl made;
  made.kind = VariableKind::graphical;
  made.name.text = name;
  made.units = decl.units;
  made.doc = decl.doc;
  made.range = decl.range;
  std::vector<DimensionId> dimensions;
  if (resolver_.is_vensim(decl.name.span)) {
    dimensions = resolver_.shape_of(decl, scope).dimensions;
  } else {
    dimensions = resolver_.dimensions_of(decl, scope);
  }
  if (tables == nullptr || tables->empty()) {
    // Nobody calls it: as it is, if it is one function.
    for (const Equation& equation : decl.equations) {
      if (equation.gf && equation.subscripts.empty() && dimensions.empty()) {
        Equation copy;
        copy.gf = equation.gf;
        made.equations.push_back(std::move(copy));
        out_.push_back(std::move(made));
        return;
      }
    }
    lose(fmt::format("The graphical function \"{}\", which nothing uses.", own));
    return;
  }
  if (tables->size() == 1 && dimensions.empty()) {
    table_owners_[tables->front()] = {name, {}};
    Equation equation;
    equation.gf = model_.tables[tables->front()];
    made.equations.push_back(std::move(equation));
    out_.push_back(std::move(made));
    return;
  }
  // One for each element. A table of several elements is called by the first of them.
  for (const DimensionId dimension : dimensions) {
    if (!vensim()) {
      made.dimensions.push_back({dimension_name(dimension), {}});
    }
  }
  std::size_t count = 1;
  for (const DimensionId dimension : dimensions) {
    count *= model_.dimensions[dimension].size();
  }
  for (std::size_t flat = 0; flat < count; ++flat) {
    std::vector<std::string> subscripts(dimensions.size());
    std::size_t rest = flat;
    for (std::size_t d = dimensions.size(); d-- > 0;) {
      const std::uint32_t size = model_.dimensions[dimensions[d]].size();
      subscripts[d] = element_name(dimensions[d], static_cast<std::uint32_t>(rest % size));
      rest /= size;
    }
    const std::uint32_t table = tables->size() == 1 ? tables->front() : (*tables)[flat];
    if (table == kNone && vensim()) {
      continue;
    }
    Equation equation;
    equation.subscripts = words(subscripts);
    equation.gf =
        model_.tables[table == kNone ? tables->front() == kNone ? 0 : tables->front() : table];
    made.equations.push_back(std::move(equation));
    if (table != kNone) {
      table_owners_.emplace(table, TableOwner{name, subscripts});
    }
  }
  out_.push_back(std::move(made));
}

std::vector<Word> Translator::words(const std::vector<std::string>& texts) const {
  std::vector<Word> result;
  for (const std::string& text : texts) {
    result.push_back({text, {}});
  }
  return result;
}

// --- variables ----------------------------------------------------------------------------------

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
    for (std::uint32_t a = 0; a < assignment->box_axes; ++a) {
      const bool together = (assignment->whole >> a & 1u) != 0;
      if ((named[a] && !by_element) || together) {
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

namespace {

// Ramps in place of the steps of a discrete function of time, so narrow that no step of the run
// falls onto one. Nothing if there is no room for them.
std::optional<syntax::GraphicalFunction> as_ramps(const syntax::GraphicalFunction& gf,
                                                  const SimSpecs& sim) {
  syntax::GraphicalFunction made;
  made.kind = syntax::GraphicalKind::continuous;
  for (std::size_t i = 0; i < gf.x.size(); ++i) {
    if (i > 0 && gf.y[i] == gf.y[i - 1] && i + 1 < gf.x.size()) {
      continue;  // no step
    }
    if (i > 0 && gf.y[i] != gf.y[i - 1]) {
      const double steps = (gf.x[i] - sim.start) / sim.dt;
      const double below = steps - (std::ceil(steps - 1e-9) - 1);  // to the last step before it
      const double width = sim.dt * std::min(0.01, below / 2);
      if (!(width > 1e-9 * std::max(1.0, std::abs(gf.x[i]))) || gf.x[i] - width <= gf.x[i - 1]) {
        return std::nullopt;
      }
      made.x.push_back(gf.x[i] - width);
      made.y.push_back(gf.y[i - 1]);
    }
    made.x.push_back(gf.x[i]);
    made.y.push_back(gf.y[i]);
  }
  return made;
}

}  // namespace

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
      expr = vensim()
                 ? call("DELAY FIXED", {std::move(expr), named("TIME STEP"), std::move(initial)})
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

// --- the rest of the file -----------------------------------------------------------------------

void Translator::write_times() {
  const SimSpecs& sim = model_.sim;
  syntax::SimSpecs& specs = result_.parsed.sim_specs;
  specs.methods.push_back({sim.method, {}});
  specs.start = sim.start;
  specs.stop = sim.stop;
  specs.dt = sim.dt;
  specs.save_interval = sim.save_interval;
  specs.time_units = sim.time_unit;
  if (!vensim()) {
    specs.reciprocal = sim.dt < 1 && 1 / std::round(1 / sim.dt) == sim.dt;
    return;
  }
  struct Time {
    const char* name;
    double value;
    const char* doc;
  };
  for (const Time& time :
       {Time{"INITIAL TIME", sim.start, "The initial time for the simulation."},
        Time{"FINAL TIME", sim.stop, "The final time for the simulation."},
        Time{"TIME STEP", sim.dt, "The time step for the simulation."},
        Time{"SAVEPER", sim.save_interval, "The frequency with which output is stored."}}) {
    VariableDecl decl;
    decl.name.text = time.name;
    decl.doc = time.doc;
    if (!sim.time_unit.empty()) {
      decl.units = Word{sim.time_unit, {}};
    }
    Equation equation;
    equation.expr = number(time.value, {});
    decl.equations.push_back(std::move(equation));
    out_.push_back(std::move(decl));
  }
}

void Translator::write_units() {
  for (const syntax::UnitDecl& unit : source_.units) {
    if (vensim() && unit.equation && unit.equation->text != "1") {
      lose(
          fmt::format("The unit \"{}\" is defined as \"{}\"; Vensim knows units that are equal "
                      "only.",
                      unit.name.text, unit.equation->text));
    }
    if (vensim() && unit.disabled) {
      lose(fmt::format("The unit \"{}\" is disabled.", unit.name.text));
      continue;
    }
    if (vensim() && unit.aliases.empty()) {
      continue;
    }
    syntax::UnitDecl copy;
    copy.name = unit.name;
    copy.aliases = unit.aliases;
    if (!vensim()) {
      copy.equation = unit.equation;
    }
    result_.parsed.units.push_back(std::move(copy));
  }
}

// A group for each module, and those of the root.
void Translator::write_groups() {
  syntax::ModelDecl& model = result_.parsed.models.front();
  const syntax::ModelDecl& root = source_.models[syntax::root_model(source_)];
  std::map<std::string, std::string> renamed;
  for (const Translation::Renamed& one : result_.variables) {
    renamed.emplace(base::fold_name(one.from), one.to);
  }
  std::set<std::string> known;
  for (const syntax::VariableDecl& decl : model.variables) {
    known.insert(base::fold_name(decl.name.text));
  }
  for (const syntax::Group& group : root.groups) {
    syntax::Group copy;
    copy.name = group.name;
    copy.doc = group.doc;
    for (const Word& entity : group.entities) {
      const auto other = renamed.find(base::fold_name(entity.text));
      const std::string name =
          other == renamed.end() ? base::display_name(entity.text) : other->second;
      if (known.contains(base::fold_name(name))) {
        copy.entities.push_back({name, {}});
      }
    }
    model.groups.push_back(std::move(copy));
  }
  for (const std::string& module : group_order_) {
    model.groups.push_back({Word{module, {}}, "", grouped_[module]});
  }
}

// Every module's diagrams, with the names that its variables have now.
void Translator::write_views() {
  std::map<std::string, std::string> names;  // by qualified name, folded
  for (const Translation::Renamed& one : result_.variables) {
    names.emplace(base::fold_name(one.from), one.to);
  }
  std::set<std::string> known;
  for (const VariableDecl& decl : result_.parsed.models.front().variables) {
    known.insert(base::fold_name(decl.name.text));
  }
  std::vector<syntax::Diagram> diagrams;
  for (const auto& scope : resolver_.scopes()) {
    if (scope->macro || scope->model == nullptr) {
      continue;
    }
    for (syntax::Diagram& diagram : syntax::read_diagrams(scope->model->views)) {
      bool any = false;
      for (syntax::DiagramShape& shape : diagram.shapes) {
        if (shape.kind == syntax::DiagramShape::Kind::text) {
          continue;
        }
        const auto renamed = names.find(base::fold_name(scope->prefix + shape.name));
        shape.name = renamed == names.end() ? shape.name : renamed->second;
        if (!known.contains(base::fold_name(shape.name))) {
          shape.name.clear();  // a module, or something that is no more
        }
        any = any || !shape.name.empty();
      }
      if (!any) {
        continue;
      }
      if (!scope->prefix.empty()) {
        std::string module = scope->prefix.substr(0, scope->prefix.size() - 1);
        diagram.title = diagram.title.empty() ? module : module + ": " + diagram.title;
      }
      diagrams.push_back(std::move(diagram));
    }
  }
  if (!diagrams.empty()) {
    lose("Diagrams keep what stands where, and lose colours, fonts and pictures.");
    result_.parsed.models.front().views =
        vensim() ? syntax::write_sketches(diagrams) : syntax::write_views(diagrams);
  }
}

std::optional<Translation> Translator::run() {
  const std::size_t errors = resolver_.diagnostics.errors();
  if (!model_.devices.empty()) {
    for (const Device& device : model_.devices) {
      const Variable& stock = model_.variables[device.stock];
      refuse(stock.span,
             fmt::format("\"{}\", a {}", stock.name,
                         device.kind == DeviceKind::conveyor ? "conveyor" : "queue"),
             "make it a stock, or a delay of a function");
    }
    return std::nullopt;
  }
  const SimSpecs& sim = model_.sim;
  for (const VariableId time : {sim.start_by, sim.stop_by, sim.dt_by, sim.save_by}) {
    if (time != kNone) {
      refuse(model_.variables[time].span,
             fmt::format("\"{}\", which is computed during the run", model_.variables[time].name),
             "give it a number");
    }
  }
  if (resolver_.diagnostics.errors() > errors) {
    return std::nullopt;
  }
  syntax::ParsedModel& parsed = result_.parsed;
  parsed.dialect = to_;
  parsed.header = source_.header;
  parsed.header.vendor = vensim() ? "Ventana Systems, Inc." : "Shamal";
  parsed.header.product = vensim() ? "Vensim" : "Shamal";
  parsed.header.product_version = vensim() ? "" : "1";
  if (vensim()) {
    if (!parsed.header.doc.empty()) {
      lose("The documentation of the model as a whole, which Vensim's language has no place for.");
    }
    parsed.header.name.clear();  // the file's name stands for it
    parsed.header.doc.clear();
  }
  parsed.models.emplace_back();
  name_variables();
  for (DimensionId d = 0; d < model_.dimensions.size(); ++d) {
    if (!model_.dimensions[d].hidden) {
      dimension_name(d);
    }
  }
  collect();
  const std::size_t tables = out_.size();
  std::vector<VariableDecl> graphical(
      std::make_move_iterator(out_.begin()),
      std::make_move_iterator(out_.begin() + static_cast<std::ptrdiff_t>(tables)));
  out_.clear();
  write_times();
  std::move(graphical.begin(), graphical.end(), std::back_inserter(out_));
  for (VariableId v = 0; v < model_.variables.size(); ++v) {
    if (model_.variables[v].hidden || model_.variables[v].alias_of != kNone) {
      continue;
    }
    const std::size_t first = out_.size();
    write_variable(v);
    for (std::size_t w = 0; w < waiting_.size(); ++w) {
      write_variable(waiting_[w]);
    }
    waiting_.clear();
    // What belongs to a module is a group.
    const Scope* const scope = resolver_.info[v].scope;
    std::string module = scope == nullptr ? "" : scope->prefix;
    if (module.ends_with('.')) {
      module.pop_back();
      if (!grouped_.contains(module)) {
        group_order_.push_back(module);
      }
      for (std::size_t i = first; i < out_.size(); ++i) {
        grouped_[module].push_back({out_[i].name.text, {}});
      }
    }
  }
  for (VariableDecl& decl : out_) {
    parsed.models.front().variables.push_back(std::move(decl));
  }
  if (!vensim()) {
    // Variables that change stocks are flows.
    std::set<std::string> flows;
    for (const VariableDecl& decl : parsed.models.front().variables) {
      for (const auto* list : {&decl.inflows, &decl.outflows}) {
        for (const Word& flow : *list) {
          flows.insert(base::fold_name(flow.text));
        }
      }
    }
    for (VariableDecl& decl : parsed.models.front().variables) {
      if (flows.contains(base::fold_name(decl.name.text))) {
        decl.kind = VariableKind::flow;
      }
    }
  }
  add_dimensions();
  write_units();
  write_groups();
  write_views();
  for (const syntax::RealityCheck& check : source_.reality_checks) {
    lose(fmt::format("The reality check \"{}\".", check.name.text));
  }
  for (const syntax::MacroDecl& macro : source_.macros) {
    lose(fmt::format("The macro \"{}\" is written out where it is used.",
                     base::display_name(macro.name.text)));
  }
  if (resolver_.diagnostics.errors() > errors) {
    return std::nullopt;
  }
  return std::move(result_);
}

std::optional<Translation> translate(const syntax::ParsedModel& parsed, Dialect to,
                                     base::Sources& sources, base::Diagnostics& diagnostics) {
  Resolver resolver(parsed, sources, diagnostics);
  if (!resolver.run()) {
    return std::nullopt;
  }
  return Translator(resolver, parsed, to).run();
}

}  // namespace shamal::model
