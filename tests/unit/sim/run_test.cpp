// The order of events within a run, and what simulate promises about runs.
#include "sim/run.h"

#include <cmath>
#include <stdexcept>

#include <gtest/gtest.h>

#include "support/program_builder.h"

namespace shamal::sim {
namespace {

using ir::Block;
using ir::Op;
using ir::Slot;
using testing::ProgramBuilder;

machine::Kernel kernel_of(ProgramBuilder& b) {
  EXPECT_EQ(ir::verify(b.program), std::vector<std::string>{});
  return machine::Kernel(b.program);
}

// One run; the values of one slot at the save times.
std::vector<double> values_of(const machine::Kernel& kernel, RunSpec spec, Slot slot) {
  spec.saved = {{slot, 1}};
  const auto made = simulate(kernel, spec, {}).values;
  return {made.begin(), made.end()};
}

RunSpec spec_of(double stop, double dt, std::string_view method = "euler") {
  RunSpec spec;
  spec.stop = stop;
  spec.dt = spec.save_interval = dt;
  spec.method = find_method(method);
  return spec;
}

TEST(Run, SetsTheFixedSlots) {
  ProgramBuilder b;
  const Slot seen = b.slots(4);
  b.emit(Block::initial, Op::copy, b.loop({4}), b.view(seen, {1}), {b.view(ir::kTimeSlot, {1})});
  RunSpec spec = spec_of(7, 0.5);
  spec.start = 6;
  spec.saved = {{seen, 4}, {ir::kTimeSlot, 1}};
  const Trajectories made = simulate(kernel_of(b), spec, {});
  EXPECT_EQ(made.times, (std::vector<double>{6, 6.5, 7}));
  EXPECT_EQ(made.columns, 5u);
  EXPECT_EQ(made.values,
            (base::LargeVector<double>{6, 0.5, 6, 7, 6, 6, 0.5, 6, 7, 6.5, 6, 0.5, 6, 7, 7}));
}

// A stock that grows by the time.
struct Ramp {
  ProgramBuilder b;
  Slot zero = b.constant(0);
  Slot level = b.slots();
  Slot net = b.slots();

