#include "data/csv.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace shamal::data {
namespace {

Dimension labelled(std::string name, std::vector<std::string> labels) {
  Dimension dimension;
  dimension.name = std::move(name);
  dimension.size = labels.size();
  dimension.labels = std::move(labels);
  return dimension;
}

Dimension times(std::vector<double> values) {
  Dimension dimension;
  dimension.name = kTimeDimension;
  dimension.size = values.size();
  dimension.values = std::move(values);
  return dimension;
}

Variable variable(std::string name, std::vector<std::uint32_t> dimensions,
                  std::vector<double> values) {
  Variable result;
  result.name = std::move(name);
  result.dimensions = std::move(dimensions);
  result.values = std::move(values);
  return result;
}

Dataset one_run() {
  Dataset dataset;
  dataset.dimensions = {times({0, 0.5}), labelled("region", {"north", "south"}),
                        labelled("age", {"child", "adult"})};
  dataset.variables = {variable("Cash", {0}, {1.5, 0.1 + 0.2}), variable("rate", {}, {0.25}),
                       variable("People", {0, 1, 2}, {1, 2, 3, 4, 5, 6, 7, 8}),
                       // time is not always the slowest
                       variable("by region", {1, 0}, {10, 11, 20, 21})};
  return dataset;
}

TEST(CsvText, HasTheLayoutOfVendors) {
  EXPECT_EQ(
      csv_text(one_run()),
      "Time,Cash,rate,\"People[north,child]\",\"People[north,adult]\",\"People[south,child]\","
      "\"People[south,adult]\",by region[north],by region[south]\n"
      "0,1.5,0.25,1,2,3,4,10,20\n"
      "0.5,0.3,0.25,5,6,7,8,11,21\n");
}

TEST(CsvText, WithTabsOnlyTabsNeedQuotes) {
  EXPECT_EQ(csv_text(one_run(), {.separator = '\t', .digits = 17}),
            "Time\tCash\trate\tPeople[north,child]\tPeople[north,adult]\tPeople[south,child]\t"
            "People[south,adult]\tby region[north]\tby region[south]\n"
            "0\t1.5\t0.25\t1\t2\t3\t4\t10\t20\n"
            "0.5\t0.30000000000000004\t0.25\t5\t6\t7\t8\t11\t21\n");
}

TEST(CsvText, RunsStandBelowEachOther) {
  Dataset dataset;
  Dimension run;
  run.name = kRunDimension;
  run.size = 2;
  dataset.dimensions = {run, times({0, 1})};
  dataset.variables = {variable("x", {0, 1}, {1, 2, 3, 4}), variable("lever", {0}, {7, 8})};
  EXPECT_EQ(csv_text(dataset),
            "Run,Time,x,lever\n"
            "1,0,1,7\n"
            "1,1,2,7\n"
            "2,0,3,8\n"
            "2,1,4,8\n");
  dataset.dimensions[0].labels = {"Baseline", "a, b"};
  EXPECT_EQ(csv_text(dataset).substr(17, 17), "Baseline,0,1,7\nBa");
  dataset.dimensions[0].size = 1;
  dataset.variables[0].values = {1, 2};
  EXPECT_EQ(csv_text(dataset), "Time,x,lever\n0,1,7\n1,2,7\n");
}

TEST(CsvText, NamesAndValuesOfAnyKind) {
  Dataset dataset;
  dataset.dimensions = {times({0})};
  dataset.variables = {
      variable("lists, of \"things\"", {0}, {std::numeric_limits<double>::quiet_NaN()}),
      variable("a[b]", {0}, {-std::numeric_limits<double>::infinity()})};
  EXPECT_EQ(csv_text(dataset),
            "Time,\"\"\"lists, of \\\"\"things\\\"\"\"\"\",\"\"\"a[b]\"\"\"\n0,nan,-inf\n");
}

TEST(CsvText, WithoutTimeThereIsOneRow) {
  Dataset dataset;
  dataset.variables = {variable("x", {}, {1}), variable("y", {}, {2})};
  EXPECT_EQ(csv_text(dataset), "x,y\n1,2\n");
}

TEST(CsvFormatFor, GoesByTheEnding) {
  for (const char* path : {"a.tab", "a.TSV", "b.c/a.txt"}) {
    EXPECT_EQ(csv_format_for(path).separator, '\t') << path;
  }
  for (const char* path : {"a.csv", "a", "a.tab.csv", ""}) {
    EXPECT_EQ(csv_format_for(path).separator, ',') << path;
  }
}

// ---- reading

class ReadCsv : public testing::Test {
 protected:
  std::optional<Dataset> read(std::string text) {
    return read_csv(sources_, sources_.add("t.csv", std::move(text)), diagnostics_);
  }
  std::string messages() const { return base::print(diagnostics_, sources_); }

