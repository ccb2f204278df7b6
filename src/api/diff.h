// What differs between two versions of a model: variables, equations, units, documentation,
// dimensions and simulation settings. Variables are compared by qualified name, equations as they
// are written (spaces, line breaks and case of names aside).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.h"

namespace shamal::api {

struct ModelChange {
  enum class Kind { added, removed, renamed, changed };
  Kind kind = Kind::changed;
  std::string what;    // "variable", "dimension", "setting", "macro"
  std::string name;    // renamed: the old one
  std::string aspect;  // changed: "equation", "unit", "documentation", …
  std::string before;  // renamed: empty
  std::string after;   // renamed: the new name
};

// In the order of the files. Nothing after errors: a file cannot be read, or they are in different
// languages.
std::optional<std::vector<ModelChange>> diff_models(const std::string& before,
                                                    const std::string& after,
                                                    base::Sources& sources,
                                                    base::Diagnostics& diagnostics);

std::string print(const std::vector<ModelChange>& changes);

}  // namespace shamal::api
