// The public conformance models against their vendors' outputs. They lie beside the project, in
// ../shared/conformance, and may be absent; the project's own golden models are in tests/golden.
//
// A file that does not match is named in kExceptions with the reason; one that is named there and
// matches fails too, so that the list stays true.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <tuple>

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
    {"vensim-outputs/active_initial/active_initial.stmx",
     "its expected output is that of the sibling .mdl, where \"Capacity 1\" is \"Capacity\""},
    {"vensim-outputs/allocate/allocate.stmx",
     "its expected output is Vensim's, whose normal curve is a polynomial; Stella's own output, "
     "beside it, is met"},
    {"vensim-outputs/delay/delay.stmx",
     "its expected output is that of the sibling .mdl, where \"delay 4\" is \"delay\""},
};

// The same for Vensim's own files.
const std::map<std::string, std::string> kVensimExceptions = {
    {"test-models/samples/Roessler_Chaos/roessler_chaos.mdl",
     "chaotic: Vensim's single precision moves the trajectory; see kChaotic"},
    {"test-models/samples/teacup/teacup_mdl.mdl",
     "the expected file is no output: it lists the model's equations, units and comments"},
    {"test-models/samples/Query_file/Query_file.mdl", "draws random numbers"},
    {"test-models/tests/data_from_other_model/model_to_generate_data.mdl",
     "the expected file is the output of its sibling, test_data_from_other_model.mdl"},
    {"vensim-outputs/same_family_179/same_family_179.mdl",
     "the expected file has \"Fractional Increase\", which the model does not define; all else "
     "agrees"},
    {"test-models/tests/allocate_available/test_allocate_available.mdl",
     "Vensim's solver stops within a millionth of what is asked for, see kUnfinished"},
    {"vensim-outputs/directlookups_invalidcell/directlookups_invalidcell.mdl",
     "its output holds zeroes for cells that hold 50 and 80: Vensim's mistake, as a comment in the "
     "model says"},
};

// Models with data variables that have no equation, and the file with their values.
const std::map<std::string, std::string> kDataFiles = {
    {"test-models/tests/data_from_other_model/test_data_from_other_model.mdl", "data.tab"},
    {"vensim-outputs/getdata/getdata.mdl", "getdata_data.dat"},
};

// Proof that the expected output is another integrator's: with Euler's method it is met.
constexpr const char* kEulersOutput =
    "test-models/tests/zeroled_decimals/test_zeroled_decimals.xmile";

// Proof that the model is chaotic: until this time it agrees, from then on errors of the size of
// single precision grow tenfold within each 30 units of time.
constexpr const char* kChaotic = "test-models/samples/Roessler_Chaos/roessler_chaos.mdl";

// Proof that the expected shares are those of an unfinished search: they differ from what was to be
// shared, and from ours, by up to a millionth of all that is asked for (9 and 2400), no more.
const std::vector<std::tuple<std::string, std::string, double>> kUnfinished = {
    {"vensim-outputs/allocate/allocate.mdl", "vensim-outputs/allocate/allocate.dat", 1.1e-5},
    {"test-models/tests/allocate_available/test_allocate_available.mdl",
     "test-models/tests/allocate_available/output.tab", 2.5e-3}};

// Expected files with fewer digits than six, by half a unit of their last place.
const std::map<std::string, double> kRounded = {
    {"test-models/tests/trend/test_trend.mdl", 6e-6},  // five decimals, the last not always right
};

struct Row {
  std::string model;
  std::string expected;
};

// Empty if the results agree, else the first reason why not.
std::string difference(const fs::path& model, const fs::path& expected,
                       const api::RunRequest& request = {},
                       data::Tolerance tolerance = {1e-5, 1e-6, 0},
                       const api::CompileInputs& inputs = {},
                       const std::function<void(data::SeriesTable&)>& leave_out = {}) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  const auto compiled = api::compile(model.string(), sources, diagnostics, inputs);
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
  auto wanted = data::load_vendor_table(expected.string(), sources, diagnostics);
  if (!wanted) {
    return base::print(diagnostics, sources);
  }
  if (leave_out) {
    leave_out(*wanted);
  }
  // The expected files hold six significant digits; what cancels to nearly zero keeps their noise.
  const data::Comparison comparison = data::compare(data::series_of(*result), *wanted, tolerance);
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

