// What a fit compares: the observed points of a study, each with its likelihood, in the unit of its
// chart.
//
// Series come from the charts whose entry `fit` holds, events from [[fit.event]]. Points up to
// `calibration_end` are the data of the fit; later ones are kept apart for scoring, and whoever
// fits asks for the first kind only.
//
// The model's value m meets an observation as m exp(bias + breaks passed). The scale s of an
// observation's family follows from its error, e of 90 % (1.645 standard deviations):
//
//   normal, interval   s = e of the value            estimated: σ × mean |value| of the series
//   student            s = e / 95 % point of t       estimated: the same
//   lognormal, log     s = e of the logarithm        estimated: σ
//   negative binomial  s = 1 / e², e of the logarithm: counts vary by e beyond Poisson  … 1 / σ²
//   share              s = y (1 - y) / e² - 1                                           … 1 / σ² -
//   1
//
// with a relative error v read as v |y|, or (log(1 + v) - log(1 - v)) / 2 of the logarithm; a
// factor f as log f of the logarithm, or (y f - y / f) / 2; a column as half of high - low, or of
// log high - log low. A floor of the error adds to e in quadrature, and so does to s what is
// estimated of the model's own discrepancy, which is read like an estimated error.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/inference/observation.h"
#include "analysis/observations.h"
#include "analysis/study.h"
#include "base/diagnostics.h"

namespace shamal::analysis {

struct DataPoint {
  std::size_t series = 0;
  const Observation* row = nullptr;  // null: of an event
  double time = 0;                   // of the model
  inference::Observed observed;
  double scale = 1;        // of the family, from the stated error
  double unit = 1;         // by which an estimated σ becomes a scale
  std::size_t breaks = 0;  // passed before `time`
};

struct DataSeries {
  std::string name;  // "isis_fighters_estimate, Iraq+Syria", unique
  std::string unit;
  PlacedText variable;
  double curve_scale = 1;
  const Chart* chart = nullptr;  // null: an event
  const ChartSeries* entry = nullptr;
  const inference::ObservationFamily* family = nullptr;  // null: an event
  bool event_falls = false;
  double event_level = 0;
  std::optional<double> estimated;  // median of the prior of σ: an error, or a discrepancy
  double bias = 0;
  std::size_t breaks = 0;
  double break_size = 0;
  double weight = 1;       // of each point's log-likelihood
  std::size_t points = 0;  // in the calibration window; 0: all of it is held out
};

struct FitData {
  std::vector<const Observation*> outside;  // before the start or after the stop of the run
  std::vector<DataSeries> series;
  std::vector<DataPoint>
      calibration;  // by series, then time; the two of an event follow each other
  std::vector<DataPoint> holdout;
};

// The scale of a family for an estimated σ of error or discrepancy, and its slope.
struct EstimatedScale {
  double scale = 0;
  double slope = 0;
};
EstimatedScale estimated_scale(const DataSeries& series, const DataPoint& point, double sigma);

// The scale that a figure `y` would have by its stated error, without what is estimated; NaN where
// only the columns of a row could say it.
double stated_scale(const ErrorModel& error, double y);

// By which an estimated σ becomes a scale, of a series of figures with that mean size.
double estimated_unit(const ErrorModel& error, double mean);

// Of the likelihood of an error.
const inference::ObservationFamily& family_of(const ErrorModel& error);

// What the model runs over.
struct RunSpan {
  double start = 0;
  double stop = 0;
};

// Observations outside of the run are left out and told. Reports observations without an error
// that the likelihood could use (fit_observation), and studies without any. Pointers lead into
// `study` and `observations`. Nothing after errors.
std::optional<FitData> fit_data(const Study& study, const Observations& observations,
                                const RunSpan& run, base::Diagnostics& diagnostics);

}  // namespace shamal::analysis
