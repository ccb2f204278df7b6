#include "analysis/fit_statistics.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace shamal::analysis {
namespace {

constexpr double kTolerance = 1e-12;

FitPoint point(double time, double observed, double modelled) {
  return {time, observed, modelled, {}, {}};
}

// Worked out by hand: errors +2, -2, +3, +1.
const std::vector<FitPoint> kFour = {point(0, 10, 12), point(1, 20, 18), point(2, 30, 33),
                                     point(3, 40, 41)};

TEST(FitStatistics, DescribesTheErrors) {
  const FitStatistics fit = fit_statistics(kFour, 3).calibration;
  EXPECT_EQ(fit.points, 4u);
  EXPECT_NEAR(*fit.rmse, std::sqrt(4.5), kTolerance);
  EXPECT_NEAR(*fit.rmse_over_mean, std::sqrt(4.5) / 25, kTolerance);
  EXPECT_NEAR(*fit.mae, 2, kTolerance);
  EXPECT_NEAR(*fit.bias, 1, kTolerance);
  EXPECT_NEAR(*fit.mape, 0.10625, kTolerance);
  // Covariance 127.5, variances 125 and 133.5.
  EXPECT_NEAR(*fit.r_squared, 127.5 * 127.5 / (125 * 133.5), kTolerance);
}

TEST(FitStatistics, SplitsTheErrorIntoTheilShares) {
  const TheilShares theil = *fit_statistics(kFour, 3).calibration.theil;
  EXPECT_NEAR(theil.mean, 1 / 4.5, kTolerance);
  EXPECT_NEAR(theil.variation, std::pow(std::sqrt(133.5) - std::sqrt(125), 2) / 4.5, kTolerance);
  EXPECT_NEAR(theil.covariation, 2 * (std::sqrt(125 * 133.5) - 127.5) / 4.5, kTolerance);
  EXPECT_NEAR(theil.mean + theil.variation + theil.covariation, 1, kTolerance);
}

TEST(FitStatistics, NamesThePureKindsOfError) {
  const std::vector<FitPoint> shifted = {point(0, 1, 3), point(1, 2, 4), point(2, 3, 5)};
  EXPECT_NEAR(fit_statistics(shifted, 9).calibration.theil->mean, 1, kTolerance);
  const std::vector<FitPoint> stretched = {point(0, 1, 0), point(1, 2, 2), point(2, 3, 4)};
  EXPECT_NEAR(fit_statistics(stretched, 9).calibration.theil->variation, 1, kTolerance);
  const std::vector<FitPoint> mirrored = {point(0, 1, 3), point(1, 2, 2), point(2, 3, 1)};
  EXPECT_NEAR(fit_statistics(mirrored, 9).calibration.theil->covariation, 1, kTolerance);
}

TEST(FitStatistics, SplitsAtTheEndOfCalibration) {
  const SplitFit fit = fit_statistics(kFour, 1);
  EXPECT_EQ(fit.calibration.points, 2u);  // the point on the boundary belongs to calibration
  EXPECT_EQ(fit.holdout.points, 2u);
  EXPECT_NEAR(*fit.calibration.bias, 0, kTolerance);
  EXPECT_NEAR(*fit.holdout.bias, 2, kTolerance);
}

// The calibration points double each time: the exponential rival is exact there, the line is not.
TEST(FitStatistics, SetsTheModelAgainstNaiveRivals) {
  const std::vector<FitPoint> points = {point(0, 1, 1.5), point(1, 2, 2.5), point(2, 4, 3.5),
                                        point(3, 6, 7), point(4, 5, 5)};
  const SplitFit fit = fit_statistics(points, 2);
  // Line through 1, 2, 4: 5/6 + 1.5 t, with residuals 1/6, -1/3, 1/6 (squares add to 1/6).
  EXPECT_NEAR(*fit.calibration.skill_linear, 1 - 0.75 / (1.0 / 6), 1e-9);
  EXPECT_FALSE(fit.calibration.skill_exponential);
  EXPECT_FALSE(fit.calibration.skill_last);
  // Hold-out: model errors 1, 0; last value 4 errs by -2, -1; line by -2/3, 11/6; doubling by
  // 2, 11.
  EXPECT_NEAR(*fit.holdout.skill_last, 0.8, kTolerance);
  EXPECT_NEAR(*fit.holdout.skill_linear, 1 - 1 / (4.0 / 9 + 121.0 / 36), 1e-9);
  EXPECT_NEAR(*fit.holdout.skill_exponential, 1 - 1 / 125.0, 1e-9);
  EXPECT_NEAR(*fit.holdout.worst_skill(), 1 - 1 / (4.0 / 9 + 121.0 / 36), 1e-9);
}

TEST(FitStatistics, GivesNoTrendToTwoPointsThatItWouldMeetExactly) {
  const SplitFit fit = fit_statistics(kFour, 1);
  EXPECT_FALSE(fit.calibration.skill_linear);
  EXPECT_FALSE(fit.holdout.skill_linear);  // the observed lie on that very line
  EXPECT_TRUE(fit.holdout.skill_last);
}

TEST(FitStatistics, CountsIntervalsThatHoldTheModel) {
  std::vector<FitPoint> points = kFour;
  points[0].low = 9;
  points[0].high = 11;  // model 12: outside
  points[1].low = 18;
  points[1].high = 22;  // model 18: inside, ends included
  points[2].low = 20;   // one end: no interval
  const FitStatistics fit = fit_statistics(points, 9).calibration;
  EXPECT_EQ(fit.points_with_error, 2u);
  EXPECT_EQ(fit.within_error, 0.5);
}

TEST(FitStatistics, LeavesOutWhatIsNotDefined) {
  const FitStatistics none = fit_statistics({}, 0).holdout;
  EXPECT_EQ(none.points, 0u);
  EXPECT_FALSE(none.rmse || none.bias || none.theil || none.worst_skill());

  const std::vector<FitPoint> exact = {point(0, 0, 0), point(1, 5, 5)};
  const FitStatistics fit = fit_statistics(exact, 9).calibration;
  EXPECT_EQ(fit.rmse, 0);
  EXPECT_FALSE(fit.theil);      // no error to share out
  EXPECT_FALSE(fit.mape);       // an observed zero
  EXPECT_FALSE(fit.r_squared);  // two points always correlate
  EXPECT_FALSE(fit.within_error);
  const std::vector<FitPoint> one = {point(0, 4, 5)};
  EXPECT_FALSE(fit_statistics(one, 9).calibration.theil);  // its error is all in the mean
}

TEST(Interpolate, JoinsThePointsAndGoesNoFurther) {
  const std::vector<double> times = {0, 1, 3};
  const std::vector<double> values = {10, 20, 0};
  EXPECT_EQ(interpolate(times, values, 0), 10);
  EXPECT_EQ(interpolate(times, values, 2), 10);
  EXPECT_EQ(interpolate(times, values, 3), 0);
  EXPECT_FALSE(interpolate(times, values, -0.1));
  EXPECT_FALSE(interpolate(times, values, 3.1));
  EXPECT_FALSE(interpolate({}, {}, 0));
  const std::vector<double> broken = {10, std::nan(""), 0};
  EXPECT_FALSE(interpolate(times, broken, 2));
  EXPECT_EQ(interpolate(times, broken, 3), 0);
}

}  // namespace
}  // namespace shamal::analysis
