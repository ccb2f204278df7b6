// The WebAssembly build in Node against one core of the native one: the same programs, the same
// runs, through the same functions (sim/c_interface.h).
#pragma once

#include <string>
#include <vector>

#include "workload.h"

namespace shamal::bench {

// Prints a table of milliseconds a run, of processor time, natively and in WebAssembly with code
// and with rows alone; the least of several repetitions counts. False where Node or
// build/wasm/shamal.wasm is missing.
bool run_wasm(const std::vector<Bench>& benches, const std::string& folder,
              const WorkloadOptions& options, std::size_t repeat);

}  // namespace shamal::bench
