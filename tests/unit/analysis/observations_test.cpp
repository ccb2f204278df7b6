#include "analysis/observations.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace shamal::analysis {
namespace {

const Calendar kMonths{{2013, 7, 1}, TimeUnit::month};

constexpr std::string_view kRows =
    "date,region,series,value,low,high,unit,source,line,error_class,window\n"
    "2015-12,Iraq,ihs,78000,70000,90000,km2,ihs-2016,military,relative,calibration\n"
    "2015-01-01,Iraq,ihs,90800,,,km2,ihs-2016,military,,\n"
    "peak,Iraq,ihs,100000,,,km2,rand,military,,\n"
    "2014,Syria,ihs,,,,km2,\"rand, 2017\",military,,\n";

struct Read {
  base::Sources sources;
  base::Diagnostics diagnostics;
  Observations observations;

  explicit Read(std::string_view text) {
    observations = read_observations(sources, sources.add("observations.csv", std::string(text)),
                                     kMonths, diagnostics);
  }
  std::string printed() const { return base::print(diagnostics, sources); }
};

TEST(ReadObservations, PlacesRowsInTime) {
  const Read read(kRows);
  EXPECT_EQ(read.printed(), "");
  ASSERT_EQ(read.observations.usable.size(), 2u);
  const Observation& first = read.observations.usable[0];
  EXPECT_EQ(first.time, (Extent{29, 29.5, 30}));
  EXPECT_EQ(first.value, 78000);
  EXPECT_EQ(first.low, 70000);
  EXPECT_EQ(first.high, 90000);
  EXPECT_EQ(first.source, "ihs-2016");
  EXPECT_EQ(first.window, "calibration");
  EXPECT_EQ(read.observations.usable[1].time, (Extent{18, 18, 18}));
  EXPECT_FALSE(read.observations.usable[1].low);
}

TEST(ReadObservations, KeepsAListOfWhatCannotBePlaced) {
  const Read read(kRows);
  ASSERT_EQ(read.observations.unusable.size(), 2u);
  EXPECT_EQ(read.observations.unusable[0].date, "peak");
  EXPECT_EQ(read.observations.unusable[0].value, "100000");
  EXPECT_EQ(read.observations.unusable[0].reason, "the date is not one that can be placed in time");
  EXPECT_EQ(read.observations.unusable[1].reason, "there is no value");
  EXPECT_EQ(read.observations.unusable[1].source, "rand, 2017");
}

TEST(ReadObservations, ReportsMalformedNumbers) {
  const Read read("date,region,series,value,low,high,unit,source\n2014,Iraq,ihs,12 000,x,,km2,a\n");
  EXPECT_EQ(
      read.printed(),
      "observations.csv:2:15: error[E0702]: value not understood: \"12 000\" is not a number\n"
      "     2 | 2014,Iraq,ihs,12 000,x,,km2,a\n"
      "       |               ^^^^^^\n"
      "  why: cells below the names hold numbers or nothing.\n"
      "  fix: write digits with a point for decimals and nothing between thousands\n\n"
      "observations.csv:2:22: error[E0702]: value not understood: \"x\" is not a number\n"
      "     2 | 2014,Iraq,ihs,12 000,x,,km2,a\n"
      "       |                      ^\n"
      "  why: cells below the names hold numbers or nothing.\n"
      "  fix: write digits with a point for decimals and nothing between thousands\n\n");
}

TEST(ReadObservations, ReportsTheFormOfTheTable) {
  const Read read("date,region,series,value,source\n2014,Iraq,ihs,1,a,b\n");
  EXPECT_EQ(
      read.printed(),
      "observations.csv:1:1: error[E0701]: table not understood: there is no column \"unit\"\n"
      "     1 | date,region,series,value,source\n"
      "       | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
      "  why: a table has a row of names and rows of as many values.\n"
      "  fix: name a column \"unit\" in the first row\n\n"
      "observations.csv:2:1: error[E0701]: table not understood: this row has 6 values and the "
      "first row names 5 columns\n"
      "     2 | 2014,Iraq,ihs,1,a,b\n"
      "       | ^^^^^^^^^^^^^^^^^^^\n"
      "  why: a table has a row of names and rows of as many values.\n"
      "  fix: put quotes around a text that contains a comma\n\n");
}

TEST(ReadSources, ReadsQuotedCitationsAndRefusesASecondKey) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  const base::FileId file = sources.add("sources.csv",
                                        "key,citation,url,licence\r\n"
                                        "ihs,\"IHS, \"\"Conflict\"\" Monitor\",https://x.org,\r\n"
                                        "\r\n"
                                        "ihs,again,,\r\n");
  const SourceList list = read_sources(sources, file, diagnostics);
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list.at("ihs").citation, "IHS, \"Conflict\" Monitor");
  EXPECT_EQ(list.at("ihs").url, "https://x.org");
  ASSERT_EQ(diagnostics.errors(), 1u);
  EXPECT_EQ(diagnostics.all()[0].what, "two sources have the key \"ihs\"");
}

TEST(FindObservations, SortsByTimeAndFiltersByRegion) {
  const Read read(kRows);
  const auto rows = find_observations(read.observations, "IHS", "iraq");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0]->value, 90800);
  EXPECT_TRUE(find_observations(read.observations, "ihs", "Syria").empty());
  EXPECT_EQ(find_observations(read.observations, "ihs", "").size(), 2u);
}

TEST(CheckObservations, NamesMissingSeriesRegionsAndSourcesAndTheWrongWindow) {
  const Read read(kRows);
  Study study;
  study.calendar = kMonths;
  study.calibration_end = {2015, 6, 30};
  study.lines.resize(1);
  study.lines[0].charts.resize(1);
  for (const auto& [series, region] :
       {std::pair("ihs", "Iraq"), std::pair("ihs", "Syria"), std::pair("ihss", "Iraq")}) {
    ChartSeries entry;
    entry.series.text = series;
    entry.region.text = region;
    study.lines[0].charts[0].series.push_back(entry);
  }
  const SourceList sources = {{"ihs_2016", {"ihs_2017", "A citation", "", "", {}}}};
  base::Diagnostics diagnostics;
  check_observations(study, read.observations, sources, diagnostics);
  std::vector<std::string> found;
  for (const base::Diagnostic& diagnostic : diagnostics.all()) {
    found.push_back(std::string(base::row(diagnostic.code).name) + ": " + diagnostic.what + " | " +
                    diagnostic.fix);
  }
  EXPECT_THAT(found, testing::ElementsAre(
                         "study_series: \"ihs\" in \"Syria\" | regions of this series are Iraq",
                         "study_series: \"ihss\" | did you mean \"ihs\"?",
                         "study_window: \"ihs\" of 2015-12 is marked \"calibration\" | "
                         "calibration ends on 2015-06-30, so write \"holdout\" or nothing",
                         "study_source: \"ihs-2016\" | did you mean \"ihs_2016\"?"));
}

}  // namespace
}  // namespace shamal::analysis
