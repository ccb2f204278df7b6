// Names of variables, ranges and elements in the other language, each once.
#include <algorithm>

#include <fmt/format.h>

#include "base/names.h"
#include "model/translate_forms.h"
#include "model/translator.h"
#include "syntax/names.h"

namespace shamal::model {

using syntax::Expr;
using syntax::ExprKind;

namespace {

// "finance.oil.Cash" as "finance.oil." and "Cash"; a dot between blanks or digits is part of a
// name.
std::string without_modules(const std::string& name, const std::string& prefix) {
  return name.starts_with(prefix) ? name.substr(prefix.size()) : name;
}

std::string in_words(std::string text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.compare(i, 2, "·") == 0) {
      result += ' ';
      ++i;
    } else {
      result += text[i];
    }
  }
  return base::display_name(result);
}

}  // namespace

std::string Translator::unique_name(const std::string& wanted, const std::string& qualified) {
  const auto free = [&](const std::string& name) {
    const std::string folded = base::fold_name(name);
    return !folded.empty() && !is_reserved(folded, to_) && taken_.insert(folded).second;
  };
  if (free(wanted)) {
    return wanted;
  }
  if (!qualified.empty() && qualified != wanted && free(qualified)) {
    return qualified;
  }
  const std::string base = qualified.empty() ? wanted : qualified;
  for (int number = 2;; ++number) {
    std::string numbered = fmt::format("{} {}", base, number);
    if (free(numbered)) {
      return numbered;
    }
  }
}

// The model's own variables first, so that they keep their names; of several modules' variables
// with one name, each takes the module's name along.
void Translator::name_variables() {
  names_.resize(model_.variables.size());
  std::map<std::string, int> uses;
  const auto own_name = [&](VariableId v) {
    const Scope* const scope = resolver_.info[v].scope;
    return without_modules(model_.variables[v].name, scope == nullptr ? "" : scope->prefix);
  };
  const auto shown = [&](VariableId v) {
    return !model_.variables[v].hidden && model_.variables[v].alias_of == kNone;
  };
  for (VariableId v = 0; v < model_.variables.size(); ++v) {
    if (shown(v)) {
      ++uses[base::fold_name(own_name(v))];
    }
  }
  for (VariableId v = 0; v < model_.variables.size(); ++v) {
    if (!shown(v)) {
      continue;
    }
    const std::string& name = model_.variables[v].name;
    std::string own = own_name(v);
    if (!vensim()) {
      std::replace(own.begin(), own.end(), '.', ' ');  // a dot would lead into a module
    }
    std::string qualified = name;
    if (own_name(v) != name) {
      std::replace(qualified.begin(), qualified.end(), '.', ' ');
    } else {
      qualified = own + " of the model";
    }
    names_[v] = uses[base::fold_name(own_name(v))] > 1 && own_name(v) != name
                    ? unique_name(qualified)
                    : unique_name(own, qualified);
    if (names_[v] != name) {
      result_.variables.push_back({name, names_[v]});
    }
  }
  for (VariableId v = 0; v < model_.variables.size(); ++v) {
    if (!model_.variables[v].hidden && model_.variables[v].alias_of != kNone) {
      const VariableId source = resolver_.resolve_alias(v);
      if (!names_[source].empty()) {
        result_.variables.push_back({model_.variables[v].name, names_[source]});
      }
    }
  }
}

const std::string& Translator::name_of(VariableId variable) {
  const VariableId real = resolver_.resolve_alias(variable);
  std::string& name = names_[real];
  if (name.empty()) {
    const VariableId owner = model_.variables[real].owner;
    std::string wanted = model_.variables[real].name;
    if (owner != kNone && wanted.starts_with(model_.variables[owner].name)) {
      wanted = name_of(owner) + wanted.substr(model_.variables[owner].name.size());
    }
    std::replace(wanted.begin(), wanted.end(), '.', ' ');
    name = unique_name(in_words(std::move(wanted)));
    waiting_.push_back(real);
  }
  return name;
}

const std::string& Translator::dimension_name(DimensionId dimension) {
  used_dimensions_.insert(dimension);
  std::string& name = dimension_names_[dimension];
  if (name.empty()) {
    const std::string& own = model_.dimensions[dimension].name;
    name = unique_name(in_words(own), in_words(own) + " range");
    if (name != own && !model_.dimensions[dimension].hidden) {
      lose(fmt::format("The dimension \"{}\" is called \"{}\".", own, name));
    }
  }
  return name;
}

