// Operations that are not arithmetic alone, on the machine and on the reference.
#include <cmath>
#include <functional>
#include <limits>

#include <gtest/gtest.h>

#include "machine/machine.h"
#include "support/program_builder.h"

namespace shamal::machine {
namespace {

using ir::Block;
using ir::Op;
using ir::Slot;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// Every backend, one run and many.
void for_each_way(const Kernel& kernel,
                  const std::function<void(const std::function<void(State&)>&, State&)>& test) {
  for (const Backend& backend : backends()) {
    if (backend.single) {
      continue;  // other numbers: tests/differential compares them
    }
    for (const std::size_t lanes : {1, 3}) {
      SCOPED_TRACE(std::string(backend.name) + " with " + std::to_string(lanes));
      State state(kernel.program(), lanes, 5, 0);
      state.fill(ir::kStepSlot, 0.5);
      test([&](State& of) { backend.execute(kernel, Block::rates, of); }, state);
    }
  }
}

TEST(Gather, TakesTheSlotAnOffsetAway) {
  testing::ProgramBuilder b;
  const Slot array = b.constants({10, 20, 30});
  const Slot offset = b.constants({2, 0, kNan, -1e9, 1e9, 1.5});
  const Slot dst = b.slots(6);
  b.emit(Block::rates, Op::gather, b.loop({6}), b.view(dst, {1}),
         {b.view(offset, {1}), b.view(array, {0})}, b.gathered(3));
  const Kernel kernel(std::move(b.program));
  for_each_way(kernel, [&](const auto& run, State& state) {
    run(state);
    const std::vector<double> expected = {30, 10, 0, 0, 0, 20};
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ(state.row(dst + static_cast<Slot>(i))[state.lanes() - 1], expected[i]) << i;
    }
  });
}

TEST(Gather, EachRunHasItsOwnOffset) {
  testing::ProgramBuilder b;
  const Slot array = b.constants({10, 20, 30});
  const Slot offset = b.constant(0);
  const Slot dst = b.slots();
  b.emit(Block::rates, Op::gather, dst, {offset, array}, b.gathered(3));
  const Kernel kernel(std::move(b.program));
  State state(kernel.program(), 3, 0, 0);
  for (std::size_t lane = 0; lane < 3; ++lane) {
    state.set(offset, lane, static_cast<double>(2 - lane));
  }
  execute(kernel, Block::rates, state);
  EXPECT_EQ(state.row(dst)[0], 30);
  EXPECT_EQ(state.row(dst)[1], 20);
  EXPECT_EQ(state.row(dst)[2], 10);
}

struct DelayCase {
  double time;
  std::vector<double> at_steps;  // -1: the start value
};

TEST(DelayRead, RoundsToWholeStepsAndAtLeastOne) {
  const std::vector<DelayCase> cases = {{0.5, {-1, 0, 1, 2, 3}},      {1.0, {-1, -1, 0, 1, 2}},
                                        {0.0, {-1, 0, 1, 2, 3}},      {-3.0, {-1, 0, 1, 2, 3}},
                                        {0.7, {-1, 0, 1, 2, 3}},      {0.75, {-1, -1, 0, 1, 2}},
                                        {1e300, {-1, -1, -1, -1, -1}}};
  for (const DelayCase& of : cases) {
    testing::ProgramBuilder b;
    const Slot time = b.constant(of.time);
    const Slot start = b.constant(-1);
    const Slot step = b.slots(2);  // the second element of the line is 100 more
    const Slot dst = b.slots(2);
    const std::uint32_t delay = b.delay(step, 2);
    b.emit(Block::rates, Op::delay_read, b.loop({2}), b.view(dst, {1}),
           {b.view(time), b.view(start), b.view(step + 1, {-1})}, delay);
    const Kernel kernel(std::move(b.program));
    for_each_way(kernel, [&](const auto& run, State& state) {
      for (std::size_t i = 0; i < of.at_steps.size(); ++i) {
        state.step = static_cast<std::uint32_t>(i);
        state.fill(step, static_cast<double>(i));
        state.fill(step + 1, 100.0 + static_cast<double>(i));
        run(state);
        const double expected = of.at_steps[i];
        const std::size_t lane = state.lanes() - 1;
        EXPECT_EQ(state.row(dst + 1)[lane], expected) << of.time << " at " << i;
        EXPECT_EQ(state.row(dst)[lane], expected < 0 ? expected : expected + 100);
        state.append_delays(kernel.program());
      }
    });
  }
}

TEST(DelayRead, MayVaryInTimeAndFromRunToRun) {
  testing::ProgramBuilder b;
  const Slot time = b.slots();
  const Slot start = b.constant(-1);
  const Slot input = b.slots();
  const Slot dst = b.slots();
  b.emit(Block::rates, Op::delay_read, dst, {time, start, input}, b.delay(input));
  const Kernel kernel(std::move(b.program));
  State state(kernel.program(), 3, 0, 0);
  state.fill(ir::kStepSlot, 1.0);
  for (std::uint32_t i = 0; i < 6; ++i) {
    state.step = i;
    state.fill(input, i * i);
    state.set(time, 0, i);          // always the first value
    state.set(time, 1, 1 + i % 2);  // one step, two steps
    state.set(time, 2, i == 3 ? kNan : 1);
    execute(kernel, Block::rates, state);
    EXPECT_EQ(state.row(dst)[0], i == 0 ? -1 : 0);
    const double back = 1 + i % 2;
    EXPECT_EQ(state.row(dst)[1], i < back ? -1 : (i - back) * (i - back));
    EXPECT_EQ(std::isnan(state.row(dst)[2]), i == 3);
    state.append_delays(kernel.program());
  }
}

struct RankCase {
  std::vector<double> values;
  std::vector<double> ties;
  double wanted;
  double position;
};

TEST(Rank, FindsThePositionOfTheKthSmallest) {
  const std::vector<RankCase> cases = {{{30, 10, 20}, {}, 1, 2},
                                       {{30, 10, 20}, {}, 3, 1},
                                       {{30, 10, 20}, {}, 2.9, 3},
                                       {{30, 10, 20}, {}, 0, 0},
                                       {{30, 10, 20}, {}, 4, 0},
                                       {{30, 10, 20}, {}, kNan, 0},
                                       {{5, 5, 5}, {}, 2, 2},
                                       {{5, 5, 5}, {3, 1, 2}, 2, 3},
                                       {{5, 1, 5}, {2, 9, 1}, 2, 3},
                                       {{kNan, 1, 2}, {}, 3, 1},
                                       {{kNan, kNan, 2}, {}, 3, 2},
                                       {{0.0, -0.0, 1}, {}, 1, 1},
                                       {{5, 5, 5}, {kNan, 1, kNan}, 2, 1}};
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const RankCase& of = cases[i];
    testing::ProgramBuilder b;
    std::vector<ir::ViewId> args = {b.view(b.constants(of.values), {1}),
                                    b.view(b.constant(of.wanted))};
    if (!of.ties.empty()) {
      args.push_back(b.view(b.constants(of.ties), {1}));
    }
    const Slot dst = b.slots();
    b.emit(Block::rates, Op::rank, 0, b.view(dst), args, b.loop({3}));
    ASSERT_EQ(ir::verify(b.program), std::vector<std::string>{});
    const Kernel kernel(std::move(b.program));
    for_each_way(kernel, [&](const auto& run, State& state) {
      run(state);
      EXPECT_EQ(state.row(dst)[state.lanes() - 1], of.position) << "case " << i;
    });
  }
}

