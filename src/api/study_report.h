// A study from its file to its page: model compiled and run once, held against its observations.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "api/report.h"
#include "api/stages.h"
#include "base/diagnostics.h"

namespace shamal::api {

struct StudyReport {
  std::string html;
  std::string summary;  // for the terminal
  ReportInput input;    // what both were made of
};

// How much the page looks at unless told otherwise: what two cores do in about two minutes on the
// Levant model. The checks get the full battery from `shamal validate`.
struct StudyReportRequest {
  std::string study;    // path of study.toml
  std::string page;     // where the page will stand, for the summary
  std::string created;  // date that the page shows
  std::string command;
  std::uint64_t draws = 1000;           // of the priors, for the fans and the bands; 0: none
  std::uint64_t experiment_draws = 64;  // of priors and structures, for each use of the lines
  std::uint64_t check_draws = 32;       // for each check of the battery
  std::uint64_t seed = 1;
  std::size_t threads = 0;
  bool tests_only = false;  // a page of the tests and the misfits alone
  OnStage on_stage;
};

// Nothing after errors in the study, the model or the data.
std::optional<StudyReport> report_study(const StudyReportRequest& request, base::Sources& sources,
                                        base::Diagnostics& diagnostics);

}  // namespace shamal::api
