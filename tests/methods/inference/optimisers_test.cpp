// Optimisers on functions whose maximum is known.
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "analysis/inference/matrix.h"
#include "analysis/inference/optimise.h"
#include "methods/inference/posteriors.h"

namespace shamal::testing {
namespace {

using inference::LogDensity;
using inference::OptimiseOptions;
using inference::OptimiserRow;
using inference::Optimum;

// Rosenbrock's valley, turned upside down: 0 at (1, 1, …).
LogDensity valley(std::size_t d) {
  return make_density(d, [](Point x, Gradient g) {
    std::fill(g.begin(), g.end(), 0);
    double value = 0;
    for (std::size_t j = 0; j + 1 < x.size(); ++j) {
      const double a = x[j + 1] - x[j] * x[j];
      const double b = 1 - x[j];
      value -= 100 * a * a + b * b;
      if (!g.empty()) {
        g[j] += 400 * a * x[j] + 2 * b;
        g[j + 1] -= 200 * a;
      }
    }
    return value;
  });
}

TEST(Optimisers, FindTheEndOfAValley) {
  const std::vector<double> starts = {-1.2, 1, 0, 0, 2, 2};  // three
  for (const OptimiserRow& row : inference::optimisers()) {
    OptimiseOptions options;
    options.method = row.name;
    options.most_evaluations = 20000;
    options.tolerance = 1e-12;
    if (row.needs_bounds) {
      options.low = {-3, -3};
      options.high = {3, 3};
    }
    const std::vector<Optimum> found = inference::maximise(valley(2), options, starts);
    ASSERT_EQ(found.size(), 3u) << row.name;
    EXPECT_NEAR(found[0].point[0], 1, 1e-3) << row.name << ": " << found[0].ended;
    EXPECT_NEAR(found[0].point[1], 1, 2e-3) << row.name << ": " << found[0].ended;
    EXPECT_GE(found[0].log_density, found[1].log_density);
    EXPECT_GE(found[1].log_density, found[2].log_density);
    EXPECT_GT(found[0].evaluations, 5u);
  }
}

TEST(Optimisers, ManyStartsFindTheHigherOfTwoPeaks) {
  const LogDensity density = two_modes(5, 4, 0.2);
  OptimiseOptions options;
  const std::vector<Optimum> found = inference::maximise(density, options, scattered(16, 5, 3));
  for (const double x : found[0].point) {
    EXPECT_NEAR(x, -4, 1e-4);
  }
  for (const double x : found.back().point) {
    EXPECT_NEAR(x, 4, 1e-4);
  }
}

// All starts are asked for in one batch as long as they run, and what one finds does not depend on
// the others.
TEST(Optimisers, AskForAllStartsAtOnceAndKeepThemApart) {
  const LogDensity density = valley(3);
  std::vector<std::size_t> batches;
  LogDensity counted = density;
  counted.evaluate = [&](std::span<const double> points, std::span<double> values,
                         std::span<double> gradients) {
    batches.push_back(values.size());
    density.evaluate(points, values, gradients);
  };
  const std::vector<double> starts = scattered(8, 3, 2);
  for (const OptimiserRow& row : inference::optimisers()) {
    OptimiseOptions options;
    options.method = row.name;
    options.most_evaluations = 400;
    if (row.needs_bounds) {
      options.low.assign(3, -9);
      options.high.assign(3, 9);
    }
    batches.clear();
    const std::vector<Optimum> together = inference::maximise(counted, options, starts);
    EXPECT_GE(batches.front(), 8u) << row.name;  // a population, or a point of each start
    for (const Optimum& one : together) {
      OptimiseOptions alone = options;
      alone.seed = options.seed + (row.name == "crs" ? one.start : 0);
      const std::vector<Optimum> single =
          inference::maximise(density, alone, std::span(starts).subspan(3 * one.start, 3));
      if (row.evolve == nullptr) {  // whose draws are a function of the start's number
        EXPECT_EQ(single[0].point, one.point) << row.name << " " << one.start;
      }
    }
    EXPECT_EQ(inference::maximise(density, options, starts)[0].point, together[0].point)
        << row.name;
  }
}

// |x| + |y - x|: a kink through the maximum; and a region where the model fails beside it.
TEST(Optimisers, WithoutGradientsClimbKinksBesideFailures) {
  const LogDensity density = make_density(
      2,
      [](Point x, Gradient) {
        return x[0] < -0.5 ? NAN : -std::abs(x[0]) - 3 * std::abs(x[1] - x[0]);
      },
      false);
  for (const char* method : {"sbplx", "cmaes", "de"}) {
    OptimiseOptions options;
    options.method = method;
    options.most_evaluations = 5000;
    const std::vector<double> starts = {2, -1, 0.3, 4};
    const Optimum best = inference::maximise(density, options, starts)[0];
    EXPECT_NEAR(best.point[0], 0, 1e-3) << method << ": " << best.ended;
    EXPECT_NEAR(best.point[1], 0, 1e-3) << method << ": " << best.ended;
  }
}

// Gradients lead past a cliff: a search that steps over it must come back.
TEST(Optimisers, WithGradientsComeBackFromFailures) {
  const LogDensity density = make_density(2, [](Point x, Gradient g) {
    const bool fails = x[0] > 3;
    if (!g.empty()) {
      g[0] = fails ? NAN : -2 * (x[0] - 2.9);
      g[1] = fails ? NAN : -20 * x[1];
    }
    return fails ? NAN : -(x[0] - 2.9) * (x[0] - 2.9) - 10 * x[1] * x[1];
  });
  const std::vector<double> starts = {-4, 1, 2, -3, 0, 0.1};
  const Optimum best = inference::maximise(density, {}, starts)[0];
  EXPECT_NEAR(best.point[0], 2.9, 1e-3) << best.ended;
  EXPECT_NEAR(best.point[1], 0, 1e-3) << best.ended;
}

TEST(Optimisers, KeepToBoundsAndFrozenCoordinates) {
  const LogDensity density = correlated_gaussian({1, 1, 1});
  for (const char* method : {"lbfgs", "bobyqa", "cmaes", "de"}) {
    OptimiseOptions options;
    options.method = method;
    options.most_evaluations = 4000;
    options.frozen = {1, 0, 0};
    options.low = {-9, -9, -9};
    options.high = {9, 9, 0.5};
    const std::vector<double> start = {2, 0, 0};
    const Optimum best = inference::maximise(density, options, start)[0];
    // x_1 = 2 pulls x_3 to 2 * 0.81 > 0.5. With x_3 at its bound, x_2 minimises
    // (x_2 - 1.8)^2 + (0.5 - 0.9 x_2)^2: x_2 = 2.25 / 1.81.
    EXPECT_EQ(best.point[0], 2) << method;
    EXPECT_NEAR(best.point[2], 0.5, 1e-6) << method;
    EXPECT_NEAR(best.point[1], 2.25 / 1.81, 1e-3) << method << ": " << best.ended;
  }
}

// The profile of a Gaussian is the Gaussian of the marginal: it falls by 1.92 at 1.96 sd.
TEST(Profile, OfAGaussianGivesItsInterval) {
  const LogDensity density = correlated_gaussian({2, 0.5, 3});
  std::vector<double> values;
  for (int i = -40; i <= 40; ++i) {
    values.push_back(0.15 * i);
  }
  const std::vector<double> optimum = {0, 0, 0};
  const inference::Profile profile = inference::profile(density, {}, optimum, 2, values);
  ASSERT_EQ(profile.points.size(), values.size());
  for (const inference::ProfilePoint& point : profile.points) {
    EXPECT_NEAR(point.log_density, -point.value * point.value / 18, 1e-6);
    EXPECT_NEAR(point.point[1], 0.9 * 0.5 * point.value / 3, 1e-2);
  }
  EXPECT_NEAR(*profile.low, -3 * 1.959964, 0.01);
  EXPECT_NEAR(*profile.high, 3 * 1.959964, 0.01);
}

// Only a + b is observed, and a is bounded by nothing else.
TEST(Profile, SaysWhatIsNotBounded) {
  const LogDensity density = make_density(2, [](Point x, Gradient g) {
    const double z = x[0] + x[1] - 1;
    if (!g.empty()) {
      g[0] = g[1] = -z;
    }
    return -z * z / 2;
  });
  const std::vector<double> values = {-50, -5, 0, 5, 50};
  const std::vector<double> optimum = {0.5, 0.5};
  const inference::Profile profile = inference::profile(density, {}, optimum, 0, values);
  EXPECT_FALSE(profile.low);
  EXPECT_FALSE(profile.high);
}

TEST(Matrix, EigenvectorsTakeAMatrixApart) {
  const std::size_t d = 12;
  std::vector<double> a(d * d);
  inference::RandomStream random(1, 2, 3);
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      a[i * d + j] = a[j * d + i] = random.normal();
    }
  }
  std::vector<double> vectors, values;
  inference::eigen(a, d, vectors, values);
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t j = 0; j < d; ++j) {
      double made = 0;
      double product = 0;
      for (std::size_t k = 0; k < d; ++k) {
        made += vectors[i * d + k] * values[k] * vectors[j * d + k];
        product += vectors[k * d + i] * vectors[k * d + j];
      }
      EXPECT_NEAR(made, a[i * d + j], 1e-12);
      EXPECT_NEAR(product, i == j, 1e-13);
    }
  }
}

}  // namespace
}  // namespace shamal::testing
