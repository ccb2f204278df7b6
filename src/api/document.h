// A page that documents a model: one HTML file that opens without a network. Equations with links
// to what they name, units, documentation, causes and uses, diagrams from the file's views,
// problems that `shamal check` finds, and the simulation settings.
#pragma once

#include <optional>
#include <string>

#include "api/compile.h"
#include "base/diagnostics.h"

namespace shamal::api {

// The page. Nothing after errors; warnings are part of the page.
std::optional<std::string> document(const std::string& path, base::Sources& sources,
                                    base::Diagnostics& diagnostics,
                                    const CompileInputs& inputs = {});

}  // namespace shamal::api
