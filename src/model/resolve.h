// Stage: ParsedModel → Model. Names, modules, macros, shapes and evaluation orders.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/diagnostics.h"
#include "model/model.h"
#include "syntax/parsed_model.h"

namespace shamal::model {

// The other files of a model, those that its modules and <includes> name, by path.
using ModelFiles = std::map<std::string, std::shared_ptr<const syntax::ParsedModel>>;

// Files that modules name by resource= are read relative to the file that names them. Reports every
// problem it finds; nothing if any of them is an error. `parsed` must outlive the call only.
// A file that `files` holds is taken from there; those that are read are put into it.
std::optional<Model> resolve(const syntax::ParsedModel& parsed, base::Sources& sources,
                             base::Diagnostics& diagnostics, ModelFiles* files = nullptr);

// True for the path under which a file of the standard library appears among the sources.
bool is_standard_library(std::string_view path);

}  // namespace shamal::model
