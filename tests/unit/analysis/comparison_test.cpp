#include "analysis/comparison.h"

#include <gtest/gtest.h>

namespace shamal::analysis {
namespace {

data::Dataset results() {
  data::Dataset set;
  set.dimensions = {{"time", 3, {0, 1, 2}, {}, "month"},
                    {"Governorate", 2, {}, {"Al-Anbar", "Ninawa"}, ""},
                    {"run", 1, {}, {}, ""}};
  set.variables = {{"indicators.Daesh area", {0}, {10, 20, 40}, "km2", "auxiliary", ""},
                   {"displacement.IDPs", {2, 0, 1}, {1, 2, 3, 4, 5, 6}, "people", "stock", ""},
                   {"displacement.Share", {1}, {0.25, 0.75}, "1", "constant", ""}};
  return set;
}

TEST(FindCurve, ChoosesElementsByName) {
  const data::Dataset set = results();
  EXPECT_EQ(find_curve(set, "Indicators.daesh_area")->values, (std::vector<double>{10, 20, 40}));
  EXPECT_EQ(find_curve(set, "displacement.IDPs[ninawa]")->values, (std::vector<double>{2, 4, 6}));
  EXPECT_EQ(find_curve(set, "displacement.IDPs[Al-Anbar]")->values, (std::vector<double>{1, 3, 5}));
  EXPECT_EQ(find_curve(set, "displacement.Share[Ninawa]")->values,
            (std::vector<double>{0.75, 0.75, 0.75}));
  EXPECT_EQ(find_curve(set, "displacement.IDPs[Ninawa]")->unit, "people");
}

TEST(FindCurve, SaysWhatIsWrong) {
  const data::Dataset set = results();
  const auto problem = [&](std::string_view name) {
    std::string text;
    EXPECT_FALSE(find_curve(set, name, &text)) << name;
    return text;
  };
  EXPECT_EQ(problem("nothing"), "\"nothing\"");
  EXPECT_EQ(problem("displacement.IDPs"), "\"displacement.IDPs\": it is an array over Governorate");
  EXPECT_EQ(problem("displacement.IDPs[Basra]"),
            "\"displacement.IDPs[Basra]\": Governorate has no such element");
  EXPECT_EQ(problem("indicators.Daesh area[Ninawa]"),
            "\"indicators.Daesh area[Ninawa]\": it is not an array");
}

Study study_of_one_chart() {
  Study study;
  study.calendar = {{2013, 7, 1}, TimeUnit::month};
  study.calibration_end = {2013, 8, 15};
  study.lines.resize(1);
  study.lines[0].charts.resize(1);
  Chart& chart = study.lines[0].charts[0];
  chart.curves.push_back({{"indicators.Daesh area", {}}, "model", 0.001});
  ChartSeries series;
  series.series.text = "ihs";
  series.scale = 0.001;
  series.error = {ErrorModel::Kind::relative, 0.5};
  chart.series.push_back(series);
  return study;
}

Observation observed(double time, double value) {
  Observation row;
  row.name("ihs", "");
  row.time = {time, time, time};
  row.value = value;
  return row;
}

TEST(Compare, JoinsCurvesAndObservationsInTheUnitOfTheChart) {
  const Study study = study_of_one_chart();
  Observations observations;
  observations.usable = {observed(1.5, 20), observed(0.5, 16), observed(9, 1)};
  const std::vector<ComparedSeries> all = compare(study, observations, results());
  ASSERT_EQ(all.size(), 1u);
  ASSERT_EQ(all[0].points.size(), 3u);
  const ComparedPoint& first = all[0].points[0];
  EXPECT_DOUBLE_EQ(first.observed, 0.016);
  EXPECT_DOUBLE_EQ(*first.modelled, 0.015);
  EXPECT_DOUBLE_EQ(*first.interval.low, 0.008);
  EXPECT_DOUBLE_EQ(*first.interval.high, 0.024);
  EXPECT_DOUBLE_EQ(*all[0].points[1].modelled, 0.03);
  EXPECT_FALSE(all[0].points[2].modelled);  // after the run
  EXPECT_EQ(all[0].fit.calibration.points, 1u);
  EXPECT_EQ(all[0].fit.holdout.points, 1u);
  EXPECT_DOUBLE_EQ(*all[0].fit.holdout.bias, 0.01);
}

TEST(ErrorInterval, FollowsTheErrorModel) {
  Observation row = observed(0, 30);
  row.low = 1;
  using Kind = ErrorModel::Kind;
  const Interval relative = error_interval({Kind::relative, 0.1}, row);
  EXPECT_DOUBLE_EQ(*relative.low, 27);
  EXPECT_DOUBLE_EQ(*relative.high, 33);
  const Interval factor = error_interval({Kind::factor, 3}, row);
  EXPECT_DOUBLE_EQ(*factor.low, 10);
  EXPECT_DOUBLE_EQ(*factor.high, 90);
  EXPECT_EQ(error_interval({Kind::column, 0}, row).low, 1);
  EXPECT_FALSE(error_interval({Kind::column, 0}, row).high);
  row.value = -30;
  EXPECT_DOUBLE_EQ(*error_interval({Kind::factor, 3}, row).low, -90);
  EXPECT_DOUBLE_EQ(*error_interval({Kind::relative, 0.1}, row).high, -27);
}

TEST(CheckVariables, NamesWhatTheResultsDoNotHold) {
  Study study = study_of_one_chart();
  study.lines[0].charts[0].curves[0].variable.text = "indicators.Daesh aera";
  study.lines[0].charts[0].curves.push_back({{"displacement.IDPs", {}}, "x", 1});
  study.map = MapSpec{{}, {"Governorate", {}}, {"indicators.Daesh area", {}}, "", "", {}};
  base::Diagnostics diagnostics;
  check_variables(study, results(), diagnostics);
  ASSERT_EQ(diagnostics.errors(), 3u);
  EXPECT_EQ(diagnostics.all()[0].what, "\"indicators.Daesh aera\"");
  EXPECT_EQ(diagnostics.all()[0].fix, "did you mean \"indicators.Daesh area\"?");
  EXPECT_EQ(diagnostics.all()[1].what, "\"displacement.IDPs\": it is an array over Governorate");
  EXPECT_EQ(diagnostics.all()[2].what,
            "\"Governorate\": \"indicators.Daesh area\" is not an array over it");
}

}  // namespace
}  // namespace shamal::analysis
