// How loop nests become rows.
#include "machine/kernel.h"

#include <gtest/gtest.h>

#include "machine/state.h"
#include "support/program_builder.h"

namespace shamal::machine {
namespace {

using ir::Block;
using ir::Op;
using ir::Slot;

struct Shape {
  std::uint32_t rows;
  std::uint32_t extent;
  bool contiguous;

  bool operator==(const Shape&) const = default;
};

void PrintTo(const Shape& shape, std::ostream* out) {
  *out << shape.rows << " x " << shape.extent << (shape.contiguous ? " contiguous" : "");
}

// dst = a + b over 4 x 3 elements.
Shape shape_of(const std::vector<std::int32_t>& dst, const std::vector<std::int32_t>& a,
               const std::vector<std::int32_t>& b, Slot shift = 30) {
  testing::ProgramBuilder builder;
  const Slot base = builder.slots(100);
  builder.emit(Block::rates, Op::add, builder.loop({4, 3}), builder.view(base, dst),
               {builder.view(base + shift, a), builder.view(base + 60, b)});
  const Kernel kernel(std::move(builder.program));
  const Prepared& prepared = kernel.block(Block::rates)[0];
  return {prepared.rows, prepared.extent, prepared.contiguous};
}

TEST(Kernel, MergesAxesThatAllOperandsWalkEvenly) {
  EXPECT_EQ(shape_of({3, 1}, {3, 1}, {3, 1}), (Shape{1, 12, true}));
  EXPECT_EQ(shape_of({3, 1}, {3, 1}, {0, 0}), (Shape{1, 12, false}));
  EXPECT_EQ(shape_of({3, 1}, {3, 1}, {0, 1}), (Shape{4, 3, true}));
  EXPECT_EQ(shape_of({3, 1}, {1, 4}, {3, 1}), (Shape{4, 3, false}));
  EXPECT_EQ(shape_of({1, 0}, {1, 0}, {3, 1}), (Shape{4, 3, false}));
  EXPECT_EQ(shape_of({6, 2}, {6, 2}, {6, 2}), (Shape{1, 12, false}));
}

TEST(Kernel, DoesNotTakeOverlappingRowsAsArrays) {
  EXPECT_EQ(shape_of({3, 1}, {3, 1}, {3, 1}, 0), (Shape{1, 12, true}));
  EXPECT_EQ(shape_of({3, 1}, {3, 1}, {3, 1}, 1), (Shape{1, 12, false}));
  EXPECT_EQ(shape_of({3, 1}, {3, 1}, {3, 1}, 11), (Shape{1, 12, false}));
  EXPECT_EQ(shape_of({3, 1}, {3, 1}, {3, 1}, 12), (Shape{1, 12, true}));
}

TEST(Kernel, ListsWhereRowsStart) {
  testing::ProgramBuilder b;
  const Slot base = b.slots(40);
  ir::View from{base + 10, {}};
  from.axes[0].table = b.offset_table({20, 0});
  from.axes[1].stride = 2;
  b.emit(Block::rates, Op::copy, b.loop({2, 3}), b.view(base, {3, 1}), {b.view(from)});
  const Kernel kernel(std::move(b.program));
  const Prepared& prepared = kernel.block(Block::rates)[0];
  ASSERT_EQ(prepared.rows, 2u);
  EXPECT_EQ(prepared.extent, 3u);
  EXPECT_EQ(prepared.strides[1], 2);
  EXPECT_EQ(prepared.starts[0][1], base + 30);
  EXPECT_EQ(prepared.starts[1][1], base + 10);
  EXPECT_EQ(prepared.starts[1][kDst], base + 3);
}

TEST(Kernel, AxesOfOneElementMoveTheBaseOnly) {
  testing::ProgramBuilder b;
  const Slot base = b.slots(40);
  ir::View from{base + 10, {}};
  from.axes[0].table = b.offset_table({7});
  from.axes[1].stride = 1;
  b.emit(Block::rates, Op::copy, b.loop({1, 3, 1}), b.view(base, {0, 1, 5}), {b.view(from)});
  const Kernel kernel(std::move(b.program));
  const Prepared& prepared = kernel.block(Block::rates)[0];
  EXPECT_EQ(prepared.rows, 1u);
  EXPECT_EQ(prepared.extent, 3u);
  EXPECT_TRUE(prepared.contiguous);
  EXPECT_EQ(prepared.starts[0][1], base + 17);
}

TEST(Kernel, NarrowsBatchesOfHugePrograms) {
  testing::ProgramBuilder small;
  testing::ProgramBuilder huge;
  huge.slots(10'000'000);
  const auto values = [](std::size_t lines) { return 8 * batch_lines(lines); };
  EXPECT_EQ(Kernel(small.program).batch_width(), values(30));
  EXPECT_EQ(Kernel(huge.program).batch_width(), values(4));
}

TEST(State, KeepsTheLanesOfASlotTogether) {
  testing::ProgramBuilder b;
  const Slot constant = b.constant(2.5);
  for (const std::size_t lanes : {1, 2, 8, 9}) {
    State state(b.program, lanes, 1, 0);
    EXPECT_EQ(state.pitch(), lanes == 1 ? 1u : lanes <= 8 ? 8u : 16u);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(state.row(0)) % 64, 0u);
    EXPECT_EQ(state.row(constant), state.row(0) + constant * state.pitch());
    for (std::size_t lane = 0; lane < state.pitch(); ++lane) {
      EXPECT_EQ(state.row(constant)[lane], 2.5);
    }
    // Lanes beyond the last run follow it.
    state.set(constant, lanes - 1, 7);
    EXPECT_EQ(state.row(constant)[state.pitch() - 1], 7);
    EXPECT_EQ(state.random_key(state.pitch() - 1), base::random_key(1, lanes - 1));
  }
}

}  // namespace
}  // namespace shamal::machine
