// The checks of a model that need no run: units, and that every number has a name, a unit, a range
// and an origin.
#pragma once

#include <vector>

#include "api/battery.h"

namespace shamal::api {

// `diagnostics` holds what the compilation of the model reported.
std::vector<CheckResult> check_statically(const CompiledModel& compiled,
                                          const analysis::StudyFiles& files,
                                          const base::Diagnostics& diagnostics);

}  // namespace shamal::api
