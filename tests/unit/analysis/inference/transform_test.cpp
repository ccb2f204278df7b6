// Transforms: there and back, slopes and Jacobians against differences, and the far ends.
#include "analysis/inference/transform.h"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace shamal::analysis::inference {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

const std::vector<Transform> kAll = {make_transform(-kInfinity, kInfinity),
                                     make_transform(2, kInfinity), make_transform(-kInfinity, -3),
                                     make_transform(-1, 4), make_transform(0, kInfinity)};

TEST(Transform, ThereAndBack) {
  for (const Transform& transform : kAll) {
    for (const double y : {-8.0, -1.3, 0.0, 0.4, 6.0}) {
      const double x = constrain(transform, y).value;
      EXPECT_GT(x, transform.low);
      EXPECT_LT(x, transform.high);
      EXPECT_NEAR(unconstrain(transform, x), y, 1e-10) << transform.low << " " << transform.high;
    }
  }
}

TEST(Transform, SlopesAreThoseOfDifferences) {
  constexpr double h = 1e-5;
  for (const Transform& transform : kAll) {
    for (const double y : {-4.0, -0.7, 0.0, 0.9, 3.5}) {
      const Constrained at = constrain(transform, y);
      const Constrained up = constrain(transform, y + h);
      const Constrained down = constrain(transform, y - h);
      EXPECT_NEAR((up.value - down.value) / (2 * h), at.slope, 1e-8 * (1 + std::abs(at.slope)));
      EXPECT_NEAR(std::log(std::abs(at.slope)), at.log_jacobian, 1e-12);
      EXPECT_NEAR((up.log_jacobian - down.log_jacobian) / (2 * h), at.log_jacobian_slope, 1e-8);
    }
  }
}

TEST(Transform, StaysInsideAndFiniteFarOut) {
  for (const Transform& transform : kAll) {
    for (const double y : {-700.0, -50.0, 50.0, 700.0}) {
      const Constrained at = constrain(transform, y);
      EXPECT_GT(at.value, transform.low);
      EXPECT_LT(at.value, transform.high);
      EXPECT_TRUE(std::isfinite(at.log_jacobian));
    }
  }
}

// A uniform number in (-1, 4), seen as y, is logistic: its density integrates to 1.
TEST(Transform, TheJacobianKeepsTheMass) {
  const Transform transform = make_transform(-1, 4);
  double mass = 0;
  for (double y = -40; y < 40; y += 0.01) {
    mass += 0.01 * std::exp(constrain(transform, y).log_jacobian - std::log(5.0));
  }
  EXPECT_NEAR(mass, 1, 1e-9);
}

}  // namespace
}  // namespace shamal::analysis::inference
