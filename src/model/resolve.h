// Stage: ParsedModel → Model. Names, modules, macros, shapes and evaluation orders.
#pragma once

#include <optional>
#include <string_view>

#include "base/diagnostics.h"
#include "model/model.h"
#include "syntax/parsed_model.h"

namespace shamal::model {

// Files that modules name by resource= are read relative to the file that names them. Reports every
// problem it finds; nothing if any of them is an error. `parsed` must outlive the call only.
std::optional<Model> resolve(const syntax::ParsedModel& parsed, base::Sources& sources,
                             base::Diagnostics& diagnostics);

// True for the path under which a file of the standard library appears among the sources.
bool is_standard_library(std::string_view path);

}  // namespace shamal::model
