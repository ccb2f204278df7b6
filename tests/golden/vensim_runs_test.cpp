// What a model in Vensim's language says about its own runs: times that change, reality checks,
// constants that nobody may set, and all errors of a file whose data are missing.

#include <cmath>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/compile.h"
#include "api/reality.h"
#include "api/run.h"

namespace {

using namespace shamal;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kFolder = std::string(SHAMAL_SOURCE_DIR) + "/tests/golden/";

std::optional<data::Dataset> run(const std::string& model, const api::RunRequest& request,
                                 std::string& messages) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  const auto compiled = api::compile(kFolder + model, sources, diagnostics);
  auto result = compiled ? api::run(*compiled, request, diagnostics) : std::nullopt;
  messages = base::print(diagnostics, sources);
  return result;
}

TEST(ChangingTimes, AreWhatTheModelMakesThem) {
  for (const char* backend : {"machine", "reference"}) {
    std::string messages;
    api::RunRequest request;
    request.backend = backend;
    const auto result = run("changing_times.mdl", request, messages);
    ASSERT_TRUE(result) << messages;
    EXPECT_THAT(result->dimensions.at(0).values, ElementsAre(0, 1, 2, 3, 4, 5, 6));
    EXPECT_THAT(result->find("Level")->values, ElementsAre(0, 1, 2, 3, 4, 5, 6));
    EXPECT_THAT(result->find("steps")->values, ElementsAre(0, 1, 2, 3, 4, 6, 8));
    EXPECT_THAT(result->find("TIME STEP")->values, ElementsAre(1, 1, 1, 1, 0.5, 0.5, 0.5));
    EXPECT_THAT(result->find("FINAL TIME")->values, ElementsAre(100, 100, 100, 100, 100, 100, 6));
  }
}

TEST(ChangingTimes, MayBeFixedByTheRequest) {
  std::string messages;
  api::RunRequest request;
  request.stop = 3;
  request.dt = 0.5;
  request.save_interval = 1.5;
  const auto result = run("changing_times.mdl", request, messages);
  ASSERT_TRUE(result) << messages;
  EXPECT_THAT(result->dimensions.at(0).values, ElementsAre(0, 1.5, 3));
}

TEST(InnerTables, AreVariablesOfTheirOwn) {
  std::string messages;
  const auto result = run("inner_tables.mdl", {}, messages);
  ASSERT_TRUE(result) << messages;
  EXPECT_EQ(messages, "");
  EXPECT_THAT(result->find("once")->values, ElementsAre(-1, 3, 11));
  EXPECT_THAT(result->find("twice")->values, ElementsAre(1, 1, 1, 5.5, 5.5, 5.5, 12.5, 12.5, 12.5));
  EXPECT_THAT(result->find("level")->values, ElementsAre(10, -20, 30, 11, -19, 31, 12, -18, 32));
  EXPECT_THAT(result->find("start")->values, ElementsAre(4, 5, 6, 5, 6, 7, 6, 7, 8));
  EXPECT_THAT(result->find("within macro")->values, ElementsAre(0, 20, 40));
  EXPECT_THAT(result->find("read")->values,
              ElementsAre(100, 1000, -100, 200, 2000, -200, 300, 3000, -300));
  EXPECT_THAT(result->find("held")->values, ElementsAre(1, 10, -1, 1, 10, -1, 3, 30, -3));
  EXPECT_THAT(result->find("some")->values, ElementsAre(1, 7, -1, 2, 7, -2, 3, 7, -3));
  EXPECT_THAT(result->find("beyond")->values, ElementsAre(5, 5, 5));
}

