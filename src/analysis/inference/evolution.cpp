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

// m, s, C and the paths, over the coordinates that move.
class Evolution {
 public:
  Evolution(const OptimiseOptions& options, std::span<const double> start,
            std::vector<std::size_t> free)
      : options_(options),
        start_(start),
        free_(std::move(free)),
        d_(free_.size()),
        strategy_(d_),
        mean_(d_),
        path_sigma_(d_),
        path_c_(d_),
        covariance_(d_ * d_),
        axes_(d_ * d_),
        lengths_(d_, 1.0),
        sigma_(options.first_step),
        y_(strategy_.population * d_) {
    for (std::size_t j = 0; j < d_; ++j) {
      mean_[j] = start[free_[j]];
      covariance_[j * d_ + j] = axes_[j * d_ + j] = 1;
    }
  }

  std::size_t population() const { return strategy_.population; }
  std::size_t parents() const { return strategy_.weights.size(); }

  // The points of a generation, population x all coordinates.
  void draw(std::uint64_t search, std::uint64_t generation, Vector& points) {
    points.resize(population() * start_.size());
    Vector z(d_);
    for (std::size_t i = 0; i < population(); ++i) {
      RandomStream random(options_.seed, search * population() + i, generation);
      const std::span<double> point = std::span(points).subspan(i * start_.size(), start_.size());
      std::copy(start_.begin(), start_.end(), point.begin());
      for (std::size_t k = 0; k < d_; ++k) {
        z[k] = lengths_[k] * random.normal();
      }
      for (std::size_t j = 0; j < d_; ++j) {
        double step = 0;
        for (std::size_t k = 0; k < d_; ++k) {
          step += axes_[j * d_ + k] * z[k];
        }
        double& x = point[free_[j]] = mean_[j] + sigma_ * step;
        if (!options_.low.empty()) {
          x = std::clamp(x, options_.low[free_[j]], options_.high[free_[j]]);
        }
        y_[i * d_ + j] = (x - mean_[j]) / sigma_;
      }
    }
  }

  // From the points just drawn, `order` from best to worst.
  void learn(std::span<const std::size_t> order, std::uint64_t generation) {
    Vector move(d_);  // y
    for (std::size_t i = 0; i < parents(); ++i) {
      for (std::size_t j = 0; j < d_; ++j) {
        move[j] += strategy_.weights[i] * y_[order[i] * d_ + j];
      }
    }
    for (std::size_t j = 0; j < d_; ++j) {
      mean_[j] += sigma_ * move[j];
    }
    const double norm = follow(whiten(move)) / strategy_.expected_norm;
    const double age = 1 - std::pow(1 - strategy_.c_sigma, 2 * static_cast<double>(generation + 1));
    // h: while s grows fast, the path of C waits.
    const bool moving = norm / std::sqrt(age) < 1.4 + 2 / static_cast<double>(d_ + 1);
    adapt_covariance(order, move, moving);
    sigma_ *= std::exp(strategy_.c_sigma / strategy_.d_sigma * (norm - 1));
  }

 private:
  // C^-1/2 x, by the axes.
  Vector whiten(const Vector& x) const {
    Vector result(d_);
    for (std::size_t k = 0; k < d_; ++k) {
      double along = 0;
      for (std::size_t j = 0; j < d_; ++j) {
        along += axes_[j * d_ + k] * x[j];
      }
      for (std::size_t j = 0; j < d_; ++j) {
        result[j] += axes_[j * d_ + k] * along / lengths_[k];
      }
    }
    return result;
  }

  // Moves p_s on; gives its length.
  double follow(const Vector& whitened) {
    const double c = strategy_.c_sigma;
    const double gain = std::sqrt(c * (2 - c) * strategy_.effective);
    double square = 0;
    for (std::size_t j = 0; j < d_; ++j) {
      path_sigma_[j] = (1 - c) * path_sigma_[j] + gain * whitened[j];
      square += path_sigma_[j] * path_sigma_[j];
    }
    return std::sqrt(square);
  }

  void adapt_covariance(std::span<const std::size_t> order, const Vector& move, bool moving) {
    const double c = strategy_.c_c;
    const double gain = std::sqrt(c * (2 - c) * strategy_.effective);
    for (std::size_t j = 0; j < d_; ++j) {
      path_c_[j] = (1 - c) * path_c_[j] + (moving ? gain * move[j] : 0.0);
    }
    // What a path that waits would take from C is given back.
    const double kept =
        1 - strategy_.c_1 - strategy_.c_mu + (moving ? 0.0 : strategy_.c_1 * c * (2 - c));
    for (std::size_t j = 0; j < d_; ++j) {
      for (std::size_t k = 0; k < d_; ++k) {
        double parents_spread = 0;
        for (std::size_t i = 0; i < parents(); ++i) {
          parents_spread += strategy_.weights[i] * y_[order[i] * d_ + j] * y_[order[i] * d_ + k];
        }
        covariance_[j * d_ + k] = kept * covariance_[j * d_ + k] +
                                  strategy_.c_1 * path_c_[j] * path_c_[k] +
                                  strategy_.c_mu * parents_spread;
      }
    }
    eigen(covariance_, d_, axes_, lengths_);
    for (double& length : lengths_) {
      length = std::sqrt(std::max(length, 1e-20));
    }
  }

  const OptimiseOptions& options_;
  std::span<const double> start_;
  std::vector<std::size_t> free_;
  std::size_t d_;
  Strategy strategy_;
  Vector mean_, path_sigma_, path_c_, covariance_, axes_, lengths_;
  double sigma_;
  Vector y_;
};

std::vector<std::size_t> best_first(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return values[a] > values[b]; });
  return order;
}

}  // namespace

Optimum evolve(const LogDensity& density, const OptimiseOptions& options,
               std::span<const double> start, std::size_t index) {
  std::vector<std::size_t> free;
  for (std::size_t j = 0; j < start.size(); ++j) {
    if (options.frozen.empty() || !options.frozen[j]) {
      free.push_back(j);
    }
  }
  Optimum best{{start.begin(), start.end()}, -HUGE_VAL, index, 0, "reached its evaluations"};
  if (free.empty()) {
    Vector value(1);
    density.evaluate(start, value, {});
    return {best.point, value[0], index, 1, "nothing to move"};
  }
  Evolution evolution(options, start, std::move(free));
  Vector points, values(evolution.population());
  std::size_t without_gain = 0;  // generations
  for (std::uint64_t generation = 0; best.evaluations < options.most_evaluations; ++generation) {
    evolution.draw(index, generation, points);
    density.evaluate(points, values, {});
    best.evaluations += values.size();
    for (double& value : values) {
      value = std::isfinite(value) ? value : -HUGE_VAL;
    }
    const std::vector<std::size_t> order = best_first(values);
    const double top = values[order[0]];
    const bool gained = top > best.log_density + options.tolerance;
    if (top > best.log_density) {
      best.log_density = top;
      const auto at = points.begin() + static_cast<std::ptrdiff_t>(order[0] * start.size());
      std::copy_n(at, start.size(), best.point.begin());
    }
    const bool level = top - values[order[evolution.parents()]] < options.tolerance;
    without_gain = level && !gained ? without_gain + 1 : 0;
    if (without_gain >= 10) {
      best.ended = "gained less than the tolerance";
      break;
    }
    evolution.learn(order, generation);
  }
  return best;
}

}  // namespace shamal::analysis::inference
