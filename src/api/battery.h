// Running a study's battery of checks: what must hold of the model whatever its uncertain numbers
// are. Priors are drawn and rival structures are varied in every draw; a check's own settings stand
// above both.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/study_files.h"
#include "api/compile.h"
#include "api/draws/draws.h"
#include "api/stages.h"

namespace shamal::api {

struct CheckResult {
  enum class Status : std::uint8_t { passed, failed, not_run };
  std::string id;
  std::string title;
  std::string group;
  std::string text;      // why it is asked
  bool required = true;  // else a failure is a finding
  Status status = Status::not_run;
  std::uint64_t runs = 0;      // that were looked at
  std::uint64_t violated = 0;  // in so many of them
  std::string finding;         // one sentence: the worst of it, or what holds
};

// The checks of the study, in its order, after those that need no list: units, and that every
// constant has a unit, a range and an origin and every equation its numbers in constants. A check
// that names an unknown variable is an error.
std::vector<CheckResult> run_battery(const CompiledModel& compiled,
                                     const analysis::StudyFiles& files, const DrawsRequest& request,
                                     base::Sources& sources, base::Diagnostics& diagnostics,
                                     const OnStage& on_stage = {});

std::string_view status_name(CheckResult::Status status);

}  // namespace shamal::api
