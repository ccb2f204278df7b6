// Macros and builtins with memory become hidden variables. Each use of a macro with variables has
// its own instance (XMILE 1.0, 4.8.2), arrayed over the dimensions of the equation that uses it.

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include "base/names.h"
#include "model/typer.h"

namespace shamal::model {

using base::Code;
using syntax::Expr;
using syntax::ExprKind;

namespace {

constexpr std::size_t kMaxMacroDepth = 100;
constexpr std::size_t kMaxRecursiveUses = 10'000;  // of macros within themselves
constexpr std::size_t kMaxMacroUses = 50'000;      // with those in uses of others

}  // namespace

std::size_t Resolver::ExpansionHash::operator()(const ExpansionKey& key) const {
  const std::size_t a = std::hash<const void*>()(key.expr);
  const std::size_t b = std::hash<const void*>()(key.scope);
  return ((a * 1000003u ^ b) * 1000003u ^ key.user) * 31u ^ key.part;
}

std::optional<double> Resolver::constant_value(const Expr& expr, Scope& scope, int depth) {
  if (depth > 50) {
    return std::nullopt;
  }
  const auto value = [&](std::size_t i) { return constant_value(expr.args[i], scope, depth + 1); };
  switch (expr.kind) {
    case ExprKind::number:
      return expr.number;
    case ExprKind::unary:
    case ExprKind::binary: {
      const auto a = value(0);
      const auto b = expr.args.size() > 1 ? value(1) : a;
      return a && b ? std::optional(apply(operation_of(expr.op), *a, *b, 0)) : std::nullopt;
    }
    case ExprKind::conditional: {
      const auto condition = value(0);
      return condition ? value(*condition != 0 ? 1 : 2) : std::nullopt;
    }
    case ExprKind::call: {
      // SIZE of a dimension or of a whole array.
      if (base::fold_name(expr.text) != "size" || expr.args.size() != 1 ||
          expr.args[0].kind != ExprKind::name || !expr.args[0].subscripts.empty()) {
        return constant_call(expr, scope, depth + 1);
      }
      if (const auto dimension = find_dimension(scope, expr.args[0].text)) {
        return model.dimensions[*dimension].size();
      }
      const Symbol* array = find_symbol(scope, expr.args[0].text);
      if (array != nullptr && array->kind == Symbol::Kind::parameter &&
          array->argument->kind == ExprKind::name && array->argument->subscripts.empty()) {
        array = find_symbol(*array->scope, array->argument->text);
      }
      if (array == nullptr || array->kind != Symbol::Kind::variable) {
        return std::nullopt;
      }
      return model.element_count(model.variables[resolve_alias(array->variable)]);
    }
    case ExprKind::name: {
      if (!expr.subscripts.empty()) {
        return std::nullopt;
      }
      const Builtin* const builtin =
          at_start_ ? find_builtin(base::fold_name(expr.text), origin_at(expr.span)) : nullptr;
      if (builtin != nullptr && builtin->treatment == Treatment::fixed) {
        const std::array<double, 4> fixed = {model.sim.start, model.sim.dt, model.sim.start,
                                             model.sim.stop};
        return fixed[static_cast<std::size_t>(builtin->value)];
      }
      const Symbol* symbol = find_symbol(scope, expr.text);
      if (symbol == nullptr) {
        return std::nullopt;
      }
      if (symbol->kind == Symbol::Kind::parameter) {
        if (symbol->constant) {
          return symbol->constant;
        }
        const auto found = constant_value(*symbol->argument, *symbol->scope, depth + 1);
        if (marks_structural_ && !at_start_) {
          symbol->constant = found;
        }
        return found;
      }
      if (symbol->kind != Symbol::Kind::variable) {
        return std::nullopt;
      }
      const VariableId variable = resolve_alias(symbol->variable);
      VariableInfo& about = info[variable];
      const Expr* equation = nullptr;
      Scope* around = about.scope;
      if (about.decl != nullptr &&
          (model.variables[variable].kind == Kind::auxiliary || at_start_) &&
          about.decl->equations.size() == 1 && about.decl->equations[0].expr &&
          about.decl->equations[0].subscripts.empty() && !about.decl->equations[0].gf &&
          about.decl->dimensions.empty()) {
        const syntax::Equation& written = about.decl->equations[0];
        equation = at_start_ && written.initial ? &*written.initial : &*written.expr;
      } else if (about.argument != nullptr) {
        equation = about.argument;
        around = about.argument_scope;
      }
      if (equation == nullptr) {
        return std::nullopt;
      }
      const auto found = constant_value(*equation, *around, depth + 1);
      about.structural = about.structural || (found.has_value() && marks_structural_);
      return found;
    }
    default:
      return std::nullopt;
  }
}

// A function of numbers.
std::optional<double> Resolver::constant_call(const Expr& expr, Scope& scope, int depth) {
  const std::string folded = base::fold_name(expr.text);
  if (folded == "stages" && expr.args.size() == 2 && is_standard(expr.span.file)) {
    return stage_count(expr, scope);
  }
  const Builtin* const builtin = find_builtin(folded, origin_at(expr.span));
  if (builtin == nullptr) {
    const syntax::MacroDecl* const macro =
        at_start_ ? find_macro(folded, expr.args.size(), expr.span) : nullptr;
    return macro != nullptr && macro->variables.empty() && macro->expr
               ? constant_value(*macro->expr, macro_scope(*macro, expr, scope), depth)
               : std::nullopt;
  }
  std::array<double, 3> values{};
  if (expr.args.size() > values.size() || expr.args.size() < builtin->min_arguments) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < expr.args.size(); ++i) {
    const auto value = constant_value(expr.args[i], scope, depth);
    if (!value) {
      return std::nullopt;
    }
    values[i] = *value;
  }
  if (builtin->treatment == Treatment::operation) {
    return apply(builtin->operation, values[0], values[1], values[2]);
  }
  if (builtin->treatment == Treatment::fold && expr.args.size() == 2) {
    return apply(builtin->operation, values[0], values[1], 0);
  }
  return builtin->treatment == Treatment::initial && at_start_ ? std::optional(values[0])
                                                               : std::nullopt;
}

