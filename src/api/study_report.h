// A study from its file to its page: model compiled and run once, held against its observations.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/diagnostics.h"
#include "data/dataset.h"

namespace shamal::api {

struct StudyReport {
  std::string html;
  std::string summary;    // for the terminal
  data::Dataset results;  // of the one run, every variable
};

struct StudyReportRequest {
  std::string study;    // path of study.toml
  std::string page;     // where the page will stand, for the summary
  std::string created;  // date that the page shows
  std::string command;
  std::uint64_t draws = 1000;           // of the priors, for the fans and the bands; 0: none
  std::uint64_t experiment_draws = 60;  // of priors and structures, for each use of the lines
  std::uint64_t check_draws = 20;       // for each check of the battery
  std::uint64_t seed = 1;
  std::size_t threads = 0;
};

// Nothing after errors in the study, the model or the data.
std::optional<StudyReport> report_study(const StudyReportRequest& request, base::Sources& sources,
                                        base::Diagnostics& diagnostics);

}  // namespace shamal::api
