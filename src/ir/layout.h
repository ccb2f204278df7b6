// Which slots belong to which variable: the names, units and documentation that a Program lacks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ir/program.h"

namespace shamal::ir {

struct LayoutDimension {
  std::string name;
  std::vector<std::string> elements;
};

enum class VariableKind : std::uint8_t { stock, flow, auxiliary, constant };

std::string_view kind_name(VariableKind kind);

struct LayoutVariable {
  std::string name;  // as people read it; module-qualified: "finance.Cash"
  VariableKind kind = VariableKind::auxiliary;
  std::vector<std::uint32_t> dimensions;  // indices into Layout::dimensions
  Slot base = 0;
  std::uint32_t count = 1;  // product of the dimensions' sizes, row-major
  std::string unit;         // as written; empty if none
  std::string doc;
  std::optional<std::pair<double, double>> range;  // plausible values
  bool structural = false;  // a constant that fixed the size of something: cannot be set
  bool alias = false;       // a module's input: shares the slots of its source
  bool hidden = false;      // made by the compiler (stages of a delay); saved on request
};

struct Layout {
  std::vector<LayoutDimension> dimensions;
  std::vector<LayoutVariable> variables;  // in the order of the model file

  // "Boston,dresses" for element `index` of a variable; empty for a scalar.
  std::string element_label(const LayoutVariable& variable, std::uint32_t index) const;
};

}  // namespace shamal::ir
