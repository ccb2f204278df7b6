// Random-walk Metropolis, made as good as it plainly can be: the rival that others are measured
// against.
//
// A proposal is q' = q + s L z, z ~ N(0, 1), accepted with probability min(1, p(q') / p(q)). L L^T
// is the covariance of all chains' states in the second half of the warm-up so far [Haario2001];
// the scale s starts at 2.38 / sqrt(d) and is moved so that a share 0.234 of proposals is accepted
// [Roberts1997], 0.44 for d = 1, by log s += t^-0.6 (share - target). After the warm-up both stand
// still.
#include <algorithm>
#include <cmath>

#include "analysis/inference/matrix.h"
#include "analysis/inference/random_stream.h"
#include "analysis/inference/sampler_rows.h"

namespace shamal::analysis::inference {

namespace {

class Metropolis final : public Sampler {
 public:
  Metropolis() = default;
  Metropolis(const SamplerOptions& options, std::span<const double> points, std::size_t chains,
             std::size_t dimensions)
      : options_(options), chains_(chains), lower_(dimensions * dimensions) {
    q_.assign(points.begin(), points.begin() + static_cast<std::ptrdiff_t>(chains * dimensions));
    for (std::size_t j = 0; j < dimensions; ++j) {
      lower_[j * dimensions + j] = 1;
    }
    log_scale_ = std::log(2.38 / std::sqrt(static_cast<double>(dimensions)));
    running_.restart(dimensions);
  }

  std::uint64_t iteration() const override { return iteration_; }
  std::size_t chains() const override { return chains_; }
  Checkpoint checkpoint() const override { return save_state("metropolis", *this); }

  template <typename Visit>
  void fields(Visit&& visit) {
    option_fields(options_, visit);
    visit("chains", chains_);
    visit("iteration", iteration_);
    visit("q", q_);
    visit("log_density", log_density_);
    visit("lower", lower_);
    visit("log_scale", log_scale_);
    running_.fields(visit);
  }

  void advance(const LogDensity& density, std::size_t iterations, Draws& draws) override {
    const std::size_t d = density.dimensions;
    std::size_t row = make_room(draws, chains_, d, iteration_, iterations, options_.warmup);
    if (log_density_.empty() && iterations > 0) {
      log_density_.resize(chains_);
      density.evaluate(q_, log_density_, {});
    }
    std::vector<double> proposed(q_.size()), values(chains_), acceptance(chains_);
    std::vector<double> z(q_.size()), steps(q_.size());  // the chains side by side
    std::vector<RandomStream> random(chains_);
    for (std::size_t i = 0; i < iterations; ++i, ++iteration_) {
      for (std::size_t c = 0; c < chains_; ++c) {
        random[c] = RandomStream(options_.seed, c, iteration_);
        for (std::size_t j = 0; j < d; ++j) {
          z[j * chains_ + c] = random[c].normal();
        }
      }
      std::fill(steps.begin(), steps.end(), 0.0);
      block::add_lower<false>(lower_, d, chains_, std::exp(log_scale_), z, steps);
      for (std::size_t c = 0; c < chains_; ++c) {
        for (std::size_t j = 0; j < d; ++j) {
          proposed[c * d + j] = q_[c * d + j] + steps[j * chains_ + c];
        }
      }
      density.evaluate(proposed, values, {});
      for (std::size_t c = 0; c < chains_; ++c) {
        const double change = std::isfinite(values[c]) ? values[c] - log_density_[c] : -HUGE_VAL;
        acceptance[c] = change > 0 ? 1.0 : std::exp(change);
        if (random[c].log_uniform() < change) {
          const auto at = static_cast<std::ptrdiff_t>(c * d);
          std::copy_n(proposed.begin() + at, d, q_.begin() + at);
          log_density_[c] = values[c];
        }
      }
      if (iteration_ < options_.warmup) {
        adapt(acceptance);
        continue;
      }
      for (std::size_t c = 0; c < chains_; ++c) {
        std::copy_n(q_.begin() + static_cast<std::ptrdiff_t>(c * d), d,
                    draws.point(row, c).begin());
        DrawStatistics& statistics = draws.at(row, c);
        statistics.log_density = log_density_[c];
        statistics.acceptance = acceptance[c];
        statistics.evaluations = 1;
      }
      ++row;
    }
  }

 private:
  void adapt(std::span<const double> acceptance) {
    const std::size_t d = running_.mean.size();
    double mean = 0;
    for (const double a : acceptance) {
      mean += a / static_cast<double>(chains_);
    }
    const double usual = d == 1 ? 0.44 : 0.234;
    const double target = options_.target_acceptance > 0 ? options_.target_acceptance : usual;
    const std::uint64_t t = iteration_ + 1;
    log_scale_ += std::pow(static_cast<double>(t), -0.6) * (mean - target);
    // The covariance begins anew at each power of two, so that it is of the second half.
    if ((t & (t - 1)) == 0) {
      running_.restart(d);
    }
    for (std::size_t c = 0; c < chains_; ++c) {
      running_.add(std::span(q_).subspan(c * d, d));
    }
    const bool enough = running_.count > 10 * static_cast<double>(d);
    if (enough && t >= 50 && (t % 50 == 0 || t == options_.warmup)) {
      std::vector<double> lower;
      if (cholesky(running_.covariance(), d, lower)) {
        lower_ = std::move(lower);
      }
    }
  }

  SamplerOptions options_;
  std::uint64_t chains_ = 0;
  std::uint64_t iteration_ = 0;
  std::vector<double> q_, log_density_;
  std::vector<double> lower_;  // L
  double log_scale_ = 0;
  RunningCovariance running_;
};

}  // namespace

std::unique_ptr<Sampler> start_metropolis(const SamplerOptions& options,
                                          std::span<const double> points, std::size_t chains,
                                          std::size_t dimensions) {
  return std::make_unique<Metropolis>(options, points, chains, dimensions);
}

std::unique_ptr<Sampler> resume_metropolis(const Checkpoint& checkpoint) {
  auto sampler = std::make_unique<Metropolis>();
  return load_state("metropolis", checkpoint, *sampler) ? std::move(sampler) : nullptr;
}

}  // namespace shamal::analysis::inference
