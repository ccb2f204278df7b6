// What draws of a posterior foretell: a table to publish before anybody looks at the data of its
// months, and the scores of the hold-out as a page of the documentation.
#pragma once

#include <cstdint>
#include <string>

#include "api/fit/study_fit.h"

namespace shamal::api {

struct ForecastRequest {
  analysis::Date from;   // first month
  analysis::Date until;  // last one
  std::uint64_t seed = 1;
};

// A row for each month and each series of the study's charts, fitted or not, and for every further
// region of such a series of which a figure was published up to `calibration_end` and for which the
// charted variable has an element: it gets the error of the first charted region. No later figure
// is looked at. Columns: line, chart, series, region, variable, unit, fitted, month; the median and
// the central 50, 80 and 95 % of what would be observed at the middle of the month, errors and
// discrepancies included; median and central 95 % of the model itself. What was never observed
// below 0 is not foretold below 0.
//
// `points`: draws row by row. Empty after errors.
std::string forecast_csv(const StudyPosterior& of, std::span<const double> points,
                         const ForecastRequest& request, base::Diagnostics& diagnostics);

// Scores of the hold-out as a page in Markdown.
std::string holdout_page(const StudyPosterior& of, std::span<const double> points,
                         std::uint64_t seed, const std::string& command,
                         base::Diagnostics& diagnostics);

// A structure of the model and the draws of its fit.
struct RivalFit {
  std::string name;
  const StudyPosterior* of = nullptr;
  std::vector<double> points;  // draws, row by row
};

// How well each foretells what was held out: as a section in Markdown, with the weights by which
// they together foretell it best (analysis/inference/stacking.h).
std::string rivals_section(std::span<const RivalFit> rivals, std::uint64_t seed,
                           base::Diagnostics& diagnostics);

}  // namespace shamal::api
