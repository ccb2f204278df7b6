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
  const auto made = api::report_study({options.study, options.page, today(), common.command_line},
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
  return [options, &common] { return report(*options, common); };
}

}  // namespace shamal::cli
