#include "cli/predict.h"

#include <memory>

#include <fmt/format.h>

#include "api/fit/forecast.h"
#include "api/fit/posterior_file.h"
#include "base/files.h"
#include "cli/output.h"

namespace shamal::cli {

namespace {

struct Options {
  std::string study;
  std::string draws;
  std::string forecast;
  std::string from;
  std::string until;
  std::string holdout;
  std::vector<std::string> rivals;
  std::uint64_t seed = 1;
};

std::optional<analysis::Date> read_day(const std::string& text, std::string_view option,
                                       base::Diagnostics& diagnostics) {
  const auto period = analysis::read_period(text);
  if (!period || !period->is_day()) {
    diagnostics.add(base::Code::request_bad_value, {}, fmt::format("{} {}", option, text),
                    "write a day: 2018-01-01");
    return std::nullopt;
  }
  return period->begin;
}

// A posterior of the study with the settings of a table of draws, and the draws.
struct Loaded {
  std::unique_ptr<api::StudyPosterior> of;
  std::vector<double> points;
};

std::optional<Loaded> load(const std::string& study, const std::string& draws,
                           base::Sources& sources, base::Diagnostics& diagnostics) {
  api::PosteriorRequest request;
  request.gradient = false;
  auto settings = api::kept_settings(draws, sources, diagnostics);
  if (!settings) {
    return std::nullopt;
  }
  request.settings = std::move(*settings);
  Loaded made{api::load_posterior(study, request, sources, diagnostics), {}};
  auto points = made.of ? api::read_posterior(draws, *made.of->posterior, sources, diagnostics)
                        : std::nullopt;
  if (!points) {
    return std::nullopt;
  }
  made.points = std::move(*points);
  return made;
}

// "name=draws.csv" for each rival; the study's own draws come first.
std::string compare(const Options& options, const Loaded& own, base::Sources& sources,
                    base::Diagnostics& diagnostics) {
  std::vector<Loaded> loaded;
  std::vector<api::RivalFit> rivals = {{"as the study has it", own.of.get(), own.points}};
  for (const std::string& rival : options.rivals) {
    const std::size_t equals = rival.find('=');
    if (equals == std::string::npos) {
      diagnostics.add(base::Code::request_bad_value, {}, fmt::format("--rival {}", rival),
                      "write NAME=DRAWS.csv");
      continue;
    }
    if (auto one = load(options.study, rival.substr(equals + 1), sources, diagnostics)) {
      rivals.push_back({rival.substr(0, equals), one->of.get(), one->points});
      loaded.push_back(std::move(*one));
    }
  }
  return diagnostics.has_errors() ? std::string()
                                  : api::rivals_section(rivals, options.seed, diagnostics);
}

int predict(const Options& options, const Common& common) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  std::string draws = options.draws;
  if (draws.empty()) {
    const auto files = analysis::load_study(options.study, sources, diagnostics);
    if (!files) {
      return fail(diagnostics, sources, common);
    }
    draws = files->study.posterior.text;
  }
  if (draws.empty()) {
    diagnostics.add(base::Code::request_bad_value, {}, "the study names no \"posterior\"",
                    "name a table of draws with --draws; shamal fit --keep writes one");
    return fail(diagnostics, sources, common);
  }
  const auto loaded = load(options.study, draws, sources, diagnostics);
  if (!loaded) {
    return fail(diagnostics, sources, common);
  }
  std::vector<std::string> written;
  const auto write = [&](const std::string& path, const std::string& text) {
    if (!diagnostics.has_errors() && base::write_file(path, text, diagnostics)) {
      written.push_back(path);
    }
  };
  if (!options.forecast.empty()) {
    const auto from = read_day(options.from, "--from", diagnostics);
    const auto until = read_day(options.until, "--until", diagnostics);
    if (from && until) {
      write(options.forecast, api::forecast_csv(*loaded->of, loaded->points,
                                                {*from, *until, options.seed}, diagnostics));
    }
  }
  if (!options.holdout.empty()) {
    const std::string command = fmt::format("shamal predict {} --holdout {} --seed {}",
                                            options.study, options.holdout, options.seed);
    std::string page =
        api::holdout_page(*loaded->of, loaded->points, options.seed, command, diagnostics);
    if (!options.rivals.empty()) {
      page += compare(options, *loaded, sources, diagnostics);
    }
    write(options.holdout, page);
  }
  if (diagnostics.has_errors()) {
    return fail(diagnostics, sources, common);
  }
  print_diagnostics(diagnostics, sources, common);
  if (common.json) {
    print_json({{"study", options.study}, {"written", written}}, diagnostics, sources);
  }
  return kSuccess;
}

}  // namespace

std::function<int()> set_up_predict(CLI::App& app, const Common& common) {
  const auto options = std::make_shared<Options>();
  app.add_option("study", options->study, "Study file (.toml)")->required();
  app.add_option(
      "--draws", options->draws,
      "Table of draws, as shamal fit --keep writes it; default: the study's \"posterior\"");
  CLI::Option* const forecast =
      app.add_option("--forecast", options->forecast,
                     "CSV file to write: what would be observed of every charted series, by month");
  app.add_option("--from", options->from, "First day of the forecast: 2018-01-01")->needs(forecast);
  app.add_option("--until", options->until, "Last day of it: 2020-12-31")->needs(forecast);
  CLI::Option* const holdout = app.add_option(
      "--holdout", options->holdout,
      "Markdown file to write: scores on what was observed after the calibration window");
  app.add_option("--rival", options->rivals,
                 "NAME=DRAWS.csv: a fit of another structure (fit --set, --keep) to set beside it "
                 "in the scores, with stacking weights; may be repeated")
      ->needs(holdout)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("--seed", options->seed, "Seed of what would be observed")->default_val(1);
  return [options, &common] { return predict(*options, common); };
}

}  // namespace shamal::cli
