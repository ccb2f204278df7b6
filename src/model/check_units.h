// The dimensional check: every sum, comparison, equation and rate of change has one dimension.
#pragma once

#include "base/diagnostics.h"
#include "model/model.h"
#include "units/unit_system.h"

namespace shamal::model {

// Adds a warning for each disagreement. Equations of variables without a unit are not checked, and
// such a variable agrees with everything, as does the literal 0; other literals are dimensionless,
// except as the whole equation of a variable. Graphical functions give their variable's unit
// whatever they are given.
void check_units(const Model& model, const units::UnitSystem& system,
                 base::Diagnostics& diagnostics);

}  // namespace shamal::model
