// A study: what a model is held against and how its results are shown, as `study.toml` says it.
// The form of the file is described in docs/study.md.
//
// Names that a later stage looks up (variables, series, files) keep their place, so that whatever
// is wrong with them is reported where the user wrote them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/calendar.h"
#include "base/diagnostics.h"
#include "base/source.h"

namespace shamal::analysis {

struct PlacedText {
  std::string text;
  base::Span span;

  bool empty() const { return text.empty(); }
};

// How far an observed value may lie from the truth.
struct ErrorModel {
  enum class Kind : std::uint8_t {
    column,    // the columns low and high of the row, where it has them
    relative,  // value × (1 ± error)
    factor,    // value ÷ error to value × error
  };
  Kind kind = Kind::column;
  double value = 0;

  bool operator==(const ErrorModel&) const = default;
};

// A curve of the model in a chart: "indicators.Daesh area", "displacement.IDPs[Ninawa]".
struct ChartCurve {
  PlacedText variable;
  std::string label;
  double scale = 1;  // from the model's unit to the chart's
};

// Observations in a chart, and the curve that they are held against.
struct ChartSeries {
  PlacedText series;
  PlacedText region;  // empty: any region
  std::string label;
  ErrorModel error;
  bool score = true;      // counts in the misfit table
  double scale = 1;       // from the observations' unit to the chart's
  std::size_t curve = 0;  // index into Chart::curves
};

struct Chart {
  std::string title;
  std::string unit;
  std::string note;
  bool log = false;
  std::vector<ChartCurve> curves;
  std::vector<ChartSeries> series;
};

// A line of effort. Without charts it is one that the model does not hold yet.
struct Line {
  std::string id;
  int number = 0;
  std::string title;
  std::string text;
  std::vector<Chart> charts;
};

struct MapSpec {
  PlacedText geojson;    // path, resolved
  PlacedText dimension;  // whose elements the regions are
  PlacedText variable;
  std::string title;
  std::string unit;
  std::vector<Date> times;
};

struct Study {
  std::string name;
  std::string title;
  std::string summary;
  std::vector<std::string> caveats;
  std::string misuse;
  PlacedText model;         // paths, resolved against the folder of the study
  PlacedText observations;  // empty if the study has none
  PlacedText sources;       // empty if the study has none
  Calendar calendar;
  Date calibration_end;
  std::optional<MapSpec> map;
  std::vector<Line> lines;
};

// Reads the text of `file`; relative paths are taken from the folder of its path. All problems are
// reported in one pass (bad_toml, study_key, study_unknown_key); nothing if any is an error.
std::optional<Study> read_study(const base::Sources& sources, base::FileId file,
                                base::Diagnostics& diagnostics);

}  // namespace shamal::analysis
