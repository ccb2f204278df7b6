// What posterior draws say about the observed series: runs to the end of the model, replicated
// observations, and the score of what was held out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/fit/posterior.h"

namespace shamal::api {

// Of one chart curve: the model's values at some times, in the unit of the chart.
struct PredictedCurve {
  const analysis::Chart* chart = nullptr;
  std::size_t curve = 0;
  std::vector<double> values;  // [draw][time]
};

struct Predictions {
  std::size_t draws = 0;
  std::vector<double> times;  // evenly spread over the run
  std::vector<PredictedCurve> curves;

  // At the observed points: of the calibration window (in the order of the posterior's), then those
  // held out, if they were asked for.
  std::vector<analysis::DataPoint> points;
  std::vector<double> modelled;    // [draw][point], biases included
  std::vector<double> replicated;  // likewise: what would have been observed
  // Likewise: the logarithm of the density of what was observed; of an event, and of a run that is
  // not finite, minus infinity.
  std::vector<double> log_density;
  std::size_t failed = 0;  // draws whose run gave a value that is not finite
};

// `z`: draws row by row. Reads observations after the window only if `holdout` is set.
Predictions predict(const CompiledModel& compiled, const analysis::StudyFiles& files,
                    const Posterior& posterior, std::span<const double> z, bool holdout,
                    std::uint64_t seed, base::Diagnostics& diagnostics);

// The logarithm of the predictive density of each point: the mean density over the draws.
std::vector<double> log_predictive(const Predictions& predictions);

// How well replicated observations foretell what was observed. CRPS = E|X - y| - E|X - X'| / 2, in
// the unit of the chart: of a forecast without spread the absolute error [Gneiting2007]. Skill
// = 1 - CRPS / mean absolute error of a rival fitted to the calibration window: the last value, a
// straight line, a constant rate.
struct SeriesScore {
  std::string series;
  std::string unit;
  std::size_t points = 0;
  double crps = 0;
  double mean_error = 0;  // of the mean of the replicates less the observed
  double cover50 = 0;     // shares of points within the central intervals
  double cover80 = 0;
  double cover95 = 0;
  std::optional<double> skill_last;
  std::optional<double> skill_line;
  std::optional<double> skill_rate;
};
std::vector<SeriesScore> score(const Posterior& posterior, const Predictions& predictions,
                               bool holdout);

}  // namespace shamal::api
