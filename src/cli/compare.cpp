#include "data/compare.h"

#include <fmt/format.h>

#include "api/json.h"
#include "cli/output.h"
#include "data/vendor_table.h"

namespace shamal::cli {

namespace {

struct Options {
  std::string result;
  std::string expected;
  data::Tolerance tolerance;
};

int compare(const Options& options, const Common& common) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  const auto result = data::load_vendor_table(options.result, sources, diagnostics);
  const auto expected = data::load_vendor_table(options.expected, sources, diagnostics);
  if (!result || !expected) {
    return fail(diagnostics, sources, common);
  }
  const data::Comparison comparison = data::compare(*result, *expected, options.tolerance);
  print_diagnostics(diagnostics, sources, common);
  if (common.json) {
    print_json(api::to_json(comparison), diagnostics, sources);
  } else {
    fmt::print("{}", data::print(comparison));
  }
  return comparison.passed() ? kSuccess : kDiffers;
}

}  // namespace

std::function<int()> set_up_compare(CLI::App& app, const Common& common) {
  const auto options = std::make_shared<Options>();
  app.add_option("result", options->result, "Results of a run: .csv, .tab, .dat, .vdf or .nc")
      ->required();
  app.add_option("expected", options->expected,
                 "What they should be: a vendor's .tab, .csv, .dat or .vdf, or another run")
      ->required();
  app.add_option("--rtol", options->tolerance.relative, "Relative tolerance")->default_val(1e-5);
  app.add_option("--atol", options->tolerance.absolute, "Absolute tolerance")->default_val(0.0);
  app.add_option("--ltol", options->tolerance.of_largest,
                 "Tolerance as a part of each series' largest value, for runs in single precision")
      ->default_val(0.0);
  return [options, &common] { return compare(*options, common); };
}

}  // namespace shamal::cli
