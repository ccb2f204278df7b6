// Single precision is near double on whole models: on the project's golden models, which have
// delays, memories, conveyors, queues and procedures, and on the campaign model. Not in all
// variables: what is a small difference of large numbers keeps few digits, and a queue may serve a
// step later.

#include <algorithm>
#include <filesystem>
#include <optional>

#include <gtest/gtest.h>

#include "api/compile.h"
#include "machine/machine.h"
#include "sim/precision.h"
#include "sim/run.h"

namespace shamal {
namespace {

namespace fs = std::filesystem;

// The share of variables that are off by more than a thousandth of their largest value somewhere in
// 21 runs, which differ in each constant by up to a thousandth. Nothing if the model does not
// compile by itself.
std::optional<double> share_off(const fs::path& path) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  const auto compiled = api::compile(path.string(), sources, diagnostics);
  if (!compiled) {
    return std::nullopt;
  }
  sim::RunSpec spec;
  spec.start = compiled->model.sim.start;
  spec.dt = compiled->model.sim.dt;
  spec.stop = std::min(compiled->model.sim.stop, spec.start + 200 * spec.dt);
  spec.save_interval = 2 * spec.dt;
  spec.method = sim::find_method(compiled->model.sim.method);
  sim::Inputs inputs;
  inputs.runs = 21;
  for (const ir::LayoutVariable& variable : compiled->layout.variables) {
    if (!variable.alias) {
      spec.saved.push_back({variable.base, variable.count});
    }
  }
  for (const ir::Constant& constant : compiled->program.constants) {
    sim::Inputs::Override change{constant.slot, {}};
    for (std::size_t run = 0; run < inputs.runs; ++run) {
      change.values.push_back(constant.value * (1 + 5e-5 * static_cast<double>(run)));
    }
    inputs.overrides.push_back(std::move(change));
  }
  const auto exact = sim::simulate(compiled->kernel, spec, inputs);
  const auto single =
      sim::simulate(compiled->kernel, spec, inputs, *machine::find_backend("single"));
  const auto apart = sim::relative_differences(exact, single);
  const auto off = std::count_if(apart.begin(), apart.end(), [](double by) { return by > 1e-3; });
  return static_cast<double>(off) / static_cast<double>(apart.size());
}

TEST(SinglePrecision, IsNearDoubleOnWholeModels) {
  if (!machine::single_possible()) {
    GTEST_SKIP() << "no machine code here";
  }
  std::size_t models = 0;
  for (const auto& entry : fs::directory_iterator(SHAMAL_SOURCE_DIR "/tests/golden")) {
    const auto off = entry.path().extension() == ".xmile" ? share_off(entry.path()) : std::nullopt;
    if (off) {
      EXPECT_LT(*off, 0.1) << entry.path();
      ++models;
    }
  }
  EXPECT_GT(models, 10u);
  const auto off = share_off(SHAMAL_SOURCE_DIR "/models/levant/levant.xmile");
  ASSERT_TRUE(off);
  EXPECT_LT(*off, 0.01);
}

}  // namespace
}  // namespace shamal
