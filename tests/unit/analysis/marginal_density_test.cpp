// Densities of priors: the slope of the distribution function, their own slopes, and their bounds.
#include "analysis/marginal_density.h"

#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace shamal::analysis {
namespace {

Marginal made(std::string_view family, std::vector<double> parameters) {
  Marginal marginal;
  marginal.family = find_marginal_family(family);
  marginal.parameters = std::move(parameters);
  EXPECT_EQ(find_problem(marginal), "") << family;
  return marginal;
}

std::vector<Marginal> examples() {
  return {
      made("uniform", {-1, 3}), made("loguniform", {0.01, 100}), made("triangular", {1, 2, 5}),
      made("normal", {10, 2}),  made("lognormal", {3, 4}),       made("beta", {2, 5}),
      made("exponential", {2}), made("gamma", {3, 2}),           made("weibull", {1.5, 2}),
      made("student", {4}),     made("halfnormal", {3}),         made("curve", {0, 0, 1, 2, 4, 1})};
}

// Moved, stretched, turned and cut.
std::vector<Marginal> variants() {
  std::vector<Marginal> all = examples();
  for (Marginal marginal : examples()) {
    const double low = quantile(marginal, 0.2);
    const double high = quantile(marginal, 0.7);
    marginal.shift = 5;
    marginal.stretch = -3;
    marginal.low = 5 - 3 * high;
    marginal.high = 5 - 3 * low;
    all.push_back(marginal);
  }
  return all;
}

TEST(MarginalDensity, EveryContinuousFamilyHasOne) {
  std::size_t with_density = 0;
  for (const MarginalFamily& family : marginal_families()) {
    EXPECT_EQ(family.log_density != nullptr, family.cdf != nullptr && !family.discrete);
    EXPECT_EQ(family.log_density != nullptr, family.support != nullptr);
    with_density += family.log_density != nullptr;
  }
  EXPECT_EQ(with_density, examples().size());
}

TEST(MarginalDensity, IsTheSlopeOfTheDistribution) {
  for (const Marginal& marginal : variants()) {
    const MarginalDensity density(marginal);
    SCOPED_TRACE(std::string(marginal.family->name) + " " + std::to_string(marginal.stretch));
    for (const double p : {0.05, 0.3, 0.52, 0.9}) {
      // 2 h of probability over the length of x that holds it.
      constexpr double h = 1e-6;
      const double x = quantile(marginal, p);
      const double length = std::abs(quantile(marginal, p + h) - quantile(marginal, p - h));
      EXPECT_NEAR(std::exp(density.at(x).value) * length / (2 * h), 1, 1e-5) << p;
      const double step = 1e-5 * (std::abs(x) + 1);
      const double slope = (density.at(x + step).value - density.at(x - step).value) / (2 * step);
      EXPECT_NEAR(density.at(x).slope, slope, 1e-5 * (1 + std::abs(slope))) << p;
    }
  }
}

TEST(MarginalDensity, IsNothingOutsideOfItsSupport) {
  for (const Marginal& marginal : variants()) {
    const MarginalDensity density(marginal);
    for (const double x : {density.support().low, density.support().high}) {
      if (std::isfinite(x)) {
        EXPECT_EQ(density.at(x).value, -INFINITY) << marginal.family->name;
        EXPECT_EQ(density.at(x).slope, 0) << marginal.family->name;
      }
    }
    EXPECT_GT(quantile(marginal, 1e-9), density.support().low) << marginal.family->name;
    EXPECT_LT(quantile(marginal, 1 - 1e-9), density.support().high) << marginal.family->name;
  }
}

TEST(MarginalDensity, IsUniformWhereNothingOfTheFamilyLies) {
  Marginal nowhere = made("normal", {0, 1});
  nowhere.low = 100;
  nowhere.high = 102;
  EXPECT_NEAR(MarginalDensity(nowhere).at(101.5).value, -std::log(2.0), 1e-15);
}

}  // namespace
}  // namespace shamal::analysis
