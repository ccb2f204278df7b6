#include "analysis/unit_prior.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "analysis/marginal.h"

namespace shamal::analysis {
namespace {

using Family = Distribution::Family;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Case {
  const char* name;
  Distribution of;
};

Distribution make(Family family, double low, double high) {
  Distribution made;
  made.family = family;
  made.low = low;
  made.high = high;
  return made;
}

std::vector<Case> cases() {
  std::vector<Case> all;
  all.push_back({"uniform", make(Family::uniform, -2, 3)});
  all.push_back({"loguniform", make(Family::loguniform, 0.01, 30)});
  Distribution triangular = make(Family::triangular, 0.7, 1.05);
  triangular.mode = 1;
  all.push_back({"triangular", triangular});
  Distribution normal = make(Family::normal, -kInfinity, kInfinity);
  normal.mean = 2;
  normal.sd = 3;
  all.push_back({"normal", normal});
  normal.low = 1;
  normal.high = 4;
  all.push_back({"cut normal", normal});
  Distribution lognormal = make(Family::lognormal, 0, kInfinity);
  lognormal.median = 0.1;
  lognormal.factor = 2;
  all.push_back({"lognormal", lognormal});
  lognormal.high = 0.15;
  all.push_back({"cut lognormal", lognormal});
  Distribution beta = make(Family::beta, 1, 3);
  beta.mean = 1.5;
  beta.sd = 0.3;
  all.push_back({"beta", beta});
  return all;
}

TEST(UnitPrior, AgreesWithTheQuantileFunction) {
  for (const Case& it : cases()) {
    const UnitPrior prior(it.of);
    const Marginal marginal = marginal_of(it.of);
    for (const double z : {-4.0, -1.7, -0.3, 0.0, 0.6, 1.9, 4.0}) {
      const double expected = quantile(marginal, normal_probability(z));
      EXPECT_NEAR(prior.at(z).value, expected, 1e-9 * std::fabs(expected)) << it.name << " " << z;
    }
  }
}

TEST(UnitPrior, SlopeIsTheDerivative) {
  for (const Case& it : cases()) {
    const UnitPrior prior(it.of);
    for (const double z : {-5.0, -1.7, -0.3, 0.1, 0.6, 1.9, 5.0}) {
      constexpr double kStep = 1e-5;
      const double difference =
          (prior.at(z + kStep).value - prior.at(z - kStep).value) / (2 * kStep);
      EXPECT_NEAR(prior.at(z).slope, difference, 1e-6 * std::fabs(difference) + 1e-10)
          << it.name << " " << z;
    }
  }
}

TEST(UnitPrior, IsInverted) {
  for (const Case& it : cases()) {
    const UnitPrior prior(it.of);
    for (const double z : {-3.0, -0.4, 0.0, 0.9, 3.0}) {
      EXPECT_NEAR(prior.find(prior.at(z).value), z, 1e-7) << it.name;
    }
  }
}

TEST(UnitPrior, StaysWithinBoundsFarOut) {
  for (const Case& it : cases()) {
    const UnitPrior prior(it.of);
    for (const double z : {-30.0, -12.0, 12.0, 30.0}) {
      const UnitValue at = prior.at(z);
      EXPECT_GE(at.value, it.of.low) << it.name << " " << z;
      EXPECT_LE(at.value, it.of.high) << it.name << " " << z;
      EXPECT_TRUE(std::isfinite(at.slope)) << it.name << " " << z;
    }
  }
}

TEST(UnitPrior, RefusesAChoice) {
  Distribution choice = make(Family::choice, 0, 1);
  choice.values = {1, 2};
  choice.weights = {1, 1};
  EXPECT_TRUE(UnitPrior::problem(choice).has_value());
}

}  // namespace
}  // namespace shamal::analysis
