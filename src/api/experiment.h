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
#include "api/ensemble.h"
#include "api/stages.h"

namespace shamal::api {

// Without the spaces around it.
std::string_view trimmed(std::string_view text);

// Every structure as a choice among its options, each as likely as the others.
void add_structures(const analysis::Study& study, EnsembleRequest& request);

// A parameter that a setting names keeps the value of the setting, an array of which it names an
// element keeps the model's other values, and the draws of all other parameters stay what they
// were.
void pin_settings(EnsembleRequest& request);

// One way of using the lines of effort.
struct Strategy {
  std::string id;     // "as it was", "none", "without finance", "only finance"
  std::string line;   // id of the line; empty for the first two
  bool only = false;  // the line alone, else without it
  std::vector<std::vector<double>> outcomes;  // [outcome of the study][draw]
};

struct Experiment {
  std::uint64_t draws = 0;
  std::vector<std::string> structures;       // ids
  std::vector<std::vector<double>> options;  // [structure][draw]: the value that was drawn
  std::vector<std::string> lines;            // ids of those that have levers
  std::vector<Strategy> strategies;          // as it was, none, then two a line
};

// Every strategy with the same draws. Nothing if the study has no levers or no outcomes, after
// errors, or if it was cancelled.
std::optional<Experiment> run_experiment(const CompiledModel& compiled,
                                         const analysis::Study& study, std::uint64_t draws,
                                         std::uint64_t seed, std::size_t threads,
                                         base::Diagnostics& diagnostics,
                                         const OnStage& on_stage = {});

}  // namespace shamal::api
