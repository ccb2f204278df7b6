// The library call for ensembles: fans, readings, failures, mistakes.
#include "api/ensemble.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace shamal::api {
namespace {

using testing::HasSubstr;

struct Teacup {
  base::Sources sources;
  base::Diagnostics diagnostics;
  std::optional<CompiledModel> compiled =
      compile(SHAMAL_SOURCE_DIR "/tests/stages/teacup.xmile", sources, diagnostics);
  EnsembleRequest request;

  Teacup() {
    request.run.columns = {"Teacup Temperature"};
    request.times = {0, 15, 30};
    request.design.runs = 500;
    vary("Room Temperature", "uniform", {60, 80});
    vary("Characteristic Time", "lognormal", {10, 2});
  }
  void vary(const std::string& name, std::string_view family, std::vector<double> parameters) {
    analysis::Marginal marginal;
    marginal.family = analysis::find_marginal_family(family);
    marginal.parameters = std::move(parameters);
    request.parameters.push_back({name, false, marginal, {}});
  }
  std::optional<EnsembleResult> run() { return run_ensemble(*compiled, request, diagnostics); }
  std::string printed() const { return base::print(diagnostics, sources); }
};

TEST(Ensemble, FansAndReadings) {
  Teacup teacup;
  teacup.request.readings = {
      {"end", "Teacup Temperature", 1, analysis::Measure::value, 30, 30, 0, {}},
      {"loss", "Heat Loss", 2, analysis::Measure::max, 0, 30, 0, {}}};
  const auto made = teacup.run();
  ASSERT_TRUE(made) << teacup.printed();
  const data::Variable* fan = made->fans.find("Teacup Temperature");
  ASSERT_NE(fan, nullptr);
  EXPECT_EQ(made->fans.dimensions[0].values, (std::vector<double>{0, 15, 30}));
  ASSERT_EQ(fan->values.size(), 15u);
  EXPECT_EQ(fan->values[0], 180);
  for (std::size_t q = 1; q < 5; ++q) {
    EXPECT_LT(fan->values[(q - 1) * 3 + 2], fan->values[q * 3 + 2]);
  }
  EXPECT_EQ(fan->unit, "Degree");
  EXPECT_NEAR(made->fans.find("Teacup Temperature mean")->values[2], 78, 2);
  EXPECT_EQ(made->fans.find("Teacup Temperature count")->values[2], 500);
  // Heat Loss was not asked for; it only serves its reading.
  EXPECT_EQ(made->fans.find("Heat Loss"), nullptr);
  ASSERT_EQ(made->runs.dimensions[0].size, 500u);
  const auto& room = made->runs.find("Room Temperature")->values;
  const auto& end = made->runs.find("end")->values;
  const auto& loss = made->runs.find("loss")->values;
  for (std::size_t r = 0; r < 500; ++r) {
    EXPECT_GT(room[r], 60);
    EXPECT_LT(room[r], 80);
    EXPECT_GT(end[r], room[r]);
    EXPECT_GT(loss[r], 0);
  }
  EXPECT_EQ(made->fans.attributes.at("design"), "lhs");
  EXPECT_TRUE(made->failures.empty());
}

TEST(Ensemble, TheSameForAnyThreadsAndWidth) {
  Teacup teacup;
  const auto first = teacup.run();
  teacup.request.threads = 1;
  teacup.request.batch_width = 5;
  const auto second = teacup.run();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->fans, second->fans);
  teacup.request.run.seed = 1;
  EXPECT_NE(teacup.run()->fans, first->fans);
}

TEST(Ensemble, ARunThatFailsIsRecordedAndTheOthersCount) {
  Teacup teacup;
  teacup.request.parameters.clear();
  teacup.request.table =
      DesignTable{{"Characteristic Time", "Room Temperature"}, {10, 70, 0, 180, 10, 70}};
  const auto made = teacup.run();
  ASSERT_TRUE(made) << teacup.printed();
  ASSERT_EQ(made->failures.size(), 1u);
  EXPECT_EQ(made->failures[0].run, 1u);
  EXPECT_EQ(made->failures[0].time, 15);
  EXPECT_EQ(made->fans.find("Teacup Temperature count")->values, (std::vector<double>{3, 2, 2}));
  EXPECT_FALSE(std::isnan(made->fans.find("Teacup Temperature")->values[2]));
}

TEST(Ensemble, AMultiplierScalesTheModelsOwnValue) {
  Teacup teacup;
  teacup.request.parameters.clear();
  teacup.vary("Room Temperature", "uniform", {0.5, 1.5});
  teacup.request.parameters[0].multiply = true;
  teacup.request.run.settings = {"Room Temperature=100"};
  teacup.request.run.columns = {"Room Temperature"};
  const auto made = teacup.run();
  ASSERT_TRUE(made) << teacup.printed();
  EXPECT_NEAR(made->fans.find("Room Temperature mean")->values[0], 100, 0.5);
  EXPECT_GT(made->fans.find("Room Temperature maximum")->values[0], 149);
}

TEST(Ensemble, MistakesAreNamed) {
  const auto message = [](void (*spoil)(Teacup&)) {
    Teacup teacup;
    spoil(teacup);
    EXPECT_FALSE(teacup.run());
    return teacup.printed();
  };
  EXPECT_THAT(message([](Teacup& t) {
                t.vary("Rum Temperature", "uniform", {0, 1});
              }),
              HasSubstr("did you mean \"Room Temperature\"?"));
  EXPECT_THAT(message([](Teacup& t) {
                t.vary("Room Temperature", "uniform", {0, 1});
              }),
              HasSubstr("\"Room Temperature\" varies twice"));
  EXPECT_THAT(message([](Teacup& t) {
                t.vary("Heat Loss", "uniform", {0, 1});
              }),
              HasSubstr("not a constant"));
  EXPECT_THAT(message([](Teacup& t) {
                t.request.parameters[0].marginal.parameters = {2, 1};
              }),
              HasSubstr("low is not below high"));
  EXPECT_THAT(message([](Teacup& t) { t.request.times = {31}; }), HasSubstr("outside of 0 to 30"));
  EXPECT_THAT(message([](Teacup& t) { t.request.design.runs = 0; }), HasSubstr("0 runs"));
}

}  // namespace
}  // namespace shamal::api
