// Dimensions: named or numbered elements, declared once or alike in every file of a whole model.

#include <algorithm>

#include <fmt/format.h>

#include "base/names.h"
#include "model/resolver.h"

namespace shamal::model {

using base::Code;
using base::fold_name;

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
      size = start_value(*decl.size_expr, *local);
      if (!size) {
        error(Code::constant_required,
              is_standard(decl.name.span.file) ? local->use : decl.size_expr->span,
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

// Of dimensions that were added without a declaration.
void Resolver::index_elements() {
  for (std::size_t d = element_index_.size(); d < model.dimensions.size(); ++d) {
    std::unordered_map<std::string, std::uint32_t> index;
    for (const std::string& element : model.dimensions[d].elements) {
      index.emplace(fold_name(element), static_cast<std::uint32_t>(index.size()));
    }
    element_index_.push_back(std::move(index));
  }
}

void Resolver::declare_dimensions(const syntax::ParsedModel& file) {
  for (const syntax::DimensionDecl& decl : file.dimensions) {
    add_dimension(decl, nullptr);
  }
}

}  // namespace shamal::model
