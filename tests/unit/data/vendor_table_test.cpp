#include "data/vendor_table.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace shamal::data {
namespace {

using Values = std::vector<double>;

class VendorTable : public testing::Test {
 protected:
  // The series, or none after an error.
  std::vector<Series> read(std::string content, const std::string& path = "out.csv") {
    const base::FileId file = sources_.add(path, base::to_utf8(std::move(content)));
    const auto table = read_vendor_table(sources_, file, diagnostics_);
    return table ? table->series : std::vector<Series>();
  }
  std::string messages() const { return base::print(diagnostics_, sources_); }

  base::Sources sources_;
  base::Diagnostics diagnostics_;
};

TEST_F(VendorTable, TimeDown) {
  const auto series = read("Time,Cash,Inflow[north]\n0,1.5,2\n0.5,1.25,3\n");
  ASSERT_EQ(series.size(), 2u) << messages();
  EXPECT_EQ(series[0], (Series{{"Cash", {}}, {0, 0.5}, {1.5, 1.25}, 0}));
  EXPECT_EQ(series[1], (Series{{"Inflow", {"north"}}, {0, 0.5}, {2, 3}, 0}));
}

TEST_F(VendorTable, TimeAcross) {
  const auto series =
      read("Time (Month)\t0\t1\t2\nCash\t1\t2\t3\n\"Inflow[a, b]\"\t4\t\t6\n", "o.tab");
  ASSERT_EQ(series.size(), 2u) << messages();
  EXPECT_EQ(series[0], (Series{{"Cash", {}}, {0, 1, 2}, {1, 2, 3}, 0}));
  EXPECT_EQ(series[1], (Series{{"Inflow", {"a", "b"}}, {0, 2}, {4, 6}, 0}));
}

TEST_F(VendorTable, Blocks) {
  const auto series = read(
      "Cash\r\n0\t100\r\n1\t1e+06\r\n\"100% true\"\r\n0\t4\r\nx[A1,B1]\r\n2020 7\r\n", "o.dat");
  ASSERT_EQ(series.size(), 3u) << messages();
  EXPECT_EQ(series[0], (Series{{"Cash", {}}, {0, 1}, {100, 1e6}, 0}));
  EXPECT_EQ(series[1], (Series{{"100% true", {}}, {0}, {4}, 0}));
  EXPECT_EQ(series[2], (Series{{"x", {"A1", "B1"}}, {2020}, {7}, 0}));
}

TEST_F(VendorTable, ABlockMayBeEmptyAndLackValues) {
  const auto series = read("none\nCash\n0\t1\n1\t\n2\t3\n");
  ASSERT_EQ(series.size(), 1u) << messages();
  EXPECT_EQ(series[0].times, (Values{0, 2}));
}

TEST_F(VendorTable, ConstantsStandInTheFirstRowOnly) {
  const auto series = read("Time,FINAL TIME,x\n0,10,1\n1,,2\n2\n");
  ASSERT_EQ(series.size(), 2u) << messages();
  EXPECT_EQ(series[0].values, Values{10});
  EXPECT_EQ(series[1].values, (Values{1, 2}));
}

TEST_F(VendorTable, ColumnsWithoutNameOrValueAreLeftOut) {
  const auto series = read("Time,x,,empty\n0,1,,\n1,2,,\n");
  ASSERT_EQ(series.size(), 1u) << messages();
  EXPECT_EQ(series[0].name.base, "x");
}

TEST_F(VendorTable, QuotedNamesInQuotedCells) {
  const auto series = read("Time\t\"\"\"$ euro\"\"\"\t\"x[a,b]\"\n0\t1\t2\n");
  ASSERT_EQ(series.size(), 2u) << messages();
  EXPECT_EQ(series[0].name, (SeriesName{"$ euro", {}}));
  EXPECT_EQ(series[1].name, (SeriesName{"x", {"a", "b"}}));
}

TEST_F(VendorTable, OldEncodings) {
  const auto latin = read(
      "Time\tvaleur \xe9lev\xe9"
      "e\n0\t1\n");
  ASSERT_EQ(latin.size(), 1u) << messages();
  EXPECT_EQ(latin[0].name.base, "valeur élevée");
  const auto marked = read("\xef\xbb\xbfTime;x\r0;1\r1;2\r");
  ASSERT_EQ(marked.size(), 1u) << messages();
  EXPECT_EQ(marked[0].values, (Values{1, 2}));
}

TEST_F(VendorTable, TimesThatLookRoundedHaveATolerance) {
  EXPECT_EQ(read("Time,x\n0,1\n0.5,2\n")[0].time_tolerance, 0);
  EXPECT_EQ(read("Time,x\n2020,1\n2021,2\n")[0].time_tolerance, 0);
  EXPECT_NEAR(read("Time,x\n0.000,1\n0.031,2\n")[0].time_tolerance, 0.0005, 1e-5);
  EXPECT_NEAR(read("Time,x\n0,1\n12.4688,2\n")[0].time_tolerance, 0.00005, 1e-6);
  EXPECT_NEAR(read("x\n1.23457e+06\t1\n")[0].time_tolerance, 5, 0.1);
}

// ---- what is no table of results

TEST_F(VendorTable, ReportsBadValues) {
  read("Time,x,y\n0,1,2\n1,ten,\"1,5\"\n");
  EXPECT_EQ(messages(),
            "out.csv:3:3: error[E0702]: value not understood: \"ten\"\n"
            "     3 | 1,ten,\"1,5\"\n"
            "       |   ^^^\n"
            "  why: cells below the names hold numbers or nothing.\n\n"
            "out.csv:3:7: error[E0702]: value not understood: \"1,5\"\n"
            "     3 | 1,ten,\"1,5\"\n"
            "       |       ^^^^^\n"
            "  why: cells below the names hold numbers or nothing.\n"
            "  fix: write numbers with a decimal point and without separators.\n\n");
}

TEST_F(VendorTable, ReportsAMissingTimeColumn) {
  read("Variable\tEquation\nCharacteristic Time\t10\n", "doc.tab");
  EXPECT_EQ(messages(),
            "doc.tab:2:1: error[E0705]: no time column: below \"Variable\" stands \"Characteristic "
            "Time\"\n"
            "     2 | Characteristic Time 10\n"
            "       | ^^^^^^^^^^^^^^^^^^^\n"
            "  why: the first column of a table of results holds the time.\n\n");
}

TEST_F(VendorTable, ReportsATimeInTheMiddle) {
  read("Time,x\n0,1\nlater,2\n,3\n");
  ASSERT_EQ(diagnostics_.errors(), 2u);
  EXPECT_EQ(diagnostics_.all()[0].what, "\"later\" as a time");
  EXPECT_EQ(diagnostics_.all()[1].what, "no time");
}

TEST_F(VendorTable, ReportsValuesWithoutName) {
  read("Time,x\n0,1,5\n");
  EXPECT_EQ(messages(),
            "out.csv:2:5: error[E0701]: table not understood: there is no name above this value\n"
            "     2 | 0,1,5\n"
            "       |     ^\n"
            "  why: a table has a row of names and rows of as many values.\n\n");
}

TEST_F(VendorTable, ReportsRowsWithoutName) {
  read("Time,0,1\n,1,2\nx,1,2,3\n");
  ASSERT_EQ(diagnostics_.errors(), 2u);
  EXPECT_EQ(diagnostics_.all()[0].what, "this row has no name");
  EXPECT_EQ(diagnostics_.all()[1].what, "there is no time above this value");
}

TEST_F(VendorTable, ReportsBadBlocks) {
  read("x\n0\t1\n1\tmany\n", "o.dat");
  EXPECT_EQ(messages(),
            "o.dat:3:3: error[E0702]: value not understood: \"many\"\n"
            "     3 | 1 many\n"
            "       |   ^^^^\n"
            "  why: cells below the names hold numbers or nothing.\n\n");
}

TEST_F(VendorTable, ReportsEmptyFilesAndSingleColumns) {
  EXPECT_TRUE(read("\n\n").empty());
  EXPECT_TRUE(read("Time\n0\n1\n").empty());
  ASSERT_EQ(diagnostics_.errors(), 2u);
  EXPECT_EQ(diagnostics_.all()[0].what, "the file is empty");
  EXPECT_EQ(diagnostics_.all()[1].what, "it has a single column");
}

TEST_F(VendorTable, GivesUpOnFilesOfAnotherKind) {
  std::string text = "Time,x\n0,1\n";
  for (int i = 0; i < 1000; ++i) {
    text += "1,word\n";
  }
  read(text);
  EXPECT_EQ(diagnostics_.errors(), 20u);
}

TEST_F(VendorTable, MissingFilesAreReported) {
  EXPECT_EQ(load_vendor_table("no/such.tab", sources_, diagnostics_), std::nullopt);
  EXPECT_EQ(messages().substr(0, 40), "error[E0001]: cannot read \"no/such.tab\":");
}

}  // namespace
}  // namespace shamal::data
