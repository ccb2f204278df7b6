// Graphical functions, those that stand alone and those within equations.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/names.h"
#include "model/translator.h"
#include "model/vensim.h"

namespace shamal::model {

using syntax::Equation;
using syntax::Expr;
using syntax::ExprKind;
using syntax::VariableDecl;
using syntax::VariableKind;

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

}  // namespace shamal::model
