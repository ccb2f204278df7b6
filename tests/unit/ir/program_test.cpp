#include "ir/program.h"

#include <set>

#include <gtest/gtest.h>

#include "support/program_builder.h"

namespace shamal::ir {
namespace {

TEST(OpTable, EveryOperationHasARow) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kOps; ++i) {
    const OpRow& of = row(static_cast<Op>(i));
    EXPECT_EQ(of.op, static_cast<Op>(i));
    EXPECT_TRUE(names.insert(of.name).second) << of.name;
    EXPECT_FALSE(of.meaning.empty()) << of.name;
    EXPECT_GE(of.arity, of.op == Op::procedure ? 0 : 1) << of.name;
    EXPECT_LE(of.arity, 3) << of.name;
  }
}

TEST(OpTable, ElementwiseOperationsAreThoseOfTheLanguage) {
  ASSERT_EQ(kElementwiseOps, model::kOperations);
  for (std::size_t i = 0; i < kElementwiseOps; ++i) {
    const auto operation = static_cast<model::Operation>(i);
    EXPECT_EQ(row(static_cast<Op>(i)).name, model::name(operation));
    EXPECT_EQ(row(static_cast<Op>(i)).arity, model::arity(operation));
  }
}

TEST(Loop, CountsItsElements) {
  EXPECT_EQ(Loop{}.count(), 1u);
  EXPECT_EQ((Loop{2, {3, 4, 99}}.count()), 12u);
}

TEST(Offsets, FollowStridesAndTablesRowMajor) {
  testing::ProgramBuilder b;
  View view{100, {}};
  view.axes[0].stride = 10;
  view.axes[1].table = b.offset_table({0, 3, 1});
  EXPECT_EQ(offsets(b.program, {2, {2, 3}}, view),
            (std::vector<std::int64_t>{0, 3, 1, 10, 13, 11}));
  EXPECT_EQ(offsets(b.program, {1, {3}}, view, 1), (std::vector<std::int64_t>{0, 3, 1}));
  EXPECT_EQ(offsets(b.program, {}, view), (std::vector<std::int64_t>{0}));
}

}  // namespace
}  // namespace shamal::ir
