// From the equations of a variable in Vensim's language to recipes: one for each box of elements,
// or for each element of a list of numbers. And the times, which are variables there.

#include <algorithm>
#include <array>
#include <memory>

#include <fmt/format.h>

#include "base/names.h"
#include "model/typer.h"
#include "model/vensim.h"

namespace shamal::model {

using base::Code;
using syntax::Equation;
using syntax::Expr;
using syntax::ExprKind;

namespace {

// The numbers of a list in the order of the elements, the last subscript moving fastest.
std::vector<double> flat_numbers(const syntax::ConstantTable& table) {
  std::vector<double> numbers;
  for (const std::vector<double>& row : table.rows) {
    numbers.insert(numbers.end(), row.begin(), row.end());
  }
  return numbers;
}

// How many elements the left side of an equation names, :EXCEPT: aside.
struct LeftSide {
  std::vector<std::vector<std::uint32_t>> places;  // in the array, by subscript
  std::size_t count = 1;
};

LeftSide left_side(Resolver& resolver, const Equation& equation, const VensimShape& shape,
                   const Scope& scope) {
  LeftSide result;
  Ranges& ranges = resolver.vensim->ranges;
  for (std::size_t d = 0; d < shape.dimensions.size(); ++d) {
    std::vector<std::uint32_t> places;
    const std::string& text = equation.subscripts[d].text;
    if (const auto range = resolver.find_dimension(scope, text)) {
      for (const ElementId element : ranges.of(*range).elements) {
        places.push_back(ranges.place(element, shape.dimensions[d]));
      }
    } else if (const auto element = ranges.find_element(text)) {
      places.push_back(ranges.place(*element, shape.dimensions[d]));
    }
    result.count *= places.size();
    result.places.push_back(std::move(places));
  }
  return result;
}

}  // namespace

bool Resolver::is_vensim(base::Span span) const {
  return vensim != nullptr && !is_standard(span.file);
}

std::vector<std::uint32_t> Resolver::vensim_tables(const syntax::VariableDecl& decl,
                                                   const Scope& scope) {
  const auto known = tables_of_.find(&decl);
  if (known != tables_of_.end()) {
    return known->second;
  }
  const VensimShape& shape = shape_of(decl, scope);
  std::size_t count = 1;
  for (const DimensionId dimension : shape.dimensions) {
    count *= model.dimensions[dimension].size();
  }
  std::vector<std::uint32_t> tables(count, kNone);
  const Equation* last = nullptr;
  std::uint32_t table = kNone;
  for (const VensimBox& box : shape.boxes) {
    if (!box.equation->gf) {
      // Points that could not be read were reported; the number 0 stands for them.
      const auto& expr = box.equation->expr;
      if (expr && !(expr->kind == syntax::ExprKind::number && expr->text.empty())) {
        error(Code::unsupported_function, box.equation->expr->span, box.equation->expr->text);
      }
      continue;
    }
    if (box.equation != last) {
      table = add_table(*box.equation->gf);
      last = box.equation;
    }
    std::vector<std::size_t> flats = {0};
    for (const Side& side : box.sides) {
      std::vector<std::size_t> next;
      for (const std::size_t flat : flats) {
        for (const std::uint32_t element : side.elements) {
          next.push_back(flat * model.dimensions[side.dimension].size() + element);
        }
      }
      flats = std::move(next);
    }
    for (const std::size_t flat : flats) {
      tables[flat] = table;
    }
  }
  return tables_of_.emplace(&decl, std::move(tables)).first->second;
}

VariableId Resolver::numbers_of(DimensionId range) {
  const auto known = vensim->numbers.find(range);
  if (known != vensim->numbers.end()) {
    return known->second;
  }
  Variable made;
  made.name = model.dimensions[range].name + "·number";
  made.kind = Kind::auxiliary;
  made.hidden = true;
  made.dimensions = {range};
  const auto id = static_cast<VariableId>(model.variables.size());
  model.variables.push_back(std::move(made));
  info.emplace_back();
  vensim->numbers.emplace(range, id);
  const std::vector<ElementId> elements = vensim->ranges.of(range).elements;
  for (std::uint32_t i = 0; i < elements.size(); ++i) {
    Recipe recipe;
    recipe.target = id;
    Side side;
    side.dimension = range;
    side.elements = {i};
    side.fixed = true;
    recipe.sides = {side};
    const double number = vensim->ranges.number_of(elements[i]);
    recipe.body = [number](Typer& typer) { return Body{typer.constant(number), kNone}; };
    add(std::move(recipe));
  }
  return id;
}

namespace {

bool put_previous(Expr& expr, const std::string& folded, const Expr& start) {
  if (expr.kind == ExprKind::name && base::fold_name(expr.text) == folded) {
    Expr previous;
    previous.kind = ExprKind::call;
    previous.text = kOwnPrevious;
    previous.span = expr.span;
    previous.args = {expr, start};
    expr = std::move(previous);
    return true;
  }
  bool any = false;
  for (Expr& arg : expr.args) {
    any = put_previous(arg, folded, start) || any;
  }
  return any;
}

// x = SAMPLE IF TRUE(y > x, y, start): within, x is what it was before. Nothing for other
// equations.
std::shared_ptr<const Expr> without_own_present(const Expr& expr, const std::string& name) {
  if (expr.kind != ExprKind::call || base::fold_name(expr.text) != "sample_if_true" ||
      expr.args.size() != 3) {
    return nullptr;
  }
  auto made = std::make_shared<Expr>(expr);
  const std::string folded = base::fold_name(name);
  const bool in_condition = put_previous(made->args[0], folded, expr.args[2]);
  const bool in_input = put_previous(made->args[1], folded, expr.args[2]);
  return in_condition || in_input ? made : nullptr;
}

}  // namespace

void Resolver::declare_vensim_equations(VariableId variable) {
  const VariableInfo& about = info[variable];
  const syntax::VariableDecl& decl = *about.decl;
  Scope& scope = *about.scope;
  const std::string shown = base::display_name(decl.name.text);
  const bool stock = model.variables[variable].kind == Kind::stock;

  const auto add_recipe = [&](const VensimBox& box, Role role, std::uint32_t part,
                              std::function<Body(Typer&)> body) {
    Recipe recipe;
    recipe.target = variable;
    recipe.role = role;
    recipe.sides = about.sides;
    recipe.sides.insert(recipe.sides.end(), box.sides.begin(), box.sides.end());
    recipe.span = box.equation->span.known() ? box.equation->span : decl.name.span;
    recipe.body = std::move(body);
    recipe.part = part;
    add(std::move(recipe));
  };

  if (!scope.macro) {
    // The times are the simulation's own; see resolve_times().
    const Builtin* const own = find_builtin(base::fold_name(decl.name.text), Origin::mdl);
    const bool save = base::fold_name(decl.name.text) == "saveper";
    const bool fixed = own != nullptr && own->treatment == Treatment::fixed;
    const SimSpecs& sim = model.sim;
    const std::array<VariableId, 4> changing = {sim.start_by, sim.dt_by, sim.stop_by, sim.save_by};
    if ((fixed || save) &&
        std::find(changing.begin(), changing.end(), variable) == changing.end()) {
      if (!model.variables[variable].dimensions.empty()) {
        error(Code::wrong_subscript_count, decl.name.span,
              fmt::format("\"{}\": a time has none", shown));
        return;
      }
      VensimBox box{&decl.equations.front(), {}};
      const double interval = model.sim.save_interval;
      add_recipe(box, Role::value, 0, [own, save, interval](Typer& typer) {
        return Body{save ? typer.apply(Operation::copy, {typer.constant(interval)}, {})
                         : typer.fixed(static_cast<std::uint32_t>(own->value)),
                    kNone};
      });
      return;
    }
  }
  if (decl.data) {
    error(Code::unsupported_element, decl.name.span, fmt::format("data variable \"{}\"", shown));
    return;
  }

  const VensimShape& shape = shape_of(decl, scope);
  std::unordered_map<const Equation*, std::shared_ptr<const Expr>> sampled;
  std::unordered_map<const Equation*, std::uint32_t> parts;
  std::unordered_map<const Equation*, LeftSide> lists;
  for (const VensimBox& box : shape.boxes) {
    const Equation& equation = *box.equation;
    const std::uint32_t part = parts[&equation]++;
    if (equation.constants) {
      declare_constants(variable, box, scope);
      continue;
    }
    if (!equation.expr) {
      error(Code::empty_equation, decl.name.span, fmt::format("\"{}\"", shown));
      continue;
    }
    auto& own = sampled[&equation];
    if (own == nullptr) {
      own = without_own_present(*equation.expr, decl.name.text);
    }
    add_recipe(box, stock ? Role::initial : Role::value, part,
               [this, &equation, &scope, own](Typer& typer) {
                 Body body;
                 body.expr = typer.type(own ? *own : *equation.expr, scope);
                 if (equation.gf) {
                   body.expr = typer.lookup_in(*equation.gf, body.expr, equation.expr->span);
                 }
                 if (equation.initial) {
                   body.start = typer.type(*equation.initial, scope);
                 }
                 return body;
               });
    if (stock) {
      add_recipe(box, Role::net, part, [&equation, &scope](Typer& typer) {
        return Body{
            equation.rate ? typer.type(*equation.rate, scope) : typer.constant(0, equation.span),
            kNone};
      });
    }
  }
}

void Resolver::declare_constants(VariableId variable, const VensimBox& box, Scope& scope) {
  const syntax::VariableDecl& decl = *info[variable].decl;
  const VensimShape& shape = shape_of(decl, scope);
  const Equation& equation = *box.equation;
  const std::vector<double> numbers = flat_numbers(*equation.constants);
  const LeftSide left = left_side(*this, equation, shape, scope);
  if (numbers.size() != left.count) {
    error(Code::wrong_number_count, equation.constants->span,
          fmt::format("\"{}\": {} for {} elements", base::display_name(decl.name.text),
                      numbers.size(), left.count));
    return;
  }
  const bool stock = model.variables[variable].kind == Kind::stock;
  for (std::size_t flat = 0; flat < left.count; ++flat) {
    std::vector<Side> sides = box.sides;
    std::size_t rest = flat;
    bool inside = true;
    for (std::size_t d = sides.size(); d-- > 0;) {
      const std::vector<std::uint32_t>& places = left.places[d];
      const std::uint32_t place = places[rest % places.size()];
      rest /= places.size();
      const auto& covered = box.sides[d].elements;
      inside = inside && std::find(covered.begin(), covered.end(), place) != covered.end();
      sides[d].elements = {place};
      sides[d].fixed = true;
    }
    if (!inside) {
      continue;
    }
    const auto add_number = [&](Role role, double number) {
      Recipe recipe;
      recipe.target = variable;
      recipe.role = role;
      recipe.sides = info[variable].sides;
      recipe.sides.insert(recipe.sides.end(), sides.begin(), sides.end());
      recipe.span = equation.span;
      const base::Span span = equation.constants->span;
      recipe.body = [number, span](Typer& typer) {
        return Body{typer.constant(number, span), kNone};
      };
      add(std::move(recipe));
    };
    add_number(stock ? Role::initial : Role::value, numbers[flat]);
    if (stock) {
      add_number(Role::net, 0);
    }
  }
}

// INITIAL TIME, FINAL TIME, TIME STEP and SAVEPER have equations. Where these are made of numbers
// and constants the times are known before anything is simulated; else they are computed as the
// simulation goes, and INITIAL TIME at Time 0.
void Resolver::resolve_times() {
  struct Time {
    std::string_view name;
    double SimSpecs::*value;
    bool required;
    VariableId SimSpecs::*by;
  };
  constexpr std::array<Time, 4> kTimes = {
      {{"initial_time", &SimSpecs::start, true, &SimSpecs::start_by},
       {"time_step", &SimSpecs::dt, true, &SimSpecs::dt_by},
       {"final_time", &SimSpecs::stop, true, &SimSpecs::stop_by},
       {"saveper", &SimSpecs::save_interval, false, &SimSpecs::save_by}}};
  SimSpecs& sim = model.sim;
  sim.time_unit = root_.sim_specs.time_units;
  base::Span place = root_.sim_specs.span;
  for (const Time& time : kTimes) {
    const Symbol* const symbol = find_symbol(*root_scope_, time.name);
    if (symbol == nullptr || symbol->kind != Symbol::Kind::variable) {
      if (time.required) {
        error(Code::missing_times, place.known() ? place : base::Span{root_.file, 0, 1},
              fmt::format("\"{}\"", base::display_name(time.name)));
        return;
      }
      sim.save_interval = sim.dt;
      continue;
    }
    const syntax::VariableDecl& decl = *info[symbol->variable].decl;
    place = decl.name.span;
    const Equation& equation = decl.equations.front();
    const bool plain = decl.equations.size() == 1 && equation.subscripts.empty() && equation.expr &&
                       !equation.gf && !equation.rate;
    auto value = plain ? constant_value(*equation.expr, *root_scope_) : std::nullopt;
    if (plain && !value) {
      sim.*time.by = symbol->variable;
      value = start_value(*equation.expr, *root_scope_);
      if (!value && time.value != &SimSpecs::start) {
        value = time.value == &SimSpecs::stop ? sim.start + sim.dt : 1;
      }
    }
    if (!value) {
      error(Code::constant_required, decl.name.span,
            fmt::format("\"{}\"", base::display_name(decl.name.text)),
            "give it a number, or an equation of numbers and constants");
      return;
    }
    sim.*time.value = *value;
  }
  if (!(sim.stop >= sim.start) || !(sim.dt > 0) || !(sim.save_interval > 0)) {
    error(Code::bad_sim_specs, place,
          fmt::format("start {}, stop {}, dt {}, save interval {}", sim.start, sim.stop, sim.dt,
                      sim.save_interval));
  }
}

}  // namespace shamal::model
