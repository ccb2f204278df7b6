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

// How far an observed value may lie from the truth: the 90 % interval of a distribution.
struct ErrorModel {
  enum class Kind : std::uint8_t {
    column,    // the columns low and high of the row, where it has them
    relative,  // value × (1 ± error)
    factor,    // value ÷ error to value × error
    estimated  // by a fit, with `value` the median of its prior
  };
  enum class Likelihood : std::uint8_t {
    normal,
    lognormal,
    student,            // with `degrees` of freedom: for counts with outliers
    log_student,        // of the logarithm: for sources that contradict each other
    poisson,            // whole numbers
    negative_binomial,  // whole numbers that vary more
    interval,           // all that is known is low < truth < high
    log_interval,
    share,  // between 0 and 1
  };
  Kind kind = Kind::column;
  double value = 0;  // of the error; none for column
  Likelihood likelihood = Likelihood::normal;
  double points = 0;   // as how many independent points the series counts; 0: as many as it has
  double degrees = 4;  // of freedom, of student
  double floor = 0;    // of a fit: 90 % half width that no figure is more exact than, chart's unit
  // Of a fit: median of the prior of how far the model itself may be off, a share of the series'
  // mean, or of the logarithm; 0: not at all. It is estimated, and adds to the stated error.
  double discrepancy = 0;

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
  bool score = true;         // counts in the misfit table
  bool fit = true;           // counts in a fit
  double bias = 0;           // sd of the logarithm of a factor common to all points; 0: none
  std::vector<Date> breaks;  // days from which the series counts something else …
  double break_size = 0;     // … by a factor of whose logarithm this is the sd
  double scale = 1;          // from the observations' unit to the chart's
  std::size_t curve = 0;     // index into Chart::curves
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

// What is thought of a number before any data of the model are seen.
struct Distribution {
  enum class Family : std::uint8_t {
    uniform,     // low, high
    loguniform,  // low, high
    triangular,  // low, mode, high
    normal,      // mean, sd
    lognormal,   // median, factor: 90 % lie between median ÷ factor and median × factor
    beta,        // mean, sd of a beta distribution stretched over low to high
    choice,      // values, each as likely as its weight
  };
  Family family = Family::uniform;
  double low = 0;   // bounds of the value: of the family, or where normal and lognormal are cut;
  double high = 0;  // infinite where the file gives none
  double mode = 0;
  double mean = 0;
  double sd = 0;
  double median = 0;
  double factor = 1;
  std::vector<double> values;
  std::vector<double> weights;  // one for each value, not negative, with a positive sum
};

// An uncertain constant of the model.
struct Prior {
  PlacedText parameter;   // "finance.Pay elasticity", "control.Reach[Ninawa]", or a whole array
  bool multiply = false;  // the draw multiplies the model's own value or values
  Distribution distribution;
  std::string text;  // where the prior comes from, if the model's documentation does not say it
};

// Something that could have been done more or less of: a constant of the model that is 0 when it is
// absent and `base` as it was.
struct Lever {
  std::string id;
  PlacedText line;  // the id of its line of effort
  std::string title;
  std::string text;
  PlacedText parameter;
  double low = 0;
  double high = 1.5;
  double base = 1;
  PlacedText cost;  // a variable of the model that says what it costs; may be empty
};

// A point on which the literature disagrees: a constant of the model that selects one answer.
struct Structure {
  struct Option {
    double value = 0;
    std::string label;
  };
  std::string id;
  std::string title;
  std::string text;
  PlacedText parameter;
  double base = 0;
  std::vector<Option> options;
};

// What is read off a curve.
enum class Measure : std::uint8_t {
  value,  // at the day `from`
  mean,   // over from … until
  max,
  min,
  change,       // at `until` less at `from`
  falls_below,  // the first day after `from` on which it is at or below `level`
  rises_above,
};

struct Reading {
  PlacedText variable;
  double scale = 1;
  Measure measure = Measure::value;
  Date from;
  Date until;  // from, if the measure takes one day
  double level = 0;
};

// What a strategy is judged by. Outcomes of rank 1 are shown beside every other one.
struct Outcome {
  std::string id;
  std::string title;
  std::string unit;
  std::string text;
  Reading reading;
  bool lower_is_better = true;
  int rank = 2;
};

// A test whose pass was fixed before any fit.
struct Band {
  std::string id;
  std::string title;
  Reading reading;
  double low = 0;  // for falls_below and rises_above: months after the origin (the calendar's unit)
  double high = 0;
  double share = 0.5;  // of draws that must lie in the band
  bool holdout = false;
};

// An event that had not happened on one day and had on another, seen through the level whose
// crossing it is.
struct FitEvent {
  std::string id;
  PlacedText variable;
  double scale = 1;
  double level = 0;  // after `scale`
  double error = 0;  // sd of a level
  bool falls = true;
  Date before;  // not yet
  Date after;   // already
};

// Elements of an array of constants that differ from each other by factors exp(τ z), z ~ N(0, 1),
// with τ estimated: those of which the data say little stay near the others.
struct FitGroup {
  PlacedText parameter;
  double spread = 0.2;  // median of the prior of τ
  double factor = 2;    // 90 % of it lie within spread ÷ factor and spread × factor
};

// What `shamal fit` does with the study.
struct FitSpec {
  std::optional<double> step;          // of the runs; the model's own if it is not given
  std::vector<PlacedText> parameters;  // priors that it moves; empty: all
  std::vector<FitEvent> events;
  std::vector<FitGroup> groups;
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
  PlacedText checks;        // the battery, see battery.h; may be empty
  PlacedText cards;         // see cards.h; may be empty
  PlacedText posterior;     // draws of a fit, see docs/fitting.md; may be empty
  Calendar calendar;
  Date calibration_end;
  std::optional<MapSpec> map;
  std::vector<Line> lines;
  std::vector<Prior> priors;
  std::vector<Lever> levers;
  std::vector<Structure> structures;
  std::vector<Outcome> outcomes;
  std::vector<Band> bands;
  FitSpec fit;
};

// Reads the text of `file`; relative paths are taken from the folder of its path. All problems are
// reported in one pass (bad_toml, study_key, study_unknown_key); nothing if any is an error.
std::optional<Study> read_study(const base::Sources& sources, base::FileId file,
                                base::Diagnostics& diagnostics);

}  // namespace shamal::analysis
