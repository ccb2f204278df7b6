// Values aside of the state (machine/layout.h): what is found there, and what steps leave there.
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "base/large_memory.h"
#include "machine/machine.h"
#include "support/program_builder.h"

namespace shamal::machine {
namespace {

using ir::Op;
using ir::Slot;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint32_t kCount = 5;
constexpr std::size_t kPlace = 8;

struct Growth {
  Slot level, net, seen;
  Kernel kernel;
};

// The net flow is code; what is seen is a row. Levels are stocks or come from elsewhere.
enum class Levels : std::uint8_t { stocks, given };

Growth growth(Levels levels) {
  testing::ProgramBuilder b;
  const Slot rate = b.constant(0.25);
  const Slot level = b.slots(kCount);
  const Slot net = b.slots(kCount);
  const Slot seen = b.slots(kCount);
  const ir::LoopId each = b.loop({kCount});
  if (levels == Levels::stocks) {
    b.stock(level, net, kCount);
    b.emit(ir::Block::initial, Op::copy, each, b.view(level, {1}), {b.view(rate)});
  } else {
    b.program.inputs.push_back({level, kCount});
  }
  b.emit(ir::Block::rates, Op::multiply, each, b.view(net, {1}),
         {b.view(level, {1}), b.view(rate)});
  b.emit(ir::Block::outputs, Op::exponential, each, b.view(seen, {1}), {b.view(level, {1})});
  EXPECT_EQ(ir::verify(b.program), std::vector<std::string>{});
  return {level, net, seen,
          Kernel(std::move(b.program), std::vector<ir::SlotSpan>{{net, kCount}, {seen, kCount}})};
}

struct Way {
  const char* backend;
  std::size_t lanes;
};

class Asides : public ::testing::TestWithParam<Way> {
 protected:
  static void execute(const Growth& of, ir::Block block, State& state) {
    find_backend(GetParam().backend)->execute(of.kernel, block, state);
  }
  static State begin(const Growth& of, AsideUse use, std::ptrdiff_t next) {
    State state(of.kernel.program(), GetParam().lanes, 1, 0);
    state.lay_aside(use, {{{of.level, kCount}, kPlace}}, next);
    state.fill(ir::kStepSlot, 0.5);
    execute(of, ir::Block::initial, state);
    return state;
  }
};

TEST_P(Asides, AreFoundByCodeAndByRows) {
  const Growth of = growth(Levels::given);
  State state = begin(of, AsideUse::found, -64);
  const std::size_t count = kCount * state.pitch();
  for (const double first : {1.0, 100.0}) {
    std::vector<double> aside(kPlace + count);
    for (std::size_t i = 0; i < count; ++i) {
      aside[kPlace + i] = first + static_cast<double>(i);
    }
    std::fill_n(state.row(of.level), count, kNone);
    state.find_aside(aside.data());
    execute(of, ir::Block::rates, state);
    execute(of, ir::Block::outputs, state);
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_EQ(state.row(of.net)[i], 0.25 * aside[kPlace + i]);
      EXPECT_NEAR(state.row(of.seen)[i] / std::exp(aside[kPlace + i]), 1, 1e-12);
    }
  }
}

TEST_P(Asides, AreLeftByStepsWithTheRatesAndAlone) {
  const Growth of = growth(Levels::stocks);
  for (const AsideUse use : {AsideUse::left, AsideUse::left_past_caches}) {
    for (const bool fused : {true, false}) {
      State state = begin(of, use, use == AsideUse::left ? 64 : 0);
      const std::size_t count = kCount * state.pitch();
      std::vector<double> levels(count);
      for (std::size_t i = 0; i < count; ++i) {
        levels[i] = 1 + static_cast<double>(i);
      }
      std::copy_n(levels.data(), count, state.row(of.level));
      for (int step = 0; step < 3; ++step) {
        base::LargeVector<double> aside(kPlace + count + kPlace);
        std::fill(aside.begin(), aside.end(), kNone);
        state.leave_aside(aside.data());
        for (double& level : levels) {
          level += 0.5 * (level * 0.25);
        }
        if (fused && has_euler(state)) {
          execute_euler(of.kernel, state);
        } else {
          execute(of, ir::Block::rates, state);
          if (!step_stocks(of.kernel, state)) {
            std::copy_n(levels.data(), count, state.row(of.level));
          }
        }
        state.complete_aside();
        for (std::size_t i = 0; i < count; ++i) {
          EXPECT_EQ(state.row(of.level)[i], levels[i]);
          EXPECT_EQ(aside[kPlace + i], levels[i]);
        }
        for (std::size_t i = 0; i < kPlace; ++i) {
          EXPECT_TRUE(std::isnan(aside[i]) && std::isnan(aside[kPlace + count + i]));
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Ways, Asides,
                         ::testing::Values(Way{"machine", 1}, Way{"machine", 3}, Way{"machine", 20},
                                           Way{"avx2", 1}, Way{"avx2", 8}, Way{"avx2", 20},
                                           Way{"rows", 3}));

}  // namespace
}  // namespace shamal::machine
