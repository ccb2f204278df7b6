// Quantile functions: each is the inverse of its distribution function, and known values.
#include "analysis/marginal.h"

#include <cmath>

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

// One of each row of the table.
std::vector<Marginal> examples() {
  return {made("uniform", {-1, 3}),      made("loguniform", {0.01, 100}),
          made("triangular", {1, 2, 5}), made("normal", {10, 2}),
          made("lognormal", {3, 4}),     made("beta", {2, 5}),
          made("exponential", {2}),      made("gamma", {3, 2}),
          made("weibull", {1.5, 2}),     made("student", {4}),
          made("halfnormal", {3}),       made("poisson", {7}),
          made("binomial", {0.3, 20}),   made("negative binomial", {0.4, 5}),
          made("choice", {1, 1, 2, 3}),  made("curve", {0, 0, 1, 2, 4, 1})};
}

TEST(Marginal, EveryFamilyHasAnExample) {
  const std::vector<Marginal> all = examples();
  ASSERT_EQ(all.size(), marginal_families().size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].family, &marginal_families()[i]);
  }
}

TEST(Marginal, TheQuantileIsTheInverseOfTheDistribution) {
  for (const Marginal& marginal : examples()) {
    if (marginal.family->cdf == nullptr) {
      continue;
    }
    for (const double p : {0.001, 0.05, 0.3, 0.5, 0.77, 0.999}) {
      const double x = quantile(marginal, p);
      if (marginal.family->discrete) {
        EXPECT_EQ(x, std::floor(x)) << marginal.family->name;
        EXPECT_GE(marginal.family->cdf(marginal.parameters, x), p) << marginal.family->name;
        EXPECT_LT(marginal.family->cdf(marginal.parameters, x - 1), p) << marginal.family->name;
      } else {
        EXPECT_NEAR(marginal.family->cdf(marginal.parameters, x), p, 1e-12)
            << marginal.family->name;
      }
    }
  }
}

TEST(Marginal, KnownValues) {
  EXPECT_NEAR(quantile(made("normal", {0, 1}), 0.975), 1.959963984540054, 1e-14);
  EXPECT_NEAR(quantile(made("lognormal", {3, 4}), 0.95), 12, 1e-13);
  EXPECT_NEAR(quantile(made("lognormal", {3, 4}), 0.05), 0.75, 1e-14);
  EXPECT_NEAR(quantile(made("student", {4}), 0.975), 2.7764451051977987, 1e-12);
  EXPECT_NEAR(quantile(made("gamma", {1, 2}), 0.5), 2 * std::log(2.0), 1e-14);
  EXPECT_NEAR(quantile(made("weibull", {1, 2}), 0.5), 2 * std::log(2.0), 1e-14);
  EXPECT_EQ(quantile(made("choice", {1, 1, 2, 3}), 0.2), 1);
  EXPECT_EQ(quantile(made("choice", {1, 1, 2, 3}), 0.3), 2);
  // The negative binomial counts trials: at least n of them.
  EXPECT_EQ(quantile(made("negative binomial", {0.4, 5}), 1e-9), 5);
}

TEST(Marginal, BoundsCutAndDoNotPileUp) {
  Marginal cut = made("normal", {0, 1});
  cut.low = 0;
  cut.high = 2;
  EXPECT_NEAR(quantile(cut, 1e-12), 0, 1e-9);
  EXPECT_LE(quantile(cut, 1 - 1e-12), 2);
  EXPECT_NEAR(quantile(cut, 0.5), 0.63911191, 1e-8);  // of (Phi(0) + Phi(2)) / 2
  Marginal turned = made("exponential", {1});
  turned.shift = 10;
  turned.stretch = -2;
  turned.low = 5;
  turned.high = 10;
  for (const double p : {0.01, 0.5, 0.99}) {
    EXPECT_GT(quantile(turned, p), 5);
    EXPECT_LT(quantile(turned, p), 10);
  }
  Marginal nowhere = made("normal", {0, 1});
  nowhere.low = 100;
  nowhere.high = 102;
  EXPECT_EQ(quantile(nowhere, 0.25), 100.5);  // uniform there
  Marginal counts = made("poisson", {7});
  counts.low = 3;
  counts.high = 5;
  EXPECT_EQ(quantile(counts, 1e-9), 3);
  EXPECT_EQ(quantile(counts, 1 - 1e-9), 5);
}

TEST(Marginal, ProblemsAreNamed) {
  const auto problem = [](std::string_view family, std::vector<double> parameters) {
    Marginal marginal;
    marginal.family = find_marginal_family(family);
    marginal.parameters = std::move(parameters);
    return find_problem(marginal);
  };
  EXPECT_EQ(problem("uniform", {2, 1}), "low is not below high");
  EXPECT_EQ(problem("uniform", {2}), "it takes low, high");
  EXPECT_EQ(problem("loguniform", {0, 1}), "low is not positive");
  EXPECT_EQ(problem("normal", {0, 0}), "its spread is not positive");
  EXPECT_EQ(problem("lognormal", {1, 1}), "median is not positive, or factor not above 1");
  EXPECT_EQ(problem("normal", {NAN, 1}), "its parameters are not finite numbers");
  EXPECT_EQ(problem("choice", {}), "it needs values with weights, not all of them zero");
  EXPECT_EQ(problem("curve", {0, 1, 0, 1}), "its points do not ascend, or a density is negative");
}

TEST(Marginal, APriorOfAStudyHasItsMoments) {
  Distribution prior;
  prior.family = Distribution::Family::beta;
  prior.low = 2;
  prior.high = 6;
  prior.mean = 3;
  prior.sd = 0.5;
  const Marginal marginal = marginal_of(prior);
  double sum = 0;
  double squares = 0;
  constexpr int kCount = 20000;
  for (int i = 0; i < kCount; ++i) {
    const double x = quantile(marginal, (i + 0.5) / kCount);
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / kCount, 3, 1e-4);
  EXPECT_NEAR(std::sqrt(squares / kCount - sum / kCount * sum / kCount), 0.5, 1e-3);
}

}  // namespace
}  // namespace shamal::analysis
