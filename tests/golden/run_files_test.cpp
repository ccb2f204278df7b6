// Large public models against Vensim's own runs of them, and with Vensim's changes files. They lie
// beside the project, in ../shared/conformance, and may be absent.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>

#include <gtest/gtest.h>

#include "api/compile.h"
#include "api/run.h"
#include "base/names.h"
#include "data/compare.h"
#include "data/vendor_table.h"

namespace {

namespace fs = std::filesystem;
using namespace shamal;

const fs::path kFolder = fs::path(SHAMAL_SOURCE_DIR) / ".." / "shared" / "conformance" / "large";

bool present() {
  if (!fs::exists(kFolder)) {
    std::cout << "NOT RUN: ../shared/conformance is not there; the public models were not tried.\n";
  }
  return fs::exists(kFolder);
}

std::optional<data::Dataset> run(const std::string& model, const std::vector<std::string>& changes,
                                 base::Sources& sources, base::Diagnostics& diagnostics) {
  api::CompileInputs inputs;
  for (const std::string& file : changes) {
    inputs.changes.push_back((kFolder / file).string());
  }
  const auto compiled = api::compile((kFolder / model).string(), sources, diagnostics, inputs);
  return compiled ? api::run(*compiled, {}, diagnostics) : std::nullopt;
}

// The run was made in single precision: 260 variables over 400 steps are 1e-4 apart at most, where
// the growth of 24-bit roundings through 12 stocks and 55 tables is to be expected.
TEST(RunFiles, World3MatchesVensimsRunInEveryVariable) {
  if (!present()) {
    return;
  }
  base::Sources sources;
  base::Diagnostics diagnostics;
  const auto result = run("wrld3-03.mdl", {}, sources, diagnostics);
  ASSERT_TRUE(result) << base::print(diagnostics, sources);
  const auto wanted =
      data::load_vendor_table((kFolder / "SCEN01.VDF").string(), sources, diagnostics);
  ASSERT_TRUE(wanted);
  const auto comparison = data::compare(data::series_of(*result), *wanted, {1e-4, 1e-6});
  EXPECT_TRUE(comparison.passed()) << data::print(comparison);
  EXPECT_EQ(comparison.variables.size(), 260u);
  EXPECT_GT(comparison.values(), 70000u);
}

TEST(RunFiles, World3RunsWithEachOfItsScenarios) {
  if (!present()) {
    return;
  }
  base::Sources sources;
  base::Diagnostics diagnostics;
  const auto standard = run("wrld3-03.mdl", {}, sources, diagnostics);
  ASSERT_TRUE(standard);
  std::size_t scenarios = 0;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    if (entry.path().extension() != ".CIN") {
      continue;
    }
    ++scenarios;
    base::Diagnostics problems;
    const auto result = run("wrld3-03.mdl", {entry.path().filename().string()}, sources, problems);
    ASSERT_TRUE(result) << base::print(problems, sources);
    const data::Variable* resources = result->find("nonrenewable resources");
    ASSERT_NE(resources, nullptr);
    EXPECT_NE(resources->values, standard->find("nonrenewable resources")->values)
        << entry.path().filename();
    EXPECT_DOUBLE_EQ(resources->values.front(), 2e12) << entry.path().filename();
  }
  EXPECT_EQ(scenarios, 13u);
}

