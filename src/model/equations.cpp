// From the equations of a variable, as written, to recipes: apply to all, element by element, or
// mixed, where the equation of an element takes the place of the one for all.

#include <algorithm>

#include <fmt/format.h>

#include "base/names.h"
#include "model/typer.h"

namespace shamal::model {

using base::Code;
using syntax::Equation;

namespace {

Side full_side(const Model& model, DimensionId dimension) {
  Side side;
  side.dimension = dimension;
  for (std::uint32_t e = 0; e < model.dimensions[dimension].size(); ++e) {
    side.elements.push_back(e);
  }
  return side;
}

bool covers_one(const std::vector<Side>& sides, std::size_t first) {
  return std::all_of(sides.begin() + static_cast<std::ptrdiff_t>(first), sides.end(),
                     [](const Side& side) { return side.fixed; });
}

// Row-major positions, within the declared dimensions, of the elements that sides cover.
std::vector<std::size_t> flat_elements(const Model& model, const std::vector<Side>& sides,
                                       std::size_t first) {
  std::vector<std::size_t> flats = {0};
  for (std::size_t s = first; s < sides.size(); ++s) {
    std::vector<std::size_t> next;
    for (const std::size_t flat : flats) {
      for (const std::uint32_t element : sides[s].elements) {
        next.push_back(flat * model.dimensions[sides[s].dimension].size() + element);
      }
    }
    flats = std::move(next);
  }
  return flats;
}

std::vector<Side> one_element(const Model& model, const std::vector<Side>& context,
                              const std::vector<DimensionId>& dimensions, std::size_t flat) {
  std::vector<Side> sides(dimensions.size());
  for (std::size_t d = dimensions.size(); d-- > 0;) {
    const std::size_t size = model.dimensions[dimensions[d]].size();
    sides[d].dimension = dimensions[d];
    sides[d].fixed = true;
    sides[d].elements = {static_cast<std::uint32_t>(flat % size)};
    flat /= size;
  }
  sides.insert(sides.begin(), context.begin(), context.end());
  return sides;
}

std::string element_name(const Model& model, const std::vector<DimensionId>& dimensions,
                         std::size_t flat) {
  std::string text;
  for (std::size_t d = dimensions.size(); d-- > 0;) {
    const Dimension& dimension = model.dimensions[dimensions[d]];
    text = dimension.elements[flat % dimension.size()] + (text.empty() ? "" : ", ") + text;
    flat /= dimension.size();
  }
  return text;
}

}  // namespace

std::vector<std::uint32_t> Resolver::graphical_tables(const syntax::VariableDecl& decl,
                                                      Scope& scope,
                                                      const std::vector<DimensionId>& dimensions) {
  const auto known = tables_of_.find(&decl);
  if (known != tables_of_.end()) {
    return known->second;
  }
  std::vector<std::uint32_t> tables;
  std::size_t count = 1;
  for (const DimensionId dimension : dimensions) {
    count *= model.dimensions[dimension].size();
  }
  std::vector<std::uint32_t> by_element(count, kNone);
  std::uint32_t for_all = kNone;
  bool any_element = false;
  for (const Equation& equation : decl.equations) {
    if (!equation.gf) {
      continue;
    }
    if (equation.subscripts.empty()) {
      for_all = add_table(*equation.gf);
      continue;
    }
    const auto sides = subscripts_to_sides(decl, equation, scope, dimensions);
    if (!sides) {
      continue;
    }
    const std::uint32_t table = add_table(*equation.gf);
    any_element = true;
    for (const std::size_t flat : flat_elements(model, *sides, 0)) {
      by_element[flat] = table;
    }
  }
  if (!any_element && for_all != kNone) {
    tables = {for_all};
  } else if (any_element) {
    for (std::size_t flat = 0; flat < count; ++flat) {
      if (by_element[flat] == kNone) {
        by_element[flat] = for_all;
      }
      if (by_element[flat] == kNone) {
        error(Code::missing_element_equation, decl.name.span,
              fmt::format("graphical function \"{}\" for {}", base::display_name(decl.name.text),
                          element_name(model, dimensions, flat)));
        by_element.clear();
        break;
      }
    }
    tables = by_element;
  }
  tables_of_.emplace(&decl, tables);
  return tables;
}

std::optional<std::vector<Side>> Resolver::subscripts_to_sides(
    const syntax::VariableDecl& decl, const Equation& equation, Scope& scope,
    const std::vector<DimensionId>& dimensions) {
  if (equation.subscripts.size() != dimensions.size()) {
    error(Code::wrong_subscript_count,
          equation.subscripts.empty() ? equation.span : equation.subscripts.front().span,
          fmt::format("\"{}\": it has {}, not {}", base::display_name(decl.name.text),
                      dimensions.size(), equation.subscripts.size()));
    return std::nullopt;
  }
  std::vector<Side> sides;
  bool good = true;
  for (std::size_t d = 0; d < dimensions.size(); ++d) {
    const syntax::Word& word = equation.subscripts[d];
    const Dimension& dimension = model.dimensions[dimensions[d]];
    Side side;
    side.dimension = dimensions[d];
    std::optional<std::uint32_t> element = find_element(dimensions[d], word.text);
    if (!element && !word.text.empty() &&
        std::all_of(word.text.begin(), word.text.end(),
                    [](char c) { return c >= '0' && c <= '9'; }) &&
        word.text.size() < 10) {
      // A named element may also be given by its number (3.7.1).
      const unsigned long number = std::stoul(word.text);
      if (number >= 1 && number <= dimension.size()) {
        element = static_cast<std::uint32_t>(number - 1);
      }
    }
    if (element) {
      side.fixed = true;
      side.elements = {*element};
    } else if (find_dimension(scope, word.text) == dimensions[d]) {
      side = full_side(model, dimensions[d]);
    } else {
      const auto near = base::nearest_name(word.text, dimension.elements);
      error(
          Code::unknown_element_name, word.span,
          fmt::format("\"{}\" of dimension \"{}\"", base::display_name(word.text), dimension.name),
          near ? fmt::format("did you mean \"{}\"?", *near) : "");
      good = false;
    }
    sides.push_back(std::move(side));
  }
  return good ? std::optional(std::move(sides)) : std::nullopt;
}

void Resolver::declare_equations(VariableId variable) {
  const VariableInfo& about = info[variable];
  const Variable& declared = model.variables[variable];
  if (declared.alias_of != kNone || about.decl == nullptr) {
    return;
  }
  if (is_vensim(about.decl->name.span)) {
    declare_vensim_equations(variable);
    return;
  }
  const syntax::VariableDecl& decl = *about.decl;
  Scope& scope = *about.scope;
  if (about.driver != kNone) {
    declare_driven_flow(variable);
    if (!about.leaks || (decl.leak && decl.leak->fraction)) {
      return;  // the conveyor or queue decides; an equation means nothing
    }
  }
  if (about.driver == kNone && about.raw != kNone && declared.kind != Kind::stock) {
    declare_shared_out(variable);
  }
  const std::vector<DimensionId> own(declared.dimensions.begin() + about.context,
                                     declared.dimensions.end());
  const bool stock = declared.kind == Kind::stock;
  const std::string shown = base::display_name(decl.name.text);

  const Equation* for_all = nullptr;
  const Equation* graphical = nullptr;  // a table for the whole variable
  std::vector<const Equation*> elements;
  bool element_graphicals = false;
  for (const Equation& equation : decl.equations) {
    if (equation.subscripts.empty()) {
      for_all = equation.expr || equation.initial ? &equation : for_all;
      graphical = equation.gf ? &equation : graphical;
    } else {
      element_graphicals = element_graphicals || equation.gf.has_value();
      if (equation.expr || equation.initial) {
        elements.push_back(&equation);
      }
    }
  }
  if (for_all == nullptr && elements.empty() && decl.contents.empty()) {
    error(Code::empty_equation, decl.name.span, fmt::format("\"{}\"", shown),
          about.leaks ? "give the leakage its fraction: <leak>0.1</leak>"
          : decl.access == syntax::Access::input
              ? "connect this input in the module, or give it an equation"
              : "add <eqn>…</eqn>");
    return;
  }
  if (own.empty() && !elements.empty() && decl.dimensions.empty()) {
    error(Code::wrong_subscript_count, elements.front()->span,
          fmt::format("\"{}\": it is not an array", shown), "add <dimensions>");
    return;
  }

  const auto add_equation = [&](const Equation& equation, std::vector<Side> sides) {
    Recipe recipe;
    recipe.target = about.raw == kNone ? variable : about.raw;
    recipe.role = stock ? Role::initial : Role::value;
    recipe.sides = std::move(sides);
    recipe.span = about.use.known()       ? about.use
                  : equation.span.known() ? equation.span
                                          : decl.name.span;
    const bool looked_up = (graphical != nullptr || element_graphicals || equation.gf) && !stock;
    recipe.body = [this, &equation, &decl, &scope, own, looked_up, stock, variable](Typer& typer) {
      Body body;
      const syntax::Expr& written = equation.expr ? *equation.expr : *equation.initial;
      body.expr = typer.type(written, scope);
      if (looked_up) {
        body.expr = typer.lookup(decl, scope, own, body.expr, written.span);
      }
      if (equation.initial && equation.expr) {
        body.start = typer.type(*equation.initial, scope);
      }
      if (!stock && info[variable].driver == kNone) {
        body.expr = limit_flow(typer, variable, body.expr);
      }
      return body;
    };
    add(std::move(recipe));
  };

  std::vector<Side> all_sides = about.sides;
  for (const DimensionId dimension : own) {
    all_sides.push_back(full_side(model, dimension));
  }
  if (elements.empty() && for_all == nullptr) {
    // a list of what a conveyor or queue holds
  } else if (elements.empty()) {
    add_equation(*for_all, std::move(all_sides));
  } else {
    std::size_t count = 1;
    for (const DimensionId dimension : own) {
      count *= model.dimensions[dimension].size();
    }
    // Which equation gives each element its value: the last one that covers it.
    std::vector<const Equation*> giver(count, nullptr);
    std::vector<std::pair<const Equation*, std::vector<Side>>> boxes;
    bool all_understood = true;
    for (const Equation* equation : elements) {
      auto sides = subscripts_to_sides(decl, *equation, scope, own);
      if (!sides) {
        all_understood = false;
        continue;
      }
      for (const std::size_t flat : flat_elements(model, *sides, 0)) {
        if (giver[flat] != nullptr && covers_one(*sides, 0)) {
          diagnostics.add(Code::duplicate_element_equation, equation->subscripts.front().span,
                          fmt::format("\"{}\"[{}]", shown, element_name(model, own, flat)));
        }
        giver[flat] = equation;
      }
      boxes.emplace_back(equation, std::move(*sides));
    }
    for (auto& [equation, sides] : boxes) {
      const auto flats = flat_elements(model, sides, 0);
      const auto still = static_cast<std::size_t>(std::count_if(
          flats.begin(), flats.end(), [&, e = equation](std::size_t f) { return giver[f] == e; }));
      if (still == flats.size()) {
        sides.insert(sides.begin(), about.sides.begin(), about.sides.end());
        add_equation(*equation, std::move(sides));
        continue;
      }
      for (const std::size_t flat : flats) {
        if (giver[flat] == equation) {
          add_equation(*equation, one_element(model, about.sides, own, flat));
        }
      }
    }
    std::vector<std::size_t> missing;
    for (std::size_t flat = 0; flat < count; ++flat) {
      if (giver[flat] != nullptr) {
        continue;
      }
      if (for_all != nullptr) {
        add_equation(*for_all, one_element(model, about.sides, own, flat));
      } else {
        missing.push_back(flat);
      }
    }
    // An element whose subscripts were not understood may be the one that is missing.
    if (!missing.empty() && origin_ == Origin::vensim && declared.kind == Kind::auxiliary) {
      info[variable].partial = true;
    } else if (!missing.empty() && all_understood) {
      std::string list;
      for (std::size_t i = 0; i < std::min<std::size_t>(missing.size(), 5); ++i) {
        list += (i > 0 ? "; " : "") + element_name(model, own, missing[i]);
      }
      if (missing.size() > 5) {
        list += fmt::format("; and {} more", missing.size() - 5);
      }
      error(Code::missing_element_equation, decl.name.span, fmt::format("\"{}\"[{}]", shown, list),
            "add an <element> for each");
    }
  }
  if (stock && info[variable].device != kNone) {
    declare_device(variable);
  } else if (stock) {
    declare_net(variable);
  }
}

Assignment Resolver::make(const Recipe& recipe) {
  Typer typer(*this, recipe);
  const auto first = static_cast<NodeId>(model.nodes.size());
  const Body body = recipe.body(typer);
  move_to_use(first, recipe.span);
  Assignment made = typer.assignment();
  made.expr = body.expr;
  made.start_expr = body.start;
  // What is left over beyond the box must have been folded away.
  const AxisMask box =
      made.box_axes >= kMaxAxes ? ~AxisMask{0} : (AxisMask{1} << made.box_axes) - 1;
  if ((model.nodes[made.expr].axes & ~box) != 0) {
    error(Code::shape_mismatch, recipe.span,
          fmt::format("the equation of \"{}\" yields an array", typer.target_name()));
  }
  return made;
}

}  // namespace shamal::model
