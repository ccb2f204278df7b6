// A study's charts joined with a run's results: which curve of the model meets which observations,
// and how well.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/fit_statistics.h"
#include "analysis/observations.h"
#include "analysis/study.h"
#include "base/diagnostics.h"
#include "data/dataset.h"

namespace shamal::analysis {

// One variable, or one element of an array, over time.
struct Curve {
  std::vector<double> times;
  std::vector<double> values;
  std::string unit;
};

// `name` is a variable of the results, with subscripts if it is an array: "finance.Cash",
// "displacement.IDPs[Ninawa]". A constant gives the same value at every time. `problem` receives
// what is wrong when there is no such curve.
std::optional<Curve> find_curve(const data::Dataset& results, std::string_view name,
                                std::string* problem = nullptr);

// Adds study_variable for each curve of a chart, and for the map, that the results do not hold.
void check_variables(const Study& study, const data::Dataset& results,
                     base::Diagnostics& diagnostics);

// The interval in which the truth lies if the error model is right.
struct Interval {
  std::optional<double> low;
  std::optional<double> high;
};
Interval error_interval(const ErrorModel& error, const Observation& observation);

// One observed point in the chart's unit, and the model beside it.
struct ComparedPoint {
  const Observation* observation = nullptr;
  double observed = 0;
  Interval interval;
  std::optional<double> modelled;  // missing outside the run
};

struct ComparedSeries {
  const Line* line = nullptr;
  const Chart* chart = nullptr;
  const ChartSeries* series = nullptr;
  std::vector<ComparedPoint> points;  // by time
  SplitFit fit;                       // of the points that the run covers
};

// One entry for each series of each chart, in the order of the study, scored or not. The pointers
// lead into `study` and `observations`.
std::vector<ComparedSeries> compare(const Study& study, const Observations& observations,
                                    const data::Dataset& results);

}  // namespace shamal::analysis
