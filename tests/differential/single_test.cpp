// Single precision is near double on whole models: on the project's golden models, which have
// delays, memories, conveyors, queues and procedures, and on the campaign model. Not in all
// variables: what is a small difference of large numbers keeps few digits, and a queue may serve a
// step later. What it gives is the same with any instructions of the processor and any number of
// runs side by side.

#include <algorithm>
#include <bit>
#include <cmath>
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

struct Case {
  api::CompiledModel compiled;
  sim::RunSpec spec;
  sim::Inputs inputs;
};

// 21 runs, which differ in each constant by up to a thousandth. Nothing if the model does not
// compile by itself.
std::optional<Case> make_case(const fs::path& path) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  auto compiled = api::compile(path.string(), sources, diagnostics);
  if (!compiled) {
    return std::nullopt;
  }
  Case made{std::move(*compiled), {}, {}};
  const auto& sim = made.compiled.model.sim;
  made.spec.start = sim.start;
  made.spec.dt = sim.dt;
  made.spec.stop = std::min(sim.stop, sim.start + 200 * sim.dt);
  made.spec.save_interval = 2 * sim.dt;
  made.spec.method = sim::find_method(sim.method);
  made.inputs.runs = 21;
  for (const ir::LayoutVariable& variable : made.compiled.layout.variables) {
    if (!variable.alias) {
      made.spec.saved.push_back({variable.base, variable.count});
    }
  }
  for (const ir::Constant& constant : made.compiled.program.constants) {
    sim::Inputs::Override change{constant.slot, {}};
    for (std::size_t run = 0; run < made.inputs.runs; ++run) {
      change.values.push_back(constant.value * (1 + 5e-5 * static_cast<double>(run)));
    }
    made.inputs.overrides.push_back(std::move(change));
  }
  return made;
}

sim::Trajectories simulate(const Case& of, std::string_view backend, std::size_t width = 0) {
  sim::RunSpec spec = of.spec;
  spec.batch_width = width;
  return sim::simulate(of.compiled.kernel, spec, of.inputs, *machine::find_backend(backend));
}

// The share of variables that are off by more than a thousandth of their largest value somewhere.
double share_off(const sim::Trajectories& exact, const sim::Trajectories& single) {
  const auto apart = sim::relative_differences(exact, single);
  const auto off = std::count_if(apart.begin(), apart.end(), [](double by) { return by > 1e-3; });
  return static_cast<double>(off) / static_cast<double>(apart.size());
}

void expect_same(const sim::Trajectories& one, const sim::Trajectories& other) {
  ASSERT_EQ(one.values.size(), other.values.size());
  for (std::size_t i = 0; i < one.values.size(); ++i) {
    const double a = one.values[i];
    const double b = other.values[i];
    ASSERT_TRUE(std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) ||
                (std::isnan(a) && std::isnan(b)))
        << "value " << i << ": " << a << " and " << b;
  }
}

// The share of variables that are off.
double check(const Case& of) {
  const auto single = simulate(of, "single");
  expect_same(single, simulate(of, "single-avx2"));
  expect_same(single, simulate(of, "single", 3));
  expect_same(single, simulate(of, "single-avx2", 16));
  return share_off(simulate(of, "machine"), single);
}

TEST(SinglePrecision, IsNearDoubleOnWholeModelsAndTheSameHowever) {
  if (!machine::single_possible()) {
    GTEST_SKIP() << "no machine code here";
  }
  std::size_t models = 0;
  for (const auto& entry : fs::directory_iterator(SHAMAL_SOURCE_DIR "/tests/golden")) {
    const auto of = entry.path().extension() == ".xmile" ? make_case(entry.path()) : std::nullopt;
    if (of) {
      SCOPED_TRACE(entry.path().string());
      EXPECT_LT(check(*of), 0.1);
      ++models;
    }
  }
  EXPECT_GT(models, 10u);
  const auto levant = make_case(SHAMAL_SOURCE_DIR "/models/levant/levant.xmile");
  ASSERT_TRUE(levant);
  EXPECT_LT(check(*levant), 0.01);
}

}  // namespace
}  // namespace shamal