std::optional<double> Resolver::start_value(const Expr& expr, Scope& scope) {
  at_start_ = vensim != nullptr;
  const auto value = constant_value(expr, scope);
  at_start_ = false;
  return value;
}

// STAGES(order, delay time): a delay of Vensim's has no more stages than steps fit into its time at
// the start. The time fixes the number only where it is too short for the order.
std::optional<double> Resolver::stage_count(const Expr& expr, Scope& scope) {
  const auto order = constant_value(expr.args[0], scope);
  if (!order) {
    return std::nullopt;
  }
  const double wanted = std::floor(*order);
  for (const bool marks : {false, true}) {
    marks_structural_ = marks;
    const auto time = constant_value(expr.args[1], scope);
    marks_structural_ = true;
    const double most = time ? std::floor(*time / model.sim.dt + 1e-6) : wanted;
    if (most >= wanted || marks) {
      return std::max(1.0, std::min(wanted, most));
    }
  }
  return std::nullopt;
}

bool Resolver::is_recursive(const syntax::MacroDecl& macro, const Scope& caller, base::Span call) {
  std::size_t depth = 0;
  bool within_itself = false;
  for (const Scope* around = &caller; around != nullptr && around->macro; around = around->caller) {
    within_itself = within_itself || around->of_macro == &macro;
    ++depth;
  }
  const bool plain = macro.variables.empty() && !macro.sim_specs;
  const bool too_many = within_itself && plain && ++recursive_uses_ > kMaxRecursiveUses;
  if (depth > kMaxMacroDepth || too_many || (within_itself && !plain)) {
    // One path through a macro that does not end tells of all others through it.
    if (endless_macros_.insert(&macro).second || !plain) {
      error(Code::recursive_macro, call, macro.name.text,
            plain ? "let conditions that follow from numbers and constants alone end it" : "");
    }
    return true;
  }
  return within_itself && endless_macros_.contains(&macro);
}

bool Resolver::calls_itself(const syntax::MacroDecl& macro) {
  const auto known = calls_themselves_.find(&macro);
  if (known != calls_themselves_.end()) {
    return known->second;
  }
  std::vector<const syntax::MacroDecl*> reached;
  std::vector<const Expr*> open;
  if (macro.expr) {
    open.push_back(&*macro.expr);
  }
  bool found = false;
  while (!open.empty()) {
    const Expr* const expr = open.back();
    open.pop_back();
    for (const Expr& arg : expr->args) {
      open.push_back(&arg);
    }
    const syntax::MacroDecl* const called =
        expr->kind == ExprKind::call
            ? find_macro(base::fold_name(expr->text), expr->args.size(), expr->span)
            : nullptr;
    found = found || called == &macro;
    if (called != nullptr && called->expr &&
        std::find(reached.begin(), reached.end(), called) == reached.end()) {
      reached.push_back(called);
      open.push_back(&*called->expr);
    }
  }
  return calls_themselves_[&macro] = found;
}

