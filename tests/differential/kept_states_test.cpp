// Gradients with the states of steps found where code left them (sim/gradient_forward.h) against
// the reference interpreter's, whose states are copied: the same bits, for one run and for several,
// with all states kept and with few, and with more of them than caches hold.
#include <bit>
#include <cmath>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "api/compile.h"
#include "machine/machine.h"
#include "sim/gradient.h"
#include "support/model_generator.h"
#include "support/program_builder.h"

namespace shamal {
namespace {

namespace fs = std::filesystem;

// How much is saved makes a difference, and when.
void weigh(const sim::Trajectories&, std::size_t, std::vector<double>& weights) {
  for (std::size_t i = 0; i < weights.size(); ++i) {
    weights[i] = std::cos(static_cast<double>(i % 997));
  }
}

struct Subject {
  ir::Program program;
  sim::RunSpec spec;
  std::vector<ir::Slot> parameters;
  sim::Inputs inputs;
};

void expect_same(const Subject& of, const std::vector<std::string>& backends,
                 const std::string& than, std::size_t memory) {
  const machine::Kernel kernel(of.program);
  auto made = sim::Differentiated::make(kernel, of.parameters, of.spec.saved);
  if (std::holds_alternative<ir::NotDifferentiable>(made)) {
    return;
  }
  const auto& differentiated = std::get<sim::Differentiated>(made);
  const auto of_backend = [&](const std::string& name) {
    return sim::gradients(differentiated, of.spec, of.inputs, weigh, memory,
                          *machine::find_backend(name));
  };
  const sim::Gradients expected = of_backend(than);
  for (const std::string& name : backends) {
    const sim::Gradients found = of_backend(name);
    ASSERT_EQ(found.values.size(), expected.values.size());
    for (std::size_t i = 0; i < found.values.size(); ++i) {
      const double e = expected.values[i];
      const double f = found.values[i];
      ASSERT_TRUE(std::bit_cast<std::uint64_t>(e) == std::bit_cast<std::uint64_t>(f) ||
                  (std::isnan(e) && std::isnan(f)))
          << name << ", derivative " << i << ": " << f << " instead of " << e;
    }
  }
}

// Every other parameter differs from run to run, so that some stocks are the same in all.
void vary(Subject& of, std::size_t runs) {
  of.inputs.runs = runs;
  for (std::size_t p = 0; p < of.parameters.size() && runs > 1; p += 2) {
    std::vector<double> values;
    for (const ir::Constant& constant : of.program.constants) {
      for (std::size_t run = 0; run < runs && constant.slot == of.parameters[p]; ++run) {
        values.push_back(constant.value * (1 + 0.01 * static_cast<double>(run)));
      }
    }
    if (!values.empty()) {
      of.inputs.overrides.push_back({of.parameters[p], values});
    }
  }
}

TEST(KeptStates, OfGeneratedModelsGiveTheBitsOfTheReference) {
  const fs::path path = fs::temp_directory_path() / fmt::format("shamal_kept_{}.xmile", getpid());
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    std::ofstream(path) << testing::generate_model(seed);
    base::Sources sources;
    base::Diagnostics diagnostics;
    const auto model = api::compile(path, sources, diagnostics);
    ASSERT_TRUE(model);
    Subject of;
    of.program = model->program;
    const model::SimSpecs& sim = model->model.sim;
    of.spec.start = sim.start;
    of.spec.dt = sim.dt;
    of.spec.stop = sim.start + 20 * sim.dt;
    of.spec.save_interval = 3 * sim.dt;
    of.spec.method = sim::find_method("euler");
    for (const ir::LayoutVariable& variable : model->layout.variables) {
      if (variable.alias || variable.hidden) {
        continue;
      }
      if (variable.kind == ir::VariableKind::constant && !variable.structural) {
        of.parameters.push_back(variable.base);
      }
      of.spec.saved.push_back({variable.base, variable.count});
    }
    for (const std::size_t runs : {1, 5, 19}) {
      SCOPED_TRACE(fmt::format("model {}, {} runs", seed, runs));
      Subject some = of;
      vary(some, runs);
      for (const std::size_t memory : {std::size_t{64} << 20, std::size_t{4096}}) {
        expect_same(some, {"machine", "avx2", "rows"}, "reference", memory);
      }
    }
  }
  fs::remove(path);
}

TEST(KeptStates, BeyondCachesGiveTheBitsOfCopies) {
  constexpr std::uint32_t kStocks = 37;
  constexpr std::uint32_t kSteps = 15000;
  constexpr std::size_t kRuns = 8;
  static_assert(sizeof(double) * kStocks * kSteps * kRuns > std::size_t{33} << 20);
  testing::ProgramBuilder b;
  Subject of;
  const ir::Slot rate = b.constant(0.3);
  const ir::Slot start = b.constant(0.1);
  const ir::Slot level = b.slots(kStocks);
  const ir::Slot square = b.slots(kStocks);
  const ir::Slot rest = b.slots(kStocks);
  const ir::Slot net = b.slots(kStocks);
  b.stock(level, net, kStocks);
  const ir::LoopId each = b.loop({kStocks});
  const auto all = [&](ir::Slot base) { return b.view(base, {1}); };
  b.emit(ir::Block::initial, ir::Op::copy, each, all(level), {b.view(start)});
  b.emit(ir::Block::rates, ir::Op::multiply, each, all(square), {all(level), all(level)});
  b.emit(ir::Block::rates, ir::Op::subtract, each, all(rest), {all(level), all(square)});
  b.emit(ir::Block::rates, ir::Op::multiply, each, all(net), {all(rest), b.view(rate)});
  of.program = std::move(b.program);
  ASSERT_EQ(ir::verify(of.program), std::vector<std::string>{});
  of.spec.dt = 1.0 / 1024;
  of.spec.stop = kSteps / 1024.0;
  of.spec.save_interval = 1;
  of.spec.method = sim::find_method("euler");
  of.spec.saved = {{level, kStocks}};
  of.parameters = {rate, start};
  vary(of, kRuns);
  expect_same(of, {"machine", "avx2"}, "rows", std::size_t{256} << 20);
}

}  // namespace
}  // namespace shamal
