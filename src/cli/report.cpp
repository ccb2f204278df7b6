#include <filesystem>

#include <fmt/format.h>

#include "api/study_report.h"
#include "base/files.h"
#include "cli/output.h"
#include "cli/stages.h"
#include "cli/today.h"
#include "data/netcdf.h"

namespace shamal::cli {

namespace {

int report(api::StudyReportRequest request, const Common& common) {
  namespace fs = std::filesystem;
  base::Sources sources;
  base::Diagnostics diagnostics;
  request.created = today();
  request.command = common.command_line;
  const auto made = [&] {
    StageLine line(common);
    request.on_stage = line.on_stage();
    return api::report_study(request, sources, diagnostics);
  }();
  if (!made) {
    return fail(diagnostics, sources, common);
  }
  const fs::path page(request.page);
  std::error_code ignored;  // what cannot be made is reported when the file is written
  fs::create_directories(page.parent_path(), ignored);
  const fs::path results = fs::path(page).replace_filename("results.nc");
  const bool written = base::write_file(page.string(), made->html, diagnostics) &&
                       data::write_netcdf(made->input.results, results.string(), diagnostics);
  print_diagnostics(diagnostics, sources, common);
  if (common.json) {
    print_json({{"study", request.study},
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
  const auto options = std::make_shared<api::StudyReportRequest>();
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
