// Large public models against Vensim's own runs of them, and with Vensim's changes files. They lie
// beside the project, in ../shared/conformance, and may be absent.

#include <filesystem>
#include <iostream>

#include <gtest/gtest.h>

#include "api/compile.h"
#include "api/run.h"
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

}  // namespace
