// What a variable depends on, and what depends on it, to a depth: a tree, in which a variable that
// was shown above is not followed again.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/compile.h"
#include "base/diagnostics.h"

namespace shamal::api {

struct TraceRow {
  std::string variable;
  std::string kind;  // stock, flow, auxiliary, constant, graphical
  std::string unit;
  std::size_t depth = 0;    // 0 for the variable that was asked for
  bool start_only = false;  // matters at the start only
  bool above = false;       // is followed where it stands first
};

enum class TraceDirection { causes, uses };

// Rows in the order of the tree. Nothing after errors: in the model, or no such variable.
std::optional<std::vector<TraceRow>> trace(const std::string& path, std::string_view variable,
                                           TraceDirection direction, std::size_t depth,
                                           base::Sources& sources, base::Diagnostics& diagnostics,
                                           const CompileInputs& inputs = {});

}  // namespace shamal::api
