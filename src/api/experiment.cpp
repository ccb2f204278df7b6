#include "api/experiment.h"

#include <algorithm>
#include <deque>

#include <fmt/format.h>

#include "base/names.h"

namespace shamal::api {

namespace {

bool same(std::string_view a, std::string_view b) {
  return base::fold_name(a) == base::fold_name(b);
}

// What is set where these lines of effort are used and no others.
std::vector<std::string> settings_of(const Strategy& strategy, const analysis::Study& study) {
  std::vector<std::string> settings;
  for (const analysis::Lever& lever : study.levers) {
    const bool of_line = same(lever.line.text, strategy.line);
    if (strategy.id != "as it was" && (strategy.line.empty() || of_line != strategy.only)) {
      settings.push_back(fmt::format("{}={}", lever.parameter.text, lever.low));
    }
  }
  return settings;
}

std::vector<analysis::Reading> readings_of(const analysis::Study& study) {
  std::vector<analysis::Reading> readings;
  for (const analysis::Outcome& outcome : study.outcomes) {
    readings.push_back(outcome.reading);
  }
  return readings;
}

}  // namespace

std::optional<Experiment> run_experiment(const CompiledModel& compiled,
                                         const analysis::Study& study, const DrawsRequest& request,
                                         std::uint64_t answer_draws, base::Diagnostics& diagnostics,
                                         const OnStage& on_stage) {
  if (study.levers.empty() || study.outcomes.empty()) {
    return std::nullopt;
  }
  Experiment made;
  made.draws = request.draws;
  for (const analysis::Line& line : study.lines) {
    if (std::any_of(study.levers.begin(), study.levers.end(),
                    [&](const analysis::Lever& lever) { return same(lever.line.text, line.id); })) {
      made.lines.push_back(line.id);
    }
  }
  made.strategies.push_back({"as it was", "", false, {}});
  made.strategies.push_back({"none", "", true, {}});
  for (const std::string& line : made.lines) {
    made.strategies.push_back({"without " + line, line, false, {}});
    made.strategies.push_back({"only " + line, line, true, {}});
  }
  std::deque<ReadCurves> probes;
  const auto add = [&](Draws& draws, const std::vector<std::string>& settings) {
    draws.add(compiled, settings, probes.emplace_back(readings_of(study), study.calendar));
  };
  const auto run = [&](Draws& draws, std::string_view what) {
    return draws.run(
        diagnostics,
        on_stage ? on_stage(fmt::format("{}: {} ensembles", what, draws.size())) : nullptr);
  };

  Draws draws(study, request);
  for (const Strategy& strategy : made.strategies) {
    add(draws, settings_of(strategy, study));
  }
  if (!run(draws, "lines of effort")) {
    return std::nullopt;
  }
  for (Strategy& strategy : made.strategies) {
    strategy.outcomes = std::move(probes.front().values);
    probes.pop_front();
  }
  for (const analysis::Structure& structure : study.structures) {
    made.structures.push_back(structure.id);
    made.options.push_back(draws.drawn(structure.parameter.text));
  }

  made.answer_draws = answer_draws;
  Draws answers(study, {answer_draws, request.seed, request.threads});
  for (std::size_t s = 0; s < study.structures.size(); ++s) {
    const analysis::Structure& structure = study.structures[s];
    for (std::size_t o = 0; o < structure.options.size(); ++o) {
      made.answers.push_back({s, o, {}});
      add(answers, {fmt::format("{}={}", structure.parameter.text, structure.options[o].value)});
    }
  }
  if (answer_draws > 0 && !run(answers, "structures")) {
    return std::nullopt;
  }
  for (Answer& answer : made.answers) {
    answer.outcomes = std::move(probes.front().values);
    probes.pop_front();
  }
  return made;
}

}  // namespace shamal::api
