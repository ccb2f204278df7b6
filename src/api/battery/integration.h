// Whether the step and the method of integration are fine enough: the check of the kind
// `integration`, at the medians of the priors.
#pragma once

#include "analysis/battery.h"
#include "api/battery.h"

namespace shamal::api {

void check_integration(const CompiledModel& compiled, const analysis::Study& study,
                       const analysis::Check& check, CheckResult& result,
                       base::Diagnostics& diagnostics);

}  // namespace shamal::api
