// Samplers against posteriors with known moments, within Monte Carlo error, with fixed seeds.
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "analysis/inference/observation.h"
#include "methods/inference/posteriors.h"

namespace shamal::testing {
namespace {

using inference::Draws;
using inference::LogDensity;
using inference::SamplerRow;

// Enough for each to know a Gaussian well: those without gradients need more.
Plan plan_for(const SamplerRow& row) {
  Plan plan;
  if (row.name == "chees") {
    plan.chains = 32;
    plan.warmup = 300;
    plan.iterations = 200;
  } else if (!row.needs_gradient) {
    plan.chains = 16;
    plan.warmup = 2000;
    plan.iterations = 6000;
  }
  return plan;
}

TEST(Samplers, KnowACorrelatedGaussian) {
  const std::vector<double> scale = {0.01, 1, 100, 3, 0.5};
  const LogDensity density = correlated_gaussian(scale);
  for (const SamplerRow& row : inference::samplers()) {
    const Draws draws = sample(row.name, density, plan_for(row));
    for (std::size_t j = 0; j < scale.size(); ++j) {
      expect_moments(draws, j, 0, scale[j], 0.05, std::string(row.name));
    }
    expect_mean(
        draws, [&](Point x) { return x[1] / scale[1] * x[2] / scale[2]; }, 0.9, 0.1,
        std::string(row.name) + ": correlation");
  }
}

TEST(Samplers, FollowABanana) {
  const double sd = std::sqrt(1 + 2e4 * kBananaBend * kBananaBend);
  for (const SamplerRow& row : inference::samplers()) {
    Plan plan = plan_for(row);
    plan.iterations *= row.name == "chees" ? 6 : 2;  // its long steps miss the narrow ends
    plan.target_acceptance = row.needs_gradient ? 0.9 : 0;
    const Draws draws = sample(row.name, banana(), plan);
    expect_moments(draws, 0, 0, 10, 0.1, std::string(row.name));
    expect_moments(draws, 1, 0, sd, 0.15, std::string(row.name));
  }
}

// The funnel in the coordinates that suit it: v = 3 a, x = exp(v / 2) b with a, b ~ N(0, 1).
TEST(Samplers, KnowTheFunnelWhenItIsUncentred) {
  for (const char* name : {"nuts", "chees"}) {
    const Draws draws =
        sample(name, wide_gaussian(10, 1), plan_for(*inference::find_sampler(name)));
    expect_mean(
        draws, [](Point x) { return 3 * x[0] < -3; }, 0.15865525393145707, 0.02, name);
    // P(|x| < 1) is the mean of erf(exp(-v / 2) / sqrt 2) over v ~ N(0, 3).
    double expected = 0;
    for (double a = -8; a < 8; a += 0.001) {
      expected += 0.001 * std::exp(-a * a / 2) / std::sqrt(2 * M_PI) *
                  std::erf(std::exp(-1.5 * a) * M_SQRT1_2);
    }
    expect_mean(
        draws, [](Point x) { return std::abs(std::exp(1.5 * x[0]) * x[1]) < 1; }, expected, 0.02,
        name);
  }
}

// Nobody knows the centred funnel with one step size; what counts is that it is said.
TEST(Samplers, SayThatTheCentredFunnelIsNotKnown) {
  for (const char* name : {"nuts", "chees"}) {
    const Draws draws = sample(name, funnel(10), plan_for(*inference::find_sampler(name)));
    inference::StoppingRule rule;
    rule.most_iterations = draws.iterations();
    const inference::Verdict verdict = inference::judge(draws, rule);
    EXPECT_EQ(verdict.state, inference::Verdict::State::will_not_converge) << name;
    EXPECT_TRUE(verdict.too_many_divergences || !verdict.low_energy_chains.empty() ||
                !verdict.parameters.empty());
  }
}

TEST(Samplers, DifferentialEvolutionJumpsBetweenModes) {
  Plan plan;
  plan.chains = 16;
  plan.spread = 4;
  plan.warmup = 1000;
  plan.iterations = 8000;
  const Draws draws = sample("demcz", two_modes(2, 4, 0.3), plan);
  expect_mean(
      draws, [](Point x) { return x[0] > 0; }, 0.3, 0.03, "weight of the mode");
}

// Chains that sit in two modes are told from chains that have not arrived yet.
TEST(Samplers, SayThatModesAreSeparate) {
  Plan plan;
  plan.spread = 8;
  const Draws draws = sample("nuts", two_modes(2, 8, 0.5), plan);
  const inference::Verdict verdict = inference::judge(draws, {});
  EXPECT_EQ(verdict.state, inference::Verdict::State::will_not_converge);
  ASSERT_EQ(verdict.parameters.size(), 2u);
  EXPECT_EQ(verdict.parameters[0].trouble, inference::Trouble::modes);
}

// ---- eight schools [Rubin1981], non-centred: mu ~ N(0, 5), tau ~ half-Cauchy(5),
// theta_j = mu + tau z_j, z_j ~ N(0, 1), y_j ~ N(theta_j, sigma_j)

constexpr double kSchools[8] = {28, 8, -3, 7, -1, 1, 18, 12};
constexpr double kErrors[8] = {15, 10, 16, 11, 9, 11, 10, 18};

LogDensity eight_schools() {
  return make_density(10, [](Point x, Gradient g) {
    const double mu = x[0];
    const double tau = std::exp(x[1]);
    const double ratio = tau * tau / 25;
    double value = -mu * mu / 50 - std::log1p(ratio) + x[1];
    double by_mu = -mu / 25;
    double by_log_tau = -2 * ratio / (1 + ratio) + 1;
    const auto& gaussian = *inference::find_observation_family("gaussian");
    for (std::size_t j = 0; j < 8; ++j) {
      const double z = x[2 + j];
      const auto at = gaussian.log_density({kSchools[j], 0, 0}, mu + tau * z, kErrors[j]);
      value += at.value - z * z / 2;
      by_mu += at.by_prediction;
      by_log_tau += at.by_prediction * tau * z;
      if (!g.empty()) {
        g[2 + j] = at.by_prediction * tau - z;
      }
    }
    if (!g.empty()) {
      g[0] = by_mu;
      g[1] = by_log_tau;
    }
    return value;
  });
}

// Posterior means of mu, tau and theta_1 by quadrature: given tau everything else is Gaussian.
struct SchoolMeans {
  double mu = 0;
  double tau = 0;
  double first = 0;
};
SchoolMeans school_means() {
  SchoolMeans sum;
  double whole = 0;
  for (double log_tau = -12; log_tau < 7; log_tau += 0.002) {
    const double tau = std::exp(log_tau);
    double precision = 1.0 / 25;
    double weighted = 0;
    double squares = 0;
    double log_scale = 0;
    for (std::size_t j = 0; j < 8; ++j) {
      const double variance = kErrors[j] * kErrors[j] + tau * tau;
      precision += 1 / variance;
      weighted += kSchools[j] / variance;
      squares += kSchools[j] * kSchools[j] / variance;
      log_scale += std::log(variance) / 2;
    }
    const double mu = weighted / precision;
    const double weight = std::exp(log_tau - std::log1p(tau * tau / 25) - log_scale -
                                   std::log(precision) / 2 - (squares - weighted * mu) / 2);
    const double pull = tau * tau / (tau * tau + kErrors[0] * kErrors[0]);
    whole += weight;
    sum.mu += weight * mu;
    sum.tau += weight * tau;
    sum.first += weight * (mu + pull * (kSchools[0] - mu));
  }
  return {sum.mu / whole, sum.tau / whole, sum.first / whole};
}

TEST(Samplers, KnowEightSchools) {
  const SchoolMeans exact = school_means();
  // The published reference posterior, within four of its own standard errors [posteriordb].
  EXPECT_NEAR(exact.mu, 4.41051833695493, 4 * 0.0330374705950917);
  EXPECT_NEAR(exact.tau, 3.60205952364059, 4 * 0.0318615135640706);
  EXPECT_NEAR(exact.first, 6.15050229334425, 4 * 0.0557375282295219);
  for (const SamplerRow& row : inference::samplers()) {
    Plan plan = plan_for(row);
    plan.target_acceptance = row.needs_gradient ? 0.9 : 0;
    plan.iterations *= 2;
    const Draws draws = sample(row.name, eight_schools(), plan);
    const std::string name(row.name);
    expect_mean(
        draws, [](Point x) { return x[0]; }, exact.mu, 0.2, name + ": mu");
    expect_mean(
        draws, [](Point x) { return std::exp(x[1]); }, exact.tau, 0.3, name + ": tau");
    expect_mean(
        draws, [](Point x) { return x[0] + std::exp(x[1]) * x[2]; }, exact.first, 0.3,
        name + ": theta 1");
  }
}

// ---- dx/dt = -k x with x(0) = exp(a): log x(t) = a - k t, so that log-Gaussian observations and
// Gaussian priors on a and k give a Gaussian posterior in closed form.

TEST(Samplers, KnowADecayWithItsClosedForm) {
  const std::vector<double> times = {0.5, 1, 2, 3, 5, 8};
  const std::vector<double> seen = {8.1, 7.2, 5.9, 4.1, 2.6, 1.05};
  constexpr double kError = 0.1;
  const LogDensity density = make_density(2, [&](Point x, Gradient g) {
    const auto& family = *inference::find_observation_family("log gaussian");
    double value = -x[0] * x[0] / 8 - x[1] * x[1] / 2;
    double by_a = -x[0] / 4;
    double by_k = -x[1];
    for (std::size_t i = 0; i < times.size(); ++i) {
      const double level = std::exp(x[0] - x[1] * times[i]);
      const auto at = family.log_density({seen[i], 0, 0}, level, kError);
      value += at.value;
      by_a += at.by_prediction * level;
      by_k -= at.by_prediction * level * times[i];
    }
    if (!g.empty()) {
      g[0] = by_a;
      g[1] = by_k;
    }
    return value;
  });
  double aa = 0.25, ak = 0, kk = 1, a = 0, k = 0;  // precision matrix and right-hand side
  for (std::size_t i = 0; i < times.size(); ++i) {
    const double w = 1 / (kError * kError);
    aa += w;
    ak -= w * times[i];
    kk += w * times[i] * times[i];
    a += w * std::log(seen[i]);
    k -= w * times[i] * std::log(seen[i]);
  }
  const double det = aa * kk - ak * ak;
  for (const SamplerRow& row : inference::samplers()) {
    Plan plan = plan_for(row);
    plan.spread = 0.5;
    const Draws draws = sample(row.name, density, plan);
    expect_moments(draws, 0, (kk * a - ak * k) / det, std::sqrt(kk / det), 0.05,
                   std::string(row.name));
    expect_moments(draws, 1, (aa * k - ak * a) / det, std::sqrt(aa / det), 0.05,
                   std::string(row.name));
  }
}

// ---- what all of them promise

TEST(Samplers, GoOnFromACheckpointAsIfNothingHadBeen) {
  const LogDensity density = correlated_gaussian({1, 2, 0.5});
  for (const SamplerRow& row : inference::samplers()) {
    inference::SamplerOptions options;
    options.seed = 0x123456789abcdefull;
    options.warmup = 100;
    const std::vector<double> points = scattered(30, 3, 1);
    auto whole = row.start(options, points, 8, 3);
    Draws all;
    whole->advance(density, 160, all);
    ASSERT_EQ(all.iterations(), 60u) << row.name;
    // In pieces that end within the warm-up, at the end of a window, and behind it.
    auto piece = row.start(options, points, 8, 3);
    Draws pieces;
    for (const std::size_t more : {1, 14, 25, 50, 11, 59}) {
      piece->advance(density, more, pieces);
      const inference::Checkpoint saved = piece->checkpoint();
      piece = row.resume(saved);
      ASSERT_NE(piece, nullptr) << row.name;
      EXPECT_EQ(piece->checkpoint(), saved) << row.name;
    }
    EXPECT_EQ(pieces.points, all.points) << row.name;
    inference::Checkpoint broken = piece->checkpoint();
    broken.numbers.erase("options.seed");
    EXPECT_EQ(row.resume(broken), nullptr) << row.name;
  }
}

TEST(Samplers, DoNotDependOnHowThePointsAreBatched) {
  const LogDensity density = correlated_gaussian({1, 2, 0.5});
  LogDensity backwards = density;
  backwards.evaluate = [&](std::span<const double> points, std::span<double> values,
                           std::span<double> gradients) {
    for (std::size_t i = values.size(); i-- > 0;) {
      density.evaluate(points.subspan(3 * i, 3), values.subspan(i, 1),
                       gradients.empty() ? gradients : gradients.subspan(3 * i, 3));
    }
  };
  Plan plan;
  plan.warmup = 60;
  plan.iterations = 40;
  for (const SamplerRow& row : inference::samplers()) {
    EXPECT_EQ(sample(row.name, density, plan).points, sample(row.name, backwards, plan).points)
        << row.name;
    Plan other = plan;
    other.seed = 8;
    EXPECT_NE(sample(row.name, density, plan).points, sample(row.name, density, other).points);
  }
}

// A half-space where the model fails: nobody enters, and the rest is known.
TEST(Samplers, KeepOutOfWhereTheModelFails) {
  const LogDensity density = make_density(2, [](Point x, Gradient g) {
    if (!g.empty()) {
      g[0] = x[0] < 0 ? NAN : -x[0];
      g[1] = -x[1];
    }
    return x[0] < 0 ? NAN : -(x[0] * x[0] + x[1] * x[1]) / 2;
  });
  for (const SamplerRow& row : inference::samplers()) {
    Plan plan = plan_for(row);
    const std::size_t wanted = row.needs_gradient ? plan.chains : plan.chains + 20;
    const auto found = inference::find_start_points(density, scattered(200, 2, 1), wanted, 16);
    ASSERT_EQ(found.found, wanted);
    EXPECT_GT(found.tried, found.found);
    inference::SamplerOptions options;
    options.warmup = plan.warmup;
    auto sampler = row.start(options, found.points, plan.chains, 2);
    Draws draws;
    sampler->advance(density, plan.warmup + 4 * plan.iterations, draws);
    expect_mean(
        draws, [](Point x) { return x[0]; }, std::sqrt(2 / M_PI), 0.04, std::string(row.name));
    expect_moments(draws, 1, 0, 1, 0.05, std::string(row.name));
    // A cliff is no divergence, but it is counted.
    const inference::Verdict verdict = inference::judge(draws, {});
    EXPECT_EQ(verdict.divergences, 0u) << row.name;
    EXPECT_EQ(verdict.impossible > 0, row.needs_gradient) << row.name;
  }
}

// What is strongly correlated costs ChEES no more than what is not: it learns the covariance of all
// chains. Per evaluation of the density it knows 30 such numbers much better than Metropolis.
TEST(Samplers, ManyChainsLearnCorrelations) {
  const LogDensity density = correlated_gaussian(std::vector<double>(30, 1.0));
  const auto worth = [&](const char* sampler, std::size_t warmup, std::size_t iterations) {
    Plan plan;
    plan.chains = 32;
    plan.warmup = warmup;
    plan.iterations = iterations;
    const Draws draws = sample(sampler, density, plan);
    double evaluations = 0;
    for (const inference::DrawStatistics& statistics : draws.statistics) {
      evaluations += statistics.evaluations;
    }
    double least = HUGE_VAL;
    for (std::size_t j = 0; j < draws.dimensions; ++j) {
      const std::vector<double> series = draws.series(j);
      least = std::min(least, inference::ess_bulk(series, draws.chains));
    }
    return least / evaluations;
  };
  const double chees = worth("chees", 300, 100);
  EXPECT_GT(chees, 1.0 / 20);  // an effective draw of the slowest in 20 gradients
  EXPECT_GT(chees, 8 * worth("metropolis", 2000, 2000));
}

}  // namespace
}  // namespace shamal::testing
