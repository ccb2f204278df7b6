// Every row of operations.def, in every way the machine can execute it, against plain numbers.
#include <bit>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "machine/machine.h"
#include "model/operation.h"
#include "support/program_builder.h"

namespace shamal::machine {
namespace {

using ir::Block;
using ir::Op;
using ir::Slot;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
const std::vector<double> kValues = {0.0,  -0.0, 1.0,   -1.0,   0.5,       -2.5,       3.0,
                                     1e10, 7.25, 1e300, 1e-310, kInfinity, -kInfinity, kNan};

// All tuples of kValues: column a of them.
std::vector<double> column(int arity, int a) {
  std::size_t count = 1;
  std::size_t period = 1;
  for (int k = 0; k < arity; ++k) {
    count *= kValues.size();
    period *= k < a ? kValues.size() : 1;
  }
  std::vector<double> values;
  for (std::size_t i = 0; i < count; ++i) {
    values.push_back(kValues[i / period % kValues.size()]);
  }
  return values;
}

::testing::AssertionResult same(double found, double expected) {
  if (std::isnan(expected)
          ? std::isnan(found)
          : std::bit_cast<std::uint64_t>(found) == std::bit_cast<std::uint64_t>(expected)) {
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure() << found << " instead of " << expected;
}

// dst[i] = op of the columns; arguments whose bit is set in `held` stay at their element `at`.
struct Setup {
  std::int32_t stride = 1;
  unsigned held = 0;
  std::uint32_t at = 0;
};

void check(Op op, const Setup& setup, std::size_t lanes) {
  const int arity = ir::row(op).arity;
  testing::ProgramBuilder b;
  std::vector<std::vector<double>> columns;
  std::vector<ir::ViewId> args;
  const auto count = static_cast<std::uint32_t>(column(arity, 0).size());
  for (int a = 0; a < arity; ++a) {
    columns.push_back(column(arity, a));
    const bool held = (setup.held >> a & 1) != 0;
    const Slot base = b.constants(columns.back());
    args.push_back(b.view(base + (held ? setup.at : 0), {held ? 0 : 1}));
    if (held) {
      columns.back().assign(count, columns.back()[setup.at]);
    }
  }
  const Slot dst = b.slots(count);
  b.emit(Block::rates, op, b.loop({count}),
         b.view(setup.stride > 0 ? dst : dst + count - 1, {setup.stride}), args);
  ASSERT_EQ(ir::verify(b.program), std::vector<std::string>{});
  const Kernel kernel(std::move(b.program), std::vector<ir::SlotSpan>{{dst, count}});
  for (const std::string_view backend : {"machine", "avx2", "rows"}) {
    State state(kernel.program(), lanes, 0, 0);
    find_backend(backend)->execute(kernel, Block::rates, state);
    for (std::uint32_t i = 0; i < count; ++i) {
      const double expected =
          model::apply(static_cast<model::Operation>(op), columns[0][i],
                       arity > 1 ? columns[1][i] : 0.0, arity > 2 ? columns[2][i] : 0.0);
      const Slot slot = setup.stride > 0 ? dst + i : dst + count - 1 - i;
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        ASSERT_TRUE(same(state.row(slot)[lane], expected))
            << backend << ": " << ir::row(op).name << " of " << columns[0][i] << ", "
            << (arity > 1 ? columns[1][i] : 0.0) << ", " << (arity > 2 ? columns[2][i] : 0.0);
      }
    }
  }
}

TEST(Operations, GiveTheBitsOfTheirMeaning) {
  for (std::size_t i = 0; i < ir::kElementwiseOps; ++i) {
    const auto op = static_cast<Op>(i);
    for (const std::size_t lanes : {1, 5}) {
      SCOPED_TRACE(lanes);
      check(op, {}, lanes);
      check(op, {-1, 0, 0}, lanes);
      for (unsigned held = 1; held < 1u << ir::row(op).arity; ++held) {
        for (std::uint32_t at = 0; at < kValues.size(); ++at) {
          check(op, {1, held, at}, lanes);
        }
      }
    }
  }
}

TEST(Operations, OfOneElement) {
  for (std::size_t i = 0; i < ir::kElementwiseOps; ++i) {
    const auto op = static_cast<Op>(i);
    testing::ProgramBuilder b;
    const Slot a = b.constants({2.5, -1.5, 7.0});
    const Slot dst = b.slots();
    std::vector<ir::ViewId> args;
    for (int k = 0; k < ir::row(op).arity; ++k) {
      args.push_back(b.view(a + static_cast<Slot>(k)));
    }
    b.emit(Block::rates, op, 0, b.view(dst), args);
    const Kernel kernel(std::move(b.program));
    for (const std::size_t lanes : {1, 9}) {
      State state(kernel.program(), lanes, 0, 0);
      execute(kernel, Block::rates, state);
      const double expected = model::apply(static_cast<model::Operation>(op), 2.5, -1.5, 7.0);
      EXPECT_TRUE(same(state.row(dst)[lanes - 1], expected)) << ir::row(op).name;
    }
  }
}

TEST(Operations, ReductionsAddInTheOrderOfTheLoop) {
  testing::ProgramBuilder b;
  const Slot x = b.constants({1e16, 1.0, 1.0, -1e16, 3.0, 4.0});
  const Slot zero = b.constant(0);
  const Slot rows = b.slots(2);
  const Slot columns = b.slots(3);
  const ir::LoopId two_by_three = b.loop({2, 3});
  b.emit(Block::rates, Op::copy, b.loop({2}), b.view(rows, {1}), {b.view(zero)});
  b.emit(Block::rates, Op::add, two_by_three, b.view(rows, {1, 0}),
         {b.view(rows, {1, 0}), b.view(x, {3, 1})});
  b.emit(Block::rates, Op::copy, b.loop({3}), b.view(columns, {1}), {b.view(zero)});
  b.emit(Block::rates, Op::add, two_by_three, b.view(columns, {0, 1}),
         {b.view(columns, {0, 1}), b.view(x, {3, 1})});
  const Kernel kernel(std::move(b.program));
  for (const std::size_t lanes : {1, 64}) {
    State state(kernel.program(), lanes, 0, 0);
    execute(kernel, Block::rates, state);
    const std::size_t lane = lanes - 1;
    EXPECT_EQ(state.row(rows)[lane], 1e16);  // (1e16 + 1) + 1: both are lost
    EXPECT_EQ(state.row(rows + 1)[lane], -1e16 + 3.0 + 4.0);
    EXPECT_EQ(state.row(columns)[lane], 0.0);
    EXPECT_EQ(state.row(columns + 2)[lane], 5.0);
  }
}

}  // namespace
}  // namespace shamal::machine
