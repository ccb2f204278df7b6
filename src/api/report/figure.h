// One chart of a study as it stands in the page: heading, key, drawing, note, misfit in a line, and
// the same figures as a table.
#pragma once

#include <span>
#include <string>

#include "analysis/comparison.h"
#include "analysis/study_files.h"
#include "api/report/chart.h"
#include "data/dataset.h"

namespace shamal::api::report {

struct FigureInput {
  const analysis::StudyFiles& files;
  const data::Dataset& results;
  const analysis::Chart& chart;
  std::span<const analysis::ComparedSeries> series;  // those of this chart
  std::string id;                                    // unique in the page
  const data::Dataset* fans = nullptr;               // of an ensemble, see fan.h
  const data::Dataset* fitted = nullptr;             // likewise, of a posterior
  bool leading = false;                              // the first of its line: drawn large
  bool equations = false;                            // the page has them, to be linked to
};

ChartDrawing draw_chart(const FigureInput& input);
std::string figure_html(const FigureInput& input);

}  // namespace shamal::api::report
