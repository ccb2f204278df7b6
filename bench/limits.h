// What a model's ensemble asks of the processor, counted instruction by instruction (stepping.h),
// against what the processor can do, measured by small loops in the same process: instructions that
// do not wait for each other, divisions, lines of the second cache. Divisions and lines take at
// least that long in any order; instructions as long as in a loop of loads, products, sums and
// stores.
#pragma once

#include <string>
#include <vector>

#include "workload.h"

namespace shamal::bench {

// Prints a table, in units for each equation, step and run. False if counting itself is found
// wrong.
bool run_limits(const std::vector<Bench>& benches, const std::string& folder,
                const WorkloadOptions& options, const machine::Backend& backend);

}  // namespace shamal::bench
