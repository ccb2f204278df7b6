// Checks that a model must pass whatever its uncertain numbers are: the battery of a study.
//
// They stand in a TOML file of their own, which a study names as `checks`; its form is described in
// docs/study.md. A check changes constants, runs draws of the priors, and says what must hold of
// every one of them. What the model reproduces of the past is not here: that is what the bands and
// the series of the study are for.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "analysis/study.h"

namespace shamal::analysis {

// What must hold of a variable, element by element, at every time from … until.
struct Expectation {
  PlacedText variable;
  std::optional<double> at_least;
  std::optional<double> at_most;
  PlacedText not_above;  // another variable, of the same shape or a scalar
  PlacedText not_below;
  bool of_base = false;     // the other variable is that of the run without the check's settings
  double tolerance = 1e-9;  // relative to the value that is compared with, and absolute
  std::optional<Date> from;
  std::optional<Date> until;
};

// A value at a date, or its ratio to the value at another date, must lie in a range.
struct CourseStep {
  PlacedText variable;  // a scalar, or one element
  Date date;
  std::optional<Date> over;  // the value is divided by that at this date
  std::optional<double> at_least;
  std::optional<double> at_most;
};

// A timeline of the model with other points: every element of it, or the one that is named.
struct Timeline {
  PlacedText variable;
  std::vector<double> times;
  std::vector<double> values;
};

// Another case for the same equations: other timelines, other constants, other dates.
struct Member {
  std::string id;
  std::string title;
  std::string text;
  base::Span span;
  Date time_origin;
  std::vector<PlacedText> settings;
  std::vector<Timeline> timelines;
};

struct Check {
  enum class Kind : std::uint8_t {
    holds,        // every expectation in every draw
    sign,         // moving a constant from `low` to `high` moves an outcome as declared
    integration,  // half the step, and RK4, change no outcome by more than `tolerance`
    course,       // every step in the wanted share of draws: a pattern of behaviour
    steady,       // with the settings, nothing drifts by more than `tolerance` a year
  };
  Kind kind = Kind::holds;
  std::string id;
  std::string title;
  std::string text;
  std::string group;
  base::Span span;
  std::vector<PlacedText> settings;  // "control.Reach[Ninawa] = 0"
  std::vector<Expectation> expectations;
  bool required = true;  // else a failure is a finding, not a fault of the model

  // sign
  PlacedText parameter;
  double low = 0;
  double high = 1;
  PlacedText outcome;  // id of an outcome of the study
  bool rises = false;
  double share = 0.95;  // of the draws in which the outcome moves

  // course; `share` of the draws must show all of it
  std::vector<CourseStep> steps;
  PlacedText member;  // id; empty: the model as it is

  // integration, steady
  std::vector<PlacedText> variables;  // steady: what must not drift
  double tolerance = 0.01;
  double months = 0.5;  // integration: by which a day may move
};

struct Battery {
  std::vector<Member> members;
  std::vector<Check> checks;
};

// Reads the text of `file`. All problems are reported in one pass; nothing if any is an error.
std::optional<Battery> read_battery(const base::Sources& sources, base::FileId file,
                                    const Study& study, base::Diagnostics& diagnostics);

}  // namespace shamal::analysis
