#include "workload.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <random>

#include <fmt/format.h>

#include "synthetic.h"

namespace shamal::bench {

namespace fs = std::filesystem;

std::vector<Bench> benches(const std::string& only, std::uint32_t steps) {
  const std::string own = std::string(SHAMAL_SOURCE_DIR) + "/bench/models/";
  const std::string large = std::string(SHAMAL_SOURCE_DIR) + "/../shared/conformance/large/";
  const auto mixed = [steps](std::uint32_t equations) {
    return [equations, steps] {
      Mix mix;
      mix.equations = equations;
      mix.steps = steps > 0 ? steps : mix.steps;
      return synthetic_model(mix);
    };
  };
  const auto arrays = [] {
    Mix mix;
    mix.equations = 3000;
    mix.arrayed = 1;
    mix.tables = 0;
    return synthetic_model(mix);
  };
  std::vector<Bench> made = {
      {"teacup", own + "teacup.xmile", {}},
      {"sir", own + "sir.xmile", {}},
      {"world3-03", large + "wrld3-03.mdl", {}},
      {"c-learn", large + "C-LEARN v77 for Vensim.mdl", {}},
      {"regions-30", "", arrays},
      {"epidemic-50x10", "", epidemic_model},
      {"campaign", std::string(SHAMAL_SOURCE_DIR) + "/models/levant/levant.xmile", {}},
      {"mix-1000", "", mixed(1000)},
      {"mix-10000", "", mixed(10000)},
      {"mix-100000", "", mixed(100000)},
  };
  // A mix of any size, on demand.
  const std::string kMix = "mix-";
  const bool known =
      std::any_of(made.begin(), made.end(), [&](const Bench& bench) { return bench.name == only; });
  if (!known && only.rfind(kMix, 0) == 0) {
    made.push_back(
        {only, "", mixed(static_cast<std::uint32_t>(std::stoul(only.substr(kMix.size()))))});
  }
  if (!only.empty()) {
    made.erase(std::remove_if(made.begin(), made.end(),
                              [&](const Bench& bench) { return bench.name != only; }),
               made.end());
  }
  return made;
}

std::string path_of(const Bench& bench, const std::string& folder) {
  if (!bench.text) {
    return bench.path;
  }
  const std::string path = folder + "/" + bench.name + ".xmile";
  std::ofstream(path) << bench.text();
  return path;
}

std::optional<Workload> make_workload(const Bench& bench, const std::string& folder,
                                      const WorkloadOptions& options) {
  constexpr std::size_t kSaved = 20;
  constexpr std::size_t kVaried = 64;
  base::Sources sources;
  base::Diagnostics diagnostics;
  const std::string path = path_of(bench, folder);
  if (!fs::exists(path)) {
    fmt::print(stderr, "{}: {} is not there\n", bench.name, path);
    return std::nullopt;
  }
  const auto opening = std::chrono::steady_clock::now();
  auto compiled = api::compile(path, sources, diagnostics);
  const std::chrono::duration<double> opened = std::chrono::steady_clock::now() - opening;
  if (!compiled) {
    fmt::print(stderr, "{}: not simulated yet: {}\n", bench.name,
               base::print(diagnostics, sources).substr(0, 200));
    return std::nullopt;
  }
  Workload made{bench.name, std::move(*compiled), 1e3 * opened.count(), 0, 0, {}, {}, {}, {}};
  sim::RunSpec& spec = made.spec;
  spec.start = made.compiled.model.sim.start;
  spec.stop = made.compiled.model.sim.stop;
  spec.dt = made.compiled.model.sim.dt;
  spec.save_interval = kSaveEvery * spec.dt;
  spec.batch_width = options.width;
  made.steps = static_cast<unsigned>(std::lround((spec.stop - spec.start) / spec.dt));
  std::vector<ir::Slot> constants;
  std::vector<const ir::LayoutVariable*> moving;
  for (const ir::LayoutVariable& variable : made.compiled.layout.variables) {
    if (variable.alias) {
      continue;
    }
    if (variable.kind == ir::VariableKind::constant) {
      for (std::uint32_t i = 0; i < variable.count && !variable.structural; ++i) {
        constants.push_back(variable.base + i);
      }
    } else {
      made.equations += variable.count;
      moving.push_back(&variable);
    }
  }
  for (std::size_t i = 0; i < moving.size();
       i += std::max<std::size_t>(1, moving.size() / kSaved)) {
    spec.saved.push_back({moving[i]->base, 1});
    made.rival.saved.push_back(moving[i]->base);
  }
  const std::size_t apart =
      options.vary_all ? 1 : std::max<std::size_t>(1, constants.size() / kVaried);
  for (std::size_t i = 0; i < constants.size(); i += apart) {
    made.rival.varied.push_back(constants[i]);
  }
  const auto affordable = static_cast<std::size_t>(6e8 / made.work());
  made.inputs.runs =
      options.runs > 0 ? options.runs : std::clamp<std::size_t>(affordable, 64, 1024) / 64 * 64;
  std::mt19937_64 random(1);
  made.rival_inputs.resize(made.inputs.runs * made.rival.varied.size());
  for (std::size_t i = 0; i < made.rival.varied.size(); ++i) {
    double value = 0;
    for (const ir::Constant& constant : made.compiled.program.constants) {
      value = constant.slot == made.rival.varied[i] ? constant.value : value;
    }
    sim::Inputs::Override change{made.rival.varied[i], {}};
    for (std::size_t run = 0; run < made.inputs.runs; ++run) {
      const double unit = static_cast<double>(random() >> 11) * 0x1p-53;
      change.values.push_back(value * (0.95 + 0.1 * unit));
      made.rival_inputs[run * made.rival.varied.size() + i] = change.values.back();
    }
    made.inputs.overrides.push_back(std::move(change));
  }
  return made;
}

}  // namespace shamal::bench
