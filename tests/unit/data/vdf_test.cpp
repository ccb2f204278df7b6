#include "data/vdf.h"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include <gtest/gtest.h>

namespace shamal::data {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

const fs::path kSource = SHAMAL_SOURCE_DIR;

std::map<std::string, Series> series_of(const std::string& bytes) {
  base::Diagnostics diagnostics;
  const auto table = read_vdf("a.vdf", bytes, diagnostics);
  std::map<std::string, Series> result;
  for (const Series& series : table ? table->series : std::vector<Series>()) {
    result[join_series_name(series.name.base, series.name.subscripts)] = series;
  }
  return result;
}

// Made by hand after docs/run-files.md: a stock, a stage of a delay, a constant, an array and a
// look-up, whose record claims a slot that is the stage's.
TEST(Vdf, EachVariableHasItsValues) {
  const auto series = series_of(read(kSource / "tests/fuzz/corpus/vdf/small.vdf"));
  ASSERT_EQ(series.size(), 4u);
  EXPECT_EQ(series.at("Level").times, (std::vector<double>{0, 1, 2, 3}));
  EXPECT_EQ(series.at("Level").values, (std::vector<double>{10, 11, 12, 13}));
  EXPECT_EQ(series.at("k").times, std::vector<double>());
  EXPECT_EQ(series.at("k").values, std::vector<double>{2.5});
  EXPECT_EQ(series.at("rate[north]").values, (std::vector<double>{1, 1, 1, 1}));
  EXPECT_EQ(series.at("rate[south]").values, (std::vector<double>{1.5, 1.5, 2, 2}));
}

TEST(Vdf, EveryCutIsReadOrRefused) {
  const std::string bytes = read(kSource / "tests/fuzz/corpus/vdf/small.vdf");
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    base::Diagnostics diagnostics;
    const auto table = read_vdf("a.vdf", std::string_view(bytes).substr(0, length), diagnostics);
    EXPECT_NE(table.has_value(), diagnostics.has_errors()) << length;
  }
}

TEST(Vdf, PublicRuns) {
  const fs::path folder = kSource / ".." / "shared" / "conformance" / "large";
  if (!fs::exists(folder)) {
    std::cout << "NOT RUN: ../shared/conformance is not there.\n";
    return;
  }
  const auto world = series_of(read(folder / "SCEN01.VDF"));
  EXPECT_EQ(world.size(), 260u);
  EXPECT_EQ(world.at("Population 0 To 14").values.front(), 6.5e8F);
  EXPECT_EQ(world.at("POLICY YEAR").values, std::vector<double>{1995});
  EXPECT_FALSE(world.contains("mortality 0 to 14 table"));
  EXPECT_EQ(world.at("population").times.back(), 2100);
  const auto climate = series_of(read(folder / "Ref.vdf"));
  EXPECT_TRUE(climate.contains("RS GDP[OECD US]"));
  EXPECT_TRUE(climate.contains("C in Deep Ocean[High 2xCO2 sensitivity,layer4]"));
  EXPECT_FALSE(climate.contains("RS CH4[OECD US]"));
}

}  // namespace
}  // namespace shamal::data
