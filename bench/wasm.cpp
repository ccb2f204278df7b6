#include "wasm.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "api/emit.h"
#include "sim/c_interface.h"

namespace shamal::bench {

namespace {

namespace fs = std::filesystem;

// Milliseconds of all runs; 0 if the program or a setting is refused.
double native_ms(const std::string& program, const Workload& workload, std::size_t repeat) {
  ShamalModel* const model =
      shamal_open(program.data(), static_cast<std::uint32_t>(program.size()));
  if (model == nullptr) {
    return 0;
  }
  const sim::RunSpec& spec = workload.spec;
  shamal_set_times(model, spec.start, spec.stop, spec.dt, spec.save_interval);
  for (const sim::SlotRange& saved : spec.saved) {
    shamal_save(model, saved.base, saved.count);
  }
  const auto runs = static_cast<std::uint32_t>(workload.inputs.runs);
  for (const sim::Inputs::Override& change : workload.inputs.overrides) {
    shamal_set(model, change.slot, change.values.data(), runs);
  }
  double least = 0;
  for (std::size_t r = 0; r < repeat; ++r) {
    const auto start = std::chrono::steady_clock::now();
    const bool good = shamal_run(model, runs, 0, 0) == 0;
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    least = !good ? 0 : (least == 0 ? took.count() : std::min(least, took.count()));
  }
  shamal_close(model);
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

double wasm_ms(const std::string& wasm, const std::string& program, const std::string& settings,
               std::size_t repeat) {
  const std::string command = fmt::format("node '{}/bench/wasm_time.mjs' '{}' '{}' '{}' {}",
                                          SHAMAL_SOURCE_DIR, wasm, program, settings, repeat);
  double ms = 0;
  if (std::FILE* const pipe = popen(command.c_str(), "r")) {
    if (std::fscanf(pipe, "%lf", &ms) != 1) {
      ms = 0;
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
  fmt::print("{:<15} {:>6} {:>10} {:>10} {:>7}\n", "model", "runs", "native ms", "wasm ms",
             "speed");
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
    const double native = native_ms(*program, *workload, repeat);
    const double ours = wasm_ms(wasm, program_file, settings_file, repeat);
    if (native == 0 || ours == 0) {
      fmt::print(stderr, "{}: did not run\n", bench.name);
      good = false;
      continue;
    }
    const auto runs = static_cast<double>(workload->inputs.runs);
    fmt::print("{:<15} {:>6} {:>10.4f} {:>10.4f} {:>7.2f}\n", bench.name, workload->inputs.runs,
               native / runs, ours / runs, native / ours);
    std::fflush(stdout);
  }
  return good;
}

}  // namespace shamal::bench
