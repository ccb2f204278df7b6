// A chart over time: curves of a model, with bands where there are intervals, and observed points
// with their errors and periods. Drawn as SVG whose colours and fonts come from the style sheet.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/calendar.h"
#include "api/report/marks.h"

namespace shamal::api::report {

// An interval around a curve: one low and one high for each of its times.
struct Band {
  std::string label;  // "8 of 10 runs"
  std::vector<double> low;
  std::vector<double> high;
};

struct DrawnCurve {
  std::string label;
  LineStyle style;
  std::vector<double> times;
  std::vector<double> values;
  std::vector<Band> bands;  // widest first
};

struct DrawnPoint {
  analysis::Extent time;
  double value = 0;
  std::optional<double> low;
  std::optional<double> high;
  std::string title;  // for a pointer resting on it
};

struct DrawnSeries {
  std::string label;
  MarkStyle style;
  std::vector<DrawnPoint> points;
};

struct ChartDrawing {
  std::string id;           // unique in the page
  std::string title;        // for those who do not see the drawing
  std::string description;  // one sentence, computed from the data
  analysis::Calendar calendar;
  double begin = 0;  // of the time axis
  double end = 1;
  double calibration_end = 0;
  bool log = false;
  std::vector<DrawnCurve> curves;
  std::vector<DrawnSeries> series;
};

// In pixels, before the page scales the drawing to its column.
struct ChartSize {
  double width = 380;
  double height = 236;
};

std::string chart_svg(const ChartDrawing& chart, ChartSize size);

// The key to curves, bands and points, as a list.
std::string chart_legend(const ChartDrawing& chart);

}  // namespace shamal::api::report