std::vector<Row> vensim_rows() {
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
    if (format == "mdl") {
      const std::string base = "test-models/" + folder + "/";
      found.push_back({base + model, base + expected});
    }
  }
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kRoot / "vensim-outputs")) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    const std::string base = "vensim-outputs/" + name + "/" + name;
    if (fs::exists(kRoot / (base + ".mdl")) && fs::exists(kRoot / (base + ".dat"))) {
      found.push_back({base + ".mdl", base + ".dat"});
    }
  }
  return found;
}

// Vensim computes in single precision, and what cancels keeps the noise of what cancelled: half a
// unit of the sixth digit of the largest value is allowed anywhere in a series.
data::Tolerance vensim_tolerance(const std::string& model) {
  const auto rounded = kRounded.find(model);
  return {1e-5, rounded == kRounded.end() ? 1e-6 : rounded->second, 5e-6};
}

TEST(Conformance, VensimFilesMatchVensim) {
  if (!fs::exists(kRoot)) {
    std::cout << "NOT RUN: ../shared/conformance is not there; the public models were not tried.\n";
    return;
  }
  std::map<bool, std::size_t> matched;  // by whether they are of test-models
  std::map<bool, std::size_t> tried;
  for (const Row& row : vensim_rows()) {
    const bool of_collection = row.model.starts_with("test-models/");
    api::CompileInputs inputs;
    if (const auto file = kDataFiles.find(row.model); file != kDataFiles.end()) {
      inputs.data.push_back((kRoot / row.model).parent_path() / file->second);
    }
    const std::string reason = difference(kRoot / row.model, kRoot / row.expected, {},
                                          vensim_tolerance(row.model), inputs);
    ++tried[of_collection];
    matched[of_collection] += reason.empty() ? 1 : 0;
    const auto exception = kVensimExceptions.find(row.model);
    if (exception == kVensimExceptions.end()) {
      EXPECT_EQ(reason, "") << row.model;
    } else {
      EXPECT_NE(reason, "") << row.model
                            << " matches now: take it off the list (was: " << exception->second
                            << ")";
      std::cout << "not matched: " << row.model << ": " << exception->second << "\n";
    }
  }
  for (const auto& [model, expected, absolute] : kUnfinished) {
    EXPECT_EQ(difference(kRoot / model, kRoot / expected, {}, {1e-5, absolute, 0}), "");
  }
  std::cout << "matched " << matched[true] << " of " << tried[true]
            << " Vensim runs of test-models and " << matched[false] << " of " << tried[false]
            << " of vensim-outputs\n";
}

