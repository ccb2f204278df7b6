// Designs: each fills the unit cube as it promises, and any run can be had alone.
#include "analysis/design.h"

#include <cmath>
#include <set>

#include <gtest/gtest.h>

namespace shamal::analysis {
namespace {

Marginal uniform(double low = 0, double high = 1) {
  Marginal made;
  made.family = find_marginal_family("uniform");
  made.parameters = {low, high};
  return made;
}

Marginal choice(std::vector<double> values) {
  Marginal made;
  made.family = find_marginal_family("choice");
  for (const double value : values) {
    made.parameters.insert(made.parameters.end(), {value, 1});
  }
  return made;
}

std::vector<double> all_values(const Design& design, std::size_t numbers) {
  std::vector<double> values(numbers * design.runs());
  design.values(0, design.runs(), values);
  return values;
}

TEST(Design, ARowIsTheSameWhereverABlockBegins) {
  for (const DesignRow& row : designs()) {
    if (row.kind == DesignKind::file) {
      continue;
    }
    const DesignRequest request{row.kind, 41, 4, 9};
    const std::vector<Marginal> marginals = {uniform(), uniform(2, 3), choice({1, 5, 7})};
    ASSERT_EQ(find_problem(request, marginals), "");
    const auto design = make_design(request, marginals);
    const std::vector<double> all = all_values(*design, 3);
    for (std::uint64_t first = 0; first < design->runs(); first += 7) {
      const auto count =
          static_cast<std::size_t>(std::min<std::uint64_t>(7, design->runs() - first));
      std::vector<double> part(3 * count);
      design->values(first, count, part);
      for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t r = 0; r < count; ++r) {
          const double whole = all[i * design->runs() + first + r];
          EXPECT_TRUE(part[i * count + r] == whole ||
                      (std::isnan(whole) && std::isnan(part[i * count + r])))
              << row.name;
        }
      }
    }
  }
}

TEST(Design, ALatinHypercubeTakesEveryIntervalOnce) {
  for (const std::uint64_t runs : {1, 2, 3, 64, 65, 1000}) {
    const auto design = make_design({DesignKind::lhs, runs, 0, 3}, {uniform(), uniform()});
    const std::vector<double> values = all_values(*design, 2);
    for (std::size_t i = 0; i < 2; ++i) {
      std::set<std::uint64_t> taken;
      for (std::size_t r = 0; r < runs; ++r) {
        taken.insert(static_cast<std::uint64_t>(values[i * runs + r] * static_cast<double>(runs)));
      }
      EXPECT_EQ(taken.size(), runs);
      EXPECT_EQ(*taken.rbegin(), runs - 1);
    }
  }
  // And the two numbers are unrelated.
  const auto design = make_design({DesignKind::lhs, 4096, 0, 3}, {uniform(), uniform()});
  const std::vector<double> values = all_values(*design, 2);
  double product = 0;
  for (std::size_t r = 0; r < 4096; ++r) {
    product += (values[r] - 0.5) * (values[4096 + r] - 0.5);
  }
  EXPECT_LT(std::fabs(product / 4096 * 12), 0.05);
}

TEST(Design, SobolPointsAreTheKnownOnes) {
  const auto design = make_design({DesignKind::sobol, 7, 0, 0}, {uniform(), uniform()});
  const std::vector<double> values = all_values(*design, 2);
  const double first[] = {0.5, 0.75, 0.25, 0.375, 0.875, 0.625, 0.125};
  const double second[] = {0.5, 0.25, 0.75, 0.375, 0.875, 0.125, 0.625};
  for (std::size_t r = 0; r < 7; ++r) {
    EXPECT_NEAR(values[r], first[r], 1e-15);
    EXPECT_NEAR(values[7 + r], second[r], 1e-15);
  }
  // A seed moves them and keeps each dyadic interval's share.
  const auto moved = make_design({DesignKind::sobol, 1023, 0, 5}, {uniform()});
  std::vector<int> counts(16);
  for (const double value : all_values(*moved, 1)) {
    ++counts[static_cast<std::size_t>(value * 16)];
  }
  for (const int count : counts) {
    EXPECT_NEAR(count, 64, 1);
  }
}

TEST(Design, AGridHasEveryCombination) {
  const auto design = make_design({DesignKind::grid, 0, 2, 0}, {uniform(0, 4), choice({1, 5, 7})});
  ASSERT_EQ(design->runs(), 6u);
  EXPECT_EQ(all_values(*design, 2), (std::vector<double>{1, 1, 1, 3, 3, 3, 1, 5, 7, 1, 5, 7}));
}

TEST(Design, OneAtATimeLeavesTheOthersAlone) {
  const auto design =
      make_design({DesignKind::univariate, 3, 0, 1}, {uniform(), choice({1, 5, 7})});
  ASSERT_EQ(design->runs(), 6u);
  const std::vector<double> values = all_values(*design, 2);
  for (std::size_t r = 0; r < 6; ++r) {
    EXPECT_EQ(std::isnan(values[r]), r >= 3);
    EXPECT_EQ(std::isnan(values[6 + r]), r < 3);
  }
  EXPECT_EQ(values[11], 7);
}

TEST(Design, WhatCannotBeIsNamed) {
  EXPECT_NE(find_problem({DesignKind::lhs, 0, 0, 0}, {}), "");
  const std::vector<Marginal> many(60, uniform());
  EXPECT_NE(find_problem({DesignKind::grid, 0, 10, 0}, many), "");
  const std::vector<Marginal> too_many(kMostSobolNumbers + 1, uniform());
  EXPECT_NE(find_problem({DesignKind::sobol, 10, 0, 0}, too_many), "");
}

}  // namespace
}  // namespace shamal::analysis
