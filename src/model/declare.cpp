// First part of resolving: everything that has a name gets its symbol. Modules are nested in place,
// each with a scope of its own; connected inputs become other names of what they are connected to.

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "base/names.h"
#include "model/vensim.h"

namespace shamal::model {

using base::Code;
using base::fold_name;

namespace {

constexpr int kMaxModuleDepth = 64;
constexpr std::size_t kMostModules = 10'000;

}  // namespace

Resolver::Resolver(const syntax::ParsedModel& root, base::Sources& the_sources,
                   base::Diagnostics& the_diagnostics)
    : sources(the_sources), diagnostics(the_diagnostics), root_(root) {
  if (root.dialect == syntax::Dialect::vensim) {
    vensim = std::make_unique<Vensim>(model);
  }
}

Resolver::~Resolver() = default;

void Resolver::error(Code code, base::Span span, std::string what, std::string fix) {
  diagnostics.add(code, span, std::move(what), std::move(fix));
}

void Resolver::declare_units() {
  std::vector<units::Definition> definitions;
  const auto collect = [&](const syntax::ParsedModel& file) {
    for (const syntax::UnitDecl& decl : file.units) {
      units::Definition made;
      made.name = decl.name.text;
      made.span = decl.name.span;
      made.disabled = decl.disabled;
      if (decl.equation) {
        made.equation =
            base::located(decl.equation->text, decl.equation->span.file, decl.equation->span.begin);
      }
      for (const syntax::Word& alias : decl.aliases) {
        made.aliases.push_back(alias.text);
      }
      definitions.push_back(std::move(made));
    }
  };
  collect(root_);
  for (const auto& file : files_) {
    collect(*file);
  }
  units_.define(definitions, diagnostics);
  for (VariableId v = 0; v < model.variables.size(); ++v) {
    const syntax::VariableDecl* decl = info[v].decl;
    if (decl != nullptr && decl->units) {
      model.variables[v].unit = units_.parse(
          base::located(decl->units->text, decl->units->span.file, decl->units->span.begin),
          diagnostics);
    }
  }
}

void Resolver::declare_module(const syntax::ParsedModel& file, const syntax::VariableDecl& decl,
                              Scope& scope, int depth) {
  const std::string folded = fold_name(decl.name.text);
  const auto find_model = [&](const syntax::ParsedModel& in) -> const syntax::ModelDecl* {
    for (const syntax::ModelDecl& candidate : in.models) {
      if (fold_name(candidate.name.text) == folded) {
        return &candidate;
      }
    }
    return nullptr;
  };
  const syntax::ParsedModel* in = &file;
  const syntax::ModelDecl* found = nullptr;
  if (!decl.resource) {
    found = find_model(file);
    for (std::size_t i = 0; found == nullptr && i < included_.size(); ++i) {
      in = included_[i];
      found = find_model(*in);
    }
    if (found != nullptr && found->resource) {
      in = load(*found->resource);
      found = in == nullptr ? nullptr : find_model(*in);
      if (in != nullptr && found == nullptr && !in->models.empty()) {
        found = &in->models[syntax::root_model(*in)];
      }
      if (in == nullptr) {
        return;
      }
    }
  } else {
    in = load(*decl.resource);
    if (in == nullptr) {
      return;
    }
    found = find_model(*in);
    if (found == nullptr && !in->models.empty()) {
      found = &in->models[syntax::root_model(*in)];
    }
  }
  if (found == nullptr) {
    error(Code::unknown_module_model, decl.name.span, fmt::format("\"{}\"", decl.name.text));
    return;
  }
  const auto key = fmt::format("{}", static_cast<const void*>(found));
  if (std::find(loading_.begin(), loading_.end(), key) != loading_.end() ||
      depth >= kMaxModuleDepth) {
    error(decl.resource ? Code::circular_resource : Code::recursive_module, decl.name.span,
          fmt::format("\"{}\"", decl.resource ? decl.resource->text : decl.name.text));
    return;
  }
  if (found->sim_specs && decl.resource == std::nullopt &&
      !(*found->sim_specs == syntax::SimSpecs{})) {
    diagnostics.add(Code::module_sim_specs, found->sim_specs->span,
                    fmt::format("model \"{}\"", found->name.text));
  }
  if (modules_.size() >= kMostModules) {
    if (!std::exchange(too_many_modules_, true)) {
      error(Code::array_too_large, decl.name.span,
            fmt::format("more than {} modules, those within modules included", kMostModules));
    }
    return;
  }
  Scope& inside = new_scope();
  inside.prefix = scope.prefix + base::display_name(decl.name.text) + ".";
  inside.parent = &scope;
  inside.model = found;
  Symbol symbol;
  symbol.kind = Symbol::Kind::module;
  symbol.scope = &inside;
  symbol.span = decl.name.span;
  if (!scope.symbols.emplace(folded, symbol).second) {
    error(Code::duplicate_name, decl.name.span, fmt::format("\"{}\"", decl.name.text));
    return;
  }
  modules_.push_back({&decl, &scope, &inside});
  loading_.push_back(key);
  declare_model(*in, *found, inside, depth + 1);
  loading_.pop_back();
}

void Resolver::declare_model(const syntax::ParsedModel& file, const syntax::ModelDecl& decl,
                             Scope& scope, int depth) {
  scope.model = &decl;
  syntax::Behavior behavior = file.behavior;
  if (decl.behavior.stocks_non_negative) {
    behavior.stocks_non_negative = decl.behavior.stocks_non_negative;
  }
  if (decl.behavior.flows_non_negative) {
    behavior.flows_non_negative = decl.behavior.flows_non_negative;
  }
  for (const syntax::VariableDecl& variable : decl.variables) {
    if (variable.kind == syntax::VariableKind::module) {
      declare_module(file, variable, scope, depth);
    }
  }
  declare_variables(decl.variables, scope, {}, behavior);
}

namespace {

bool only_graphical(const syntax::VariableDecl& decl) {
  bool graphical = false;
  for (const syntax::Equation& equation : decl.equations) {
    graphical = graphical || equation.gf.has_value();
    if (equation.expr) {
      return false;
    }
  }
  return graphical;
}

}  // namespace

std::vector<DimensionId> Resolver::dimensions_of(const syntax::VariableDecl& decl,
                                                 const Scope& scope) {
  if (is_vensim(decl.name.span)) {
    return shape_of(decl, scope).dimensions;
  }
  std::vector<DimensionId> result;
  for (const syntax::Word& word : decl.dimensions) {
    const auto dimension = find_dimension(scope, word.text);
    if (!dimension) {
      std::vector<std::string> names;
      for (const Dimension& known : model.dimensions) {
        names.push_back(known.name);
      }
      const auto near = base::nearest_name(word.text, names);
      error(Code::unknown_dimension, word.span, fmt::format("\"{}\"", word.text),
            near ? fmt::format("did you mean \"{}\"?", *near) : "");
      continue;
    }
    result.push_back(*dimension);
  }
  return result;
}

void Resolver::declare_variables(const std::vector<syntax::VariableDecl>& decls, Scope& scope,
                                 const std::vector<Side>& context,
                                 const syntax::Behavior& behavior) {
  for (const syntax::VariableDecl& decl : decls) {
    if (decl.kind == syntax::VariableKind::module) {
      continue;
    }
    const std::string folded = fold_name(decl.name.text);
    Symbol symbol;
    symbol.span = decl.name.span;
    const auto known = scope.symbols.find(folded);
    if (known != scope.symbols.end() && known->second.handed_over) {
      continue;  // a parameter that the macro also declares, for its diagram
    }
    if (known != scope.symbols.end()) {
      std::string first;
      if (known->second.span.known()) {
        first = fmt::format("the first is in line {}", sources.place(known->second.span).line);
      }
      error(Code::duplicate_name, decl.name.span,
            fmt::format("\"{}\"", base::display_name(decl.name.text)), first);
      continue;
    }
    if (decl.kind == syntax::VariableKind::graphical || only_graphical(decl)) {
      symbol.kind = Symbol::Kind::graphical;
      symbol.decl = &decl;
      symbol.scope = &scope;
      scope.symbols.emplace(folded, symbol);
      continue;
    }
    Variable made;
    made.name = scope.prefix + base::display_name(decl.name.text);
    made.kind = decl.kind == syntax::VariableKind::stock  ? Kind::stock
                : decl.kind == syntax::VariableKind::flow ? Kind::flow
                                                          : Kind::auxiliary;
    for (const Side& side : context) {
      if (!side.fixed) {
        made.dimensions.push_back(side.dimension);
      }
    }
    const auto leading = static_cast<std::uint32_t>(made.dimensions.size());
    for (const DimensionId dimension : dimensions_of(decl, scope)) {
      made.dimensions.push_back(dimension);
    }
    std::size_t count = 1;
    for (const DimensionId dimension : made.dimensions) {
      count *= model.dimensions[dimension].size();
      if (count > kMaxElements) {
        break;
      }
    }
    total_elements_ += count;
    if (count > kMaxElements || total_elements_ > kMaxElements) {
      error(Code::array_too_large, decl.name.span,
            fmt::format("\"{}\" has too many elements", made.name));
      made.dimensions.clear();
    }
    if (decl.units) {
      made.unit_text = decl.units->text;
    }
    made.doc = decl.doc;
    made.range = decl.range;
    made.hidden = scope.macro;
    made.span = decl.name.span;
    VariableInfo about;
    about.decl = &decl;
    about.scope = &scope;
    about.context = leading;
    if (decl.kind == syntax::VariableKind::stock) {
      about.non_negative = decl.non_negative.value_or(behavior.stocks_non_negative.value_or(false));
    } else if (decl.kind == syntax::VariableKind::flow) {
      about.non_negative = decl.non_negative.value_or(behavior.flows_non_negative.value_or(false));
    }
    const Builtin* builtin = find_builtin(folded, origin_);
    about.partial = is_vensim(decl.name.span) && shape_of(decl, scope).partial;
    if (builtin != nullptr && stands_alone(*builtin) && vensim == nullptr) {
      diagnostics.add(Code::reserved_name, decl.name.span, fmt::format("\"{}\"", decl.name.text));
    }
    symbol.kind = Symbol::Kind::variable;
    symbol.variable = static_cast<VariableId>(model.variables.size());
    scope.symbols.emplace(folded, symbol);
    model.variables.push_back(std::move(made));
    info.push_back(std::move(about));
  }
  if (vensim != nullptr && !decls.empty() && is_vensim(decls.front().name.span)) {
    declare_macro_outputs(decls, scope);
  }
}

void Resolver::resolve_sim_specs(const syntax::ParsedModel& root, const syntax::ModelDecl& decl) {
  const syntax::SimSpecs& file = root.sim_specs;
  const syntax::SimSpecs own = decl.sim_specs.value_or(syntax::SimSpecs{});
  const auto pick = [](const auto& first, const auto& second) { return first ? first : second; };
  const auto start = pick(own.start, file.start);
  const auto stop = pick(own.stop, file.stop);
  if (!start || !stop) {
    error(Code::missing_sim_specs, file.span, "",
          "add <sim_specs><start>0</start><stop>100</stop></sim_specs>");
    return;
  }
  SimSpecs& sim = model.sim;
  sim.start = *start;
  sim.stop = *stop;
  sim.dt = pick(own.dt, file.dt).value_or(1.0);
  sim.save_interval = pick(own.save_interval, file.save_interval).value_or(sim.dt);
  sim.time_unit = own.time_units.empty() ? file.time_units : own.time_units;
  if (!(sim.stop > sim.start) || !(sim.dt > 0) || !(sim.save_interval > 0)) {
    error(Code::bad_sim_specs, own.span.known() ? own.span : file.span,
          fmt::format("start {}, stop {}, dt {}, save interval {}", sim.start, sim.stop, sim.dt,
                      sim.save_interval));
    return;
  }
  choose_method(own.methods.empty() ? file.methods : own.methods);
}

void Resolver::choose_method(const std::vector<syntax::Word>& methods) {
  constexpr std::array<std::string_view, 4> kKnown = {"euler", "rk2", "rk4", "rk45"};
  for (const syntax::Word& method : methods) {
    const std::string folded = fold_name(method.text);
    if (std::find(kKnown.begin(), kKnown.end(), folded) != kKnown.end()) {
      model.sim.method = folded;
      return;
    }
    diagnostics.add(Code::unknown_method, method.span, fmt::format("\"{}\"", method.text));
  }
  model.sim.method = "euler";
}

bool Resolver::run() {
  const std::size_t errors_before = diagnostics.errors();
  if (root_.models.empty()) {
    error(Code::missing_sim_specs, root_.sim_specs.span, "", "the file holds no <model>");
    return false;
  }
  const syntax::ModelDecl& root = root_.models[syntax::root_model(root_)];
  model.name = root_.header.name;
  if (vensim != nullptr) {
    origin_ = Origin::mdl;
    declare_ranges(root_);
    for (const syntax::RealityCheck& check : root_.reality_checks) {
      diagnostics.add(Code::reality_check_not_run, check.name.span,
                      fmt::format("\"{}\"", base::display_name(check.name.text)));
    }
  } else {
    origin_ = origin_of(root_.header.vendor, root_.header.product);
    resolve_sim_specs(root_, root);
    declare_dimensions(root_);
  }
  declare_macros(root_, macros_);
  if (root_.file != base::kNoFile) {
    namespace fs = std::filesystem;
    files_by_path_.emplace(
        fs::path(std::string(sources.path(root_.file))).lexically_normal().string(), &root_);
  }
  load_includes();
  root_scope_ = &new_scope();
  loading_.push_back(fmt::format("{}", static_cast<const void*>(&root)));
  declare_model(root_, root, *root_scope_, 0);
  declare_units();
  if (vensim != nullptr) {
    resolve_times();
    choose_method(root_.sim_specs.methods);
  }
  connect_modules();
  const auto declared = static_cast<VariableId>(model.variables.size());
  join_flows(0);
  for (VariableId v = 0; v < declared; ++v) {
    declare_equations(v);
  }
  // Making an assignment may add hidden variables with recipes of their own.
  for (std::size_t i = 0; i < recipes.size(); ++i) {
    model.assignments.push_back(make(recipes[i]));
  }
  if (diagnostics.errors() > errors_before) {
    return false;
  }
  fill_gaps();
  order_assignments(*this);
  mark_missing();
  return diagnostics.errors() == errors_before;
}

void Resolver::add(Recipe recipe) { recipes.push_back(std::move(recipe)); }

NodeId Resolver::add_node(Node node) {
  model.nodes.push_back(node);
  return static_cast<NodeId>(model.nodes.size() - 1);
}

std::uint32_t Resolver::table_of(const syntax::GraphicalFunction& gf) {
  const auto known = table_ids_.find(&gf);
  return known != table_ids_.end() ? known->second
                                   : table_ids_.emplace(&gf, add_table(gf)).first->second;
}

std::uint32_t Resolver::add_table(const syntax::GraphicalFunction& gf) {
  model.tables.push_back(gf);
  return static_cast<std::uint32_t>(model.tables.size() - 1);
}

}  // namespace shamal::model
