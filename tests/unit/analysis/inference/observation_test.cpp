// Densities of observations: slopes against differences, total probability, agreement with the
// quantile function, known values, and the far tails.
#include "analysis/inference/observation.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "analysis/inference/normal_tail.h"

namespace shamal::analysis::inference {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Case {
  const char* family;
  Observed observed;
  double prediction;
  double scale;
};

const std::vector<Case> kCases = {
    {"gaussian", {3, 0, 0}, 2.2, 0.7},          {"gaussian", {-300, 0, 0}, 20, 4},
    {"log gaussian", {3, 0, 0}, 5.5, 0.3},      {"student", {3, 0, 4}, 2.2, 0.7},
    {"student", {30, 0, 1.5}, 2.2, 0.7},        {"log student", {3, 0, 4}, 5.5, 0.3},
    {"log student", {90, 0, 2}, 5.5, 0.3},      {"poisson", {0, 0, 0}, 2.5, 1},
    {"poisson", {17, 0, 0}, 12.5, 1},           {"negative binomial", {0, 0, 0}, 2.5, 0.6},
    {"negative binomial", {17, 0, 0}, 12.5, 3}, {"negative binomial", {1700, 0, 0}, 1250, 4e5},
    {"interval", {1, 2, 0}, 1.7, 0.5},          {"interval", {1, 2, 0}, -30, 0.5},
    {"interval", {1, 2, 0}, 60, 0.5},           {"interval", {1, 1.0001, 0}, 1.4, 0.5},
    {"interval", {1, kInfinity, 0}, -4, 0.5},   {"interval", {-kInfinity, 1, 0}, 4, 0.5},
    {"log interval", {10, 20, 0}, 30, 0.4},     {"log interval", {0, 20, 0}, 30, 0.4},
    {"share", {0.2, 0, 0}, 0.35, 12},           {"share", {0.999, 0, 0}, 0.1, 3},
};

TEST(Observation, SlopesAreThoseOfDifferences) {
  for (const Case& c : kCases) {
    const ObservationFamily& family = *find_observation_family(c.family);
    SCOPED_TRACE(std::string(c.family) + " " + std::to_string(c.observed.low));
    const ObservationDensity at = family.log_density(c.observed, c.prediction, c.scale);
    ASSERT_TRUE(std::isfinite(at.value));
    const auto slope = [&](double h, bool by_scale) {
      const double up = family
                            .log_density(c.observed, c.prediction + (by_scale ? 0 : h),
                                         c.scale + (by_scale ? h : 0))
                            .value;
      const double down = family
                              .log_density(c.observed, c.prediction - (by_scale ? 0 : h),
                                           c.scale - (by_scale ? h : 0))
                              .value;
      return (up - down) / (2 * h);
    };
    const double by_prediction = slope(1e-5 * std::abs(c.prediction), false);
    const double by_scale = slope(1e-5 * c.scale, true);
    EXPECT_NEAR(at.by_prediction, by_prediction, 1e-6 * (1 + std::abs(by_prediction)));
    EXPECT_NEAR(at.by_scale, by_scale, 1e-6 * (1 + std::abs(by_scale)));
  }
}

TEST(Observation, EveryFamilyHasACase) {
  for (const ObservationFamily& family : observation_families()) {
    EXPECT_TRUE(std::any_of(kCases.begin(), kCases.end(), [&](const Case& c) {
      return c.family == family.name;
    })) << family.name;
  }
}

// The density up to the quantile of p holds the mass p: rules on density and quantile together.
TEST(Observation, TheMassUpToAQuantileIsItsProbability) {
  constexpr double kMean = 0.4;
  constexpr double kScale = 2.5;
  for (const ObservationFamily& family : observation_families()) {
    if (family.interval) {
      continue;
    }
    SCOPED_TRACE(family.name);
    const double shape = 5;
    const auto density = [&](double y) {
      return std::exp(family.log_density({y, 0, shape}, kMean, kScale).value);
    };
    for (const double p : {0.1, 0.5, 0.9}) {
      const double end = family.quantile(p, kMean, kScale, shape);
      double mass = 0;
      if (family.whole) {
        for (double k = 0; k <= end; ++k) {
          mass += density(k);
        }
        EXPECT_GE(mass, p);
        EXPECT_LT(mass - density(end), p);
        continue;
      }
      // Between two quantiles, so that no tail or pole is summed.
      const double start = family.quantile(p / 2, kMean, kScale, shape);
      const double step = (end - start) / 20000;
      for (int i = 0; i < 20000; ++i) {
        mass += step * density(start + (i + 0.5) * step);
      }
      EXPECT_NEAR(mass, p / 2, 1e-6);
    }
  }
}

TEST(Observation, IntervalsOfATableShareOutTheWhole) {
  const ObservationFamily& interval = *find_observation_family("interval");
  double sum = 0;
  const std::vector<double> ends = {-kInfinity, -3, -0.2, 0, 0.001, 1, 7, kInfinity};
  for (std::size_t i = 0; i + 1 < ends.size(); ++i) {
    sum += std::exp(interval.log_density({ends[i], ends[i + 1], 0}, 0.3, 1.2).value);
  }
  EXPECT_NEAR(sum, 1, 1e-14);
}

TEST(Observation, KnownValues) {
  // Poisson(2.5) at 3: 2.5^3 exp(-2.5) / 6.
  EXPECT_NEAR(find_observation_family("poisson")->log_density({3, 0, 0}, 2.5, 0).value,
              std::log(2.5 * 2.5 * 2.5 / 6) - 2.5, 1e-14);
  // Size 1 is geometric: (1 - q) q^k with q = m / (1 + m).
  EXPECT_NEAR(find_observation_family("negative binomial")->log_density({4, 0, 0}, 3, 1).value,
              std::log(0.25) + 4 * std::log(0.75), 1e-13);
  // A huge size is Poisson.
  EXPECT_NEAR(find_observation_family("negative binomial")->log_density({4, 0, 0}, 3, 1e9).value,
              find_observation_family("poisson")->log_density({4, 0, 0}, 3, 0).value, 1e-7);
  // Beta(2, 3) at 0.2: 12 * 0.2 * 0.64.
  EXPECT_NEAR(find_observation_family("share")->log_density({0.2, 0, 0}, 0.4, 5).value,
              std::log(12 * 0.2 * 0.64), 1e-13);
  // One degree of freedom is Cauchy.
  EXPECT_NEAR(find_observation_family("student")->log_density({2, 0, 1}, 0, 1).value,
              -std::log(M_PI * 5), 1e-14);
}

TEST(Observation, WhatCannotBeIsImpossible) {
  const auto value = [](const char* family, Observed y, double m, double s) {
    return find_observation_family(family)->log_density(y, m, s).value;
  };
  EXPECT_EQ(value("gaussian", {1, 0, 0}, 1, -1), -kInfinity);
  EXPECT_EQ(value("log gaussian", {1, 0, 0}, -1, 1), -kInfinity);
  EXPECT_EQ(value("poisson", {1, 0, 0}, 0, 1), -kInfinity);
  EXPECT_EQ(value("poisson", {0, 0, 0}, 0, 1), 0);
  EXPECT_EQ(value("negative binomial", {1, 0, 0}, -2, 1), -kInfinity);
  EXPECT_EQ(value("share", {0.5, 0, 0}, 1.5, 1), -kInfinity);
  EXPECT_EQ(value("log interval", {1, 2, 0}, 0, 1), -kInfinity);
}

// Against values computed with 50 digits (mpmath 1.3: log(ncdf(z))).
TEST(NormalTail, IsExactFarOut) {
  EXPECT_NEAR(log_normal_cdf(-5), -15.064998393988725, 1e-13);
  EXPECT_NEAR(log_normal_cdf(-29.9), -451.32291245852863, 1e-10);
  EXPECT_NEAR(log_normal_cdf(-40), -804.60844201375379, 1e-10);
  EXPECT_NEAR(log_normal_cdf(6) / -9.8658764552437573e-10, 1, 1e-10);
  EXPECT_NEAR(normal_cdf_log_slope(-40), 40.024968847207263, 1e-9);
  // One unit far out, and a sliver.
  EXPECT_NEAR(log_normal_between(38, 39).value, log_normal_cdf(-38), 1e-9);
  EXPECT_NEAR(log_normal_between(-1.0000005, -0.9999995).value, -0.5 - kLogSqrt2Pi + std::log(1e-6),
              1e-9);
}

// The branches of the difference meet.
TEST(NormalTail, BranchesAgreeWhereTheyMeet) {
  for (const double middle : {-6.0, -0.3, 0.0, 2.5}) {
    const double width = 3e-3 / std::fmax(1, std::abs(middle));
    const NormalBetween narrow =
        log_normal_between(middle - 0.4999 * width, middle + 0.4999 * width);
    const NormalBetween wide = log_normal_between(middle - 0.5001 * width, middle + 0.5001 * width);
    EXPECT_NEAR(wide.value - narrow.value, std::log(0.5001 / 0.4999), 1e-9) << middle;
    EXPECT_NEAR(wide.slope_a * width, narrow.slope_a * width, 1e-3) << middle;
    EXPECT_NEAR(wide.slope_b * width, narrow.slope_b * width, 1e-3) << middle;
  }
}

TEST(EventBetween, HasASlopeTowardsTheCrossing) {
  constexpr double h = 1e-6;
  struct Levels {
    double before, after;
  };
  for (const auto& [before, after] : {Levels{0.2, 1.4}, Levels{-30, -20}, Levels{1.5, 1.6}}) {
    const auto at = [&](double b, double a, double s) {
      return log_event_between(b, a, 1, s).value;
    };
    const EventDensity event = log_event_between(before, after, 1, 0.8);
    const auto close = [](double a, double b) { EXPECT_NEAR(a, b, 1e-6 * (1 + std::abs(b))); };
    close(event.by_before, (at(before + h, after, 0.8) - at(before - h, after, 0.8)) / (2 * h));
    close(event.by_after, (at(before, after + h, 0.8) - at(before, after - h, 0.8)) / (2 * h));
    close(event.by_scale, (at(before, after, 0.8 + h) - at(before, after, 0.8 - h)) / (2 * h));
    EXPECT_GE(event.by_after, 0);
    EXPECT_LE(event.by_before, 0);
  }
  EXPECT_GT(log_event_between(-30, -20, 1, 0.8).by_after, 1);
}

}  // namespace
}  // namespace shamal::analysis::inference