  base::Sources sources_;
  base::Diagnostics diagnostics_;
};

TEST_F(ReadCsv, RestoresArrays) {
  const std::string text = csv_text(one_run(), {.separator = ',', .digits = 17});
  const auto dataset = read(text);
  ASSERT_TRUE(dataset) << messages();
  ASSERT_EQ(dataset->dimensions.size(), 3u);
  EXPECT_EQ(dataset->dimensions[0], times({0, 0.5}));
  EXPECT_EQ(dataset->dimensions[1], labelled("dim1", {"north", "south"}));
  EXPECT_EQ(dataset->dimensions[2], labelled("dim2", {"child", "adult"}));
  EXPECT_EQ(*dataset->find("people"), one_run().variables[2]);
  EXPECT_EQ(dataset->find("by region")->values, (std::vector<double>{10, 20, 11, 21}));
  EXPECT_EQ(csv_text(*dataset, {.separator = ',', .digits = 17}), text);
}

TEST_F(ReadCsv, RestoresRuns) {
  const auto dataset = read("Run,Time,x\nlow,0,1\nlow,1,2\nhigh,0,3\nhigh,1,4\n");
  ASSERT_TRUE(dataset) << messages();
  EXPECT_EQ(dataset->dimensions[0], labelled("run", {"low", "high"}));
  EXPECT_EQ(dataset->variables[0], variable("x", {0, 1}, {1, 2, 3, 4}));
}

TEST_F(ReadCsv, IncompleteArraysAreScalars) {
  const auto dataset = read("Time,\"x[a,c]\",\"x[a,d]\",\"x[b,c]\"\n0,1,2,3\n");
  ASSERT_TRUE(dataset) << messages();
  ASSERT_EQ(dataset->variables.size(), 3u);
  EXPECT_EQ(dataset->variables[1].name, "x[a,d]");
}

TEST_F(ReadCsv, MissingValuesAreNotNumbers) {
  const auto dataset = read("Time,x,y\n0,1,\n1\n");
  ASSERT_TRUE(dataset) << messages();
  EXPECT_EQ(dataset->variables[0].values[0], 1);
  EXPECT_TRUE(std::isnan(dataset->variables[0].values[1]));
  EXPECT_TRUE(std::isnan(dataset->variables[1].values[0]));
}

struct Mistake {
  const char* text;
  base::Code code;
  const char* what;
};

class ReadCsvMistake : public testing::TestWithParam<Mistake> {};

TEST_P(ReadCsvMistake, IsReported) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  const base::FileId file = sources.add("t.csv", GetParam().text);
  EXPECT_EQ(read_csv(sources, file, diagnostics), std::nullopt);
  ASSERT_EQ(diagnostics.all().size(), 1u) << base::print(diagnostics, sources);
  EXPECT_EQ(diagnostics.all()[0].code, GetParam().code);
  EXPECT_EQ(diagnostics.all()[0].what, GetParam().what);
}

INSTANTIATE_TEST_SUITE_P(
    All, ReadCsvMistake,
    testing::Values(
        Mistake{"", base::Code::bad_table, "the file is empty"},
        Mistake{"Time,x\n0,1,2\n", base::Code::bad_table, "there is no name above this value"},
        Mistake{"Time,,x\n0,,1\n", base::Code::bad_table, "this column has no name"},
        Mistake{"Time,x\n0,one\n", base::Code::bad_cell, "\"one\""},
        Mistake{"Name,x\nfirst,1\n", base::Code::no_time_column, "below \"Name\" stands \"first\""},
        Mistake{"Run,Time,x\n1,0,1\n1,1,2\n2,0,1\n2,3,1\n", base::Code::bad_table,
                "run \"2\" has other times than run \"1\""},
        Mistake{"Run,Time,x\n1,0,1\n1,1,2\n2,0,1\n", base::Code::bad_table,
                "run \"2\" has 1 rows, run \"1\" has 2"}));

}  // namespace
}  // namespace shamal::data
