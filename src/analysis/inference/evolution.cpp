// CMA-ES [Hansen2016]: a population is drawn from N(m, s^2 C), and its better half moves m, s and
// C.
//
// With lambda points sorted from best to worst, weights w_i of the best mu = lambda / 2,
// mu_eff = 1 / sum w_i^2, y_i = (x_i - m) / s and y = sum w_i y_i:
//
//   m     += s y
//   p_s    = (1 - c_s) p_s + sqrt(c_s (2 - c_s) mu_eff) C^-1/2 y
//   s     *= exp(c_s / d_s (|p_s| / E|N(0, 1)| - 1))
//   p_c    = (1 - c_c) p_c + h sqrt(c_c (2 - c_c) mu_eff) y
//   C      = (1 - c_1 - c_mu) C + c_1 p_c p_c' + c_mu sum w_i y_i y_i'
//
// with the constants of the paper's table 1 (without negative weights). A whole population is one
// batch of the density. lambda = 4 + 3 ln d, rounded up to a multiple of 8, as lanes come.
//
// Bounds: a point outside is moved to the bound before it is asked for. Limits: O(d^3) a generation
// for the eigenvectors, which for d up to some hundreds is nothing beside a simulation.
#include "analysis/inference/evolution.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "analysis/inference/matrix.h"
#include "analysis/inference/random_stream.h"

namespace shamal::analysis::inference {

namespace {

using Vector = std::vector<double>;

// The constants of d dimensions.
struct Strategy {
  std::size_t population = 0;
  Vector weights;
  double effective = 0;  // mu_eff
  double c_sigma = 0, d_sigma = 0, c_c = 0, c_1 = 0, c_mu = 0;
  double expected_norm = 0;  // E|N(0, 1)|

  explicit Strategy(std::size_t dimensions) {
    const double d = static_cast<double>(dimensions);
    population = (static_cast<std::size_t>(4 + 3 * std::log(d)) + 7) / 8 * 8;
    const std::size_t parents = population / 2;
    for (std::size_t i = 0; i < parents; ++i) {
      weights.push_back(std::log(static_cast<double>(population + 1) / 2) -
                        std::log(static_cast<double>(i + 1)));
    }
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    double squares = 0;
    for (double& w : weights) {
      w /= sum;
      squares += w * w;
    }
    effective = 1 / squares;
    c_sigma = (effective + 2) / (d + effective + 5);
    d_sigma = 1 + 2 * std::max(0.0, std::sqrt((effective - 1) / (d + 1)) - 1) + c_sigma;
    c_c = (4 + effective / d) / (d + 4 + 2 * effective / d);
    c_1 = 2 / ((d + 1.3) * (d + 1.3) + effective);
    c_mu = std::min(1 - c_1, 2 * (effective - 2 + 1 / effective) / ((d + 2) * (d + 2) + effective));
    expected_norm = std::sqrt(d) * (1 - 1 / (4 * d) + 1 / (21 * d * d));
  }
};

}  // namespace

Optimum evolve(const LogDensity& density, const OptimiseOptions& options,
               std::span<const double> start, std::size_t index) {
  // Coordinates that move.
  std::vector<std::size_t> free;
  for (std::size_t j = 0; j < start.size(); ++j) {
    if (options.frozen.empty() || !options.frozen[j]) {
      free.push_back(j);
    }
  }
  const std::size_t d = free.size();
  Optimum best{{start.begin(), start.end()}, -HUGE_VAL, index, 0, "reached its evaluations"};
  if (d == 0) {
    Vector value(1);
    density.evaluate(start, value, {});
    return {best.point, value[0], index, 1, "nothing to move"};
  }
  const Strategy strategy(d);
  const std::size_t lambda = strategy.population;
  Vector mean(d), path_sigma(d), path_c(d), covariance(d * d), axes(d * d), lengths(d, 1.0);
  for (std::size_t j = 0; j < d; ++j) {
    mean[j] = start[free[j]];
    covariance[j * d + j] = axes[j * d + j] = 1;
  }
  double sigma = options.first_step;
  Vector points(lambda * start.size()), values(lambda), y(lambda * d);
  double last_best = -HUGE_VAL;
  std::size_t without_gain = 0;
  for (std::uint64_t generation = 0; best.evaluations < options.most_evaluations; ++generation) {
    for (std::size_t i = 0; i < lambda; ++i) {
      RandomStream random(options.seed, index * lambda + i, generation);
      const std::span<double> point = std::span(points).subspan(i * start.size(), start.size());
      std::copy(start.begin(), start.end(), point.begin());
      Vector z(d);
      for (std::size_t k = 0; k < d; ++k) {
        z[k] = lengths[k] * random.normal();
      }
      for (std::size_t j = 0; j < d; ++j) {
        double step = 0;
        for (std::size_t k = 0; k < d; ++k) {
          step += axes[j * d + k] * z[k];
        }
        double& x = point[free[j]] = mean[j] + sigma * step;
        if (!options.low.empty()) {
          x = std::clamp(x, options.low[free[j]], options.high[free[j]]);
        }
        y[i * d + j] = (x - mean[j]) / sigma;
      }
    }
    density.evaluate(points, values, {});
    best.evaluations += lambda;
    for (double& value : values) {
      value = std::isfinite(value) ? value : -HUGE_VAL;
    }
    std::vector<std::size_t> order(lambda);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return values[a] > values[b]; });
    if (values[order[0]] > best.log_density) {
      best.log_density = values[order[0]];
      best.point.assign(
          points.begin() + static_cast<std::ptrdiff_t>(order[0] * start.size()),
          points.begin() + static_cast<std::ptrdiff_t>((order[0] + 1) * start.size()));
    }
    // Ends when neither the best has gained nor the population differs, some generations long.
    const double spread = values[order[0]] - values[order[lambda / 2]];
    without_gain = best.log_density - last_best < options.tolerance && spread < options.tolerance
                       ? without_gain + 1
                       : 0;
    last_best = best.log_density;
    if (without_gain >= 10) {
      best.ended = "gained less than the tolerance";
      break;
    }

