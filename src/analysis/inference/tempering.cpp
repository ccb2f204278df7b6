#include "analysis/inference/tempering.h"

#include <algorithm>
#include <cmath>

#include "analysis/inference/matrix.h"
#include "analysis/inference/random_stream.h"
#include "analysis/inference/sampler_rows.h"

namespace shamal::analysis::inference {

// Where particles are proposed to go, and all that decides about it.
struct Tempering::Batch {
  std::vector<double> points, first, last, gradient;
  std::vector<double> log_factor;  // of the kernel: difference of kinetic energies
  std::vector<double> variance;    // of the particles
  std::uint64_t move = 0;
  bool hamiltonian = false;
};

Tempering::Tempering(const TemperingOptions& options, std::span<const double> points,
                     std::size_t dimensions)
    : options_(options),
      dimensions_(dimensions),
      points_(points.begin(), points.end()),
      first_(points.size() / dimensions),
      last_(first_.size()) {}

template <typename Visit>
void Tempering::fields(Visit&& visit) {
  visit("options.seed", options_.seed);
  visit("options.effective_share", options_.effective_share);
  visit("options.moves_per_step", options_.moves_per_step);
  visit("options.most_moves", options_.most_moves);
  visit("dimensions", dimensions_);
  visit("step", step_);
  visit("inverse_temperature", inverse_temperature_);
  visit("log_evidence", log_evidence_);
  visit("log_scale", log_scale_);
  visit("acceptance", acceptance_);
  visit("known", known_);
  visit("points", points_);
  visit("first", first_);
  visit("last", last_);
}

Checkpoint Tempering::checkpoint() const { return save_state("tempering", *this); }

std::optional<Tempering> Tempering::resume(const Checkpoint& checkpoint) {
  Tempering tempering({}, {}, 1);
  return load_state("tempering", checkpoint, tempering) ? std::optional(tempering) : std::nullopt;
}

void Tempering::advance(const LogDensity& first, const LogDensity& last) {
  if (!known_) {
    first.evaluate(points_, first_, {});
    last.evaluate(points_, last_, {});
    known_ = true;
  }
  const double next = next_temperature();
  resample(next);
  inverse_temperature_ = next;
  move(first, last);
  ++step_;
}

namespace {

// Weights of a step of length `by`: their largest logarithm, sum and sum of squares after division
// by it.
struct Weights {
  std::vector<double> share;
  double log_mean = 0;
  double effective = 0;
};

Weights weigh(std::span<const double> first, std::span<const double> last, double by) {
  Weights weights;
  weights.share.resize(first.size());
  double largest = -HUGE_VAL;
  for (std::size_t i = 0; i < first.size(); ++i) {
    const double ratio = last[i] - first[i];
    weights.share[i] = std::isfinite(ratio) ? by * ratio : -HUGE_VAL;
    largest = std::max(largest, weights.share[i]);
  }
  double sum = 0;
  double squares = 0;
  for (double& w : weights.share) {
    w = std::isfinite(largest) ? std::exp(w - largest) : 1.0;
    sum += w;
    squares += w * w;
  }
  weights.effective = sum * sum / squares;
  weights.log_mean = largest + std::log(sum / static_cast<double>(first.size()));
  for (double& w : weights.share) {
    w /= sum;
  }
  return weights;
}

}  // namespace

double Tempering::next_temperature() const {
  const double wanted = options_.effective_share * static_cast<double>(particles());
  const double left = 1 - inverse_temperature_;
  if (weigh(first_, last_, left).effective >= wanted) {
    return 1;
  }
  double low = 0;
  double high = left;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (weigh(first_, last_, middle).effective >= wanted ? low : high) = middle;
  }
  // Where more than the share is impossible from the start, no step is small enough: drop those.
  return inverse_temperature_ + std::max(low, 1e-9);
}

void Tempering::resample(double next) {
  const Weights weights = weigh(first_, last_, next - inverse_temperature_);
  log_evidence_ += weights.log_mean;
  const std::size_t n = particles();
  const std::size_t d = dimensions_;
  const double offset = RandomStream(options_.seed, n, step_).uniform();
  std::vector<double> points(points_.size()), first(n), last(n);
  double sum = 0;
  std::size_t from = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double at = (static_cast<double>(i) + offset) / static_cast<double>(n);
    while (sum + weights.share[from] <= at && from + 1 < n) {
      sum += weights.share[from++];
    }
    std::copy_n(points_.begin() + static_cast<std::ptrdiff_t>(from * d), d,
                points.begin() + static_cast<std::ptrdiff_t>(i * d));
    first[i] = first_[from];
    last[i] = last_[from];
  }
  points_ = std::move(points);
  first_ = std::move(first);
  last_ = std::move(last);
}

void Tempering::evaluate(const LogDensity& first, const LogDensity& last, Batch& batch,
                         bool with_gradient) const {
  batch.first.resize(particles());
  batch.last.resize(particles());
  if (!with_gradient) {
    first.evaluate(batch.points, batch.first, {});
    last.evaluate(batch.points, batch.last, {});
    return;
  }
  std::vector<double> slope(batch.points.size());
  batch.gradient.resize(batch.points.size());
  first.evaluate(batch.points, batch.first, slope);
  last.evaluate(batch.points, batch.last, batch.gradient);
  for (std::size_t k = 0; k < slope.size(); ++k) {
    batch.gradient[k] =
        (1 - inverse_temperature_) * slope[k] + inverse_temperature_ * batch.gradient[k];
  }
}

