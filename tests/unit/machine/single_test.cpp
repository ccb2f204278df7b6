// Single precision gives what double precision gives of the same numbers, rounded: one operation of
// doubles that are singles, rounded once more, is the operation of singles [Figueroa1995]. Of exp,
// log and pow, which it has of its own, it gives a neighbour.

#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "machine/machine.h"
#include "machine/state.h"
#include "support/program_builder.h"

namespace shamal::machine {
namespace {

using ir::Block;
using ir::Op;
using ir::Slot;

constexpr std::uint32_t kElements = 11;

// Numbers of all kinds that singles can be, none so large or small that a result leaves their
// range.
double some_number(std::mt19937_64& random) {
  constexpr double kSpecial[] = {0,   -0.0, 1, -1,
                                 0.5, 2,    3, std::numeric_limits<double>::quiet_NaN()};
  if (random() % 3 == 0) {
    return kSpecial[random() % std::size(kSpecial)];
  }
  const double unit = static_cast<double>(random() >> 11) * 0x1p-53;
  return static_cast<double>(static_cast<float>((unit - 0.4) * 20));
}

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

bool neighbours(double a, double b) {
  const auto x = static_cast<float>(a);
  const auto y = static_cast<float>(b);
  return same(a, b) || std::nextafter(x, y) == y;
}

// The backends execute `rates` of the program on the same numbers; compares the slots from dst on.
void expect_rounded(ir::Program program, const std::vector<Slot>& inputs, Slot dst,
                    double tolerance = 0, bool or_neighbours = false) {
  std::vector<ir::SlotSpan> observed = {{dst, kElements}};
  const Kernel kernel(std::move(program), observed);
  for (const std::size_t lanes : {std::size_t{1}, std::size_t{3}, std::size_t{21}}) {
    State exact(kernel.program(), lanes, 0, 0);
    State single(kernel.program(), lanes, 0, 0, true);
    std::mt19937_64 random(lanes);
    for (const Slot input : inputs) {
      for (std::uint32_t i = 0; i < kElements; ++i) {
        for (std::size_t lane = 0; lane < lanes; ++lane) {
          const double value = some_number(random);
          exact.set(input + i, lane, value);
          single.set(input + i, lane, value);
        }
      }
    }
    find_backend("machine")->execute(kernel, Block::rates, exact);
    find_backend("single")->execute(kernel, Block::rates, single);
    single.bring({dst, kElements});
    for (std::uint32_t i = 0; i < kElements; ++i) {
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        const double expected = static_cast<double>(static_cast<float>(exact.value(dst + i, lane)));
        const double got = single.value(dst + i, lane);
        EXPECT_TRUE(same(got, expected) || std::fabs(got - expected) <= tolerance ||
                    (or_neighbours && neighbours(got, expected)))
            << got << " is not " << expected << ": element " << i << ", lane " << lane << " of "
            << lanes;
      }
    }
  }
}

class Single : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!single_possible()) {
      GTEST_SKIP() << "no machine code here";
    }
  }
};

TEST_F(Single, EveryOperationIsThatOfDoublesRounded) {
  for (std::size_t i = 0; i < ir::kElementwiseOps; ++i) {
    const auto op = static_cast<Op>(i);
    SCOPED_TRACE(std::string(ir::row(op).name));
    testing::ProgramBuilder b;
    std::vector<Slot> inputs;
    std::vector<ir::ViewId> views;
    for (std::uint32_t a = 0; a < static_cast<std::uint32_t>(ir::row(op).arity); ++a) {
      inputs.push_back(b.constants(std::vector<double>(kElements, 0)));
      views.push_back(b.view(inputs.back(), {1}));
    }
    const Slot dst = b.slots(kElements);
    b.emit(Block::rates, op, b.loop({kElements}), b.view(dst, {1}), views);
    const bool of_its_own =
        op == Op::exponential || op == Op::natural_log || op == Op::decimal_log || op == Op::power;
    expect_rounded(std::move(b.program), inputs, dst, 0, of_its_own);
  }
}

TEST_F(Single, LookUpsAreNear) {
  for (const bool even : {true, false}) {
    for (const auto kind : {ir::TableKind::continuous, ir::TableKind::extrapolate}) {
      testing::ProgramBuilder b;
      const Slot x = b.constants(std::vector<double>(kElements, 0));
      const Slot dst = b.slots(kElements);
      const auto table = b.table(kind, {-2, 0, even ? 2.0 : 1.0, 4}, {3, 1, 0, 7});
      b.emit(Block::rates, Op::lookup, b.loop({kElements}), b.view(dst, {1}), {b.view(x, {1})},
             table);
      expect_rounded(std::move(b.program), {x}, dst, 1e-5);
    }
  }
}

TEST_F(Single, WhatCodeAndRowsDoInTurnFitsTogether) {
  testing::ProgramBuilder b;
  const Slot x = b.constants(std::vector<double>(kElements, 0));
  const Slot one = b.constant(1);
  const Slot up = b.slots(kElements);
  const Slot power = b.slots(kElements);
  const Slot dst = b.slots(kElements);
  const auto loop = b.loop({kElements});
  b.emit(Block::rates, Op::add, loop, b.view(up, {1}), {b.view(x, {1}), b.view(one)});
  b.emit(Block::rates, Op::exponential, loop, b.view(power, {1}), {b.view(up, {1})});
  b.emit(Block::rates, Op::subtract, loop, b.view(dst, {1}), {b.view(power, {1}), b.view(up, {1})});
  // Rounded three times instead of once: of values up to exp(13).
  expect_rounded(std::move(b.program), {x}, dst, 0.1);
}

}  // namespace
}  // namespace shamal::machine
