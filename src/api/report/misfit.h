// Misfit in words and in a table.
#pragma once

#include <span>
#include <string>

#include "analysis/comparison.h"

namespace shamal::api::report {

// "IHS. Calibration, 4 points: RMSE 9.1 (11% of the mean) …; held out, 2 points: …"
std::string misfit_line(const analysis::ComparedSeries& series);

// How the model stands against its naive rivals: "better than all three naive rivals", "worse than
// the naive rivals: last value and straight line", "no naive rival to compare with".
std::string rivals_in_words(const analysis::FitStatistics& fit);

// Every scored series, calibration above hold-out, grouped by line.
std::string misfit_table(std::span<const analysis::ComparedSeries> series);

}  // namespace shamal::api::report
