// The section [fit] of a study: what `shamal fit` moves, and the events and groups that charts and
// priors do not hold.
#pragma once

#include "analysis/study.h"
#include "analysis/toml_table.h"

namespace shamal::analysis {

// Mistakes become diagnostics; what is returned is complete only if none was an error.
FitSpec read_fit(const toml::table& root, const TomlPlaces& places, base::Diagnostics& diagnostics,
                 const Calendar& calendar);

}  // namespace shamal::analysis
