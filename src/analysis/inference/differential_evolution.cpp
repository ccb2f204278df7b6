// Differential evolution, DE/rand/1/bin [Storn1997]: a population whose differences are its steps.
//
// In a generation every member x_i has a rival: x_a + F (x_b - x_c) of three others, with each
// coordinate taken over from it with probability 0.9, at least one; the better of the two stays. F
// is drawn from (0.5, 1) for each generation, so that no step is ever the only one. All rivals of a
// generation are one batch of the density.
//
// The first member is the start, the others lie about it with twice `first_step` as standard
// deviation. Members: ten for each coordinate, 16 to 128, a multiple of 8 as lanes come. Bounds: a
// rival outside is moved to the bound. Limits: global in practice, slow where it is narrow.
#include <algorithm>
#include <cmath>

#include "analysis/inference/evolution.h"
#include "analysis/inference/random_stream.h"

namespace shamal::analysis::inference {

namespace {

constexpr double kCrossover = 0.9;

std::size_t members(std::size_t dimensions) {
  return std::clamp<std::size_t>((10 * dimensions + 7) / 8 * 8, 16, 128);
}

}  // namespace

Optimum evolve_differentially(const LogDensity& density, const OptimiseOptions& options,
                              std::span<const double> start, std::size_t index) {
  const std::size_t d = start.size();
  std::vector<std::size_t> free;
  for (std::size_t j = 0; j < d; ++j) {
    if (options.frozen.empty() || !options.frozen[j]) {
      free.push_back(j);
    }
  }
  const std::size_t n = free.empty() ? 1 : members(free.size());
  const auto put = [&](double& x, std::size_t j, double value) {
    x = options.low.empty() ? value : std::clamp(value, options.low[j], options.high[j]);
  };
  std::vector<double> population;
  for (std::size_t i = 0; i < n; ++i) {
    population.insert(population.end(), start.begin(), start.end());
    RandomStream random(options.seed, index * n + i, 0);
    for (const std::size_t j : free) {
      put(population[i * d + j], j,
          start[j] + (i > 0 ? 2 * options.first_step * random.normal() : 0));
    }
  }
  std::vector<double> values(n), rivals(population), rival_values(n);
  const auto ask = [&](const std::vector<double>& points, std::vector<double>& of) {
    density.evaluate(points, of, {});
    for (double& value : of) {
      value = std::isfinite(value) ? value : -HUGE_VAL;
    }
  };
  ask(population, values);
  Optimum best{{start.begin(), start.end()}, -HUGE_VAL, index, n, "reached its evaluations"};
  for (std::uint64_t generation = 1; best.evaluations < options.most_evaluations; ++generation) {
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    if (*most - *least < options.tolerance) {
      best.ended = free.empty() ? "nothing to move" : "gained less than the tolerance";
      break;
    }
    const double factor = 0.5 + 0.5 * RandomStream(options.seed, index, generation, 1).uniform();
    for (std::size_t i = 0; i < n; ++i) {
      RandomStream random(options.seed, index * n + i, generation);
      std::size_t a = i, b = i, c = i;
      while (a == i) {
        a = random.index(n);
      }
      while (b == i || b == a) {
        b = random.index(n);
      }
      while (c == i || c == a || c == b) {
        c = random.index(n);
      }
      const std::size_t always = random.index(free.size());
      for (std::size_t k = 0; k < free.size(); ++k) {
        const std::size_t j = free[k];
        const double other =
            population[a * d + j] + factor * (population[b * d + j] - population[c * d + j]);
        const bool crosses = random.uniform() < kCrossover || k == always;
        put(rivals[i * d + j], j, crosses ? other : population[i * d + j]);
      }
    }
    ask(rivals, rival_values);
    best.evaluations += n;
    for (std::size_t i = 0; i < n; ++i) {
      if (rival_values[i] >= values[i]) {
        values[i] = rival_values[i];
        std::copy_n(rivals.begin() + static_cast<std::ptrdiff_t>(i * d), d,
                    population.begin() + static_cast<std::ptrdiff_t>(i * d));
      }
    }
  }
  const auto top =
      static_cast<std::size_t>(std::max_element(values.begin(), values.end()) - values.begin());
  if (values[top] > -HUGE_VAL) {
    best.log_density = values[top];
    std::copy_n(population.begin() + static_cast<std::ptrdiff_t>(top * d), d, best.point.begin());
  }
  return best;
}

}  // namespace shamal::analysis::inference
