// What single precision does to results.
#pragma once

#include <vector>

#include "sim/run.h"

namespace shamal::sim {

// Of two results of the same runs, for each column: the largest difference over all runs and times,
// relative to the largest absolute value that the column has in `exact`. Infinite where one is a
// number and the other is not, or where only the other is not always zero.
std::vector<double> relative_differences(const Trajectories& exact, const Trajectories& other);

}  // namespace shamal::sim
