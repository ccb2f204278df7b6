// Looking names up: symbols through modules, dimensions and their elements, and what was probably
// meant.

#include <algorithm>

#include <fmt/format.h>

#include "base/names.h"
#include "model/resolver.h"

namespace shamal::model {

using base::fold_name;

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
    if (stands_alone(builtin) && (builtin.origin == Origin::mdl) == (vensim != nullptr)) {
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

}  // namespace shamal::model
