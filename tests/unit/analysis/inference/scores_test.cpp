// Scores of forecasts: closed forms, and cases where the answer is known without them.
#include "analysis/inference/scores.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "analysis/inference/random_stream.h"

namespace shamal::analysis::inference {
namespace {

std::vector<double> normal_draws(std::size_t n, double mean, double sd, std::uint64_t stream = 0) {
  RandomStream random(21, stream, 0);
  std::vector<double> draws(n);
  for (double& x : draws) {
    x = mean + sd * random.normal();
  }
  return draws;
}

TEST(Crps, OfFewDrawsByHand) {
  EXPECT_DOUBLE_EQ(crps(std::vector<double>{3}, 5), 2);
  // mean |x - y| = (1 + 3) / 2; mean |x_i - x_j| over four pairs = 2.
  EXPECT_DOUBLE_EQ(crps(std::vector<double>{4, 0}, 1), 2 - 1);
  EXPECT_DOUBLE_EQ(crps(std::vector<double>{1e9 + 4, 1e9}, 1e9 + 1), 1);
}

// Of N(0, 1) at y: y (2 Phi(y) - 1) + 2 phi(y) - 1 / sqrt(pi) [Gneiting2007, eq. 21].
TEST(Crps, OfANormalForecast) {
  const std::vector<double> draws = normal_draws(200000, 0, 1);
  for (const double y : {0.0, 1.2, -3.0}) {
    const double expected = y * std::erf(y * M_SQRT1_2) +
                            2 * std::exp(-y * y / 2) / std::sqrt(2 * M_PI) - 1 / std::sqrt(M_PI);
    EXPECT_NEAR(crps(draws, y), expected, 0.01);
  }
}

TEST(Coverage, CountsWhatIntervalsHold) {
  std::vector<double> draws;
  for (int i = 0; i <= 100; ++i) {
    draws.push_back(i);
  }
  EXPECT_DOUBLE_EQ(quantile_of_draws(draws, 0.255), 25.5);
  Coverage coverage;
  for (const double observed : {50.0, 20.0, 95.0, 99.0, 25.0}) {  // 50 %: 25 … 75, 80 %: 10 … 90
    coverage.add(draws, observed);
  }
  EXPECT_EQ(coverage.forecasts, 5u);
  EXPECT_EQ(coverage.inside_50, 2u);
  EXPECT_EQ(coverage.inside_80, 3u);
  EXPECT_EQ(coverage.inside_95, 4u);
}

// Of good forecasts each interval holds its share.
TEST(Coverage, OfGoodForecastsIsWhatItSays) {
  const std::vector<double> draws = normal_draws(4000, 0, 1);
  Coverage coverage;
  for (const double observed : normal_draws(2000, 0, 1, 1)) {
    coverage.add(draws, observed);
  }
  EXPECT_NEAR(static_cast<double>(coverage.inside_50) / 2000, 0.5, 0.04);
  EXPECT_NEAR(static_cast<double>(coverage.inside_80) / 2000, 0.8, 0.035);
  EXPECT_NEAR(static_cast<double>(coverage.inside_95) / 2000, 0.95, 0.02);
}

double log_normal(double x, double mean, double variance) {
  return -(x - mean) * (x - mean) / (2 * variance) - std::log(2 * M_PI * variance) / 2;
}

// y_i ~ N(m, 1) with a flat prior: without y_i the forecast is N(mean of the others,
// 1 + 1 / (n - 1)).
TEST(LeaveOneOut, IsWhatAFitWithoutTheObservationSays) {
  const std::vector<double> y = normal_draws(20, 2, 1.3, 5);
  const double n = 20;
  double sum = 0;
  for (const double value : y) {
    sum += value;
  }
  const std::vector<double> posterior = normal_draws(20000, sum / n, 1 / std::sqrt(n), 6);
  std::vector<double> log_likelihood;
  double exact = 0;
  for (const double value : y) {
    for (const double m : posterior) {
      log_likelihood.push_back(log_normal(value, m, 1));
    }
    exact += log_normal(value, (sum - value) / (n - 1), 1 + 1 / (n - 1));
  }
  const LeaveOneOut loo = leave_each_out(log_likelihood, y.size());
  EXPECT_NEAR(loo.log_score, exact, 0.06);                // in sample it would be off by 1.7
  EXPECT_NEAR(loo.effective_parameters, 1.3 * 1.3, 0.9);  // times the variance of the data
  EXPECT_EQ(loo.doubtful, 0u);
  EXPECT_GT(loo.standard_error, 0);
}

// An observation far from all others: most of what is known of it comes from itself.
TEST(LeaveOneOut, SaysWhereItCannotBeTrusted) {
  const std::vector<double> posterior = normal_draws(4000, 0, 1);
  std::vector<double> log_likelihood;
  for (const double m : posterior) {
    log_likelihood.push_back(log_normal(9, m, 0.2));
  }
  EXPECT_GT(leave_one_out(log_likelihood).pareto_k, 0.7);
  // Weights u^-k, u uniform, are Pareto of shape k.
  for (const double k : {0.3, 0.6}) {
    RandomStream random(4, 0, 0);
    std::vector<double> powers(20000);
    for (double& x : powers) {
      x = k * std::log(1 - random.uniform());
    }
    EXPECT_NEAR(leave_one_out(powers).pareto_k, k, 0.12);
  }
}

// Observations from 0.3 N(-2, 1) + 0.7 N(2, 1): the best weights of the two are about those.
TEST(Stacking, FindsTheSharesOfAMixture) {
  RandomStream random(8, 0, 0);
  std::vector<double> log_scores;
  for (int i = 0; i < 2000; ++i) {
    const double y = (random.uniform() < 0.3 ? -2 : 2) + random.normal();
    log_scores.push_back(log_normal(y, -2, 1));
    log_scores.push_back(log_normal(y, 2, 1));
    log_scores.push_back(log_normal(y, 30, 1));  // a model that is of no use
  }
  const std::vector<double> w = stacking_weights(log_scores, 3);
  EXPECT_NEAR(w[0] + w[1] + w[2], 1, 1e-12);
  EXPECT_NEAR(w[0], 0.3, 0.04);
  EXPECT_NEAR(w[2], 0, 1e-6);
  // No other weights score better.
  const auto score = [&](double a) {
    double sum = 0;
    for (std::size_t i = 0; i < log_scores.size(); i += 3) {
      sum += std::log(a * std::exp(log_scores[i]) + (1 - a) * std::exp(log_scores[i + 1]));
    }
    return sum;
  };
  EXPECT_GE(score(w[0]), score(w[0] + 0.01));
  EXPECT_GE(score(w[0]), score(w[0] - 0.01));
}

// mu ~ N(0, 1), y ~ N(mu, 1): the posterior is N(y / 2, 1 / sqrt 2). Draws of that are calibrated,
// draws of a narrower or a moved one are not.
TEST(Calibration, TellsAGoodFitFromABadOne) {
  const auto p_of = [](double sd, double shift) {
    std::vector<std::size_t> ranks;
    for (std::uint64_t i = 0; i < 1000; ++i) {
      RandomStream random(33, i, 0);
      const double mu = random.normal();
      const double y = mu + random.normal();
      std::vector<double> draws(99);
      for (double& x : draws) {
        x = y / 2 + shift + sd * random.normal();
      }
      ranks.push_back(calibration_rank(draws, mu));
    }
    const Uniformity uniformity = test_uniformity(ranks, 99);
    EXPECT_EQ(uniformity.counts.size(), 20u);
    return uniformity.p;
  };
  EXPECT_GT(p_of(M_SQRT1_2, 0), 0.01);
  EXPECT_LT(p_of(0.8 * M_SQRT1_2, 0), 1e-6);
  EXPECT_LT(p_of(M_SQRT1_2, 0.2), 1e-6);
}

TEST(Calibration, BinsThatDoNotDivideTheRanksAreFair) {
  std::vector<std::size_t> ranks;
  for (std::size_t i = 0; i < 100; ++i) {
    ranks.push_back(i % 10);
  }
  const Uniformity uniformity = test_uniformity(ranks, 9, 3);  // 10 ranks: 4, 3 and 3
  EXPECT_EQ(uniformity.counts, (std::vector<std::size_t>{40, 30, 30}));
  EXPECT_NEAR(uniformity.chi_squared, 0, 1e-12);
  EXPECT_NEAR(uniformity.p, 1, 1e-12);
}

}  // namespace
}  // namespace shamal::analysis::inference
