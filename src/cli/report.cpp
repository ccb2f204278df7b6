#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "api/study_report.h"
#include "base/files.h"
#include "cli/output.h"
#include "data/netcdf.h"

namespace shamal::cli {

namespace {

struct Options {
  std::string study;
  std::string page;
  std::uint64_t draws = 1000;
  std::uint64_t experiment_draws = 60;
  std::uint64_t check_draws = 20;
  std::uint64_t seed = 1;
  std::size_t threads = 0;
};

// Today, or the day that SOURCE_DATE_EPOCH says, so that a page can be made again byte for byte.
std::string today() {
  std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  if (const char* epoch = std::getenv("SOURCE_DATE_EPOCH")) {
    now = static_cast<std::time_t>(std::strtoll(epoch, nullptr, 10));
  }
  return fmt::format("{:%Y-%m-%d}", fmt::gmtime(now));
}

int report(const Options& options, const Common& common) {
  namespace fs = std::filesystem;
  base::Sources sources;
  base::Diagnostics diagnostics;
  const auto made = api::report_study(
      {options.study, options.page, today(), common.command_line, options.draws,
       options.experiment_draws, options.check_draws, options.seed, options.threads},
      sources, diagnostics);
  if (!made) {
    return fail(diagnostics, sources, common);
  }
  const fs::path page(options.page);
  std::error_code ignored;  // what cannot be made is reported when the file is written
  fs::create_directories(page.parent_path(), ignored);
  const fs::path results = fs::path(page).replace_filename("results.nc");
  const bool written = base::write_file(page.string(), made->html, diagnostics) &&
                       data::write_netcdf(made->results, results.string(), diagnostics);
  print_diagnostics(diagnostics, sources, common);
  if (common.json) {
    print_json({{"study", options.study},
                {"page", page.string()},
                {"results", results.string()},
                {"summary", made->summary}},
               diagnostics, sources);
  } else {
    fmt::print("{}", made->summary);
  }
  return written ? kSuccess : kModelErrors;
}

}  // namespace

std::function<int()> set_up_report(CLI::App& app, const Common& common) {
  const auto options = std::make_shared<Options>();
  app.add_option("study", options->study, "Study file (.toml); its form is in docs/study.md")
      ->required();
  app.add_option("-o,--output", options->page,
                 "The page to write; the results stand beside it in results.nc")
      ->required();
  app.add_option("--draws", options->draws,
                 "Draws of the priors for the fans around the curves; 0: none");
  app.add_option("--experiment-draws", options->experiment_draws,
                 "Draws of priors and structures for each use of the levers; 0: none");
  app.add_option("--check-draws", options->check_draws,
                 "Draws for each check of the battery; 0: no checks");
  app.add_option("--seed", options->seed, "Seed of the draws");
  app.add_option("--threads", options->threads, "Threads; 0: all that the machine has");
  return [options, &common] { return report(*options, common); };
}

}  // namespace shamal::cli
