#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include "analysis/study.h"

namespace shamal::analysis {
namespace {

constexpr std::string_view kHead = R"toml([study]
name = "s"
title = "t"
summary = "s"
model = "m.xmile"
time_origin = "2013-07-01"
calibration_end = "2016-12-31"

[[line]]
id = "finance"
number = 4
title = "Finance"

)toml";

struct Read {
  base::Sources sources;
  base::Diagnostics diagnostics;
  std::optional<Study> study;

  explicit Read(std::string_view text) {
    study = read_study(sources, sources.add("study.toml", std::string(kHead) + std::string(text)),
                       diagnostics);
  }
  std::string printed() const { return base::print(diagnostics, sources); }
};

void expect_error(std::string_view text, std::string_view message) {
  const Read read(text);
  EXPECT_FALSE(read.study.has_value()) << text;
  EXPECT_NE(read.printed().find(message), std::string::npos) << read.printed();
}

TEST(StudyExperiment, PriorsOfEveryFamily) {
  const Read read(R"toml(
[[prior]]
parameter = "finance.Pay elasticity"
family = "uniform"
low = 0
high = 1.2
text = "nobody has measured it"
[[prior]]
parameter = "a.b"
family = "lognormal"
median = 0.0008
factor = 3
high = 0.01
[[prior]]
parameter = "control.Reach"
multiply = true
family = "triangular"
low = 0.7
mode = 1
high = 1.3
[[prior]]
parameter = "a.c[x]"
family = "normal"
mean = 2.5
sd = 1
[[prior]]
parameter = "a.d"
family = "beta"
mean = 0.5
sd = 0.2
[[prior]]
parameter = "a.e"
family = "loguniform"
low = 0.01
high = 1
[[prior]]
parameter = "a.f"
family = "choice"
values = [1, 24]
)toml");
  ASSERT_TRUE(read.study) << read.printed();
  EXPECT_EQ(read.printed(), "");
  const std::vector<Prior>& priors = read.study->priors;
  ASSERT_EQ(priors.size(), 7u);
  EXPECT_EQ(priors[0].parameter.text, "finance.Pay elasticity");
  EXPECT_EQ(priors[0].distribution.family, Distribution::Family::uniform);
  EXPECT_EQ(priors[0].distribution.high, 1.2);
  EXPECT_EQ(priors[0].text, "nobody has measured it");
  EXPECT_EQ(priors[1].distribution.median, 0.0008);
  EXPECT_EQ(priors[1].distribution.factor, 3);
  EXPECT_EQ(priors[1].distribution.low, 0);
  EXPECT_EQ(priors[1].distribution.high, 0.01);
  EXPECT_TRUE(priors[2].multiply);
  EXPECT_EQ(priors[2].distribution.mode, 1);
  EXPECT_TRUE(std::isinf(priors[3].distribution.low));
  EXPECT_EQ(priors[4].distribution.high, 1);
  EXPECT_EQ(priors[6].distribution.weights, (std::vector<double>{1, 1}));
}

TEST(StudyExperiment, LeversStructuresOutcomesAndBands) {
  const Read read(R"toml(
[[lever]]
id = "L4a"
line = "finance"
title = "Strikes on oil"
parameter = "levers.Oil strike scale"
cost = "levers.Oil strike cost"
[[structure]]
id = "X2"
title = "What pay does"
parameter = "finance.Pay switch"
base = 2
  [[structure.option]]
  value = 0
  label = "nothing"
  [[structure.option]]
  value = 2
  label = "recruitment and desertion"
[[outcome]]
id = "harm"
title = "Civilians killed"
unit = "person"
variable = "indicators.Civilian deaths"
measure = "change"
from = "2014-08-01"
until = "2018-01-01"
better = "lower"
rank = 1
[[band]]
id = "H-1"
title = "Mosul freed"
variable = "control.Control[Ninawa]"
measure = "falls_below"
from = "2016-10-17"
level = 0.1
low = "2017-05-01"
high = "2017-10-01"
share = 0.6
[[band]]
id = "A-1"
title = "Area, January 2015"
variable = "indicators.Daesh area"
scale = 0.001
measure = "value"
from = "2015-01-01"
low = 77
high = 104
)toml");
  ASSERT_TRUE(read.study) << read.printed();
  EXPECT_EQ(read.printed(), "");
  const Study& study = *read.study;
  EXPECT_EQ(study.levers.at(0).low, 0);
  EXPECT_EQ(study.levers.at(0).high, 1.5);
  EXPECT_EQ(study.levers.at(0).base, 1);
  EXPECT_EQ(study.structures.at(0).options.at(1).label, "recruitment and desertion");
  EXPECT_EQ(study.outcomes.at(0).rank, 1);
  EXPECT_TRUE(study.outcomes.at(0).lower_is_better);
  EXPECT_EQ(study.outcomes.at(0).reading.measure, Measure::change);
  EXPECT_EQ(study.bands.at(0).low, 46);
  EXPECT_TRUE(study.bands.at(0).holdout);
  EXPECT_EQ(study.bands.at(0).share, 0.6);
  EXPECT_FALSE(study.bands.at(1).holdout);
}

TEST(StudyExperiment, MistakesAreNamed) {
  expect_error("[[prior]]\nparameter = \"a\"\nfamily = \"gaussian\"\n",
               "\"gaussian\" is not a family of distributions");
  expect_error("[[prior]]\nparameter = \"a\"\nfamily = \"uniform\"\nlow = 2\nhigh = 1\n",
               "low is not below high");
  expect_error("[[prior]]\nparameter = \"a\"\nfamily = \"uniform\"\nlow = 2\n",
               "[[prior]] has no \"high\"");
  expect_error("[[prior]]\nparameter = \"a\"\nfamily = \"lognormal\"\nmedian = 1\nfactor = 1\n",
               "factor not above 1");
  expect_error("[[prior]]\nparameter = \"a\"\nfamily = \"beta\"\nmean = 0.5\nsd = 0.6\n",
               "sd is too large");
  expect_error(
      "[[prior]]\nparameter = \"a\"\nfamily = \"choice\"\nvalues = [1]\nweights = [1, 2]\n",
      "a weight for each or none");
  expect_error(
      "[[prior]]\nparameter = \"a b\"\nfamily = \"uniform\"\nlow = 0\nhigh = 1\n"
      "[[prior]]\nparameter = \"A_B\"\nfamily = \"uniform\"\nlow = 0\nhigh = 1\n",
      "\"A_B\" is varied twice");
  expect_error("[[lever]]\nid = \"L\"\nline = \"money\"\ntitle = \"t\"\nparameter = \"p\"\n",
               "no line has the id \"money\"");
  expect_error("[[structure]]\nid = \"X\"\ntitle = \"t\"\nparameter = \"p\"\nbase = 1\n",
               "two options or more");
  expect_error(
      "[[outcome]]\nid = \"o\"\ntitle = \"t\"\nunit = \"u\"\nvariable = \"v\"\nmeasure = \"sum\"\n"
      "better = \"lower\"\n",
      "\"sum\" is not a measure");
  expect_error(
      "[[outcome]]\nid = \"o\"\ntitle = \"t\"\nunit = \"u\"\nvariable = \"v\"\nmeasure = "
      "\"value\"\n"
      "from = \"2015-01-01\"\nbetter = \"less\"\n",
      "\"less\" is not a direction");
}

TEST(StudyExperiment, ALikelihoodFollowsFromTheKindOfError) {
  const Read read(R"toml(
[[line]]
id = "military"
number = 1
title = "Military action"
  [[line.chart]]
  title = "c"
  unit = "u"
  model = "m"
    [[line.chart.series]]
    series = "a"
    error = { kind = "relative", value = 0.1 }
    [[line.chart.series]]
    series = "b"
    error = { kind = "factor", value = 3, points = 4 }
    [[line.chart.series]]
    series = "c"
    error = { kind = "column", likelihood = "student" }
)toml");
  ASSERT_TRUE(read.study) << read.printed();
  const std::vector<ChartSeries>& series = read.study->lines.at(1).charts.at(0).series;
  EXPECT_EQ(series.at(0).error.likelihood, ErrorModel::Likelihood::normal);
  EXPECT_EQ(series.at(1).error.likelihood, ErrorModel::Likelihood::lognormal);
  EXPECT_EQ(series.at(1).error.points, 4);
  EXPECT_EQ(series.at(2).error.likelihood, ErrorModel::Likelihood::student);
}

}  // namespace
}  // namespace shamal::analysis