Scope& Resolver::macro_scope(const syntax::MacroDecl& macro, const Expr& call, Scope& caller) {
  const ExpansionKey key{&call, &caller, kNone};
  const auto known = macro_scopes_.find(key);
  if (known != macro_scopes_.end()) {
    return *known->second;
  }
  Scope& inside = new_scope();
  inside.macro = true;
  inside.of_macro = &macro;
  inside.caller = &caller;
  inside.use = is_standard(call.span.file) ? caller.use : call.span;
  inside.call = &call;
  for (std::size_t i = 0; i < macro.parameters.size(); ++i) {
    Symbol symbol;
    symbol.kind = Symbol::Kind::parameter;
    symbol.span = macro.parameters[i].name.span;
    const bool given = i < call.args.size();
    symbol.argument = given ? &call.args[i] : &*macro.parameters[i].fallback;
    symbol.scope = given ? &caller : &inside;
    // A parameter that is handed on stays what it is.
    const Symbol* const handed_on =
        given && symbol.argument->kind == ExprKind::name && symbol.argument->subscripts.empty()
            ? find_symbol(caller, symbol.argument->text)
            : nullptr;
    if (handed_on != nullptr && handed_on->kind == Symbol::Kind::parameter) {
      const base::Span span = symbol.span;
      symbol = *handed_on;
      symbol.span = span;
    }
    inside.symbols.emplace(base::fold_name(macro.parameters[i].name.text), symbol);
  }
  macro_scopes_.emplace(key, &inside);
  return inside;
}

VariableId Resolver::initial_of(VariableId variable) {
  const auto known = initials_.find(variable);
  if (known != initials_.end()) {
    return known->second;
  }
  std::vector<Side> sides = info[variable].sides;
  const std::vector<DimensionId> dimensions = model.variables[variable].dimensions;
  for (std::size_t d = info[variable].context; d < dimensions.size(); ++d) {
    Side side;
    side.dimension = dimensions[d];
    for (std::uint32_t e = 0; e < model.dimensions[side.dimension].size(); ++e) {
      side.elements.push_back(e);
    }
    sides.push_back(std::move(side));
  }
  const VariableId kept =
      add_hidden(model.variables[variable].name + "·init", Kind::initial_only, sides, variable);
  info[kept].context = info[variable].context;
  info[kept].sides = info[variable].sides;
  initials_.emplace(variable, kept);
  Recipe recipe;
  recipe.target = kept;
  recipe.role = Role::initial;
  recipe.sides = std::move(sides);
  recipe.span = model.variables[variable].span;
  recipe.body = [variable](Typer& typer) {
    return Body{typer.whole(variable, typer.assignment().span), kNone};
  };
  add(std::move(recipe));
  return kept;
}

std::uint64_t Resolver::next_stream(const Expr& expr, const Scope& scope, VariableId user) {
  // Streams are a million elements apart, so that those of two sites do not overlap.
  const ExpansionKey key{&expr, &scope, user};
  return streams_.emplace(key, streams_.size() * 1'000'000u).first->second;
}

