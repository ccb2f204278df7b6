// First part of resolving: everything that has a name gets its symbol. Modules are nested in place,
// each with a scope of its own; connected inputs become other names of what they are connected to.

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "base/names.h"
#include "model/resolver.h"
#include "model/stdlib_files.h"
#include "syntax/read_xmile.h"
#include "syntax/readers.h"

namespace shamal::model {

using base::Code;
using base::fold_name;

namespace {

constexpr std::size_t kMaxElements = 50'000'000;
constexpr int kMaxModuleDepth = 64;

}  // namespace

Resolver::Resolver(const syntax::ParsedModel& root, base::Sources& the_sources,
                   base::Diagnostics& the_diagnostics)
    : sources(the_sources), diagnostics(the_diagnostics), root_(root) {}

void Resolver::error(Code code, base::Span span, std::string what, std::string fix) {
  diagnostics.add(code, span, std::move(what), std::move(fix));
}

Scope& Resolver::new_scope() {
  scopes_.push_back(std::make_unique<Scope>());
  return *scopes_.back();
}

const Symbol* Resolver::find_symbol(Scope& scope, std::string_view written) {
  const std::string folded = fold_name(written);
  const auto direct = scope.symbols.find(folded);
  if (direct != scope.symbols.end()) {
    return &direct->second;
  }
  const std::size_t dot = folded.find('.');
  if (dot == std::string::npos) {
    return nullptr;
  }
  const std::string first = folded.substr(0, dot);
  const std::string rest = folded.substr(dot + 1);
  if (first.empty()) {
    return root_scope_ == nullptr ? nullptr : find_symbol(*root_scope_, rest);
  }
  // A module's name is looked for here and in the models around; names of modules are unique
  // across the whole model (3.7.4).
  for (Scope* around = &scope; around != nullptr; around = around->parent) {
    const auto module = around->symbols.find(first);
    if (module != around->symbols.end() && module->second.kind == Symbol::Kind::module) {
      return find_symbol(*module->second.scope, rest);
    }
  }
  return nullptr;
}

std::optional<DimensionId> Resolver::find_dimension(const Scope& scope,
                                                    std::string_view written) const {
  const std::string folded = fold_name(written);
  const auto local = scope.dimensions.find(folded);
  if (local != scope.dimensions.end()) {
    return local->second;
  }
  // Names within a macro are its own (3.6.1): a parameter hides a dimension of the model.
  if (scope.macro && scope.symbols.contains(folded)) {
    return std::nullopt;
  }
  const auto found = dimensions_.find(folded);
  return found == dimensions_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::uint32_t> Resolver::find_element(DimensionId dimension,
                                                    std::string_view written) const {
  const std::string folded = fold_name(written);
  const auto& index = element_index_[dimension];
  const auto found = index.find(folded);
  if (found != index.end()) {
    return found->second;
  }
  // Dimension.element within brackets.
  const std::size_t dot = folded.find('.');
  if (dot != std::string::npos &&
      folded.substr(0, dot) == fold_name(model.dimensions[dimension].name)) {
    const auto qualified = index.find(folded.substr(dot + 1));
    if (qualified != index.end()) {
      return qualified->second;
    }
  }
  return std::nullopt;
}

std::string Resolver::nearest_symbol(const Scope& scope, std::string_view written) {
  constexpr std::size_t kMostSuggestions = 50;
  if (++suggestions_ > kMostSuggestions) {
    return {};
  }
  std::vector<std::string> names;
  std::unordered_map<std::string, base::Span> places;
  for (const auto& [folded, symbol] : scope.symbols) {
    std::string shown = folded;
    if (symbol.kind == Symbol::Kind::variable) {
      const std::string& full = model.variables[symbol.variable].name;
      shown = full.starts_with(scope.prefix) ? full.substr(scope.prefix.size()) : full;
    } else if (symbol.decl != nullptr) {
      shown = base::display_name(symbol.decl->name.text);
    }
    names.push_back(shown);
    places.emplace(shown, symbol.span);
  }
  std::sort(names.begin(), names.end());
  for (const Builtin& builtin : builtins()) {
    if (builtin.max_arguments == 0) {
      names.emplace_back(builtin.signature);
    }
  }
  const auto near = base::nearest_name(written, names);
  if (!near) {
    return {};
  }
  const auto place = places.find(*near);
  if (place != places.end() && place->second.known()) {
    return fmt::format("\"{}\" (line {})", *near, sources.place(place->second).line);
  }
  return fmt::format("\"{}\"", *near);
}

VariableId Resolver::resolve_alias(VariableId variable) const {
  while (model.variables[variable].alias_of != kNone) {
    variable = model.variables[variable].alias_of;
  }
  return variable;
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

std::optional<DimensionId> Resolver::add_dimension(const syntax::DimensionDecl& decl,
                                                   Scope* local) {
  Dimension made;
  made.name = base::display_name(decl.name.text);
  if (!decl.elements.empty()) {
    for (const syntax::Word& element : decl.elements) {
      made.elements.push_back(base::display_name(element.text));
    }
  } else {
    std::optional<double> size = decl.size;
    if (!size && decl.size_expr && local != nullptr) {
      size = constant_value(*decl.size_expr, *local);
      if (!size) {
        error(Code::constant_required, decl.size_expr->span,
              fmt::format("the size of dimension \"{}\"", made.name));
        return std::nullopt;
      }
    }
    if (!size || *size < 1 || *size != static_cast<double>(static_cast<std::uint64_t>(*size))) {
      error(Code::empty_dimension, decl.name.span, fmt::format("\"{}\"", made.name));
      return std::nullopt;
    }
    if (*size > static_cast<double>(kMaxElements)) {
      error(Code::array_too_large, decl.name.span,
            fmt::format("dimension \"{}\" of {} elements", made.name, *size));
      return std::nullopt;
    }
    for (std::uint32_t i = 1; i <= static_cast<std::uint32_t>(*size); ++i) {
      made.elements.push_back(std::to_string(i));
    }
  }
  auto& names = local != nullptr ? local->dimensions : dimensions_;
  const auto known = names.find(fold_name(made.name));
  if (known != names.end()) {
    // The same dimension may be declared by each file of a whole model.
    const Dimension& before = model.dimensions[known->second];
    const bool same = std::equal(
        before.elements.begin(), before.elements.end(), made.elements.begin(), made.elements.end(),
        [](const std::string& a, const std::string& b) { return fold_name(a) == fold_name(b); });
    if (!same) {
      error(Code::dimension_conflict, decl.name.span, fmt::format("\"{}\"", made.name));
    }
    return known->second;
  }
  const auto id = static_cast<DimensionId>(model.dimensions.size());
  names.emplace(fold_name(made.name), id);
  std::unordered_map<std::string, std::uint32_t> index;
  for (std::uint32_t i = 0; i < made.size(); ++i) {
    if (!index.emplace(fold_name(made.elements[i]), i).second) {
      error(Code::duplicate_name, decl.elements[i].span,
            fmt::format("element \"{}\" of dimension \"{}\"", made.elements[i], made.name));
    }
  }
  element_index_.push_back(std::move(index));
  model.dimensions.push_back(std::move(made));
  return id;
}

void Resolver::declare_dimensions(const syntax::ParsedModel& file) {
  for (const syntax::DimensionDecl& decl : file.dimensions) {
    add_dimension(decl, nullptr);
  }
}

void Resolver::declare_macros(const syntax::ParsedModel& file, bool of_user) {
  for (const syntax::MacroDecl& macro : file.macros) {
    if (!macro.filter.empty()) {
      error(Code::unsupported_element, macro.name.span,
            fmt::format("option filter \"{}\"", macro.name.text),
            "write the filter into the equations");
      continue;
    }
    if (macro.sim_specs) {
      error(Code::unsupported_element, macro.name.span,
            fmt::format("macro \"{}\" with its own simulation specifications", macro.name.text));
      continue;
    }
    auto& named = macros_[fold_name(macro.name.text)];
    const bool taken = std::any_of(named.begin(), named.end(), [&](const syntax::MacroDecl* other) {
      return other->parameters.size() == macro.parameters.size();
    });
    if (!taken) {
      named.push_back(&macro);
    } else if (of_user) {
      error(Code::duplicate_name, macro.name.span, fmt::format("macro \"{}\"", macro.name.text));
    }
  }
}

void Resolver::load_standard_library() {
  if (standard_library_loaded_) {
    return;
  }
  standard_library_loaded_ = true;
  for (const StdlibFile& file : stdlib_files()) {
    const base::FileId id =
        sources.add(fmt::format("<standard library>/{}", file.name), std::string(file.text));
    standard_files_.push_back(id);
    auto parsed = syntax::read_xmile(id, sources, diagnostics);
    if (parsed) {
      files_.push_back(std::make_unique<syntax::ParsedModel>(std::move(*parsed)));
      declare_macros(*files_.back(), false);
    }
  }
}

const syntax::MacroDecl* Resolver::find_macro(std::string_view folded, std::size_t arguments) {
  const auto find = [&]() -> const syntax::MacroDecl* {
    const auto named = macros_.find(std::string(folded));
    if (named == macros_.end()) {
      return nullptr;
    }
    for (const syntax::MacroDecl* macro : named->second) {
      const auto required = static_cast<std::size_t>(
          std::count_if(macro->parameters.begin(), macro->parameters.end(),
                        [](const syntax::MacroParameter& p) { return !p.fallback; }));
      if (arguments >= required && arguments <= macro->parameters.size()) {
        return macro;
      }
    }
    return nullptr;
  };
  if (const syntax::MacroDecl* found = find()) {
    return found;
  }
  if (find_builtin(folded, origin_) == nullptr && !standard_library_loaded_) {
    load_standard_library();
    return find();
  }
  return nullptr;
}

bool Resolver::has_macro(std::string_view folded) {
  return macros_.find(std::string(folded)) != macros_.end();
}

const syntax::ParsedModel* Resolver::load(const syntax::Word& resource) {
  std::string text = resource.text;
  const bool remote = text.find("://") != std::string::npos && !text.starts_with("file://");
  if (remote) {
    error(Code::remote_resource, resource.span, fmt::format("\"{}\"", text),
          "copy the file beside the model and name it by a relative path");
    return nullptr;
  }
  if (text.starts_with("file://")) {
    text = text.substr(7);
  }
  namespace fs = std::filesystem;
  const fs::path from(std::string(sources.path(resource.span.file)));
  fs::path path = fs::path(text).is_absolute() ? fs::path(text) : from.parent_path() / text;
  std::error_code ignored;
  if (!fs::exists(path, ignored)) {
    // An absolute path that leads nowhere is looked for beside the file (2.11).
    const fs::path beside = from.parent_path() / fs::path(text).filename();
    if (fs::path(text).is_absolute() && fs::exists(beside, ignored)) {
      path = beside;
    }
  }
  const std::string key = path.lexically_normal().string();
  const auto known = files_by_path_.find(key);
  if (known != files_by_path_.end()) {
    return known->second;
  }
  if (!fs::exists(path, ignored)) {
    error(Code::cannot_read_file, resource.span, fmt::format("\"{}\"", key));
    files_by_path_.emplace(key, nullptr);
    return nullptr;
  }
  auto parsed = syntax::read_model_file(key, sources, diagnostics);
  const syntax::ParsedModel* result = nullptr;
  if (parsed) {
    files_.push_back(std::make_unique<syntax::ParsedModel>(std::move(*parsed)));
    result = files_.back().get();
    declare_dimensions(*result);
    declare_macros(*result, true);
  }
  files_by_path_.emplace(key, result);
  return result;
}

// <includes> of the root file (XMILE 1.0, 2.11): macros, dimensions, units and models that the
// whole model may use; what the root defines itself comes first. A * in the last part of the path
// stands for any text.
void Resolver::load_includes() {
  namespace fs = std::filesystem;
  for (const syntax::Word& include : root_.includes) {
    std::vector<syntax::Word> files = {include};
    const std::string name = fs::path(include.text).filename().string();
    const std::size_t star = name.find('*');
    if (star != std::string::npos && include.text.find("://") == std::string::npos) {
      files.clear();
      const fs::path from(std::string(sources.path(include.span.file)));
      const fs::path folder = fs::path(include.text).parent_path();
      std::error_code ignored;
      for (const auto& entry : fs::directory_iterator(from.parent_path() / folder, ignored)) {
        const std::string file = entry.path().filename().string();
        if (file.size() + 1 >= name.size() && file.starts_with(name.substr(0, star)) &&
            file.ends_with(name.substr(star + 1))) {
          files.push_back({(folder / file).string(), include.span});
        }
      }
      std::sort(files.begin(), files.end(),
                [](const syntax::Word& a, const syntax::Word& b) { return a.text < b.text; });
      if (files.empty()) {
        error(Code::cannot_read_file, include.span, fmt::format("\"{}\"", include.text),
              "no file has such a name");
      }
    }
    for (const syntax::Word& file : files) {
      const syntax::ParsedModel* parsed = load(file);
      if (parsed != nullptr && parsed != &root_) {
        included_.push_back(parsed);
      }
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
    for (const syntax::Word& feature : decl.unsupported) {
      error(Code::unsupported_element, feature.span,
            fmt::format("{} in \"{}\"", feature.text, base::display_name(decl.name.text)));
    }
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
    if (builtin != nullptr && builtin->max_arguments == 0) {
      diagnostics.add(Code::reserved_name, decl.name.span, fmt::format("\"{}\"", decl.name.text));
    }
    symbol.kind = Symbol::Kind::variable;
    symbol.variable = static_cast<VariableId>(model.variables.size());
    scope.symbols.emplace(folded, symbol);
    model.variables.push_back(std::move(made));
    info.push_back(std::move(about));
  }
}

std::optional<VariableId> Resolver::find_connected(Scope& from, std::string_view written) {
  const Symbol* symbol = find_symbol(from, written);
  if (symbol == nullptr && root_scope_ != nullptr) {
    symbol = find_symbol(*root_scope_, written);
  }
  if (symbol == nullptr || symbol->kind != Symbol::Kind::variable) {
    return std::nullopt;
  }
  return symbol->variable;
}

// <connect to= from=> of each module: `to` is an input inside (or, with a dot, anywhere below or in
// the root), `from` a qualified name seen from the model around.
void Resolver::connect_modules() {
  for (const Module& module : modules_) {
    for (const syntax::Connection& connection : module.decl->connections) {
      auto from = find_connected(*module.around, connection.from.text);
      std::optional<VariableId> to;
      const Symbol* inside = find_symbol(*module.inside, connection.to.text);
      if (inside != nullptr && inside->kind == Symbol::Kind::variable &&
          !connection.to.text.starts_with(".")) {
        to = inside->variable;
      } else {
        to = find_connected(*module.around, connection.to.text);
      }
      if (!from) {
        const Symbol* own = find_symbol(*module.inside, connection.from.text);
        if (own != nullptr && own->kind == Symbol::Kind::variable) {
          from = own->variable;
        }
      }
      if (!from || !to) {
        const syntax::Word& lost = from ? connection.to : connection.from;
        error(Code::bad_connection, lost.span, fmt::format("\"{}\"", lost.text));
        continue;
      }
      // A chain of inputs leads to one source; a ring leads nowhere.
      if (resolve_alias(*from) == *to) {
        error(Code::bad_connection, connection.to.span,
              fmt::format("\"{}\" is connected to itself", connection.to.text));
        continue;
      }
      Variable& input = model.variables[*to];
      if (input.alias_of != kNone) {
        continue;  // both ends may name the connection
      }
      const Variable& source = model.variables[*from];
      if (!input.dimensions.empty() && input.dimensions != source.dimensions) {
        error(Code::shape_mismatch, connection.to.span,
              fmt::format("\"{}\" and \"{}\" have different dimensions", input.name, source.name));
        continue;
      }
      input.alias_of = *from;
    }
  }
  // Aliases of aliases have the dimensions of what they stand for.
  for (Variable& variable : model.variables) {
    if (variable.alias_of != kNone) {
      VariableId source = variable.alias_of;
      while (model.variables[source].alias_of != kNone) {
        source = model.variables[source].alias_of;
      }
      variable.alias_of = source;
      variable.dimensions = model.variables[source].dimensions;
    }
  }
}

void Resolver::connect_flows(VariableId stock) {
  VariableInfo& about = info[stock];
  const auto connect = [&](const std::vector<syntax::Word>& words, std::vector<VariableId>& flows) {
    for (const syntax::Word& word : words) {
      // Some writers put the names of flows in quotes, as in an equation.
      const bool quoted =
          word.text.size() > 1 && word.text.front() == '"' && word.text.back() == '"';
      const Symbol* symbol =
          find_symbol(*about.scope, quoted ? word.text.substr(1, word.text.size() - 2) : word.text);
      if (symbol == nullptr) {
        const std::string near = nearest_symbol(*about.scope, word.text);
        error(Code::unknown_flow, word.span, fmt::format("\"{}\"", base::display_name(word.text)),
              near.empty() ? "" : fmt::format("did you mean {}?", near));
        continue;
      }
      if (symbol->kind != Symbol::Kind::variable ||
          model.variables[resolve_alias(symbol->variable)].kind == Kind::stock) {
        error(Code::not_a_flow, word.span, fmt::format("\"{}\"", base::display_name(word.text)));
        continue;
      }
      flows.push_back(resolve_alias(symbol->variable));
    }
  };
  connect(about.decl->inflows, about.inflows);
  connect(about.decl->outflows, about.outflows);
}

void Resolver::find_shared_flows() {
  for (VariableId v = 0; v < info.size(); ++v) {
    const auto mark = [&](const std::vector<VariableId>& flows, bool VariableInfo::*shared,
                          VariableId VariableInfo::*stock, const std::vector<syntax::Word>& words) {
      for (std::size_t i = 0; i < flows.size(); ++i) {
        VariableInfo& flow = info[flows[i]];
        if (flow.*stock != kNone && flow.*stock != v) {
          flow.*shared = true;
          diagnostics.add(Code::flow_shared, words[i].span,
                          fmt::format("\"{}\"", model.variables[flows[i]].name));
        }
        flow.*stock = v;
      }
    };
    if (model.variables[v].kind == Kind::stock && info[v].decl != nullptr) {
      mark(info[v].outflows, &VariableInfo::shared_outflow, &VariableInfo::leaves,
           info[v].decl->outflows);
      mark(info[v].inflows, &VariableInfo::shared_inflow, &VariableInfo::enters,
           info[v].decl->inflows);
    }
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
  const std::vector<syntax::Word>& methods = own.methods.empty() ? file.methods : own.methods;
  constexpr std::array<std::string_view, 4> kKnown = {"euler", "rk2", "rk4", "rk45"};
  for (const syntax::Word& method : methods) {
    const std::string folded = fold_name(method.text);
    if (std::find(kKnown.begin(), kKnown.end(), folded) != kKnown.end()) {
      sim.method = folded;
      return;
    }
    diagnostics.add(Code::unknown_method, method.span, fmt::format("\"{}\"", method.text));
  }
  sim.method = "euler";
}

bool Resolver::run() {
  const std::size_t errors_before = diagnostics.errors();
  if (root_.models.empty()) {
    error(Code::missing_sim_specs, root_.sim_specs.span, "", "the file holds no <model>");
    return false;
  }
  const syntax::ModelDecl& root = root_.models[syntax::root_model(root_)];
  model.name = root_.header.name;
  origin_ = origin_of(root_.header.vendor, root_.header.product);
  resolve_sim_specs(root_, root);
  declare_dimensions(root_);
  declare_macros(root_, true);
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
  connect_modules();
  for (VariableId v = 0; v < model.variables.size(); ++v) {
    if (model.variables[v].kind == Kind::stock) {
      connect_flows(v);
    }
  }
  find_shared_flows();
  const auto declared = static_cast<VariableId>(model.variables.size());
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
  order_assignments(*this);
  return diagnostics.errors() == errors_before;
}

void Resolver::add(Recipe recipe) { recipes.push_back(std::move(recipe)); }

NodeId Resolver::add_node(Node node) {
  model.nodes.push_back(node);
  return static_cast<NodeId>(model.nodes.size() - 1);
}

std::uint32_t Resolver::add_table(const syntax::GraphicalFunction& gf) {
  model.tables.push_back(gf);
  return static_cast<std::uint32_t>(model.tables.size() - 1);
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
