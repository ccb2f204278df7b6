// The benchmark models, and the ensemble of each that is measured: 64 constants of the model differ
// from run to run, twenty variables are saved at every eighth step.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "api/compile.h"
#include "emit_c.h"
#include "sim/run.h"

namespace shamal::bench {

struct Bench {
  std::string name;
  std::string path;                   // of a model file, or
  std::function<std::string()> text;  // its text
};

inline constexpr unsigned kSaveEvery = 8;

// All of them, or the one called `only`; mix-N makes a synthetic model of about N equations.
// `steps` of synthetic mixes; 0: as usual.
std::vector<Bench> benches(const std::string& only, std::uint32_t steps);

// The model's file, which is written into the folder if there is none.
std::string path_of(const Bench& bench, const std::string& folder);

struct Workload {
  std::string name;
  api::CompiledModel compiled;
  double open_ms = 0;           // from the text to the kernel
  std::uint64_t equations = 0;  // scalar variables and elements that are no constants
  unsigned steps = 0;
  sim::RunSpec spec;
  sim::Inputs inputs;
  RivalSpec rival;
  std::vector<double> rival_inputs;  // [run][varied]

  // Equations computed in a run.
  double work() const { return static_cast<double>(equations) * (steps + 1); }
};

struct WorkloadOptions {
  std::size_t runs = 0;   // 0: as many as take about a quarter of a second
  std::size_t width = 0;  // runs in a batch; 0: the kernel's choice
  bool vary_all = false;  // every constant
};

// Nothing if the model cannot be opened, which is said.
std::optional<Workload> make_workload(const Bench& bench, const std::string& folder,
                                      const WorkloadOptions& options);

}  // namespace shamal::bench
