// The reference interpreter and the vectorised machine give the same bits, for batches of 1, 3, 64
// and 128 runs that differ in their constants: on 1,000 generated models, on the project's golden
// models and, where it lies beside the project, on the public corpus.

#include <bit>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <random>

#include <gtest/gtest.h>

#include "api/compile.h"
#include "ir/lower.h"
#include "machine/machine.h"
#include "model/resolve.h"
#include "sim/run.h"
#include "support/model_generator.h"
#include "syntax/read_xmile.h"

namespace shamal {
namespace {

namespace fs = std::filesystem;

struct Ready {
  ir::Lowered lowered;
  model::SimSpecs sim;
};

std::optional<Ready> ready(const syntax::ParsedModel& parsed, base::Sources& sources,
                           base::Diagnostics& diagnostics) {
  auto model = model::resolve(parsed, sources, diagnostics);
  if (!model || diagnostics.has_errors()) {
    return std::nullopt;
  }
  auto lowered = ir::lower(*model, diagnostics);
  return lowered ? std::optional(Ready{std::move(*lowered), model->sim}) : std::nullopt;
}

// Bits, but one NaN is as good as another.
bool same(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) ||
         (std::isnan(a) && std::isnan(b));
}

// A few variables alone, whose values need not wait for nests that can compute them again.
void expect_same_alone(const machine::Kernel& kernel, sim::RunSpec spec, const sim::Inputs& inputs,
                       const sim::Trajectories& all) {
  constexpr std::size_t kEvery = 7;
  std::vector<std::size_t> columns;
  std::vector<sim::SlotRange> saved;
  std::size_t column = 0;
  for (std::size_t r = 0; r < spec.saved.size(); ++r) {
    for (std::uint32_t k = 0; k < spec.saved[r].count; ++k, ++column) {
      if (r % kEvery == 0) {
        columns.push_back(column);
      }
    }
    if (r % kEvery == 0) {
      saved.push_back(spec.saved[r]);
    }
  }
  spec.saved = std::move(saved);
  spec.long_array = 2;
  const auto found = sim::simulate(kernel, spec, inputs);
  for (std::size_t run = 0; run < found.runs; ++run) {
    for (std::size_t t = 0; t < found.times.size(); ++t) {
      for (std::size_t c = 0; c < columns.size(); ++c) {
        ASSERT_TRUE(same(found.value(run, t, c), all.value(run, t, columns[c])))
            << "column " << columns[c] << " alone, run " << run << ": " << found.value(run, t, c)
            << " and " << all.value(run, t, columns[c]);
      }
    }
  }
}

// Runs both with `runs` runs whose constants vary; `steps` bounds the length of the run.
void expect_same(const Ready& model, std::size_t runs, double steps) {
  const machine::Kernel kernel(model.lowered.program);
  sim::RunSpec spec;
  spec.start = model.sim.start;
  spec.dt = model.sim.dt;
  spec.stop = std::min(model.sim.stop, spec.start + steps * spec.dt);
  spec.save_interval = 2 * spec.dt;  // a step after which nothing is looked at may be another one
  spec.method = sim::find_method(model.sim.method);
  spec.seed = 7;
  spec.batch_width = runs;
  sim::Inputs inputs;
  inputs.runs = runs;
  std::mt19937_64 random(runs);
  for (const ir::LayoutVariable& variable : model.lowered.layout.variables) {
    if (variable.alias) {
      continue;
    }
    spec.saved.push_back({variable.base, variable.count});
    if (variable.kind == ir::VariableKind::constant && !variable.structural) {
      for (std::uint32_t i = 0; i < variable.count; ++i) {
        sim::Inputs::Override change{variable.base + i, {}};
        for (std::size_t run = 0; run < runs; ++run) {
          change.values.push_back(static_cast<double>(random() % 2000) / 100.0 - 10.0);
        }
        inputs.overrides.push_back(std::move(change));
      }
    }
  }
  const auto reference = sim::simulate(kernel, spec, inputs, *machine::find_backend("reference"));
  ASSERT_FALSE(reference.values.empty());
  for (const std::string_view backend : {"machine", "avx2"}) {
    const auto found = sim::simulate(kernel, spec, inputs, *machine::find_backend(backend));
    ASSERT_EQ(found.values.size(), reference.values.size());
    for (std::size_t i = 0; i < found.values.size(); ++i) {
      ASSERT_TRUE(same(found.values[i], reference.values[i]))
          << backend << ": value " << i << " of " << runs << " runs: " << found.values[i] << " and "
          << reference.values[i];
    }
  }
  expect_same_alone(kernel, spec, inputs, reference);
}

TEST(MachineAndReference, AgreeOnGeneratedModels) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    SCOPED_TRACE(seed);
    base::Sources sources;
    base::Diagnostics diagnostics;
    const base::FileId file = sources.add("generated.xmile", testing::generate_model(seed));
    const auto parsed = syntax::read_xmile(file, sources, diagnostics);
    ASSERT_TRUE(parsed) << base::print(diagnostics, sources);
    const auto model = ready(*parsed, sources, diagnostics);
    ASSERT_TRUE(model) << base::print(diagnostics, sources) << sources.text(file);
    ASSERT_EQ(ir::verify(model->lowered.program), std::vector<std::string>{}) << sources.text(file);
    for (const std::size_t runs : {1u, 3u, 64u, 128u}) {
      expect_same(*model, runs, 8);
      if (HasFatalFailure()) {
        std::cout << sources.text(file) << ir::print(model->lowered.program);
        return;
      }
    }
  }
}

std::size_t agree_below(const fs::path& folder) {
  std::size_t models = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string ending = entry.path().extension().string();
    if (ending != ".xmile" && ending != ".stmx") {
      continue;
    }
    SCOPED_TRACE(entry.path().string());
    base::Sources sources;
    base::Diagnostics diagnostics;
    const auto compiled = api::compile(entry.path().string(), sources, diagnostics);
    if (!compiled) {
      continue;  // what does not compile is the conformance test's business
    }
    const Ready model{{compiled->program, compiled->layout}, compiled->model.sim};
    for (const std::size_t runs : {1u, 3u, 64u, 128u}) {
      expect_same(model, runs, 40);
    }
    ++models;
  }
  return models;
}

TEST(MachineAndReference, AgreeOnGoldenModels) {
  EXPECT_GE(agree_below(fs::path(SHAMAL_SOURCE_DIR) / "tests" / "golden"), 7u);
  EXPECT_GE(agree_below(fs::path(SHAMAL_SOURCE_DIR) / "models"), 1u);
}

TEST(MachineAndReference, AgreeOnThePublicCorpus) {
  const fs::path corpus = fs::path(SHAMAL_SOURCE_DIR) / ".." / "shared" / "conformance";
  if (!fs::exists(corpus)) {
    std::cout << "NOT RUN: ../shared/conformance is not there.\n";
    return;
  }
  const std::size_t models = agree_below(corpus);
  std::cout << "agreed on " << models << " public models\n";
  EXPECT_GE(models, 50u);
}

}  // namespace
}  // namespace shamal
