#include "cli/predict.h"

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

int predict(const Options& options, const Common& common) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  api::PosteriorRequest request;
  request.gradient = false;
  const auto loaded = api::load_posterior(options.study, request, sources, diagnostics);
  if (!loaded) {
    return fail(diagnostics, sources, common);
  }
  const std::string draws =
      options.draws.empty() ? loaded->files.study.posterior.text : options.draws;
  if (draws.empty()) {
    diagnostics.add(base::Code::request_bad_value, {}, "the study names no \"posterior\"",
                    "name a table of draws with --draws; shamal fit --keep writes one");
    return fail(diagnostics, sources, common);
  }
  const auto points = api::read_posterior(draws, *loaded->posterior, sources, diagnostics);
  if (!points) {
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
      write(options.forecast,
            api::forecast_csv(*loaded, *points, {*from, *until, options.seed}, diagnostics));
    }
  }
  if (!options.holdout.empty()) {
    const std::string command = fmt::format("shamal predict {} --holdout {} --seed {}",
                                            options.study, options.holdout, options.seed);
    write(options.holdout, api::holdout_page(*loaded, *points, options.seed, command, diagnostics));
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
  app.add_option(
      "--holdout", options->holdout,
      "Markdown file to write: scores on what was observed after the calibration window");
  app.add_option("--seed", options->seed, "Seed of what would be observed")->default_val(1);
  return [options, &common] { return predict(*options, common); };
}

}  // namespace shamal::cli
