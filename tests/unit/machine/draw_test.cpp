// Distributions have the moments they are asked for and, where it is easily written down, the
// distribution function. Draws are fixed by seed and place, so these tests cannot flicker.
#include "machine/draw.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include <gtest/gtest.h>

namespace shamal::machine {
namespace {

using model::Distribution;

constexpr std::uint32_t kDraws = 40000;

std::vector<double> draws(Distribution distribution, double a, double b) {
  std::vector<double> made;
  for (std::uint32_t step = 0; step < kDraws; ++step) {
    made.push_back(draw(distribution, {base::random_key(1, 2), 3, step}, a, b));
  }
  return made;
}

struct Moments {
  double mean = 0;
  double deviation = 0;
};

Moments moments(const std::vector<double>& values) {
  Moments m;
  const auto n = static_cast<double>(values.size());
  for (const double v : values) {
    m.mean += v / n;
  }
  for (const double v : values) {
    m.deviation += (v - m.mean) * (v - m.mean) / (n - 1);
  }
  m.deviation = std::sqrt(m.deviation);
  return m;
}

struct Case {
  Distribution distribution;
  double a;
  double b;
  Moments expected;
};

TEST(Draw, HasTheMomentsItIsAskedFor) {
  const std::vector<Case> cases = {
      {Distribution::uniform, -2, 4, {1, 6 / std::sqrt(12.0)}},
      {Distribution::normal, 5, 2, {5, 2}},
      {Distribution::lognormal, 3, 0.5, {3, 0.5}},
      {Distribution::lognormal, 10, 6, {10, 6}},
      {Distribution::exponential, 4, 0, {4, 4}},
      {Distribution::poisson, 0.3, 0, {0.3, std::sqrt(0.3)}},
      {Distribution::poisson, 9.9, 0, {9.9, std::sqrt(9.9)}},
      {Distribution::poisson, 10, 0, {10, std::sqrt(10.0)}},
      {Distribution::poisson, 250, 0, {250, std::sqrt(250.0)}},
      {Distribution::poisson, 1e6, 0, {1e6, 1e3}},
  };
  for (const Case& of : cases) {
    const Moments found = moments(draws(of.distribution, of.a, of.b));
    SCOPED_TRACE(of.a);
    // Five standard errors of the mean; as many per cent of the deviation.
    EXPECT_NEAR(found.mean, of.expected.mean, 5 * of.expected.deviation / std::sqrt(kDraws));
    EXPECT_NEAR(found.deviation, of.expected.deviation, 0.05 * of.expected.deviation);
  }
}

// The largest distance to the distribution function (Kolmogorov); beyond 1.95 / sqrt(n) once in a
// thousand.
void check_distribution(std::vector<double> values, const std::function<double(double)>& cdf) {
  std::sort(values.begin(), values.end());
  double distance = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double f = cdf(values[i]);
    const auto n = static_cast<double>(values.size());
    distance = std::max({distance, std::fabs(f - static_cast<double>(i) / n),
                         std::fabs(f - static_cast<double>(i + 1) / n)});
  }
  EXPECT_LT(distance, 1.95 / std::sqrt(static_cast<double>(values.size())));
}

TEST(Draw, HasTheDistributionFunction) {
  const auto normal_cdf = [](double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); };
  check_distribution(draws(Distribution::uniform, -2, 4), [](double x) { return (x + 2) / 6; });
  check_distribution(draws(Distribution::normal, 5, 2),
                     [&](double x) { return normal_cdf((x - 5) / 2); });
  check_distribution(draws(Distribution::exponential, 4, 0),
                     [](double x) { return 1 - std::exp(-x / 4); });
  const double variance = std::log(1 + 0.25);
  check_distribution(draws(Distribution::lognormal, 2, 1), [&](double x) {
    return normal_cdf((std::log(x / 2) + variance / 2) / std::sqrt(variance));
  });
}

// On both sides of the change of method, against the probabilities themselves.
TEST(Draw, PoissonCountsAreAsFrequentAsTheyShould) {
  for (const double mean : {2.5, 9.99, 10.0, 40.0}) {
    std::vector<double> counts(200, 0.0);
    for (const double k : draws(Distribution::poisson, mean, 0)) {
      ASSERT_EQ(k, std::floor(k));
      ASSERT_TRUE(k >= 0 && k < 200);
      counts[static_cast<std::size_t>(k)] += 1;
    }
    double chi_squared = 0;
    double degrees = -1;
    double probability = std::exp(-mean);
    for (std::size_t k = 0; k < counts.size(); ++k) {
      const double expected = kDraws * probability;
      if (expected >= 10) {
        chi_squared += (counts[k] - expected) * (counts[k] - expected) / expected;
        degrees += 1;
      }
      probability *= mean / static_cast<double>(k + 1);
    }
    EXPECT_LT(chi_squared, degrees + 5 * std::sqrt(2 * degrees)) << mean;
  }
}

TEST(Draw, OfOddParameters) {
  const DrawPlace place{base::random_key(1, 1), 0, 0};
  const double nan = std::nan("");
  for (const auto distribution :
       {Distribution::uniform, Distribution::normal, Distribution::lognormal,
        Distribution::exponential, Distribution::poisson}) {
    EXPECT_TRUE(std::isnan(draw(distribution, place, nan, 1)));
  }
  EXPECT_EQ(draw(Distribution::poisson, place, 0, 0), 0);
  EXPECT_EQ(draw(Distribution::poisson, place, -1, 0), 0);
  EXPECT_TRUE(std::isnan(draw(Distribution::poisson, place, INFINITY, 0)));
  EXPECT_GT(draw(Distribution::poisson, place, 1e300, 0), 0.9e300);
  EXPECT_TRUE(std::isnan(draw(Distribution::lognormal, place, -1, 1)));
  EXPECT_EQ(draw(Distribution::normal, place, 3, 0), 3);
  EXPECT_EQ(draw(Distribution::lognormal, place, 1, 0), 1);
  EXPECT_EQ(draw(Distribution::uniform, place, 3, 3), 3);
}

TEST(Draw, DependsOnEveryPartOfItsPlace) {
  const DrawPlace place{base::random_key(1, 2), 5, 7};
  const double here = draw(Distribution::uniform, place, 0, 1);
  const auto at = [](base::PhiloxKey key, std::uint64_t of, std::uint32_t step) {
    return draw(Distribution::uniform, {key, of, step}, 0, 1);
  };
  EXPECT_EQ(here, at(base::random_key(1, 2), 5, 7));
  EXPECT_NE(here, at(base::random_key(2, 2), 5, 7));
  EXPECT_NE(here, at(base::random_key(1, 3), 5, 7));
  EXPECT_NE(here, at(base::random_key(1, 2), 6, 7));
  EXPECT_NE(here, at(base::random_key(1, 2), 5 + (std::uint64_t{1} << 32), 7));
  EXPECT_NE(here, at(base::random_key(1, 2), 5, 8));
}

}  // namespace
}  // namespace shamal::machine
