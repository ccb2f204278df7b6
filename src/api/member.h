// A member of the family: the model of a battery with other timelines, compiled.
#pragma once

#include <optional>

#include "analysis/battery.h"
#include "api/compile.h"

namespace shamal::api {

// Nothing after errors: a timeline that the model does not have, or a variable that is none.
std::optional<CompiledModel> compile_member(const CompiledModel& model,
                                            const analysis::Member& member, base::Sources& sources,
                                            base::Diagnostics& diagnostics);

}  // namespace shamal::api
