#include "sim/time_grid.h"

#include <gtest/gtest.h>

namespace shamal::sim {
namespace {

using Steps = std::vector<std::uint32_t>;

TEST(TimeGrid, TakesTheWholeStepsWithinTheSpan) {
  EXPECT_EQ(time_grid(0, 10, 1, 1).steps, 10u);
  EXPECT_EQ(time_grid(0, 10, 3, 3).steps, 3u);     // ends at 9
  EXPECT_EQ(time_grid(0, 1, 0.1, 1).steps, 10u);   // 1 / 0.1 is a rounding off 10
  EXPECT_EQ(time_grid(0, 0.3, 0.1, 1).steps, 3u);  // 0.3 / 0.1 < 3
  EXPECT_EQ(time_grid(1900, 2100, 0.0078125, 1).steps, 25600u);
  EXPECT_EQ(time_grid(5, 5, 1, 1).steps, 0u);
  EXPECT_EQ(time_grid(0, 0.5, 1, 1).steps, 0u);
}

TEST(TimeGrid, TimesAreProductsNotSums) {
  const TimeGrid grid = time_grid(0, 1000, 0.1, 1);
  EXPECT_EQ(grid.time(10000), 10000 * 0.1);
  EXPECT_EQ(time_grid(-3, 5, 0.25, 1).time(7), -1.25);
}

TEST(TimeGrid, SavesTheStepsNearestToTheInterval) {
  EXPECT_EQ(time_grid(0, 4, 1, 1).saves, (Steps{0, 1, 2, 3, 4}));
  EXPECT_EQ(time_grid(0, 4, 0.5, 2).saves, (Steps{0, 4, 8}));
  EXPECT_EQ(time_grid(0, 1, 0.1, 0.3).saves, (Steps{0, 3, 6, 9, 10}));  // and the last step
  EXPECT_EQ(time_grid(0, 6, 1, 1.5).saves, (Steps{0, 2, 3, 5, 6}));     // 1.5: of two, the later
  EXPECT_EQ(time_grid(0, 3, 1, 0.01).saves, (Steps{0, 1, 2, 3}));       // at most every step
  EXPECT_EQ(time_grid(0, 3, 1, 0).saves, (Steps{0, 1, 2, 3}));
  EXPECT_EQ(time_grid(0, 3, 1, 100).saves, (Steps{0, 3}));
  EXPECT_EQ(time_grid(0, 0, 1, 1).saves, (Steps{0}));
}

}  // namespace
}  // namespace shamal::sim