TEST(Rank, WithinEachRowOfAMatrix) {
  testing::ProgramBuilder b;
  const Slot matrix = b.constants({3, 1, 2, 7, 9, 8});
  const Slot second = b.constant(2);
  const Slot dst = b.slots(2);
  b.emit(Block::rates, Op::rank, b.loop({2}), b.view(dst, {1}),
         {b.view(matrix, {3, 1}), b.view(second)}, b.loop({3}));
  const Kernel kernel(std::move(b.program));
  for_each_way(kernel, [&](const auto& run, State& state) {
    run(state);
    EXPECT_EQ(*state.row(dst), 3);
    EXPECT_EQ(*state.row(dst + 1), 3);
  });
}

TEST(Lookup, EachElementMayHaveATableOfItsOwn) {
  testing::ProgramBuilder b;
  const Slot x = b.constants({0.5, 0.5});
  const Slot dst = b.slots(2);
  const std::uint32_t tables = b.table(ir::TableKind::continuous, {0, 1}, {0, 10});
  b.table(ir::TableKind::discrete, {0, 1}, {3, 4});
  b.program.table_views[tables].axes[0].stride = 1;
  b.emit(Block::rates, Op::lookup, b.loop({2}), b.view(dst, {1}), {b.view(x, {1})}, tables);
  const Kernel kernel(std::move(b.program));
  for_each_way(kernel, [&](const auto& run, State& state) {
    run(state);
    EXPECT_EQ(*state.row(dst), 5);
    EXPECT_EQ(*state.row(dst + 1), 3);
  });
}

TEST(Random, EachElementAndRunDrawsItsOwn) {
  testing::ProgramBuilder b;
  const Slot low = b.constant(0);
  const Slot high = b.constant(1);
  const Slot dst = b.slots(2);
  const Slot again = b.slots(2);
  const ir::LoopId two = b.loop({2});
  const std::uint32_t site = b.random_site(ir::Distribution::uniform, 11);
  const std::uint32_t next = b.random_site(ir::Distribution::uniform, 12);
  b.emit(Block::rates, Op::random, two, b.view(dst, {1}), {b.view(low), b.view(high)}, site);
  b.emit(Block::rates, Op::random, two, b.view(again, {1}), {b.view(low), b.view(high)}, next);
  const Kernel kernel(std::move(b.program));
  State state(kernel.program(), 3, 5, 40);
  execute(kernel, Block::rates, state);
  EXPECT_NE(state.row(dst)[0], state.row(dst)[1]);
  EXPECT_NE(state.row(dst)[0], state.row(dst + 1)[0]);
  EXPECT_EQ(state.row(dst + 1)[0], state.row(again)[0]);  // stream 11, element 1 = stream 12
  State alone(kernel.program(), 1, 5, 42);
  execute(kernel, Block::rates, alone);
  EXPECT_EQ(*alone.row(dst), state.row(dst)[2]);
  const double first = *alone.row(dst);
  alone.step = 1;
  execute(kernel, Block::rates, alone);
  EXPECT_NE(*alone.row(dst), first);
}

}  // namespace
}  // namespace shamal::machine
