// Tempering finds separate modes in their proportion, and the evidence.
#include "analysis/inference/tempering.h"

#include <cmath>

#include <gtest/gtest.h>

#include "methods/inference/posteriors.h"

namespace shamal::testing {
namespace {

using inference::LogDensity;
using inference::Tempering;

TEST(Tempering, FindsBothModesAndTheEvidence) {
  for (const bool with_gradient : {true, false}) {
    LogDensity first = wide_gaussian(4, 5);
    LogDensity last = two_modes(4, 5, 0.3);
    first.has_gradient = last.has_gradient = with_gradient;
    inference::TemperingOptions options;
    options.seed = 5;
    Tempering tempering(options, scattered(2000, 4, 5), 4);
    while (!tempering.done()) {
      tempering.advance(first, last);
      ASSERT_LT(tempering.steps(), 50u);
    }
    double share = 0;
    double mean = 0;
    double square = 0;
    for (std::size_t i = 0; i < tempering.particles(); ++i) {
      const double x = tempering.points()[4 * i];
      share += x > 0;
      mean += std::abs(x);
      square += (std::abs(x) - 5) * (std::abs(x) - 5);
    }
    const double n = static_cast<double>(tempering.particles());
    // Standard errors of 2000 resampled particles, taken as worth a quarter as many.
    EXPECT_NEAR(share / n, 0.3, 4 * std::sqrt(0.21 / (n / 4))) << with_gradient;
    EXPECT_NEAR(mean / n, 5, 4 / std::sqrt(n / 4)) << with_gradient;
    EXPECT_NEAR(square / n, 1, 4 * std::sqrt(2 / (n / 4))) << with_gradient;
    EXPECT_NEAR(tempering.log_evidence(), 0, 0.25) << with_gradient;
  }
}

TEST(Tempering, GoesOnFromACheckpoint) {
  const LogDensity first = wide_gaussian(3, 5);
  const LogDensity last = two_modes(3, 4, 0.6);
  Tempering whole({}, scattered(200, 3, 5), 3);
  Tempering pieces = whole;
  while (!whole.done()) {
    whole.advance(first, last);
    pieces.advance(first, last);
    pieces = *Tempering::resume(pieces.checkpoint());
  }
  EXPECT_EQ(pieces.checkpoint(), whole.checkpoint());
  EXPECT_TRUE(pieces.done());
}

// Particles that the last density forbids are dropped, not carried along.
TEST(Tempering, DropsWhatIsImpossible) {
  const LogDensity first = wide_gaussian(1, 1);
  const LogDensity last = make_density(
      1, [](Point x, Gradient) { return x[0] > 0.5 ? -x[0] * x[0] / 2 : -HUGE_VAL; }, false);
  Tempering tempering({}, scattered(500, 1, 1), 1);
  while (!tempering.done()) {
    tempering.advance(first, last);
    ASSERT_LT(tempering.steps(), 50u);
  }
  for (const double x : tempering.points()) {
    EXPECT_GT(x, 0.5);
  }
  // The mass above 0.5, times sqrt(2 pi).
  EXPECT_NEAR(tempering.log_evidence(), std::log(0.30853753872598689 * std::sqrt(2 * M_PI)), 0.25);
}

}  // namespace
}  // namespace shamal::testing
