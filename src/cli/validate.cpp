#include <fmt/format.h>

#include "api/battery.h"
#include "cli/output.h"

namespace shamal::cli {

namespace {

struct Options {
  std::string study;
  std::uint64_t draws = 1000;
  std::uint64_t seed = 1;
  std::size_t threads = 0;
};

int validate(const Options& options, const Common& common) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  const auto files = analysis::load_study(options.study, sources, diagnostics);
  const auto compiled =
      files ? api::compile(files->study.model.text, sources, diagnostics) : std::nullopt;
  if (!compiled) {
    return fail(diagnostics, sources, common);
  }
  const std::vector<api::CheckResult> results = api::run_battery(
      *compiled, *files, {options.draws, options.seed, options.threads}, diagnostics);
  if (diagnostics.has_errors()) {
    return fail(diagnostics, sources, common);
  }
  print_diagnostics(diagnostics, sources, common);
  std::size_t failed = 0;
  std::size_t findings = 0;
  nlohmann::json rows = nlohmann::json::array();
  for (const api::CheckResult& result : results) {
    const bool passed = result.status == api::CheckResult::Status::passed;
    failed += !passed && result.required ? 1 : 0;
    findings += !passed && !result.required ? 1 : 0;
    rows.push_back({{"id", result.id},
                    {"title", result.title},
                    {"group", result.group},
                    {"status", api::status_name(result.status)},
                    {"required", result.required},
                    {"runs", result.runs},
                    {"violated", result.violated},
                    {"finding", result.finding}});
    if (!common.json) {
      fmt::print("{:8}{} {}\n        {}\n",
                 passed || result.required ? api::status_name(result.status) : "finding", result.id,
                 result.title, result.finding);
    }
  }
  if (common.json) {
    print_json({{"study", options.study}, {"checks", std::move(rows)}, {"failed", failed}, {"findings", findings}},
               diagnostics, sources);
  } else {
    fmt::print("{} checks, {} failed, {} findings\n", results.size(), failed, findings);
  }
  return failed == 0 ? kSuccess : kDiffers;
}

}  // namespace

std::function<int()> set_up_validate(CLI::App& app, const Common& common) {
  const auto options = std::make_shared<Options>();
  app.add_option("study", options->study, "Study file (.toml); its form is in docs/study.md")
      ->required();
  app.add_option("--draws", options->draws, "Draws of the priors for each check")
      ->check(CLI::PositiveNumber);
  app.add_option("--seed", options->seed, "Seed of the draws");
  app.add_option("--threads", options->threads, "Threads; 0: all that the machine has");
  return [options, &common] { return validate(*options, common); };
}

}  // namespace shamal::cli
