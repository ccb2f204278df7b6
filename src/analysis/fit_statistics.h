// How far a model's curve lies from what was observed, and in what way.
//
// For n points with observed values y and model values m at the same times:
//
//   MSE  = mean((m - y)^2),  RMSE = sqrt(MSE),  MAE = mean(|m - y|),  bias = mean(m) - mean(y)
//   MAPE = mean(|m - y| / y), where every y is positive
//   R²   = square of the correlation of m and y: how well the shape agrees, whatever the level
//
// Theil's inequality shares say of what the error is made [Theil1966; Sterman1984]:
//
//   MSE = (mean(m) - mean(y))^2 + (s_m - s_y)^2 + 2 (1 - r) s_m s_y
//   U^M = first / MSE   unequal means: a systematic error
//   U^S = second / MSE  unequal variation: wrong trend or amplitude
//   U^C = third / MSE   unequal covariation: point by point
//
// with population standard deviations s; the three add up to 1. U^M and U^S small is what a model
// of a policy should have: its error then lies in what it does not try to follow.
//
// Skill = 1 - MSE / MSE_rival [Murphy1988] sets the model against rivals that know nothing of its
// subject: the last value of the calibration window, a straight line through that window, and a
// constant exponential rate through it (least squares on the logarithm). 1 is perfect, 0 is as good
// as the rival, below 0 is worse. In the calibration window the two fitted rivals have seen the
// very points they are scored on, so that a skill of 0 is a fair mark there.
//
// Limits: with few points every one of these is loose, and none is a test of structure
// [Barlas1996].
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace shamal::analysis {

struct FitPoint {
  double time = 0;
  double observed = 0;
  double modelled = 0;
  std::optional<double> low;  // of the observation; the interval counts when both ends are there
  std::optional<double> high;
};

struct TheilShares {
  double mean = 0;         // U^M
  double variation = 0;    // U^S
  double covariation = 0;  // U^C
};

// A value is missing where it is not defined: R² of two points, MAPE with a zero among the
// observed.
struct FitStatistics {
  std::size_t points = 0;
  std::optional<double> rmse;
  std::optional<double> rmse_over_mean;  // by the mean of the observed, where that is positive
  std::optional<double> mae;
  std::optional<double> bias;
  std::optional<double> mape;
  std::optional<double> r_squared;
  std::optional<TheilShares> theil;
  std::size_t points_with_error = 0;
  std::optional<double> within_error;  // share of those whose interval holds the model's value
  std::optional<double> skill_last;
  std::optional<double> skill_linear;
  std::optional<double> skill_exponential;

  // The least of the skills that are defined.
  std::optional<double> worst_skill() const;
};

struct SplitFit {
  FitStatistics calibration;  // points up to and including the end of the window
  FitStatistics holdout;      // points after it
};

SplitFit fit_statistics(std::span<const FitPoint> points, double calibration_end);

// The value at `time` on the line that joins the points (times ascending); nothing outside them or
// beside a value that is not finite.
std::optional<double> interpolate(std::span<const double> times, std::span<const double> values,
                                  double time);

}  // namespace shamal::analysis
