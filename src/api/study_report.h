// A study from its file to its page: model compiled and run once, held against its observations.
#pragma once

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
};

// Nothing after errors in the study, the model or the data.
std::optional<StudyReport> report_study(const StudyReportRequest& request, base::Sources& sources,
                                        base::Diagnostics& diagnostics);

}  // namespace shamal::api