// C-LEARN: 846 variables over 1000 steps in single precision. Its stocks and nearly all else agree
// to a hundred-thousandth of a series' largest value. What remains subtracts numbers that are
// nearly equal, which keeps the roundings of what it subtracts; each is named with how much.
struct Cancelling {
  std::string variable;
  double absolute;  // tolerance
};
const std::vector<Cancelling> kCancelling = {
    // Fluxes between stocks of hundreds of GtonsC, where 24 bits are 3e-5 apart.
    {"Diffusion Flux", 1.2e-4},
    {"Flux Atm to Ocean", 3e-4},
    {"Net Uptake", 3e-4},
    {"Top of flows to ocean stacked", 3e-4},
    {"Top of net sequestration", 3e-4},
    {"Net Accumulation", 3e-4},
    {"Net Uptake less Land Use Emissions", 1.1e-3},  // the same in GtonsCO2
    {"Net Uptake and Net Sequestration", 1.1e-3},
    {"Net Uptake and Net Seq Less Land Use Emissions", 1.1e-3},
    {"Emissions minus Removals", 1.1e-3},
    {"Atmospheric Retention", 5e-4},  // Net Accumulation over emissions below 1
};
constexpr const char* kRatioOfDifferences = "CO2eq Gap Closing Percentage";

TEST(RunFiles, CLearnMatchesVensimsRunInEveryVariable) {
  if (!present()) {
    return;
  }
  base::Sources sources;
  base::Diagnostics diagnostics;
  const auto result = run("C-LEARN v77 for Vensim.mdl", {}, sources, diagnostics);
  ASSERT_TRUE(result) << base::print(diagnostics, sources);
  const auto wanted = data::load_vendor_table((kFolder / "Ref.vdf").string(), sources, diagnostics);
  ASSERT_TRUE(wanted);
  const auto ours = data::series_of(*result);
  const auto of = [&](const data::SeriesTable& table, const std::string& name) {
    data::SeriesTable part;
    for (const data::Series& series : table.series) {
      if (base::fold_name(series.name.base) == base::fold_name(name)) {
        part.series.push_back(series);
      }
    }
    return part;
  };
  data::SeriesTable plain;
  for (const data::Series& series : wanted->series) {
    const auto named = [&](const Cancelling& row) {
      return base::fold_name(series.name.base) == base::fold_name(row.variable);
    };
    if (std::none_of(kCancelling.begin(), kCancelling.end(), named) &&
        base::fold_name(series.name.base) != base::fold_name(kRatioOfDifferences)) {
      plain.series.push_back(series);
    }
  }
  const auto comparison = data::compare(ours, plain, {1e-5, 0, 1e-5});
  EXPECT_TRUE(comparison.passed()) << data::print(comparison);
  EXPECT_EQ(comparison.variables.size() + kCancelling.size() + 1, 846u);
  EXPECT_GT(comparison.values(), 640000u);
  for (const Cancelling& row : kCancelling) {
    const auto part = of(*wanted, row.variable);
    const auto compared = data::compare(ours, part, {1e-5, row.absolute});
    EXPECT_TRUE(compared.passed()) << data::print(compared);
    EXPECT_FALSE(data::compare(ours, part, {1e-5, 0, 1e-5}).passed())
        << row.variable << " needs no tolerance of its own";
  }
  // (BAU - ours) / (BAU - goal) in percent, of a run that is the BAU: a rounding over a rounding.
  // It must agree to what the agreement of "Equivalent CO2", to 5e-6, leaves room for.
  const data::Series gap = of(*wanted, kRatioOfDifferences).series.at(0);
  const data::Series our_gap = of(ours, kRatioOfDifferences).series.at(0);
  const data::Series bau = of(ours, "BAU atm conc CO2eq").series.at(0);
  const double goal = of(ours, "Goal for CO2eq").series.at(0).values.at(0);
  ASSERT_EQ(gap.values.size(), 251u);
  for (std::size_t i = 0; i < gap.values.size(); ++i) {
    const auto at = static_cast<std::size_t>(
        std::find_if(our_gap.times.begin(), our_gap.times.end(),
                     [&](double t) { return std::fabs(t - gap.times[i]) < 1e-6; }) -
        our_gap.times.begin());
    ASSERT_LT(at, our_gap.times.size());
    const double room = 100 * 5e-6 * bau.values[at] / std::fabs(bau.values[at] - goal);
    EXPECT_NEAR(our_gap.values[at], gap.values[i], room) << "at time " << gap.times[i];
  }
}

}  // namespace
