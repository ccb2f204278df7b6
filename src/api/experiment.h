// Experiments on a study's levers, over draws of its priors and over its rival structures: what a
// line of effort does alone, what is missing without it, and how far the answer depends on which
// draw and which structure is right.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/study.h"
#include "api/draws/draws.h"
#include "api/stages.h"

namespace shamal::api {

// One way of using the lines of effort.
struct Strategy {
  std::string id;     // "as it was", "none", "without finance", "only finance"
  std::string line;   // id of the line; empty for the first two
  bool only = false;  // the line alone, else without it
  std::vector<std::vector<double>> outcomes;  // [outcome of the study][draw]
};

// One answer to a disputed question, with everything as it was.
struct Answer {
  std::size_t structure = 0;  // of the study
  std::size_t option = 0;
  std::vector<std::vector<double>> outcomes;  // [outcome of the study][draw]
};

struct Experiment {
  std::uint64_t draws = 0;
  std::vector<std::string> structures;       // ids
  std::vector<std::vector<double>> options;  // [structure][draw]: the value that was drawn
  std::vector<std::string> lines;            // ids of those that have levers
  std::vector<Strategy> strategies;          // as it was, none, then two a line
  std::uint64_t answer_draws = 0;
  std::vector<Answer> answers;  // every option of every structure
};

// Every strategy with the same draws, and every answer with the same draws of everything else.
// Nothing if the study has no levers or no outcomes, after errors, or if it was cancelled.
std::optional<Experiment> run_experiment(const CompiledModel& compiled,
                                         const analysis::Study& study, const DrawsRequest& request,
                                         std::uint64_t answer_draws, base::Diagnostics& diagnostics,
                                         const OnStage& on_stage = {});

}  // namespace shamal::api