// Vensim's elements have names for the whole model, which begin with a letter. The same element of
// two dimensions stays the same.
std::string Translator::element_name(DimensionId dimension, std::uint32_t element) {
  const std::string& own = model_.dimensions[dimension].elements[element];
  if (!vensim()) {
    return own;
  }
  const auto known = element_names_.find({dimension, element});
  if (known != element_names_.end()) {
    return known->second;
  }
  const bool named = !own.empty() && (own[0] < '0' || own[0] > '9');
  std::string wanted = named ? own : fmt::format("{} {}", model_.dimensions[dimension].name, own);
  const std::string folded = base::fold_name(wanted);
  const auto shared = element_owner_.find(folded);
  if (named && shared != element_owner_.end()) {
    wanted = shared->second;
  } else {
    wanted = unique_name(wanted, wanted + " element");
    if (named) {
      element_owner_.emplace(folded, wanted);
    }
  }
  element_names_.emplace(std::pair(dimension, element), wanted);
  if (wanted != own) {
    result_.elements.push_back(
        {model_.dimensions[dimension].name + "." + own, dimension_name(dimension) + "." + wanted});
  }
  return wanted;
}

bool Translator::is_whole(const Axis& axis) const {
  if (axis.size() != model_.dimensions[axis.dimension].size()) {
    return false;
  }
  for (std::uint32_t i = 0; i < axis.size(); ++i) {
    if (axis.elements[i] != i) {
      return false;
    }
  }
  return true;
}

// The elements of a dimension made for an axis. A part of a numbered one counts from 1 in XMILE.
void Translator::list_elements(const Axis& axis, syntax::DimensionDecl& decl) {
  if (!vensim()) {
    decl.size = axis.size();
  }
  for (std::uint32_t i = 0; i < axis.size() && (vensim() || !is_numbered(axis.dimension)); ++i) {
    decl.elements.push_back({element_name(axis.dimension, axis.elements[i]), {}});
  }
}

std::string Translator::element_of(const Axis& axis, std::uint32_t position) {
  return !vensim() && is_numbered(axis.dimension)
             ? fmt::format("{}", position + 1)
             : element_name(axis.dimension, axis.elements[position]);
}

bool Translator::is_numbered(DimensionId dimension) const {
  const std::vector<std::string>& elements = model_.dimensions[dimension].elements;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    if (elements[i] != std::to_string(i + 1)) {
      return false;
    }
  }
  return !elements.empty();
}

std::string Translator::range_name(const Axis& axis, std::uint32_t occurrence) {
  std::string name;
  if (is_whole(axis)) {
    name = dimension_name(axis.dimension);
  } else {
    std::string& part = part_names_[{axis.dimension, axis.elements}];
    if (part.empty()) {
      std::vector<std::string> elements;
      for (const std::uint32_t element : axis.elements) {
        elements.push_back(model_.dimensions[axis.dimension].elements[element]);
      }
      for (DimensionId d = 0; d < model_.dimensions.size() && part.empty(); ++d) {
        if (!model_.dimensions[d].hidden && model_.dimensions[d].elements == elements) {
          part = dimension_name(d);
        }
      }
    }
    if (part.empty()) {
      part = unique_name(fmt::format("{} part", model_.dimensions[axis.dimension].name));
      syntax::DimensionDecl decl;
      decl.name.text = part;
      list_elements(axis, decl);
      extra_ranges_.push_back(std::move(decl));
    }
    name = part;
  }
  if (occurrence == 0) {
    return name;
  }
  std::string& alias = aliases_[{name, occurrence}];
  if (alias.empty()) {
    alias = unique_name(fmt::format("{} {}", name, occurrence + 1));
    syntax::DimensionDecl decl;
    decl.name.text = alias;
    if (vensim()) {
      decl.equivalent_to = syntax::Word{name, {}};
    } else {
      list_elements(axis, decl);
    }
    extra_ranges_.push_back(std::move(decl));
  }
  return alias;
}

// A name in an equation: in XMILE words are joined by underscores, as people write them.
Expr Translator::name_expr(const std::string& name) const {
  Expr expr;
  expr.kind = ExprKind::name;
  expr.text = name;
  if (!vensim()) {
    std::string joined = name;
    std::replace(joined.begin(), joined.end(), ' ', '_');
    if (syntax::is_bare_name(joined)) {
      expr.text = joined;
    }
  }
  return expr;
}

void Translator::add_dimensions() {
  for (DimensionId d = 0; d < model_.dimensions.size(); ++d) {
    const Dimension& dimension = model_.dimensions[d];
    if (dimension.hidden && !used_dimensions_.contains(d)) {
      continue;
    }
    syntax::DimensionDecl decl;
    decl.name.text = dimension_name(d);
    const bool numbered = is_numbered(d);
    if (!vensim()) {
      decl.size = dimension.size();
    }
    for (std::uint32_t e = 0; e < dimension.size() && (vensim() || !numbered); ++e) {
      decl.elements.push_back({element_name(d, e), {}});
    }
    result_.parsed.dimensions.push_back(std::move(decl));
  }
  for (syntax::DimensionDecl& decl : extra_ranges_) {
    result_.parsed.dimensions.push_back(std::move(decl));
  }
}

}  // namespace shamal::model