TEST(RealityChecks, AreTestedByRunsOfTheChangedModel) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  const auto results = api::test_reality(kFolder + "reality.mdl", sources, diagnostics);
  ASSERT_TRUE(results) << base::print(diagnostics, sources);
  using Verdict = api::CheckResult::Verdict;
  struct Row {
    std::string name;
    Verdict verdict;
    double time = 0;
    std::string element = {};
  };
  const std::vector<Row> expected = {{"no workers no output", Verdict::passed},
                                     {"stock runs out", Verdict::failed, 5},
                                     {"stock runs out later", Verdict::passed},
                                     {"little stock little sales", Verdict::passed},
                                     {"either", Verdict::passed},
                                     {"one of them", Verdict::failed, 0},
                                     {"not both", Verdict::passed},
                                     {"another stock", Verdict::passed},
                                     {"as it was", Verdict::not_tested},
                                     {"output halves", Verdict::passed},
                                     {"output doubles", Verdict::failed, 4},
                                     {"output doubles a while", Verdict::passed},
                                     {"no demand no service", Verdict::failed, 0, "North"}};
  ASSERT_EQ(results->size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const api::CheckResult& result = (*results)[i];
    EXPECT_EQ(result.name, expected[i].name);
    EXPECT_EQ(result.verdict, expected[i].verdict) << result.name << ": " << result.reason;
    EXPECT_EQ(result.time, expected[i].time) << result.name;
    EXPECT_EQ(result.element, expected[i].element) << result.name;
  }
  EXPECT_THAT((*results)[8].reason, HasSubstr("the run 'base' is not there"));
}

TEST(OtherRuns, GiveDataConstantsAndLookups) {
  std::string messages;
  const auto result = run("other_run.mdl", {}, messages);
  ASSERT_TRUE(result) << messages;
  EXPECT_THAT(result->find("price then")->values, ElementsAre(1, 1, 2, 3, 4, 5));
  EXPECT_THAT(result->find("store")->values, ElementsAre(20, 6));
  EXPECT_THAT(result->find("last of North")->values, ElementsAre(30));
  EXPECT_THAT(result->find("rate")->values, ElementsAre(0.25));
  EXPECT_THAT(result->find("looked up")->values, ElementsAre(1, 2, 3, 4, 5, 5));
}

TEST(Simultaneous, EquationsAreFoundByGoingRound) {
  for (const char* backend : {"machine", "reference"}) {
    std::string messages;
    api::RunRequest request;
    request.backend = backend;
    const auto result = run("simultaneous.mdl", request, messages);
    ASSERT_TRUE(result) << messages;
    double made = 0;
    for (std::size_t t = 0; t < 3; ++t) {
      const double a = (10.0 + static_cast<double>(t)) / 20;
      const double use = a / (1 + a / 2);
      EXPECT_NEAR(result->find("use")->values[t], use, 1e-13);
      EXPECT_NEAR(result->find("calls")->values[t], 40 * use, 1e-12);
      EXPECT_NEAR(result->find("quality")->values[t], 1 - use / 2, 1e-13);
      made += t == 0 ? use : 0;
      EXPECT_NEAR(result->find("made")->values[t], made, 1e-12);
      made += use;
      EXPECT_NEAR(result->find("v")->values[2 * t], 0.5 / (1 - 0.25), 1e-13);
      EXPECT_NEAR(result->find("v")->values[2 * t + 1], 0.5 / (1 - 0.4), 1e-13);
      EXPECT_TRUE(std::isnan(result->find("it")->values[t]));
      EXPECT_EQ(result->find("alone")->values[t], static_cast<double>(t));
    }
  }
}

// A model with times from 0 to 2, in a file of its own.
std::string written(const std::string& equations) {
  const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / "written.mdl";
  std::ofstream(path) << "{UTF-8}\n"
                      << equations
                      << "INITIAL TIME = 0 ~~|\nFINAL TIME = 2 ~~|\nTIME STEP = 1 ~~|\n"
                         "SAVEPER = 1 ~~|\n";
  return path.string();
}

// x0 = SIMULTANEOUS(x_n / 2 + 1, 0), x1 = x0, … x_n; with what SIMULTANEOUS finds n + 2 equations.
std::string circle(std::size_t equations) {
  const std::size_t last = equations - 2;
  std::string text = "x0 = SIMULTANEOUS(x" + std::to_string(last) + " / 2 + 1, 0) ~~|\n";
  for (std::size_t i = 1; i <= last; ++i) {
    text += "x" + std::to_string(i) + " = x" + std::to_string(i - 1) + " ~~|\n";
  }
  return written(text);
}