void Tempering::propose_walk(Batch& batch, std::span<const double> lower) const {
  const std::size_t d = dimensions_;
  const double scale = std::exp(log_scale_) * 2.38 / std::sqrt(static_cast<double>(d));
  std::vector<double> z(d);
  for (std::size_t i = 0; i < particles(); ++i) {
    RandomStream random(options_.seed, i, step_, 2 * batch.move + 1);
    std::generate(z.begin(), z.end(), [&] { return random.normal(); });
    for (std::size_t j = 0; j < d; ++j) {
      double step = 0;
      for (std::size_t k = 0; k <= j; ++k) {
        step += lower[j * d + k] * z[k];
      }
      batch.points[i * d + j] = points_[i * d + j] + scale * step;
    }
  }
}

void Tempering::propose_trajectory(Batch& batch, const LogDensity& first,
                                   const LogDensity& last) const {
  const std::size_t d = dimensions_;
  const double step = 0.5 * std::exp(log_scale_);
  std::vector<double> velocity(points_.size()), sd(d);
  for (std::size_t j = 0; j < d; ++j) {
    sd[j] = std::sqrt(batch.variance[j]);
  }
  for (std::size_t i = 0; i < particles(); ++i) {
    RandomStream random(options_.seed, i, step_, 2 * batch.move + 1);
    for (std::size_t j = 0; j < d; ++j) {
      velocity[i * d + j] = random.normal();
      batch.log_factor[i] += velocity[i * d + j] * velocity[i * d + j] / 2;
    }
  }
  const auto kick = [&] {
    for (std::size_t k = 0; k < velocity.size(); ++k) {
      velocity[k] += step / 2 * sd[k % d] * batch.gradient[k];
    }
  };
  batch.points = points_;
  evaluate(first, last, batch, true);
  const std::size_t steps =
      1 + RandomStream(options_.seed, particles(), step_, 2 * batch.move + 1).index(8);
  std::vector<char> lost(particles());
  for (std::size_t s = 0; s < steps; ++s) {
    kick();
    for (std::size_t k = 0; k < velocity.size(); ++k) {
      batch.points[k] += step * sd[k % d] * velocity[k];
    }
    evaluate(first, last, batch, true);
    for (std::size_t i = 0; i < particles(); ++i) {
      if (lost[i] || !std::isfinite(batch.first[i] + batch.last[i])) {
        lost[i] = 1;  // waits for the others where it started
        for (std::size_t k = i * d; k < (i + 1) * d; ++k) {
          batch.points[k] = points_[k];
          velocity[k] = batch.gradient[k] = 0;
        }
      }
    }
    kick();
  }
  for (std::size_t i = 0; i < particles(); ++i) {
    for (std::size_t j = 0; j < d; ++j) {
      batch.log_factor[i] -= velocity[i * d + j] * velocity[i * d + j] / 2;
    }
    batch.log_factor[i] = lost[i] ? -HUGE_VAL : batch.log_factor[i];
  }
}

void Tempering::move(const LogDensity& first, const LogDensity& last) {
  const std::size_t n = particles();
  const std::size_t d = dimensions_;
  RunningCovariance spread;
  spread.restart(d);
  for (std::size_t i = 0; i < n; ++i) {
    spread.add(std::span(points_).subspan(i * d, d));
  }
  const std::vector<double> covariance = spread.covariance();
  std::vector<double> lower;
  const bool full = cholesky(covariance, d, lower);
  if (!full) {
    lower.assign(d * d, 0);
  }
  Batch batch;
  batch.hamiltonian = first.has_gradient && last.has_gradient;
  for (std::size_t j = 0; j < d; ++j) {
    batch.variance.push_back(covariance[j * d + j]);
    if (!full) {
      lower[j * d + j] = std::sqrt(batch.variance[j]);
    }
  }
  const double target = batch.hamiltonian ? 0.7 : 0.234;
  double accepted = 0;
  for (; batch.move < options_.most_moves && accepted < options_.moves_per_step; ++batch.move) {
    batch.points.resize(points_.size());
    batch.log_factor.assign(n, 0);
    if (batch.hamiltonian) {
      propose_trajectory(batch, first, last);
    } else {
      propose_walk(batch, lower);
      evaluate(first, last, batch, false);
    }
    const auto density = [&](double at_first, double at_last) {
      return (1 - inverse_temperature_) * at_first + inverse_temperature_ * at_last;
    };
    acceptance_ = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const double after = density(batch.first[i], batch.last[i]);
      const double change = std::isfinite(after)
                                ? after - density(first_[i], last_[i]) + batch.log_factor[i]
                                : -HUGE_VAL;
      acceptance_ += (change > 0 ? 1.0 : std::exp(change)) / static_cast<double>(n);
      if (RandomStream(options_.seed, i, step_, 2 * batch.move + 2).log_uniform() < change) {
        std::copy_n(batch.points.begin() + static_cast<std::ptrdiff_t>(i * d), d,
                    points_.begin() + static_cast<std::ptrdiff_t>(i * d));
        first_[i] = batch.first[i];
        last_[i] = batch.last[i];
      }
    }
    accepted += acceptance_;
    log_scale_ += acceptance_ - target;
  }
}

}  // namespace shamal::analysis::inference
