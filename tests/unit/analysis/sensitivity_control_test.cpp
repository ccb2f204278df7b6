// Vensim's sensitivity control files: every distribution, every method, and what is wrong.
#include "analysis/sensitivity_control.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace shamal::analysis {
namespace {

using testing::HasSubstr;

struct Read {
  base::Sources sources;
  base::Diagnostics diagnostics;
  std::optional<SensitivityControl> control;

  explicit Read(std::string text) {
    control = read_sensitivity_control(sources, sources.add("a.vsc", std::move(text)), diagnostics);
  }
  std::string printed() const { return base::print(diagnostics, sources); }
};

TEST(SensitivityControl, TheFirstLine) {
  const Read full("250,L,99,,0\n");
  ASSERT_TRUE(full.control) << full.printed();
  EXPECT_EQ(full.control->design.runs, 250u);
  EXPECT_EQ(full.control->design.kind, DesignKind::lhs);
  EXPECT_EQ(full.control->design.seed, 99u);
  const Read empty(",,,,\n");
  ASSERT_TRUE(empty.control) << empty.printed();
  EXPECT_EQ(empty.control->design.runs, 200u);
  EXPECT_EQ(empty.control->design.kind, DesignKind::montecarlo);
  EXPECT_EQ(empty.control->design.seed, 1234u);
  EXPECT_EQ(Read("5,U,1\n").control->design.kind, DesignKind::univariate);
  EXPECT_EQ(Read("5,g,1\r\n").control->design.levels, 5u);
  const Read file("5,F,1,runs.tab,1\n");
  EXPECT_EQ(file.control->file.text, "runs.tab");
}

TEST(SensitivityControl, EveryDistribution) {
  const Read read(
      "{UTF-8}\n100,M,1,,0\n"
      "a=RANDOM BETA(0,10,2,5,1,3)\n"
      "b=RANDOM BINOMIAL(0,20,.3,20,0,1)\n"
      "c = RANDOM_EXPONENTIAL ( 0 , 100 , 1 , 2 )\n"
      "d=RANDOM GAMMA(0,100,3,0,2)\n"
      "e=RANDOM LOOKUP(0,4,((0,0),(1,2),(4,0)),0,1)\n"
      "f=RANDOM NEGATIVE BINOMIAL(0,100,.4,5,0,1)\n"
      "g[North]=RANDOM NORMAL(0,20,10,2)\n"
      "h=RANDOM POISSON(0,100,7,0,1)\n"
      "\"i = j\"=RANDOM TRIANGULAR(.5,1.5,.5,1,1.5)\n"
      "k=RANDOM UNIFORM(11,15)\n"
      "l=RANDOM WEIBULL(0,100,2,0,3)\n"
      "m=VECTOR(1,2,.25)\n");
  ASSERT_TRUE(read.control) << read.printed();
  const auto& all = read.control->constants;
  ASSERT_EQ(all.size(), 12u);
  EXPECT_EQ(all[6].name.text, "g[North]");
  EXPECT_EQ(all[8].name.text, "\"i = j\"");
  // Means, which say that every argument went where it belongs.
  const double means[] = {1 + 3 * 2 / 7.0, 6, 3, 2, 5 / 3.0, 12.5, 10, 7, 1, 13, 3, 1.5};
  for (std::size_t i = 0; i < all.size(); ++i) {
    double sum = 0;
    constexpr int kCount = 4000;
    for (int k = 0; k < kCount; ++k) {
      sum += quantile(all[i].marginal, (k + 0.5) / kCount);
    }
    EXPECT_NEAR(sum / kCount, means[i], 0.01 * means[i]) << all[i].name.text;
  }
  EXPECT_EQ(value_count(all[11].marginal), 5u);
}

TEST(SensitivityControl, MistakesHavePlaces) {
  EXPECT_THAT(Read("").printed(), HasSubstr("the file is empty"));
  EXPECT_THAT(Read("x,Q,1\n").printed(), HasSubstr("a.vsc:1:1"));
  EXPECT_THAT(Read("9,Q,1\n").printed(), HasSubstr("\"Q\" is not a method"));
  EXPECT_THAT(Read("9,F,1\n").printed(), HasSubstr("method F without a file"));
  EXPECT_THAT(Read("9,M,1\na\n").printed(), HasSubstr("a.vsc:2:1"));
  EXPECT_THAT(Read("9,M,1\na=RANDOM UNIFROM(1,2)\n").printed(),
              HasSubstr("did you mean \"random uniform\"?"));
  EXPECT_THAT(Read("9,M,1\na=RANDOM NORMAL(1,2)\n").printed(),
              HasSubstr("takes min, max, mean, standard deviation, not 2 arguments"));
  EXPECT_THAT(Read("9,M,1\na=RANDOM UNIFORM(2,1)\n").printed(), HasSubstr("min is not below max"));
  EXPECT_THAT(Read("9,M,1\na=RANDOM UNIFORM(x,1)\n").printed(), HasSubstr("a.vsc:2:18"));
  EXPECT_THAT(Read("9,M,1\na=VECTOR(1,2,0)\n").printed(), HasSubstr("increment"));
  EXPECT_THAT(Read("9,M,1\na=RANDOM LOOKUP(0,1,table,0,1)\n").printed(),
              HasSubstr("replace the name of the lookup"));
}

TEST(RunTable, RepeatsWhatIsMissing) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  const auto table =
      read_run_table(sources, sources.add("t.tab", "price\ttime\n1\t2\n\t3\n4\t\n"), diagnostics);
  ASSERT_TRUE(table) << base::print(diagnostics, sources);
  EXPECT_EQ(table->names[1].text, "time");
  EXPECT_EQ(table->values, (std::vector<double>{1, 2, 1, 3, 4, 3}));
  EXPECT_FALSE(read_run_table(sources, sources.add("t.tab", "a,b\n,1\n"), diagnostics));
  EXPECT_FALSE(read_run_table(sources, sources.add("t.tab", "a,b\n1,x\n"), diagnostics));
  EXPECT_FALSE(read_run_table(sources, sources.add("t.tab", "a,b\n"), diagnostics));
}

}  // namespace
}  // namespace shamal::analysis
