#include <filesystem>

#include <fmt/format.h>

#include "analysis/comparison.h"
#include "api/study_report.h"
#include "base/files.h"
#include "cli/output.h"
#include "cli/stages.h"
#include "cli/today.h"

namespace shamal::cli {

namespace {

using api::CheckResult;

// Checks that must hold and do not; and those that were expected and are not found.
struct Count {
  std::size_t failed = 0;
  std::size_t findings = 0;
};

Count count(std::span<const CheckResult> checks) {
  Count made;
  for (const CheckResult& check : checks) {
    const bool passed = check.status == CheckResult::Status::passed;
    made.failed += !passed && check.required ? 1 : 0;
    made.findings += !passed && !check.required ? 1 : 0;
  }
  return made;
}

nlohmann::json number(const std::optional<double>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json();
}

nlohmann::json json_of(const analysis::FitStatistics& fit) {
  nlohmann::json made = {{"points", fit.points},
                         {"rmse", number(fit.rmse)},
                         {"skill_last", number(fit.skill_last)},
                         {"skill_linear", number(fit.skill_linear)},
                         {"skill_exponential", number(fit.skill_exponential)}};
  if (fit.theil) {
    made["theil"] = {fit.theil->mean, fit.theil->variation, fit.theil->covariation};
  }
  return made;
}

std::string words(const analysis::FitStatistics& fit) {
  if (fit.points == 0) {
    return "no points";
  }
  std::string text = fmt::format("{} {}", fit.points, fit.points == 1 ? "point" : "points");
  if (fit.theil) {
    text += fmt::format(", Theil {:.2f} {:.2f} {:.2f}", fit.theil->mean, fit.theil->variation,
                        fit.theil->covariation);
  }
  const auto skill = fit.worst_skill();
  return text + (skill ? fmt::format(", least skill {:.2g}", *skill) : ", no rival to compare");
}

nlohmann::json json_of(const api::ReportInput& input,
                       std::span<const analysis::ComparedSeries> series) {
  nlohmann::json checks = nlohmann::json::array();
  for (const CheckResult& check : input.checks) {
    checks.push_back({{"id", check.id},
                      {"title", check.title},
                      {"group", check.group},
                      {"status", api::status_name(check.status)},
                      {"required", check.required},
                      {"runs", check.runs},
                      {"violated", check.violated},
                      {"finding", check.finding}});
  }
  nlohmann::json bands = nlohmann::json::array();
  for (const api::report::BandResult& band : input.bands) {
    bands.push_back({{"id", band.band->id},
                     {"title", band.band->title},
                     {"holdout", band.band->holdout},
                     {"share", band.share},
                     {"wanted", band.band->share},
                     {"passed", band.passed}});
  }
  nlohmann::json rows = nlohmann::json::array();
  for (const analysis::ComparedSeries& entry : series) {
    if (entry.series->score) {
      rows.push_back({{"chart", entry.chart->title},
                      {"series", entry.series->label},
                      {"calibration", json_of(entry.fit.calibration)},
                      {"holdout", json_of(entry.fit.holdout)}});
    }
  }
  return {{"checks", std::move(checks)}, {"bands", std::move(bands)}, {"series", std::move(rows)}};
}

void print(const api::ReportInput& input, std::span<const analysis::ComparedSeries> series) {
  for (const CheckResult& check : input.checks) {
    const bool passed = check.status == CheckResult::Status::passed;
    fmt::print("{:8}{} {}\n        {}\n",
               passed || check.required ? api::status_name(check.status) : "finding", check.id,
               check.title, check.finding);
  }
  for (const api::report::BandResult& band : input.bands) {
    fmt::print("{:8}{} {}\n        {:.0f} % of the draws in the band, {:.0f} % wanted{}\n",
               band.passed ? "in" : "out", band.band->id, band.band->title, 100 * band.share,
               100 * band.band->share, band.band->holdout ? "; held out" : "");
  }
  for (const analysis::ComparedSeries& entry : series) {
    if (entry.series->score) {
      fmt::print("series  {}: {}\n        calibration {}\n        held out {}\n",
                 entry.chart->title, entry.series->label, words(entry.fit.calibration),
                 words(entry.fit.holdout));
    }
  }
  const Count total = count(input.checks);
  std::size_t out = 0;
  for (const api::report::BandResult& band : input.bands) {
    out += band.passed ? 0 : 1;
  }
  fmt::print("{} checks, {} failed, {} findings", input.checks.size(), total.failed,
             total.findings);
  if (!input.bands.empty()) {
    fmt::print("; {} bands, {} out", input.bands.size(), out);
  }
  fmt::print("\n");
}

int validate(api::StudyReportRequest request, const Common& common) {
  namespace fs = std::filesystem;
  base::Sources sources;
  base::Diagnostics diagnostics;
  request.created = today();
  request.command = common.command_line;
  request.check_draws = request.draws;
  request.tests_only = true;
  const auto made = [&] {
    StageLine line(common);
    request.on_stage = line.on_stage();
    return api::report_study(request, sources, diagnostics);
  }();
  if (!made) {
    return fail(diagnostics, sources, common);
  }
  bool written = true;
  if (!request.page.empty()) {
    std::error_code ignored;  // what cannot be made is reported when the file is written
    fs::create_directories(fs::path(request.page).parent_path(), ignored);
    written = base::write_file(request.page, made->html, diagnostics);
  }
  print_diagnostics(diagnostics, sources, common);
  const auto series = analysis::compare(made->input.files.study, made->input.files.observations,
                                        made->input.results);
  if (common.json) {
    nlohmann::json reply = json_of(made->input, series);
    const Count total = count(made->input.checks);
    reply["study"] = request.study;
    reply["failed"] = total.failed;
    reply["findings"] = total.findings;
    print_json(std::move(reply), diagnostics, sources);
  } else {
    print(made->input, series);
  }
  return !written ? kModelErrors : count(made->input.checks).failed == 0 ? kSuccess : kDiffers;
}

}  // namespace

std::function<int()> set_up_validate(CLI::App& app, const Common& common) {
  const auto options = std::make_shared<api::StudyReportRequest>();
  app.add_option("study", options->study, "Study file (.toml); its form is in docs/study.md")
      ->required();
  app.add_option("-o,--output", options->page, "A page of the tests and misfits to write (.html)");
  app.add_option("--draws", options->draws, "Draws of the priors for each check and for the bands")
      ->check(CLI::PositiveNumber);
  app.add_option("--seed", options->seed, "Seed of the draws");
  app.add_option("--threads", options->threads, "Threads; 0: all that the machine has");
  return [options, &common] { return validate(*options, common); };
}

}  // namespace shamal::cli
