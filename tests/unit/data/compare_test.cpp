#include "data/compare.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace shamal::data {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

Series series(std::string_view name, std::vector<double> times, std::vector<double> values) {
  return {split_series_name(name), std::move(times), std::move(values), 0};
}

SeriesTable table(std::vector<Series> all) { return {std::move(all)}; }

TEST(Compare, EqualSeriesPass) {
  const SeriesTable both = table({series("Cash", {0, 1}, {1, 2}), series("x[a]", {0}, {kNaN})});
  const Comparison comparison = compare(both, both, {.relative = 0, .absolute = 0});
  EXPECT_TRUE(comparison.passed());
  EXPECT_EQ(comparison.values(), 3u);
  EXPECT_EQ(print(comparison),
            "PASS: 2 of 2 variables agree (3 values; relative tolerance 0, absolute 0)\n");
}

TEST(Compare, TheToleranceIsRelativeToTheExpectedValue) {
  const Tolerance tolerance{.relative = 0.1, .absolute = 1};
  const auto passes = [&](double result, double expected) {
    return compare(table({series("x", {0}, {result})}), table({series("x", {0}, {expected})}),
                   tolerance)
        .passed();
  };
  EXPECT_TRUE(passes(111, 100));
  EXPECT_FALSE(passes(111.1, 100));
  EXPECT_TRUE(passes(89, 100));
  EXPECT_TRUE(passes(-0.9, 0));
  EXPECT_FALSE(passes(1.1, 0));
  EXPECT_TRUE(passes(kNaN, kNaN));
  EXPECT_FALSE(passes(kNaN, 1));
  EXPECT_FALSE(passes(1, kNaN));
  EXPECT_TRUE(passes(kInf, kInf));
  EXPECT_FALSE(passes(1, kInf));
  EXPECT_FALSE(passes(-kInf, kInf));
}

TEST(Compare, SaysWhereAndHowMuch) {
  const Comparison comparison =
      compare(table({series("Cash[north]", {0, 1, 2}, {1, 2.5, 4}),
                     series("Cash[south]", {0, 1}, {0, 9}), series("rate", {0}, {1.0000001})}),
              table({series("Cash[north]", {0, 1, 2}, {1, 2, 3}),
                     series("Cash[south]", {0, 1}, {0, 1}), series("rate", {0}, {1})}),
              {.relative = 1e-5, .absolute = 0});
  EXPECT_FALSE(comparison.passed());
  EXPECT_EQ(
      print(comparison),
      "FAIL: 1 of 2 variables agree (6 values; relative tolerance 1e-05, absolute 0)\n"
      "  \"Cash[north]\" at time 1: 2.5, expected 2\n"
      "      3 of 5 values differ; worst: 8 relative in \"Cash[south]\" at time 1, 8 absolute "
      "in \"Cash[south]\" at time 1\n"
      "  largest relative difference that passes: 1e-07, \"rate\" at time 0\n");
}

// ---- names

TEST(Compare, NamesCompareAsInModels) {
  const Comparison comparison = compare(table({series("room_temperature", {0}, {1})}),
                                        table({series("\"Room  Temperature\"", {0}, {1})}), {});
  EXPECT_TRUE(comparison.passed());
}

TEST(Compare, SubscriptsMayStandInAnotherOrder) {
  const Comparison comparison =
      compare(table({series("x[a,b]", {0}, {1}), series("x[a,c]", {0}, {2})}),
              table({series("x[ B, A ]", {0}, {1}), series("x[c,a]", {0}, {2})}), {});
  EXPECT_TRUE(comparison.passed()) << print(comparison);
}

TEST(Compare, TheOrderOfSubscriptsCountsWhereItTellsElementsApart) {
  const Comparison comparison =
      compare(table({series("x[a,b]", {0}, {1}), series("x[b,a]", {0}, {2})}),
              table({series("x[b,a]", {0}, {2}), series("x[a,b]", {0}, {1})}), {});
  EXPECT_TRUE(comparison.passed()) << print(comparison);
}

TEST(Compare, UnitsMayFollowNames) {
  EXPECT_TRUE(compare(table({series("Cash", {0}, {1})}), table({series("Cash ($)", {0}, {1})}), {})
                  .passed());
  EXPECT_TRUE(
      compare(table({series("Cash {$}[a]", {0}, {1})}), table({series("cash[a]", {0}, {1})}), {})
          .passed());
  // An exact name goes first.
  const Comparison both =
      compare(table({series("Cash", {0}, {1}), series("Cash (net)", {0}, {2})}),
              table({series("Cash (net)", {0}, {2}), series("Cash", {0}, {1})}), {});
  EXPECT_TRUE(both.passed()) << print(both);
}

