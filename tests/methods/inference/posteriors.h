// Densities whose moments are known, for samplers and optimisers to be measured against.
#pragma once

#include <cmath>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "analysis/inference/density.h"
#include "analysis/inference/diagnostics.h"
#include "analysis/inference/random_stream.h"
#include "analysis/inference/sampler.h"

namespace shamal::testing {

namespace inference = analysis::inference;

using Point = std::span<const double>;
using Gradient = std::span<double>;  // empty: not wanted

// Of one point at a time.
inline inference::LogDensity make_density(std::size_t d, std::function<double(Point, Gradient)> one,
                                          bool has_gradient = true) {
  return {d, has_gradient,
          [d, one](std::span<const double> points, std::span<double> values,
                   std::span<double> gradients) {
            for (std::size_t i = 0; i < values.size(); ++i) {
              values[i] = one(points.subspan(i * d, d),
                              gradients.empty() ? gradients : gradients.subspan(i * d, d));
            }
          }};
}

// x_j = scale_j u_j with u_1 ~ N(0, 1), u_j = 0.9 u_(j-1) + sqrt(0.19) N(0, 1): every u_j ~ N(0,
// 1).
inline inference::LogDensity correlated_gaussian(std::vector<double> scale) {
  return make_density(scale.size(), [scale](Point x, Gradient g) {
    double value = 0;
    std::fill(g.begin(), g.end(), 0);
    for (std::size_t j = 0; j < x.size(); ++j) {
      const double before = j == 0 ? 0 : 0.9 * x[j - 1] / scale[j - 1];
      const double variance = j == 0 ? 1 : 0.19;
      const double z = x[j] / scale[j] - before;
      value -= z * z / (2 * variance);
      if (!g.empty()) {
        g[j] -= z / variance / scale[j];
        if (j > 0) {
          g[j - 1] += 0.9 * z / variance / scale[j - 1];
        }
      }
    }
    return value;
  });
}

// v ~ N(0, 3), the others ~ N(0, exp(v / 2)) [Neal2003].
inline inference::LogDensity funnel(std::size_t d) {
  return make_density(d, [](Point x, Gradient g) {
    const double v = x[0];
    const double precision = std::exp(-v);
    double value = -v * v / 18;
    double slope = -v / 9;
    for (std::size_t j = 1; j < x.size(); ++j) {
      value -= x[j] * x[j] * precision / 2 + v / 2;
      slope += x[j] * x[j] * precision / 2 - 0.5;
      if (!g.empty()) {
        g[j] = -x[j] * precision;
      }
    }
    if (!g.empty()) {
      g[0] = slope;
    }
    return value;
  });
}

// x_1 ~ N(0, 10), x_2 = b (x_1^2 - 100) + N(0, 1): a curved ridge [Haario2001]. Means 0,
// variances 100 and 1 + 2 * 100^2 b^2.
constexpr double kBananaBend = 0.03;
inline inference::LogDensity banana() {
  return make_density(2, [](Point x, Gradient g) {
    const double z = x[1] - kBananaBend * (x[0] * x[0] - 100);
    if (!g.empty()) {
      g[0] = -x[0] / 100 + z * 2 * kBananaBend * x[0];
      g[1] = -z;
    }
    return -x[0] * x[0] / 200 - z * z / 2;
  });
}

// weight N(centre, 1) + (1 - weight) N(-centre, 1) in every one of d coordinates together,
// normalised.
inline inference::LogDensity two_modes(std::size_t d, double centre, double weight) {
  return make_density(d, [=](Point x, Gradient g) {
    double a = std::log(weight);
    double b = std::log1p(-weight);
    for (const double value : x) {
      a -= (value - centre) * (value - centre) / 2;
      b -= (value + centre) * (value + centre) / 2;
    }
    const double high = std::max(a, b);
    const double value = high + std::log(std::exp(a - high) + std::exp(b - high));
    for (std::size_t j = 0; j < g.size(); ++j) {
      g[j] = -std::exp(a - value) * (x[j] - centre) - std::exp(b - value) * (x[j] + centre);
    }
    return value - static_cast<double>(d) * std::log(2 * M_PI) / 2;
  });
}

// Independent N(0, sd), normalised.
inline inference::LogDensity wide_gaussian(std::size_t d, double sd) {
  return make_density(d, [=](Point x, Gradient g) {
    double value = 0;
    for (std::size_t j = 0; j < x.size(); ++j) {
      value -= x[j] * x[j] / (2 * sd * sd) + std::log(sd) + std::log(2 * M_PI) / 2;
      if (!g.empty()) {
        g[j] = -x[j] / (sd * sd);
      }
    }
    return value;
  });
}

// n points with coordinates N(0, sd).
inline std::vector<double> scattered(std::size_t n, std::size_t d, double sd,
                                     std::uint64_t seed = 99) {
  std::vector<double> points(n * d);
  for (std::size_t i = 0; i < n; ++i) {
    inference::RandomStream random(seed, i, 0);
    for (std::size_t j = 0; j < d; ++j) {
      points[i * d + j] = sd * random.normal();
    }
  }
  return points;
}

struct Plan {
  std::size_t chains = 8;
  std::size_t warmup = 500;
  std::size_t iterations = 500;
  double spread = 1;  // of the starting points
  double target_acceptance = 0;
  std::uint64_t seed = 7;
};

inline inference::Draws sample(std::string_view sampler, const inference::LogDensity& density,
                               const Plan& plan) {
  const inference::SamplerRow& row = *inference::find_sampler(sampler);
  const std::size_t d = density.dimensions;
  const std::size_t points = row.needs_gradient ? plan.chains : plan.chains + 10 * d;
  inference::SamplerOptions options;
  options.seed = plan.seed;
  options.warmup = plan.warmup;
  options.target_acceptance = plan.target_acceptance;
  auto made = row.start(options, scattered(points, d, plan.spread), plan.chains, d);
  inference::Draws draws;
  made->advance(density, plan.warmup + plan.iterations, draws);
  return draws;
}

// The mean of f over all draws is `expected` within 4.5 standard errors, and they are known to
// better than `error`: a test that passes because it knows little does not pass.
inline void expect_mean(const inference::Draws& draws, std::function<double(Point)> f,
                        double expected, double error, const std::string& what) {
  std::vector<double> series(draws.statistics.size());
  for (std::size_t c = 0; c < draws.chains; ++c) {
    for (std::size_t i = 0; i < draws.iterations(); ++i) {
      series[c * draws.iterations() + i] = f(draws.point(i, c));
    }
  }
  double mean = 0;
  for (const double x : series) {
    mean += x / static_cast<double>(series.size());
  }
  const double mcse = inference::mcse_mean(series, draws.chains);
  EXPECT_NEAR(mean, expected, 4.5 * mcse) << what;
  EXPECT_LT(mcse, error) << what;
}

// Mean and standard deviation of one coordinate, each to a share of the standard deviation.
inline void expect_moments(const inference::Draws& draws, std::size_t j, double mean, double sd,
                           double share, const std::string& what) {
  expect_mean(
      draws, [=](Point x) { return x[j]; }, mean, share * sd, what + ": mean");
  expect_mean(
      draws, [=](Point x) { return (x[j] - mean) * (x[j] - mean); }, sd * sd, 3 * share * sd * sd,
      what + ": variance");
}

}  // namespace shamal::testing
