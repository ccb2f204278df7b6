#include "data/dataset.h"

#include <algorithm>

#include "base/names.h"

namespace shamal::data {

const Variable* Dataset::find(std::string_view name) const {
  // Most names come as they are written here; comparing folded names is slow.
  const auto same = std::find_if(variables.begin(), variables.end(),
                                 [&](const Variable& item) { return item.name == name; });
  if (same != variables.end()) {
    return &*same;
  }
  const std::string folded = base::fold_name(name);
  const auto found = std::find_if(variables.begin(), variables.end(), [&](const Variable& item) {
    return base::fold_name(item.name) == folded;
  });
  return found == variables.end() ? nullptr : &*found;
}

std::optional<std::uint32_t> Dataset::find_dimension(std::string_view name) const {
  const std::string folded = base::fold_name(name);
  for (std::uint32_t i = 0; i < dimensions.size(); ++i) {
    if (base::fold_name(dimensions[i].name) == folded) {
      return i;
    }
  }
  return std::nullopt;
}

std::size_t Dataset::element_count(const Variable& variable) const {
  std::size_t count = 1;
  for (const std::uint32_t dimension : variable.dimensions) {
    count *= dimensions[dimension].size;
  }
  return count;
}

}  // namespace shamal::data
