// The public conformance models against their vendors' outputs. They lie beside the project, in
// ../shared/conformance, and may be absent; the project's own golden models are in tests/golden.
//
// A file that does not match is named in kExceptions with the reason; one that is named there and
// matches fails too, so that the list stays true.

#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "api/compile.h"
#include "api/run.h"
#include "data/compare.h"
#include "data/vendor_table.h"

namespace {

namespace fs = std::filesystem;
using namespace shamal;

const fs::path kRoot = fs::path(SHAMAL_SOURCE_DIR) / ".." / "shared" / "conformance";

// What a model needs that this version lacks, or why its expected output cannot be met.
const std::map<std::string, std::string> kExceptions = {
    {"test-models/tests/zeroled_decimals/test_zeroled_decimals.xmile",
     "asks for RK4, but its expected output is Euler's: see kEulersOutput"},
    {"test-models/tests/subscript_1d_arrays/test_subscript_1d_arrays.stmx",
     "an equation reads \"???\": xmutil could not translate it, so the file does not say what to "
     "compute"},
    {"test-models/tests/subscript_1d_arrays/test_subscript_1d_arrays.xmile",
     "an equation reads \"???\": xmutil could not translate it, so the file does not say what to "
     "compute"},
    {"test-models/tests/subscript_mixed_assembly/test_subscript_mixed_assembly.stmx",
     "an equation reads \"???\": xmutil could not translate it, so the file does not say what to "
     "compute"},
    {"test-models/tests/subscript_mixed_assembly/test_subscript_mixed_assembly.xmile",
     "an equation reads \"???\": xmutil could not translate it, so the file does not say what to "
     "compute"},
    {"test-models/tests/subscript_subranges_equal/test_subscript_subrange_equal.stmx",
     "an equation reads \"???\": xmutil could not translate it, so the file does not say what to "
     "compute"},
    {"test-models/tests/subscript_subranges_equal/test_subscript_subrange_equal.xmile",
     "an equation reads \"???\": xmutil could not translate it, so the file does not say what to "
     "compute"},
    {"test-models/tests/subscript_updimensioning/test_subscript_updimensioning.stmx",
     "an equation reads \"???\": xmutil could not translate it, so the file does not say what to "
     "compute"},
    {"test-models/tests/subscript_updimensioning/test_subscript_updimensioning.xmile",
     "an equation reads \"???\": xmutil could not translate it, so the file does not say what to "
     "compute"},
    {"test-models/tests/macro_multi_expression/test_macro_multi_expression.stmx",
     "calls a macro that the file does not define"},
    {"test-models/tests/macro_multi_expression/test_macro_multi_expression.xmile",
     "calls a macro that the file does not define"},
    {"test-models/tests/macro_stock/test_macro_stock.stmx",
     "calls a macro that the file does not define"},
    {"test-models/tests/macro_stock/test_macro_stock.xmile",
     "calls a macro that the file does not define"},
    {"test-models/tests/non_negative_flows/test_non_negative_flows.xmile",
     "not well-formed XML: a <flow> is never closed"},
    {"test-models/tests/non_negative_flows/test_non_negative_flows_behavior.xmile",
     "not well-formed XML: a <flow> is never closed"},
    {"vensim-outputs/active_initial/active_initial.stmx",
     "its expected output is that of the sibling .mdl, where \"Capacity 1\" is \"Capacity\""},
    {"vensim-outputs/allocate/allocate.stmx", "needs ALLOCATE of Stella"},
    {"vensim-outputs/delay/delay.stmx",
     "its expected output is that of the sibling .mdl, where \"delay 4\" is \"delay\""},
    {"vensim-outputs/depreciate/depreciate.stmx", "needs conveyors"},
};

// Proof that the expected output is another integrator's: with Euler's method it is met.
constexpr const char* kEulersOutput =
    "test-models/tests/zeroled_decimals/test_zeroled_decimals.xmile";

struct Row {
  std::string model;
  std::string expected;
};

// Empty if the results agree, else the first reason why not.
std::string difference(const fs::path& model, const fs::path& expected,
                       const api::RunRequest& request = {}) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  const auto compiled = api::compile(model.string(), sources, diagnostics);
  if (!compiled) {
    for (const auto& diagnostic : diagnostics.sorted()) {
      if (base::row(diagnostic.code).severity == base::Severity::error) {
        return base::print(diagnostic, sources);
      }
    }
    return "did not compile";
  }
  const auto result = api::run(*compiled, request, diagnostics);
  if (!result) {
    return base::print(diagnostics, sources);
  }
  const auto wanted = data::load_vendor_table(expected.string(), sources, diagnostics);
  if (!wanted) {
    return base::print(diagnostics, sources);
  }
  // The expected files hold six significant digits; what cancels to nearly zero keeps their noise.
  const data::Comparison comparison =
      data::compare(data::series_of(*result), *wanted, {1e-5, 1e-6});
  return comparison.passed() ? "" : data::print(comparison);
}

std::vector<Row> rows() {
  std::vector<Row> found;
  std::ifstream manifest(kRoot / "test-models" / "manifest.tsv");
  std::string line;
  std::getline(manifest, line);
  while (std::getline(manifest, line)) {
    std::istringstream fields(line);
    std::string folder, model, format, expected;
    std::getline(fields, folder, '\t');
    std::getline(fields, model, '\t');
    std::getline(fields, format, '\t');
    std::getline(fields, expected, '\t');
    if (format != "mdl") {
      const std::string base = "test-models/" + folder + "/";
      found.push_back({base + model, base + expected});
    }
  }
  for (const char* name : {"active_initial", "allocate", "arrays", "comments", "delay",
                           "delayfixed", "depreciate", "elmcount"}) {
    const std::string base = std::string("vensim-outputs/") + name + "/" + name;
    found.push_back({base + ".stmx", base + ".dat"});
  }
  return found;
}

TEST(Conformance, XmileAndStellaFilesMatchTheirVendors) {
  if (!fs::exists(kRoot)) {
    std::cout << "NOT RUN: ../shared/conformance is not there; the public models were not tried.\n";
    return;
  }
  std::size_t matched = 0;
  std::size_t matched_collection = 0;
  std::size_t collection = 0;
  for (const Row& row : rows()) {
    const std::string reason = difference(kRoot / row.model, kRoot / row.expected);
    const bool of_collection = row.model.starts_with("test-models/");
    collection += of_collection ? 1 : 0;
    matched += reason.empty() ? 1 : 0;
    matched_collection += reason.empty() && of_collection ? 1 : 0;
    const auto exception = kExceptions.find(row.model);
    if (exception == kExceptions.end()) {
      EXPECT_EQ(reason, "") << row.model;
    } else {
      EXPECT_NE(reason, "") << row.model
                            << " matches now: take it off the list (was: " << exception->second
                            << ")";
      std::cout << "not matched: " << row.model << ": " << exception->second << "\n";
    }
  }
  api::RunRequest euler;
  euler.method = "euler";
  EXPECT_EQ(difference(kRoot / kEulersOutput, (kRoot / kEulersOutput).parent_path() / "output.tab",
                       euler),
            "");
  std::cout << "matched " << matched << " of " << rows().size() << " XMILE and Stella runs ("
            << matched_collection << " of " << collection << " of test-models)\n";
}

}  // namespace
