#include "wasm.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "api/emit.h"
#include "cycles.h"

namespace shamal::bench {

namespace {

namespace fs = std::filesystem;

// Milliseconds of processor time of all runs.
double native_ms(const Workload& workload, const machine::Backend& backend, std::size_t repeat) {
  const Counter counter;
  double least = 0;
  for (std::size_t r = 0; r < repeat; ++r) {
    const double start = counter.now().seconds;
    sim::simulate(workload.compiled.kernel, workload.spec, workload.inputs, backend);
    const double took = 1e3 * (counter.now().seconds - start);
    least = least == 0 ? took : std::min(least, took);
  }
  return least;
}

// As wasm_time.mjs reads it, all as doubles: start, stop, step and save interval; the number of
// runs; how many slots are saved, and these; for each setting its slot and the values of the runs.
void write_settings(const Workload& workload, const std::string& file) {
  const sim::RunSpec& spec = workload.spec;
  std::vector<double> values = {spec.start,
                                spec.stop,
                                spec.dt,
                                spec.save_interval,
                                static_cast<double>(workload.inputs.runs),
                                static_cast<double>(spec.saved.size())};
  for (const sim::SlotRange& saved : spec.saved) {
    values.push_back(saved.base);
  }
  for (const sim::Inputs::Override& change : workload.inputs.overrides) {
    values.push_back(change.slot);
    values.insert(values.end(), change.values.begin(), change.values.end());
  }
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(values.data()),
             static_cast<std::streamsize>(values.size() * sizeof(double)));
}

struct WasmMs {
  double code = 0;
  int products = 0;  // for divisions, in part
  double rows = 0;   // without code of its own
};

WasmMs wasm_ms(const std::string& wasm, const std::string& program, const std::string& settings,
               std::size_t repeat) {
  const std::string command = fmt::format("node '{}/bench/wasm_time.mjs' '{}' '{}' '{}' {}",
                                          SHAMAL_SOURCE_DIR, wasm, program, settings, repeat);
  WasmMs ms;
  if (std::FILE* const pipe = popen(command.c_str(), "r")) {
    if (std::fscanf(pipe, "%lf %d %lf", &ms.code, &ms.products, &ms.rows) != 3) {
      ms = {};
    }
    pclose(pipe);
  }
  return ms;
}

}  // namespace

bool run_wasm(const std::vector<Bench>& benches, const std::string& folder,
              const WorkloadOptions& options, std::size_t repeat) {
  const std::string wasm = std::string(SHAMAL_SOURCE_DIR) + "/build/wasm/shamal.wasm";
  if (!fs::exists(wasm)) {
    fmt::print(stderr,
               "no build/wasm/shamal.wasm: tools/install_dependencies --wasm and tools/build wasm "
               "make it\n");
    return false;
  }
  fmt::print("{:<15} {:>6} {:>10} {:>10} {:>10} {:>10} {:>9} {:>7} {:>7} {:>7}\n", "model", "runs",
             "native ms", "AVX2 ms", "wasm ms", "rows ms", "products", "speed", "of AVX2", "rows");
  bool good = true;
  for (const Bench& bench : benches) {
    const auto workload = make_workload(bench, folder, options);
    base::Sources sources;
    base::Diagnostics diagnostics;
    const auto program =
        workload ? api::emit_bytes(path_of(bench, folder), sources, diagnostics) : std::nullopt;
    if (!program) {
      continue;
    }
    const std::string program_file = folder + "/program";
    const std::string settings_file = folder + "/settings";
    std::ofstream(program_file, std::ios::binary) << *program;
    write_settings(*workload, settings_file);
    const double native = native_ms(*workload, machine::backends().front(), repeat);
    const double avx2 = native_ms(*workload, *machine::find_backend("avx2"), repeat);
    const WasmMs ours = wasm_ms(wasm, program_file, settings_file, repeat);
    if (ours.code == 0) {
      fmt::print(stderr, "{}: did not run\n", bench.name);
      good = false;
      continue;
    }
    const auto runs = static_cast<double>(workload->inputs.runs);
    fmt::print(
        "{:<15} {:>6} {:>10.4f} {:>10.4f} {:>10.4f} {:>10.4f} {:>9} {:>7.2f} {:>7.2f} {:>7.2f}\n",
        bench.name, workload->inputs.runs, native / runs, avx2 / runs, ours.code / runs,
        ours.rows / runs, ours.products != 0 ? "yes" : "no", native / ours.code, avx2 / ours.code,
        native / ours.rows);
    std::fflush(stdout);
  }
  return good;
}

}  // namespace shamal::bench