// Proof that no solution of the market's equation gives these digits: in 202 of 624 rows the shares
// miss what there is by more than the rounding of all three to six digits.
TEST(Conformance, VensimsSharesAreNotWhatThereIs) {
  const fs::path path = kRoot / "test-models/tests/allocate_available/output.tab";
  if (!fs::exists(path)) {
    std::cout << "NOT RUN: " << path << " is not there.\n";
    return;
  }
  base::Sources sources;
  base::Diagnostics diagnostics;
  const auto table = data::load_vendor_table(path.string(), sources, diagnostics);
  ASSERT_TRUE(table) << base::print(diagnostics, sources);
  std::map<std::string, std::vector<const data::Series*>> markets;
  std::map<std::string, const data::Series*> available;
  for (const data::Series& series : table->series) {
    const std::vector<std::string>& subscripts = series.name.subscripts;
    const std::string& name = series.name.base;
    if (name.starts_with("available")) {
      available[subscripts.empty() ? "" : subscripts[0]] = &series;
    } else if (name.starts_with("allocation") && std::isdigit(name[10]) != 0) {
      markets[name + (subscripts.size() > 1 ? "," + subscripts[0] : ",")].push_back(&series);
    }
  }
  std::size_t rows = 0;
  std::size_t missed = 0;
  double worst = 0;
  for (const auto& [market, shares] : markets) {
    ASSERT_EQ(shares.size(), 3u) << market;
    const data::Series& there = *available.at(market.substr(market.find(',') + 1));
    const auto at = [](const data::Series& of, std::size_t i) {
      return of.values[of.values.size() == 1 ? 0 : i];
    };
    for (std::size_t i = 0; i < 26; ++i) {
      double miss = -std::min(at(there, i), 500.0 + 300.0 + 750.0);
      double rounding = 1e-9;
      for (const data::Series* share : shares) {
        const double value = at(*share, i);
        miss += value;
        rounding += value == 0 ? 0 : std::pow(10, std::floor(std::log10(value)) - 5) / 2;
      }
      ++rows;
      missed += std::fabs(miss) > rounding ? 1 : 0;
      worst = std::max(worst, std::fabs(miss));
    }
  }
  EXPECT_EQ(rows, 24u * 26u);
  EXPECT_EQ(missed, 202u);
  EXPECT_NEAR(worst, 0.002, 1e-9);  // 300.002 of 300, to one who asks for 500
}

// Proof that nothing else differs in two files of the list.
TEST(Conformance, WhatIsExcusedIsAllThatDiffers) {
  if (!fs::exists(kRoot)) {
    std::cout << "NOT RUN: ../shared/conformance is not there; the public models were not tried.\n";
    return;
  }
  const auto compared = [&](const std::string& name,
                            const std::function<void(data::SeriesTable&)>& leave_out) {
    const std::string base = "vensim-outputs/" + name + "/" + name;
    return difference(kRoot / (base + ".mdl"), kRoot / (base + ".dat"), {},
                      vensim_tolerance(base + ".mdl"), {}, leave_out);
  };
  EXPECT_EQ(compared("same_family_179",
                     [](data::SeriesTable& wanted) {
                       std::erase_if(wanted.series, [](const data::Series& series) {
                         return series.name.base == "Fractional Increase";
                       });
                       EXPECT_FALSE(wanted.series.empty());
                     }),
            "");
  // The zeroes behind cells that are no numbers, at these two times.
  std::size_t zeroes = 0;
  EXPECT_EQ(compared("directlookups_invalidcell",
                     [&](data::SeriesTable& wanted) {
                       for (data::Series& series : wanted.series) {
                         for (std::size_t i = series.times.size(); i-- > 0;) {
                           if (series.times[i] == 2002 || series.times[i] == 2005) {
                             zeroes += series.values[i] == 0 ? 1 : 0;
                             const auto at = static_cast<std::ptrdiff_t>(i);
                             series.times.erase(series.times.begin() + at);
                             series.values.erase(series.values.begin() + at);
                           }
                         }
                       }
                     }),
            "");
  EXPECT_EQ(zeroes, 8u);
}