TEST(Simultaneous, GoesRoundInTwoThousandEquationsAndNoMore) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  const auto compiled = api::compile(circle(2000), sources, diagnostics);
  ASSERT_TRUE(compiled) << base::print(diagnostics, sources);
  const auto result = api::run(*compiled, {}, diagnostics);
  ASSERT_TRUE(result) << base::print(diagnostics, sources);
  EXPECT_NEAR(result->find("x1998")->values.back(), 2, 1e-12);
  EXPECT_FALSE(api::compile(circle(2001), sources, diagnostics));
  const std::string said = base::print(diagnostics, sources);
  EXPECT_THAT(said, HasSubstr("written.mdl:2:1: error[E0401]"));
  EXPECT_THAT(said, HasSubstr("SIMULTANEOUS goes round in 2000 equations at most, and this circle "
                              "has 2001"));
}

// An array is computed in pieces where it refers to its own elements; a draw is that of its
// element.
TEST(Draws, KeepTheirNumbersInAnArrayThatIsSplit) {
  const std::string arrays =
      "R: (r1-r6) ~~|\nLater: (r2-r6) ~~|\nFormer: (r1-r5) -> Later ~~|\n"
      "x[r1] = RANDOM UNIFORM(0, 1, 3) ~~|\ny[R] = x[R] + RANDOM NORMAL(-3, 3, 0, 1, 4) ~~|\n"
      "x[Later] = RANDOM UNIFORM(0, 1, 3) + 0 * ";
  std::vector<std::vector<double>> runs;
  for (const char* other : {"Time", "x[Former]", "y[Former]"}) {
    base::Sources sources;
    base::Diagnostics diagnostics;
    const auto compiled = api::compile(written(arrays + other + " ~~|\n"), sources, diagnostics);
    ASSERT_TRUE(compiled) << base::print(diagnostics, sources);
    const auto result = api::run(*compiled, {}, diagnostics);
    ASSERT_TRUE(result) << base::print(diagnostics, sources);
    runs.push_back(result->find("x")->values);
    const std::vector<double>& y = result->find("y")->values;
    runs.back().insert(runs.back().end(), y.begin(), y.end());
  }
  EXPECT_EQ(runs[1], runs[0]);
  EXPECT_EQ(runs[2], runs[0]);
}

TEST(Calendar, TellsPartsOfTheDate) {
  for (const char* backend : {"machine", "reference"}) {
    std::string messages;
    api::RunRequest request;
    request.backend = backend;
    const auto result = run("calendar.mdl", request, messages);
    ASSERT_TRUE(result) << messages;
    // From Monday, the 28th of February 2000, on.
    EXPECT_THAT(result->find("year")->values, ElementsAre(2000, 2000, 2000));
    EXPECT_THAT(result->find("quarter")->values, ElementsAre(1, 1, 1));
    EXPECT_THAT(result->find("month")->values, ElementsAre(2, 2, 3));
    EXPECT_THAT(result->find("day")->values, ElementsAre(28, 29, 1));
    EXPECT_THAT(result->find("weekday")->values, ElementsAre(1, 2, 3));
    EXPECT_THAT(result->find("days")->values, ElementsAre(730543, 730544, 730545));
    EXPECT_THAT(result->find("hour")->values, ElementsAre(12, 12, 12));
    EXPECT_THAT(result->find("month before")->values, ElementsAre(12, 12, 1));
    EXPECT_EQ(result->find("first day")->values.front(), 28);
  }
}

