#include "ir/layout.h"

#include <array>

namespace shamal::ir {

std::string_view kind_name(VariableKind kind) {
  constexpr std::array<std::string_view, 4> kNames = {"stock", "flow", "auxiliary", "constant"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string Layout::element_label(const LayoutVariable& variable, std::uint32_t index) const {
  std::string label;
  for (std::size_t d = variable.dimensions.size(); d-- > 0;) {
    const std::vector<std::string>& elements = dimensions[variable.dimensions[d]].elements;
    const auto size = static_cast<std::uint32_t>(elements.size());
    label = elements[index % size] + (label.empty() ? "" : "," + label);
    index /= size;
  }
  return label;
}

}  // namespace shamal::ir