    Vector move(d);
    for (std::size_t i = 0; i < strategy.weights.size(); ++i) {
      for (std::size_t j = 0; j < d; ++j) {
        move[j] += strategy.weights[i] * y[order[i] * d + j];
      }
    }
    // C^-1/2 move, by the axes.
    Vector whitened(d);
    for (std::size_t k = 0; k < d; ++k) {
      double along = 0;
      for (std::size_t j = 0; j < d; ++j) {
        along += axes[j * d + k] * move[j];
      }
      for (std::size_t j = 0; j < d; ++j) {
        whitened[j] += axes[j * d + k] * along / lengths[k];
      }
    }
    const double gain_sigma =
        std::sqrt(strategy.c_sigma * (2 - strategy.c_sigma) * strategy.effective);
    double norm = 0;
    for (std::size_t j = 0; j < d; ++j) {
      mean[j] += sigma * move[j];
      path_sigma[j] = (1 - strategy.c_sigma) * path_sigma[j] + gain_sigma * whitened[j];
      norm += path_sigma[j] * path_sigma[j];
    }
    norm = std::sqrt(norm);
    const double age =
        1 - std::pow(1 - strategy.c_sigma, 2.0 * static_cast<double>(generation + 1));
    const bool moving = norm / std::sqrt(age) <
                        (1.4 + 2 / static_cast<double>(d + 1)) * strategy.expected_norm;  // h
    const double gain_c = std::sqrt(strategy.c_c * (2 - strategy.c_c) * strategy.effective);
    for (std::size_t j = 0; j < d; ++j) {
      path_c[j] = (1 - strategy.c_c) * path_c[j] + (moving ? gain_c * move[j] : 0.0);
    }
    const double stalled = moving ? 0.0 : strategy.c_1 * strategy.c_c * (2 - strategy.c_c);
    for (std::size_t j = 0; j < d; ++j) {
      for (std::size_t k = 0; k < d; ++k) {
        double rank_mu = 0;
        for (std::size_t i = 0; i < strategy.weights.size(); ++i) {
          rank_mu += strategy.weights[i] * y[order[i] * d + j] * y[order[i] * d + k];
        }
        covariance[j * d + k] =
            (1 - strategy.c_1 - strategy.c_mu + stalled) * covariance[j * d + k] +
            strategy.c_1 * path_c[j] * path_c[k] + strategy.c_mu * rank_mu;
      }
    }
    sigma *= std::exp(strategy.c_sigma / strategy.d_sigma * (norm / strategy.expected_norm - 1));
    eigen(covariance, d, axes, lengths);
    for (double& length : lengths) {
      length = std::sqrt(std::max(length, 1e-20));
    }
  }
  return best;
}

}  // namespace shamal::analysis::inference
