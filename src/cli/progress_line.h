// How far long work has come, as a line on a terminal that is written over and over.
#pragma once

#include "base/progress.h"

namespace shamal::cli {

void print_progress(const base::Progress& progress);

}  // namespace shamal::cli