  Ramp() {
    b.stock(level, net);
    b.emit(Block::initial, Op::copy, level, {zero});
    b.emit(Block::rates, Op::copy, net, {ir::kTimeSlot});
  }
};

TEST(Run, EulerTakesTheSlopeAtTheStart) {
  Ramp ramp;
  EXPECT_EQ(values_of(kernel_of(ramp.b), spec_of(2, 0.5), ramp.level),
            (std::vector<double>{0, 0, 0.25, 0.75, 1.5}));
}

TEST(Run, StagesSeeTheirOwnTime) {
  Ramp ramp;
  for (const char* method : {"rk2", "rk4", "rk45"}) {
    const auto found = values_of(kernel_of(ramp.b), spec_of(2, 0.5, method), ramp.level);
    const std::vector<double> exact = {0, 0.125, 0.5, 1.125, 2};
    for (std::size_t i = 0; i < exact.size(); ++i) {
      EXPECT_NEAR(found[i], exact[i], 1e-14) << method;
    }
  }
}

TEST(Run, StocksAddUpExactly) {
  ProgramBuilder b;
  const Slot flow = b.constant(3);
  const Slot level = b.slots();
  const Slot net = b.slots();
  b.stock(level, net);
  b.emit(Block::initial, Op::copy, level, {flow});
  b.emit(Block::rates, Op::copy, net, {flow});
  for (const Method& method : methods()) {
    const auto values = values_of(kernel_of(b), spec_of(100, 0.125, method.name), level);
    for (std::size_t i = 0; i < values.size(); ++i) {
      ASSERT_NEAR(values[i], 3 + 3 * 0.125 * static_cast<double>(i), 1e-11) << method.name;
    }
  }
  EXPECT_EQ(values_of(kernel_of(b), spec_of(100, 0.125), level).back(), 303);
}

TEST(Run, EndsWithRatesAndOutputsAtTheStop) {
  Ramp ramp;
  const Slot doubled = ramp.b.slots();
  ramp.b.emit(Block::outputs, Op::add, doubled, {ramp.net, ramp.net});
  EXPECT_EQ(values_of(kernel_of(ramp.b), spec_of(2, 1), doubled), (std::vector<double>{0, 2, 4}));
}

TEST(Run, OutputsAreComputedAtSaveTimesOnly) {
  // An output whose value depends on the step would show stale values if it were skipped.
  Ramp ramp;
  const Slot seen = ramp.b.slots();
  ramp.b.emit(Block::outputs, Op::copy, seen, {ramp.net});
  RunSpec spec = spec_of(4, 0.5);
  spec.save_interval = 2;
  EXPECT_EQ(values_of(kernel_of(ramp.b), spec, seen), (std::vector<double>{0, 2, 4}));
}

// A Fibonacci pair: both memories change at once.
TEST(Run, MemoriesChangeAllAtOnceAfterTheStep) {
  ProgramBuilder b;
  const Slot one = b.constant(1);
  const Slot a = b.slots(2);
  const Slot next = b.slots(2);
  b.memory(a, next, 1);
  b.memory(a + 1, next + 1, 1);
  b.emit(Block::initial, Op::copy, a, {one});
  b.emit(Block::initial, Op::copy, a + 1, {one});
  b.emit(Block::rates, Op::copy, next, {a + 1});
  b.emit(Block::rates, Op::add, next + 1, {a, a + 1});
  EXPECT_EQ(values_of(kernel_of(b), spec_of(5, 1), a), (std::vector<double>{1, 1, 2, 3, 5, 8}));
}

// PREVIOUS(TIME, -1), DELAY(TIME, 1, -1) and a random number, seen by a stock: the inner stages
// must find what the start of the step found.
TEST(Run, MemoriesDelaysAndDrawsStandStillDuringAStep) {
  for (const char* what : {"memory", "delay", "random"}) {
    ProgramBuilder b;
    const Slot one = b.constant(1);
    const Slot zero = b.constant(0);
    const Slot level = b.slots();
    const Slot net = b.slots();
    const Slot time = b.slots();
    const Slot held = b.slots();
    b.stock(level, net);
    b.emit(Block::initial, Op::copy, level, {zero});
    b.emit(Block::rates, Op::copy, time, {ir::kTimeSlot});
    if (what == std::string_view("memory")) {
      b.memory(held, time);
      b.emit(Block::initial, Op::copy, held, {zero});
    } else if (what == std::string_view("delay")) {
      b.emit(Block::rates, Op::delay_read, held, {one, zero, time}, b.delay(time));
    } else {
      b.emit(Block::rates, Op::random, held, {zero, one},
             b.random_site(ir::Distribution::uniform, 1));
    }
    b.emit(Block::rates, Op::copy, net, {held});
    const machine::Kernel kernel = kernel_of(b);
    const auto seen = values_of(kernel, spec_of(4, 1), held);
    if (what != std::string_view("random")) {
      EXPECT_EQ(seen, (std::vector<double>{0, 0, 1, 2, 3})) << what;
    }
    const auto euler = values_of(kernel, spec_of(4, 1), level);
    for (const char* method : {"rk2", "rk4", "rk45"}) {
      EXPECT_EQ(values_of(kernel, spec_of(4, 1, method), held), seen) << what << ", " << method;
      const auto found = values_of(kernel, spec_of(4, 1, method), level);
      for (std::size_t i = 0; i < euler.size(); ++i) {
        EXPECT_NEAR(found[i], euler[i], 1e-14) << what << ", " << method;
      }
    }
  }
}

// level' = rate * level, several runs with rates of their own.
struct Growth {
  ProgramBuilder b;
  Slot rate = b.constant(0.1);
  Slot start = b.constant(100);
  Slot level = b.slots();
  Slot net = b.slots();
  Slot noise = b.slots();
  Slot zero = b.constant(0);
  RunSpec spec = spec_of(10, 0.5);

