// The report on a study: a page that shows a model beside what was observed, in one HTML file that
// opens without a network, and a summary for the terminal.
//
// The same input gives the same bytes; what varies (the date, the command) comes in the attributes
// of the results.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/study_files.h"
#include "api/battery.h"
#include "api/equations.h"
#include "api/experiment.h"
#include "api/report/tests.h"
#include "data/dataset.h"

namespace shamal::api {

// A constant of the model, or an array of them.
struct ReportParameter {
  std::string name;  // module-qualified: "control.Clearing time"
  std::string unit;
  std::string doc;                    // ends with "Source: key …" or "Assumption: reason"
  std::vector<double> values;         // one, or one an element
  std::vector<std::string> elements;  // names of the elements; empty for a single value
  std::string form;                   // in place of values: "graphical function of 54 points"
  std::optional<double> low;          // plausible range
  std::optional<double> high;
};

struct ModelSize {
  std::size_t stocks = 0;
  std::size_t flows = 0;
  std::size_t auxiliaries = 0;
  std::size_t constants = 0;
};

struct ReportInput {
  analysis::StudyFiles files;
  // One run with the dimension time and those of the model. Attributes that the page shows where
  // they are there: model_sha256, engine_version, method, dt, seed, created, command, licence.
  data::Dataset results;
  std::vector<ReportParameter> parameters;
  ModelSize size;
  std::vector<ReportEquation> equations;
  // What an ensemble adds; all may be missing.
  std::optional<data::Dataset> fans;  // see ensemble.h
  std::uint64_t draws = 0;
  std::optional<data::Dataset> fitted;  // the same over the draws of the study's posterior
  std::uint64_t failures = 0;           // draws in which a value was not a number
  std::vector<report::BandResult> bands;
  std::optional<Experiment> experiment;
  std::vector<CheckResult> checks;
  bool tests_only = false;  // the page has the tests and the misfits alone
};

std::string report_html(const ReportInput& input);

// About ten lines; `page` is where the page was written.
std::string report_summary_text(const ReportInput& input, std::string_view page);

}  // namespace shamal::api
