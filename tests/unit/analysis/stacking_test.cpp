#include "analysis/inference/stacking.h"

#include <cmath>

#include <gtest/gtest.h>

namespace shamal::analysis::inference {
namespace {

// Two models, each right on a share of the points: with density a where right and b where wrong,
// sum n1 log(w a + (1-w) b) + n2 log(w b + (1-w) a) is largest at
// w = (n1 a - n2 b) / ((n1 + n2) (a - b)).
TEST(Stacking, FindsTheBestMixtureInClosedForm) {
  std::vector<double> logs;
  for (int i = 0; i < 10; ++i) {
    logs.push_back(std::log(i < 7 ? 0.9 : 0.2));
    logs.push_back(std::log(i < 7 ? 0.2 : 0.9));
  }
  const auto weights = stacking_weights(logs, 2);
  EXPECT_NEAR(weights[0], (7 * 0.9 - 3 * 0.2) / (10 * 0.7), 1e-6);
  EXPECT_NEAR(weights[0] + weights[1], 1, 1e-12);
}

TEST(Stacking, GivesNothingToAModelThatAnotherBeatsEverywhere) {
  const std::vector<double> logs = {-1, -3, -2, -2.5, -1, -900};
  EXPECT_NEAR(stacking_weights(logs, 2)[0], 1, 1e-6);
}

TEST(Stacking, LeavesOutWhatNoModelAllows) {
  const double never = -HUGE_VAL;
  const std::vector<double> logs = {never, never, std::log(0.5), never};
  EXPECT_NEAR(stacking_weights(logs, 2)[0], 1, 1e-9);
}

}  // namespace
}  // namespace shamal::analysis::inference