  Growth() {
    b.stock(level, net);
    b.emit(Block::initial, Op::copy, level, {start});
    b.emit(Block::rates, Op::random, noise, {zero, rate},
           b.random_site(ir::Distribution::normal, 3));
    b.emit(Block::rates, Op::multiply, net, {level, noise});
    spec.saved = {{level, 1}, {noise, 1}};
    spec.seed = 99;
  }
};

TEST(Run, OverridesReplaceConstantsBeforeTheStart) {
  Growth growth;
  const machine::Kernel kernel = kernel_of(growth.b);
  Inputs inputs{3, 0, {{growth.start, {1, 2, 3}}, {growth.rate, {0}}}};
  const Trajectories made = simulate(kernel, growth.spec, inputs);
  for (std::size_t run = 0; run < 3; ++run) {
    EXPECT_EQ(made.value(run, 0, 0), static_cast<double>(run + 1));
    EXPECT_EQ(made.value(run, made.times.size() - 1, 0), static_cast<double>(run + 1));
  }
}

TEST(Run, DependsOnNeitherBatchesNorShards) {
  Growth growth;
  const machine::Kernel kernel = kernel_of(growth.b);
  Inputs inputs{70, 5, {{growth.rate, std::vector<double>(70)}}};
  for (std::size_t run = 0; run < 70; ++run) {
    inputs.overrides[0].values[run] = 0.01 * static_cast<double>(run);
  }
  for (const Method& method : methods()) {
    growth.spec.method = &method;
    growth.spec.batch_width = 0;
    const Trajectories whole = simulate(kernel, growth.spec, inputs);
    for (const std::size_t width : {1, 3, 64, 128}) {
      growth.spec.batch_width = width;
      EXPECT_EQ(simulate(kernel, growth.spec, inputs).values, whole.values);
    }
    const Inputs shard{
        30,
        5 + 21,
        {{growth.rate, {&inputs.overrides[0].values[21], &inputs.overrides[0].values[51]}}}};
    const Trajectories part = simulate(kernel, growth.spec, shard);
    for (std::size_t i = 0; i < part.values.size(); ++i) {
      ASSERT_EQ(part.values[i], whole.values[21 * whole.times.size() * whole.columns + i]);
    }
  }
}

TEST(Run, KeepsResultsThatNoCacheHolds) {
  Growth growth;
  const machine::Kernel kernel = kernel_of(growth.b);
  growth.spec.stop = 400;
  growth.spec.dt = growth.spec.save_interval = 1;
  growth.spec.saved.push_back({ir::kTimeSlot, 1});
  constexpr std::size_t kRuns = 701;  // 4.5 million bytes of results
  Inputs inputs{kRuns, 0, {{growth.rate, {}}}};
  for (std::size_t run = 0; run < kRuns; ++run) {
    inputs.overrides[0].values.push_back(1e-5 * static_cast<double>(run));
  }
  const Trajectories whole = simulate(kernel, growth.spec, inputs);
  std::size_t at = 0;
  for (std::size_t first = 0; first < kRuns; first += 100) {
    const std::size_t runs = std::min<std::size_t>(100, kRuns - first);
    const auto from = inputs.overrides[0].values.begin() + static_cast<std::ptrdiff_t>(first);
    const Inputs some{
        runs, first, {{growth.rate, {from, from + static_cast<std::ptrdiff_t>(runs)}}}};
    for (const double value : simulate(kernel, growth.spec, some).values) {
      ASSERT_EQ(whole.values[at++], value);
    }
  }
  EXPECT_EQ(at, whole.values.size());
}

TEST(Run, ReportsTheFirstNotANumberOfEachRun) {
  ProgramBuilder b;
  const Slot when = b.constant(2);
  const Slot one = b.constant(1);
  const Slot left = b.slots();
  const Slot root = b.slots();
  const Slot more = b.slots();
  b.emit(Block::rates, Op::subtract, left, {when, ir::kTimeSlot});
  b.emit(Block::rates, Op::square_root, root, {left});
  b.emit(Block::rates, Op::add, more, {root, one});
  RunSpec spec = spec_of(5, 1);
  spec.saved = {{left, 3}};
  const Trajectories made = simulate(kernel_of(b), spec, {3, 0, {{when, {9, 3, 2}}}});
  ASSERT_EQ(made.not_a_number.size(), 2u);  // though the batch is done again with guards
  EXPECT_EQ(made.not_a_number[0].run, 1u);
  EXPECT_EQ(made.not_a_number[0].time, 4);
  EXPECT_EQ(made.not_a_number[0].slot, root);
  EXPECT_EQ(made.not_a_number[1].run, 2u);
  EXPECT_EQ(made.not_a_number[1].time, 3);
}

TEST(Run, StopsWhenCancelled) {
  Growth growth;
  const machine::Kernel kernel = kernel_of(growth.b);
  base::Progress progress(
      [](const base::Progress& of) {
        if (of.fraction() > 0.5) {
          const_cast<base::Progress&>(of).cancel();
        }
      },
      std::chrono::milliseconds(0));
  growth.spec.batch_width = 1;
  const Trajectories made =
      simulate(kernel, growth.spec, {10, 0, {}}, machine::backends().front(), &progress);
  EXPECT_TRUE(made.cancelled);
  EXPECT_GT(progress.fraction(), 0.5);
  EXPECT_LT(progress.fraction(), 0.6);
  EXPECT_EQ(made.value(0, 0, 0), 100);
  EXPECT_EQ(made.value(9, 0, 0), 0);
}

TEST(Run, CountsItsProgressInSteps) {
  Growth growth;
  base::Progress progress;
  simulate(kernel_of(growth.b), growth.spec, {10, 0, {}}, machine::backends().front(), &progress);
  EXPECT_EQ(progress.expected(), 200u);
  EXPECT_EQ(progress.fraction(), 1.0);
}

TEST(Run, RefusesWhatCannotBe) {
  Growth growth;
  const machine::Kernel kernel = kernel_of(growth.b);
  EXPECT_FALSE(find_fault(kernel, growth.spec, {}));
  const auto fault = [&](auto change) {
    RunSpec spec = growth.spec;
    Inputs inputs;
    change(spec, inputs);
    EXPECT_THROW(simulate(kernel, spec, inputs), std::logic_error);
    return find_fault(kernel, spec, inputs).value_or("none");
  };
  EXPECT_EQ(fault([](RunSpec& s, Inputs&) { s.dt = 0; }), "0 to 10 in steps of 0");
  EXPECT_NE(fault([](RunSpec& s, Inputs&) { s.stop = -1; }), "none");
  EXPECT_NE(fault([](RunSpec& s, Inputs&) { s.stop = std::nan(""); }), "none");
  EXPECT_NE(fault([](RunSpec& s, Inputs&) { s.stop = 1e30; }), "none");
  EXPECT_NE(fault([](RunSpec& s, Inputs&) { s.method = nullptr; }), "none");
  EXPECT_NE(fault([](RunSpec& s, Inputs&) { s.saved = {{1000, 1}}; }), "none");
  EXPECT_NE(fault([&](RunSpec&, Inputs& i) { i.overrides = {{growth.level, {1}}}; }), "none");
  EXPECT_NE(fault([&](RunSpec&, Inputs& i) { i.overrides = {{growth.rate, {1, 2}}}; }), "none");
}

}  // namespace
}  // namespace shamal::sim