VariableId Resolver::instantiate_macro(const syntax::MacroDecl& macro, const Expr& call,
                                       Scope& caller, const std::vector<Side>& sides,
                                       VariableId owner, Scope** its_inside) {
  if (!macro.expr) {
    error(Code::empty_equation, macro.name.span, fmt::format("macro \"{}\"", macro.name.text));
    return kNone;
  }
  if (is_recursive(macro, caller, call.span)) {
    return kNone;
  }
  if (++macro_uses_ > kMaxMacroUses) {
    if (macro_uses_ == kMaxMacroUses + 1) {
      error(
          Code::array_too_large, is_standard(call.span.file) ? caller.use : call.span,
          fmt::format("more than {} uses of macros, those within macros included", kMaxMacroUses));
    }
    return kNone;
  }
  Scope& inside = new_scope();
  if (its_inside != nullptr) {
    *its_inside = &inside;
  }
  inside.macro = true;
  inside.of_macro = &macro;
  inside.caller = &caller;
  inside.use = is_standard(call.span.file) ? caller.use : call.span;
  const std::string base_name =
      fmt::format("{}·{}", model.variables[owner].name, base::display_name(macro.name.text));
  const std::uint32_t number = ++hidden_names_[base_name];
  inside.prefix = number == 1 ? base_name + "·" : fmt::format("{} {}·", base_name, number);

  MacroUse use;
  use.macro = &macro;
  use.given = std::min(call.args.size(), macro.parameters.size());
  for (std::size_t i = 0; i < macro.parameters.size(); ++i) {
    const bool given = i < call.args.size();
    const Expr& argument = given ? call.args[i] : *macro.parameters[i].fallback;
    Scope& understood = given ? caller : inside;
    const std::string folded = base::fold_name(macro.parameters[i].name.text);
    Symbol symbol;
    symbol.span = macro.parameters[i].name.span;
    // A plain name hands the variable itself over, an array as a whole.
    const Symbol* named = argument.kind == ExprKind::name && argument.subscripts.empty()
                              ? find_symbol(understood, argument.text)
                              : nullptr;
    if (named != nullptr &&
        (named->kind == Symbol::Kind::variable || named->kind == Symbol::Kind::graphical)) {
      symbol = *named;
    } else if (names_lookup(argument, understood)) {
      symbol.kind = Symbol::Kind::parameter;
      symbol.argument = &argument;
      symbol.scope = &understood;
    } else {
      symbol.variable =
          add_hidden(inside.prefix + base::display_name(macro.parameters[i].name.text),
                     Kind::auxiliary, sides, owner);
      info[symbol.variable].argument = &argument;
      info[symbol.variable].argument_scope = &understood;
      Recipe recipe;
      recipe.target = symbol.variable;
      recipe.sides = sides;
      recipe.span = argument.span;
      recipe.body = [&argument, &understood](Typer& typer) {
        return Body{typer.type(argument, understood), kNone};
      };
      add(std::move(recipe));
    }
    symbol.handed_over = true;
    use.arguments.push_back(symbol);
    inside.symbols.emplace(folded, symbol);
  }
  for (const syntax::DimensionDecl& dimension : macro.dimensions) {
    if (!add_dimension(dimension, &inside)) {
      return kNone;
    }
  }
  if (macro.sim_specs) {
    return run_macro(macro, call, inside, sides, owner);
  }
  const bool in_step = own_time(caller, 0).has_value();
  if (in_step) {
    uses_in_steps_[{&call, &caller, kNone}] = &inside;
    inside.before = use_before(macro, call, caller, sides, owner);
  }
  const auto first = static_cast<VariableId>(model.variables.size());
  declare_variables(macro.variables, inside, sides, {});
  const auto last = static_cast<VariableId>(model.variables.size());
  for (VariableId v = first; v < last; ++v) {
    info[v].sides = sides;
    info[v].use = is_standard(macro.name.span.file) ? call.span : base::Span{};
    model.variables[v].owner =
        model.variables[owner].owner == kNone ? owner : model.variables[owner].owner;
  }
  if (in_step) {
    declare_step(first, inside, call.span);
  } else {
    join_flows(first);
    for (VariableId v = first; v < last; ++v) {
      declare_equations(v);
    }
  }
  const VariableId output = add_hidden(inside.prefix + "output", Kind::auxiliary, sides, owner);
  if (!in_step) {
    macro_uses.emplace(output, std::move(use));
  }
  Recipe recipe;
  recipe.target = output;
  recipe.sides = sides;
  recipe.span = call.span;
  recipe.body = [&macro, &inside](Typer& typer) {
    return Body{typer.type(*macro.expr, inside), kNone};
  };
  add(std::move(recipe));
  return output;
}

// One lookup of an array of them, as an argument of a macro: NAME[element].
bool Resolver::names_lookup(const Expr& argument, Scope& scope) {
  const Symbol* const symbol = vensim != nullptr && argument.kind == ExprKind::name
                                   ? find_symbol(scope, argument.text)
                                   : nullptr;
  return symbol != nullptr && symbol->kind == Symbol::Kind::graphical;
}

bool Resolver::is_standard(base::FileId file) const {
  return std::find(standard_files_.begin(), standard_files_.end(), file) != standard_files_.end();
}

void Resolver::move_to_use(NodeId first, base::Span use) {
  if (is_standard(use.file)) {
    return;
  }
  for (std::size_t n = first; n < model.nodes.size(); ++n) {
    if (is_standard(model.nodes[n].span.file)) {
      model.nodes[n].span = use;
    }
  }
}

VariableId Resolver::add_hidden(std::string name, Kind kind, const std::vector<Side>& sides,
                                VariableId owner) {
  Variable made;
  made.owner = model.variables[owner].owner == kNone ? owner : model.variables[owner].owner;
  const std::uint32_t number = ++hidden_names_[name];
  made.name = number == 1 ? std::move(name) : fmt::format("{} {}", name, number);
  made.kind = kind;
  made.hidden = true;
  for (const Side& side : sides) {
    if (!side.fixed) {
      made.dimensions.push_back(side.dimension);
    }
  }
  VariableInfo about;
  about.context = static_cast<std::uint32_t>(made.dimensions.size());
  about.sides = sides;
  model.variables.push_back(std::move(made));
  info.push_back(about);
  return static_cast<VariableId>(model.variables.size() - 1);
}

}  // namespace shamal::model
