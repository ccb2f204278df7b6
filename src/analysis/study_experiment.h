// The sections of a study that say what may vary and what is asked of the runs: priors, levers,
// rival structures, outcomes and registered bands. Mistakes become diagnostics at their places;
// what is returned is complete only if none was an error.
#pragma once

#include <vector>

#include "analysis/study.h"
#include "analysis/toml_table.h"

namespace shamal::analysis {

// Adds the sections of `root` to the study, whose head and lines have been read.
void read_experiment(TomlTable& root, const TomlPlaces& places, base::Diagnostics& diagnostics,
                     Study& study);

}  // namespace shamal::analysis