// Worked out by hand: what each queue holds, by age, at each step.
TEST(VensimFunctions, OfQueuesMarketsDelaysAndData) {
  for (const char* backend : {"machine", "reference"}) {
    std::string messages;
    api::RunRequest request;
    request.backend = backend;
    const auto result = run("functions.mdl", request, messages);
    ASSERT_TRUE(result) << messages;
    const auto values = [&](const char* name) { return result->find(name)->values; };
    EXPECT_THAT(values("Waiting"), ElementsAre(9, 8, 8, 9, 7, 10, 6, 11));
    EXPECT_THAT(values("leaving"), ElementsAre(4, 4, 4, 4, 4, 4, 3, 4));
    EXPECT_THAT(values("oldest"), ElementsAre(2, 2, 3, 2, 3, 2, 2, 3));
    EXPECT_THAT(values("average"), ElementsAre(1.5, 13.5 / 8, 12.0 / 7, 1.5));
    EXPECT_THAT(values("done"), ElementsAre(10, 10, 10, 10));
    EXPECT_THAT(values("under way"), ElementsAre(30, 30, 40, 50));
    EXPECT_EQ(values("market").front(), 1.5);
    EXPECT_THAT(values("given"), ElementsAre(3, 0.5, 3, 0.5, 3, 0.5, 3, 0.5));
    EXPECT_EQ(values("least").front(), 1.5);
    EXPECT_EQ(values("greatest").front(), 3);
    EXPECT_EQ(values("middle").front(), 2.25);
    EXPECT_EQ(values("between").front(), -0x1p109);
  }
}

TEST(ShiftIfTrue, MovesWhatElementsHold) {
  std::string messages;
  const auto result = run("shift_if_true.mdl", {}, messages);
  ASSERT_TRUE(result) << messages;
  // By half steps: male and female, each newborn, Age1, Age2, Age3.
  const std::vector<double> expected = {1, 5,      5,      5,      1,  5,       5,      5,
                                        0, 5.95,   4.75,   4.75,   0,  10.95,   4.75,   4.75,
                                        5, 5.6525, 4.5125, 4.5125, 10, 10.4025, 4.5125, 4.5125};
  const std::vector<double>& people = result->find("People")->values;
  ASSERT_EQ(people.size(), 32u);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(people[i], expected[i], 1e-12) << i;
  }
  EXPECT_NEAR(result->find("removed")->values[0], 4.75, 1e-12);
  EXPECT_EQ(result->find("removed")->values[2], 0);
  const std::vector<double>& kept = result->find("Kept")->values;
  EXPECT_THAT(std::vector<double>(kept.begin() + 8, kept.end()),
              ElementsAre(3, 3, 3, 3, 7, 3.5, 3.5, 7));
  EXPECT_THAT(result->find("none")->values, ElementsAre(0, 0, 0, 0));
}

TEST(ShiftIfTrue, MayBePartOfAnExpressionAndMoveSomeElementsOfAnEquation) {
  std::string messages;
  const auto result = run("shift_within.mdl", {}, messages);
  ASSERT_TRUE(result) << messages;
  // age1 and age2 of the women move at time 1, when the step would have made them 3 and 4.
  EXPECT_THAT(result->find("leaving")->values, ElementsAre(100, 108, 100, 100));
  const std::vector<double>& people = result->find("People")->values;
  ASSERT_EQ(people.size(), 32u);
  EXPECT_THAT(std::vector<double>(people.begin() + 16, people.begin() + 24),
              ElementsAre(2, 7, 3, 5, 11, 21, 31, 41));
}

TEST(UnchangeableConstants, CannotBeSet) {
  std::string messages;
  api::RunRequest request;
  request.settings = {"Gravity=1"};
  EXPECT_FALSE(run("reality.mdl", request, messages));
  EXPECT_THAT(messages, HasSubstr("marks it as unchangeable"));
}

TEST(MissingData, DoNotHideOtherErrors) {
  const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / "missing_data.mdl";
  std::ofstream(path) << "{UTF-8}\nhistory ~~|\n"
                         "price = GET DIRECT CONSTANTS('nowhere.csv', ',', 'B2') ~~|\n"
                         "x = history * price + unknown thing ~~|\n"
                         "INITIAL TIME = 0 ~~|\nFINAL TIME = 1 ~~|\nTIME STEP = 1 ~~|\n"
                         "SAVEPER = 1 ~~|\n";
  base::Sources sources;
  base::Diagnostics diagnostics;
  EXPECT_FALSE(api::compile(path.string(), sources, diagnostics));
  const std::string messages = base::print(diagnostics, sources);
  EXPECT_THAT(messages, HasSubstr("nowhere.csv"));
  EXPECT_THAT(messages, HasSubstr("\"history\""));
  EXPECT_THAT(messages, HasSubstr("\"unknown thing\""));
  EXPECT_EQ(diagnostics.errors(), 3u) << messages;
}

}  // namespace
