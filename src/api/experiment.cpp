#include "api/experiment.h"

#include <algorithm>

#include <fast_float/fast_float.h>
#include <fmt/format.h>

#include "base/names.h"

namespace shamal::api {

namespace {

bool same(std::string_view a, std::string_view b) {
  return base::fold_name(a) == base::fold_name(b);
}

analysis::Marginal choice(const std::vector<double>& values) {
  analysis::Marginal made;
  made.family = analysis::find_marginal_family("choice");
  for (const double value : values) {
    made.parameters.push_back(value);
    made.parameters.push_back(1);
  }
  return made;
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') {
    text.remove_prefix(1);
  }
  while (!text.empty() && text.back() == ' ') {
    text.remove_suffix(1);
  }
  return text;
}

void add_structures(const analysis::Study& study, EnsembleRequest& request) {
  for (const analysis::Structure& structure : study.structures) {
    std::vector<double> values;
    for (const analysis::Structure::Option& option : structure.options) {
      values.push_back(option.value);
    }
    request.parameters.push_back(
        {structure.parameter.text, false, choice(values), structure.parameter.span});
  }
}

void pin_settings(EnsembleRequest& request) {
  for (const std::string& setting : request.run.settings) {
    const std::size_t equals = setting.rfind('=');
    if (equals == std::string::npos) {
      continue;  // reported when the run is prepared
    }
    const std::string_view name = trimmed(std::string_view(setting).substr(0, equals));
    const std::string_view text = trimmed(std::string_view(setting).substr(equals + 1));
    double value = 0;
    fast_float::from_chars(text.data(), text.data() + text.size(), value);
    for (UncertainParameter& parameter : request.parameters) {
      if (same(parameter.name, name)) {
        parameter.marginal = choice({value});
        parameter.multiply = false;
      } else if (same(parameter.name, name.substr(0, name.find('[')))) {
        // One element of an array that varies as a whole: the array keeps the model's values.
        parameter.marginal = choice({1});
        parameter.multiply = true;
      }
    }
  }
}

std::optional<Experiment> run_experiment(const CompiledModel& compiled,
                                         const analysis::Study& study, std::uint64_t draws,
                                         std::uint64_t seed, std::size_t threads,
                                         base::Diagnostics& diagnostics, const OnStage& on_stage) {
  if (study.levers.empty() || study.outcomes.empty()) {
    return std::nullopt;
  }
  Experiment made;
  made.draws = draws;
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
  for (Strategy& strategy : made.strategies) {
    EnsembleRequest request;
    request.run.seed = seed;
    request.threads = threads;
    request.design.runs = draws;
    add_priors(study, request);
    add_structures(study, request);
    add_outcomes(study, request);
    for (const EnsembleReading& reading : request.readings) {
      request.run.columns = {reading.variable};  // the others are saved for their readings
    }
    const bool all = strategy.id == "as it was";
    for (const analysis::Lever& lever : study.levers) {
      const bool of_line = same(lever.line.text, strategy.line);
      if (!all && (strategy.line.empty() || of_line != strategy.only)) {
        request.run.settings.push_back(fmt::format("{}={}", lever.parameter.text, lever.low));
      }
    }
    const auto result =
        run_ensemble(compiled, request, diagnostics,
                     on_stage ? on_stage("lines of effort: " + strategy.id) : nullptr);
    if (!result) {
      return std::nullopt;
    }
    for (const analysis::Outcome& outcome : study.outcomes) {
      const data::Variable* values = result->runs.find(outcome.id);
      strategy.outcomes.push_back(values == nullptr ? std::vector<double>(draws) : values->values);
    }
    if (all) {
      for (const analysis::Structure& structure : study.structures) {
        made.structures.push_back(structure.id);
        const data::Variable* values = result->runs.find(structure.parameter.text);
        made.options.push_back(values == nullptr ? std::vector<double>(draws, structure.base)
                                                 : values->values);
      }
    }
  }
  return made;
}

}  // namespace shamal::api
