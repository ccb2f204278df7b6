// Diagnostics on series whose worth is known.
#include "analysis/inference/diagnostics.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "analysis/inference/random_stream.h"

namespace shamal::analysis::inference {
namespace {

// chains x n, x_i = r x_(i-1) + sqrt(1 - r^2) N(0, 1), chain c moved by c * shift.
std::vector<double> autoregressive(std::size_t chains, std::size_t n, double r, double shift = 0) {
  std::vector<double> series;
  for (std::size_t c = 0; c < chains; ++c) {
    RandomStream random(3, c, 0);
    double x = random.normal();
    for (std::size_t i = 0; i < n; ++i) {
      series.push_back(x + static_cast<double>(c) * shift);
      x = r * x + std::sqrt(1 - r * r) * random.normal();
    }
  }
  return series;
}

Draws as_draws(const std::vector<double>& series, std::size_t chains) {
  Draws draws;
  draws.chains = chains;
  draws.dimensions = 1;
  draws.extend(series.size() / chains);
  for (std::size_t c = 0; c < chains; ++c) {
    for (std::size_t i = 0; i < draws.iterations(); ++i) {
      draws.point(i, c)[0] = series[c * draws.iterations() + i];
    }
  }
  return draws;
}

TEST(Diagnostics, IndependentDrawsAreWorthTheirNumber) {
  const std::vector<double> series = autoregressive(4, 1000, 0);
  EXPECT_NEAR(rhat(series, 4), 1, 0.003);
  EXPECT_NEAR(ess_bulk(series, 4), 4000, 600);
  EXPECT_NEAR(ess_tail(series, 4), 4000, 600);
  EXPECT_NEAR(mcse_mean(series, 4), 1 / std::sqrt(4000.0), 0.002);
}

// The effective share of an autoregressive series is (1 - r) / (1 + r).
TEST(Diagnostics, CorrelatedDrawsAreWorthLess) {
  const std::vector<double> series = autoregressive(8, 5000, 0.9);
  EXPECT_NEAR(ess_mean(series, 8) / (40000 * 0.1 / 1.9), 1, 0.15);
  EXPECT_NEAR(ess_bulk(series, 8) / (40000 * 0.1 / 1.9), 1, 0.15);
  // And alternating ones more.
  EXPECT_GT(ess_mean(autoregressive(4, 1000, -0.5), 4), 8000);
}

TEST(Diagnostics, ChainsThatDisagreeAreSeen) {
  EXPECT_GT(rhat(autoregressive(4, 1000, 0, 0.5), 4), 1.1);
  // Two scales, one centre: only the folded draws tell.
  std::vector<double> scales = autoregressive(4, 1000, 0);
  for (std::size_t i = 0; i < 2000; ++i) {
    scales[i] *= 4;
  }
  EXPECT_GT(rhat(scales, 4), 1.1);
  // A trend within each chain.
  std::vector<double> trend = autoregressive(4, 1000, 0);
  for (std::size_t i = 0; i < trend.size(); ++i) {
    trend[i] += static_cast<double>(i % 1000) / 300;
  }
  EXPECT_GT(rhat(trend, 4), 1.1);
}

TEST(Diagnostics, ConstantOrBrokenSeriesAreWorthNothing) {
  std::vector<double> series(400, 2.5);
  EXPECT_EQ(rhat(series, 4), HUGE_VAL);
  EXPECT_EQ(ess_bulk(series, 4), 0);
  EXPECT_EQ(ess_tail(series, 4), 0);
  series[7] = NAN;
  EXPECT_EQ(rhat(series, 4), HUGE_VAL);
}

// With chains of one superchain started together and far from mixed, the nested R-hat compares
// superchains: many short chains whose superchain means agree pass where the plain one cannot.
TEST(Diagnostics, NestedComparesSuperchains) {
  // 64 chains of 10 draws of one value each plus a little noise: mixed across chains only.
  std::vector<double> series;
  for (std::size_t c = 0; c < 64; ++c) {
    RandomStream random(11, c, 0);
    const double level = random.normal();
    for (std::size_t i = 0; i < 10; ++i) {
      series.push_back(level + 0.5 * random.normal());
    }
  }
  EXPECT_GT(rhat(series, 64), 1.3);
  EXPECT_LT(nested_rhat(series, 64, 4), 1.1);
  // Superchains that sit apart do not pass.
  for (std::size_t i = 0; i < series.size(); ++i) {
    series[i] += static_cast<double>(i / 160);
  }
  EXPECT_GT(nested_rhat(series, 64, 4), 1.3);
  // By hand: means 1 and 3, each of two chains (0.5, 1.5), (2.5, 3.5) with draws +-0.1:
  // B = 2, W = 0.5 + 0.02; sqrt(1 + 2 / 0.52).
  const std::vector<double> small = {0.4, 0.6, 1.4, 1.6, 2.4, 2.6, 3.4, 3.6};
  EXPECT_NEAR(nested_rhat(small, 4, 2), std::sqrt(1 + 2 / 0.52), 1e-12);
}

TEST(Diagnostics, EnergiesThatHardlyMoveAreSeen) {
  EXPECT_NEAR(ebfmi(autoregressive(1, 4000, 0)), 2, 0.15);
  EXPECT_LT(ebfmi(autoregressive(1, 4000, 0.95)), 0.3);
}

TEST(Judge, SaysWhichOfThreeThingsHolds) {
  using State = Verdict::State;
  StoppingRule rule;
  EXPECT_EQ(judge(as_draws(autoregressive(4, 1000, 0.3), 4), rule).state, State::converged);

  const Verdict slow = judge(as_draws(autoregressive(4, 300, 0.9), 4), rule);
  EXPECT_EQ(slow.state, State::go_on);
  ASSERT_EQ(slow.parameters.size(), 1u);
  EXPECT_GT(slow.iterations_needed, 300);
  // What it estimates is what it takes, 400 effective draws of 4 chains at 0.1 / 1.9, within the
  // looseness of so few draws.
  EXPECT_GT(slow.iterations_needed, 1900 / 2.5);
  EXPECT_LT(slow.iterations_needed, 1900 * 2.5);

  rule.most_iterations = 500;
  EXPECT_EQ(judge(as_draws(autoregressive(4, 300, 0.99), 4), rule).state, State::will_not_converge);

  rule = {};
  const Verdict modes = judge(as_draws(autoregressive(4, 500, 0, 3), 4), rule);
  EXPECT_EQ(modes.state, State::will_not_converge);
  ASSERT_EQ(modes.parameters.size(), 1u);
  EXPECT_EQ(modes.parameters[0].trouble, Trouble::modes);

  const Verdict stuck = judge(as_draws(std::vector<double>(2000, 1.0), 4), rule);
  EXPECT_EQ(stuck.state, State::will_not_converge);
  EXPECT_EQ(stuck.parameters.at(0).trouble, Trouble::stuck);

  Draws divergent = as_draws(autoregressive(4, 1000, 0), 4);
  for (std::size_t i = 0; i < 50; ++i) {
    divergent.at(i, 0).divergent = true;
  }
  const Verdict told = judge(divergent, rule);
  EXPECT_EQ(told.state, State::will_not_converge);
  EXPECT_TRUE(told.too_many_divergences);
  EXPECT_EQ(told.divergences, 50u);

  EXPECT_EQ(judge(as_draws(autoregressive(4, 20, 0), 4), rule).state, State::go_on);
}

}  // namespace
}  // namespace shamal::analysis::inference
