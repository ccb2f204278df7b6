// Where a curve crosses a level, and what moves the crossing.
#include "analysis/inference/crossing.h"

#include <vector>

#include <gtest/gtest.h>

namespace shamal::analysis::inference {
namespace {

const std::vector<double> kTimes = {10, 12, 14, 18};

TEST(Crossing, LiesOnTheLineBetweenPoints) {
  const Crossing up = *find_crossing(kTimes, std::vector<double>{0, 1, 5, 2}, 2);
  EXPECT_DOUBLE_EQ(up.time, 12.5);
  EXPECT_EQ(up.after, 2u);
  const Crossing down = *find_crossing(kTimes, std::vector<double>{4, 3, 2.5, 0.5}, 1, false);
  EXPECT_DOUBLE_EQ(down.time, 17);
  EXPECT_FALSE(find_crossing(kTimes, std::vector<double>{0, 1, 5, 2}, 6));
  EXPECT_FALSE(find_crossing({}, {}, 6));
  const Crossing first = *find_crossing(kTimes, std::vector<double>{3, 1, 5, 2}, 2);
  EXPECT_EQ(first.time, 10);
  EXPECT_EQ(first.after, 0u);
}

TEST(Crossing, SlopesAreThoseOfDifferences) {
  constexpr double h = 1e-6;
  const std::vector<double> values = {0, 1, 5, 2};
  const Crossing at = *find_crossing(kTimes, values, 2);
  const auto moved = [&](std::size_t i, double by) {
    std::vector<double> other = values;
    other[i] += by;
    return find_crossing(kTimes, other, 2)->time;
  };
  EXPECT_NEAR(at.by_before, (moved(1, h) - moved(1, -h)) / (2 * h), 1e-8);
  EXPECT_NEAR(at.by_after, (moved(2, h) - moved(2, -h)) / (2 * h), 1e-8);
}

}  // namespace
}  // namespace shamal::analysis::inference