TEST(Compare, MissingVariablesFailExceptControls) {
  const SeriesTable result = table({series("x", {0}, {1}), series("extra", {0}, {1})});
  const Comparison controls = compare(
      result,
      table({series("x", {0}, {1}), series("FINAL TIME", {0}, {10}), series("SAVEPER", {0}, {1})}),
      {});
  EXPECT_TRUE(controls.passed());
  EXPECT_EQ(print(controls),
            "PASS: 1 of 1 variable agree (1 value; relative tolerance 1e-05, absolute 0)\n"
            "  control variables that the model does not define: FINAL TIME, SAVEPER\n"
            "  only in the result: extra\n");
  const Comparison missing =
      compare(result, table({series("x", {0}, {1}), series("y[a,b]", {0}, {1})}), {});
  EXPECT_FALSE(missing.passed());
  EXPECT_EQ(missing.missing, std::vector<std::string>{"y[a,b]"});
}

TEST(Compare, AControlThatTheModelDefinesIsCompared) {
  EXPECT_FALSE(
      compare(table({series("final time", {}, {9})}), table({series("FINAL TIME", {0}, {10})}), {})
          .passed());
}

// ---- times

TEST(Compare, UsesTheTimesThatBothHave) {
  const Comparison comparison =
      compare(table({series("x", {0, 1, 2}, {0, 10, 20})}),
              table({series("x", {0, 0.5, 1, 1.5, 2, 2.5}, {0, 5, 10, 15, 20, 25})}), {});
  EXPECT_TRUE(comparison.passed());
  EXPECT_EQ(comparison.values(), 3u);
  EXPECT_EQ(comparison.unmatched, 3u);
  EXPECT_NE(print(comparison).find("not compared: 3 expected values at times"), std::string::npos);
}

TEST(Compare, NoCommonTimeFails) {
  const Comparison comparison =
      compare(table({series("x", {0, 1}, {0, 1})}), table({series("x", {0.5}, {0.5})}), {});
  EXPECT_FALSE(comparison.passed());
  EXPECT_NE(print(comparison).find("\"x\": no time in common"), std::string::npos);
}

TEST(Compare, TimesMayBeOffByRounding) {
  const double drifted = 0.1 * 3;  // is not 0.3
  EXPECT_TRUE(compare(table({series("x", {0, drifted}, {0, 1})}),
                      table({series("x", {0, 0.3}, {0, 1})}), {})
                  .passed());
  Series written = series("x", {0, 0.063}, {0, 2});
  written.time_tolerance = 0.000501;
  const Comparison comparison =
      compare(table({series("x", {0, 0.03125, 0.0625}, {0, 1, 2})}), table({written}), {});
  EXPECT_TRUE(comparison.passed()) << print(comparison);
  EXPECT_EQ(comparison.unmatched, 0u);
}

TEST(Compare, OrderOfTimesIsIrrelevant) {
  EXPECT_TRUE(compare(table({series("x", {2, 0, 1}, {20, 0, 10})}),
                      table({series("x", {1, 2, 0}, {10, 20, 0})}), {})
                  .passed());
}

TEST(Compare, ConstantsMayStandOnce) {
  const SeriesTable once = table({series("c", {}, {5})});
  const SeriesTable always = table({series("c", {0, 1, 2}, {5, 5, 5})});
  const SeriesTable changing = table({series("c", {0, 1, 2}, {5, 5, 6})});
  EXPECT_TRUE(compare(once, always, {}).passed());
  EXPECT_TRUE(compare(always, once, {}).passed());
  EXPECT_TRUE(compare(once, once, {}).passed());
  EXPECT_FALSE(compare(once, changing, {}).passed());
  EXPECT_FALSE(compare(changing, once, {}).passed());
}

TEST(SeriesOf, TakesOneRunApart) {
  Dataset dataset;
  dataset.dimensions.resize(3);
  dataset.dimensions[0] = {"run", 2, {}, {}, ""};
  dataset.dimensions[1] = {"time", 2, {0, 1}, {}, "month"};
  dataset.dimensions[2] = {"age", 2, {}, {"child", "adult"}, ""};
  dataset.variables = {{"People", {0, 2, 1}, {1, 2, 3, 4, 5, 6, 7, 8}, "", "", ""},
                       {"rate", {0}, {0.5, 0.25}, "", "", ""}};
  EXPECT_EQ(
      series_of(dataset, 1).series,
      (std::vector<Series>{series("People[child]", {0, 1}, {5, 6}),
                           series("People[adult]", {0, 1}, {7, 8}), series("rate", {}, {0.25})}));
}

}  // namespace
}  // namespace shamal::data