std::string text_of(const fs::path& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// Proof of what the reasons say that need no run of ours: they can be read in the files.
TEST(Conformance, ReasonsStandInTheFiles) {
  if (!fs::exists(kRoot)) {
    std::cout << "NOT RUN: ../shared/conformance is not there; the public models were not tried.\n";
    return;
  }
  std::size_t unfinished = 0;
  std::size_t undefined = 0;
  for (const auto& [model, reason] : kExceptions) {
    const std::string text = text_of(kRoot / model);
    if (reason.find("???") != std::string::npos) {
      ++unfinished;
      EXPECT_NE(text.find("???"), std::string::npos) << model;
    } else if (reason.find("calls a macro") != std::string::npos) {
      ++undefined;
      EXPECT_EQ(text.find("<macro"), std::string::npos) << model;
      EXPECT_EQ(text.find("<includes"), std::string::npos) << model;
    }
  }
  EXPECT_EQ(unfinished, 8u);
  EXPECT_EQ(undefined, 4u);
  EXPECT_NE(text_of(kRoot / "test-models/samples/Query_file/Query_file.mdl").find("RANDOM"),
            std::string::npos);
  EXPECT_TRUE(text_of(kRoot / "test-models/samples/teacup/teacup_mdl.tab")
                  .starts_with("Variable\tEquation\tUnits"));
}

// Proof that what is expected is a sibling's output: the sibling gives it, and of two Stella files
// nothing differs but what only the sibling names.
TEST(Conformance, OutputsOfSiblingsAreTheirs) {
  if (!fs::exists(kRoot)) {
    std::cout << "NOT RUN: ../shared/conformance is not there; the public models were not tried.\n";
    return;
  }
  const fs::path folder = kRoot / "test-models/tests/data_from_other_model";
  api::CompileInputs inputs;
  inputs.data.push_back(folder / "data.tab");
  EXPECT_EQ(difference(folder / "test_data_from_other_model.mdl", folder / "output.tab", {},
                       vensim_tolerance(""), inputs),
            "");
  for (const auto& [name, only] :
       {std::pair("active_initial", "Capacity"), std::pair("delay", "delay")}) {
    const fs::path base = kRoot / "vensim-outputs" / name / name;
    EXPECT_EQ(difference(base.string() + ".mdl", base.string() + ".dat", {}, vensim_tolerance("")),
              "");
    EXPECT_EQ(
        difference(base.string() + ".stmx", base.string() + ".dat", {}, vensim_tolerance(""), {},
                   [&, left_out = only](data::SeriesTable& wanted) {
                     const std::size_t all = wanted.series.size();
                     std::erase_if(wanted.series, [&](const data::Series& series) {
                       return series.name.base == left_out;
                     });
                     EXPECT_EQ(wanted.series.size() + 1, all);
                   }),
        "");
  }
}

TEST(Conformance, TheChaoticModelAgreesUntilChaosSetsIn) {
  if (!fs::exists(kRoot)) {
    std::cout << "NOT RUN: ../shared/conformance is not there; the public models were not tried.\n";
    return;
  }
  constexpr double kAgreesUntil = 15;
  base::Sources sources;
  base::Diagnostics diagnostics;
  const auto compiled = api::compile((kRoot / kChaotic).string(), sources, diagnostics);
  ASSERT_TRUE(compiled) << base::print(diagnostics, sources);
  const auto result = api::run(*compiled, {}, diagnostics);
  ASSERT_TRUE(result);
  auto wanted = data::load_vendor_table(((kRoot / kChaotic).parent_path() / "output.tab").string(),
                                        sources, diagnostics);
  ASSERT_TRUE(wanted);
  for (data::Series& series : wanted->series) {
    std::size_t kept = 0;
    while (kept < series.times.size() && series.times[kept] <= kAgreesUntil) {
      ++kept;
    }
    series.values.resize(series.times.empty() ? series.values.size() : kept);
    series.times.resize(kept);
  }
  const data::Comparison comparison =
      data::compare(data::series_of(*result), *wanted, vensim_tolerance(kChaotic));
  EXPECT_TRUE(comparison.passed()) << data::print(comparison);
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
  EXPECT_EQ(difference(kRoot / "vensim-outputs/allocate/allocate.stmx",
                       kRoot / "vensim-outputs/allocate/allocate.csv"),
            "");
  api::RunRequest euler;
  euler.method = "euler";
  EXPECT_EQ(difference(kRoot / kEulersOutput, (kRoot / kEulersOutput).parent_path() / "output.tab",
                       euler),
            "");
  std::cout << "matched " << matched << " of " << rows().size() << " XMILE and Stella runs ("
            << matched_collection << " of " << collection << " of test-models)\n";
}

}  // namespace
