// The JSON form of what commands reply, the same for the command line, the server and Python.
#pragma once

#include <nlohmann/json.hpp>

#include "base/diagnostics.h"
#include "data/compare.h"
#include "ir/layout.h"

namespace shamal::api {

// [{"code", "name", "severity", "message", "why", "fix", "file", "line", "column"}]
nlohmann::json to_json(const base::Diagnostics& diagnostics, const base::Sources& sources);

// {"passed", "values", "variables": [{"name", "agrees", "worst_relative": {…}, …}], "missing", …}
nlohmann::json to_json(const data::Comparison& comparison);

// {"name", "kind", "unit", "dimensions", "doc", …}
nlohmann::json to_json(const ir::LayoutVariable& variable, const ir::Layout& layout);

}  // namespace shamal::api
