// Error control: what a tolerance buys, what it costs, and how it fails.
#include <gtest/gtest.h>

#include "methods/problems.h"

namespace shamal::testing {
namespace {

sim::RunSpec adaptive(double tolerance) {
  sim::RunSpec spec;
  spec.method = sim::find_method("rk45");
  spec.rtol = spec.atol = tolerance;
  return spec;
}

TEST(Adaptive, ErrorIsInProportionToTheTolerance) {
  for (const Problem& problem : {oscillator(), logistic(), driven()}) {
    double last = 0;
    for (const double tolerance : {1e-4, 1e-6, 1e-8, 1e-10}) {
      const double found = error(problem, adaptive(tolerance), 2.0);
      EXPECT_LT(found, 20 * tolerance) << problem.name;
      if (last > 0) {
        // 100 times tighter: at least 20, at most 500 times less error.
        EXPECT_GT(last / found, 20) << problem.name << " at " << tolerance;
        EXPECT_LT(last / found, 500) << problem.name << " at " << tolerance;
      }
      last = found;
    }
  }
}

TEST(Adaptive, DoesNotDependOnTheSizeOfDt) {
  for (const double dt : {4.0, 1.0, 0.125}) {
    EXPECT_LT(error(oscillator(), adaptive(1e-8), dt), 2e-7) << dt;
  }
}

// y' = rate (cos t - y): the greater the rate, the stiffer.
struct Stiff {
  ProgramBuilder b;
  ir::Slot rate = b.constant(1);
  ir::Slot zero = b.constant(0);
  ir::Slot y = b.slots();
  ir::Slot net = b.slots();
  ir::Slot wave = b.slots();
  ir::Slot gap = b.slots();

  Stiff() {
    b.stock(y, net);
    b.emit(ir::Block::initial, ir::Op::copy, y, {zero});
    b.emit(ir::Block::rates, ir::Op::cosine, wave, {ir::kTimeSlot});
    b.emit(ir::Block::rates, ir::Op::subtract, gap, {wave, y});
    b.emit(ir::Block::rates, ir::Op::multiply, net, {rate, gap});
  }
};

// (k^2 cos t + k sin t - k^2 e^(-kt)) / (k^2 + 1)
double stiff_solution(double k, double t) {
  return (k * k * std::cos(t) + k * std::sin(t) - k * k * std::exp(-k * t)) / (k * k + 1);
}

TEST(Adaptive, EachRunOfABatchHasItsOwnSteps) {
  Stiff stiff;
  const machine::Kernel kernel(stiff.b.program);
  const std::vector<double> rates = {0.1, 1, 30, 1000};
  sim::RunSpec spec = adaptive(1e-7);
  spec.stop = 4;
  spec.saved = {{stiff.y, 1}};
  const auto together = sim::simulate(kernel, spec, {4, 0, {{stiff.rate, rates}}});
  for (std::size_t run = 0; run < rates.size(); ++run) {
    const auto alone = sim::simulate(kernel, spec, {1, 0, {{stiff.rate, {rates[run]}}}});
    for (std::size_t i = 0; i < together.times.size(); ++i) {
      EXPECT_EQ(together.value(run, i, 0), alone.value(0, i, 0));
      EXPECT_NEAR(together.value(run, i, 0), stiff_solution(rates[run], together.times[i]), 1e-5);
    }
  }
}

TEST(Adaptive, FollowsAJumpBetweenGridPoints) {
  // y' = 1 from t = 0.3 on.
  ProgramBuilder b;
  const ir::Slot zero = b.constant(0);
  const ir::Slot when = b.constant(0.3);
  const ir::Slot y = b.slots();
  const ir::Slot net = b.slots();
  b.stock(y, net);
  b.emit(ir::Block::initial, ir::Op::copy, y, {zero});
  b.emit(ir::Block::rates, ir::Op::greater_equal, net, {ir::kTimeSlot, when});
  const Problem jump{"jump", machine::Kernel(b.program), y, 1,
                     [](double t) { return std::max(0.0, t - 0.3); }};
  EXPECT_LT(error(jump, adaptive(1e-7), 1.0), 20 * 1e-7);
}

// y' = y^2, y(0) = start: infinite at the time 1 / start.
TEST(Adaptive, FailsWithTimeAndStockWhereNoStepIsSmallEnough) {
  ProgramBuilder b;
  const ir::Slot start = b.constant(1);
  const ir::Slot zero = b.constant(0);
  const ir::Slot calm = b.slots();
  const ir::Slot calm_net = b.slots();
  const ir::Slot y = b.slots();
  const ir::Slot net = b.slots();
  b.stock(calm, calm_net);
  b.stock(y, net);
  b.emit(ir::Block::initial, ir::Op::copy, calm, {zero});
  b.emit(ir::Block::initial, ir::Op::copy, y, {start});
  b.emit(ir::Block::rates, ir::Op::copy, calm_net, {start});
  b.emit(ir::Block::rates, ir::Op::multiply, net, {y, y});
  const machine::Kernel kernel(b.program);
  sim::RunSpec spec = adaptive(1e-6);
  spec.stop = 3;
  spec.dt = 0.5;
  spec.save_interval = 0.5;
  spec.saved = {{y, 1}, {calm, 1}};
  const auto made = sim::simulate(kernel, spec, {3, 0, {{start, {0.1, 1.0 / 1.7, 0.2}}}});
  ASSERT_TRUE(!made.failures.empty());
  EXPECT_EQ(made.failures.front().run, 1u);
  EXPECT_NEAR(made.failures.front().time, 1.7, 1e-4);
  EXPECT_EQ(made.failures.front().slot, y);
  // The run is lost from there on, the others are not.
  EXPECT_NEAR(made.value(1, 3, 0), 1 / (1.7 - 1.5), 1e-3);
  EXPECT_TRUE(std::isnan(made.value(1, 4, 0)));
  EXPECT_TRUE(std::isnan(made.value(1, 6, 1)));
  EXPECT_NEAR(made.value(2, 6, 0), 1 / (5 - 3.0), 1e-4);
}

TEST(Adaptive, AStockThatIsNotANumberIsNotAFailure) {
  ProgramBuilder b;
  const ir::Slot zero = b.constant(0);
  const ir::Slot one = b.constant(1);
  const ir::Slot lost = b.slots();
  const ir::Slot lost_net = b.slots();
  const ir::Slot y = b.slots();
  const ir::Slot net = b.slots();
  b.stock(lost, lost_net);
  b.stock(y, net);
  b.emit(ir::Block::initial, ir::Op::divide, lost, {zero, zero});
  b.emit(ir::Block::initial, ir::Op::copy, y, {one});
  b.emit(ir::Block::rates, ir::Op::copy, lost_net, {lost});
  b.emit(ir::Block::rates, ir::Op::copy, net, {y});
  sim::RunSpec spec = adaptive(1e-8);
  spec.saved = {{lost, 1}, {y, 1}};
  const auto made = sim::simulate(machine::Kernel(b.program), spec, {});
  EXPECT_FALSE(!made.failures.empty());
  ASSERT_EQ(made.not_a_number.size(), 1u);
  EXPECT_EQ(made.not_a_number[0].slot, lost);
  EXPECT_NEAR(made.value(0, 1, 1), std::exp(1.0), 1e-6);
}

}  // namespace
}  // namespace shamal::testing
