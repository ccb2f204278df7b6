// The WebAssembly build in Node against one core of the native one: the same programs and runs.
#pragma once

#include <string>
#include <vector>

#include "workload.h"

namespace shamal::bench {

// Prints a table of milliseconds a run, of processor time, natively (with all that the
// processor has, and held to AVX2) and in WebAssembly with code, which divides by products or not,
// and with rows alone; the least of several repetitions counts. False where Node or
// build/wasm/shamal.wasm is missing.
bool run_wasm(const std::vector<Bench>& benches, const std::string& folder,
              const WorkloadOptions& options, std::size_t repeat);

}  // namespace shamal::bench
