// DE-MC(Z): differential evolution Markov chains that learn from an archive of their past, with
// snooker moves [terBraak2008].
//
// The archive Z holds starting points and, every tenth iteration, the states of all chains. A chain
// at x draws a, b (and c) from Z and proposes
//
//   parallel  x' = x + g (a - b) + e          g = 2.38 / sqrt(2 d); every tenth time g = 1, which
//                                             jumps between modes; e ~ N(0, 1e-6)
//   snooker   x' = x + g (P a - P b)          one time in ten; P projects onto the line from c to
//   x,
//                                             g ~ U(1.2, 2.2); p(x') / p(x) gains the factor
//                                             (|x' - c| / |x - c|)^(d - 1)
//
// Differences of past states have the posterior's own scales and correlations: nothing is tuned,
// no gradient is needed, and kinks do not matter. As Z does not hold the current states, all chains
// move at once. Z goes on growing; its influence on a step falls as 1/t, which keeps the chains
// ergodic [terBraak2008, § 2.3].
//
// Limits: an archive of fewer than some 10 d points spans too few directions at the start.
#include <algorithm>
#include <cmath>

#include "analysis/inference/random_stream.h"
#include "analysis/inference/sampler_rows.h"

namespace shamal::analysis::inference {

namespace {

constexpr std::uint64_t kThinning = 10;
constexpr double kSnookerShare = 0.1;
constexpr double kJumpShare = 0.1;
constexpr double kNoise = 1e-6;

class Demcz final : public Sampler {
 public:
  Demcz() = default;
  Demcz(const SamplerOptions& options, std::span<const double> points, std::size_t chains,
        std::size_t dimensions)
      : options_(options), chains_(chains), archive_(points.begin(), points.end()) {
    q_.assign(points.begin(), points.begin() + static_cast<std::ptrdiff_t>(chains * dimensions));
  }

  std::uint64_t iteration() const override { return iteration_; }
  std::size_t chains() const override { return chains_; }
  Checkpoint checkpoint() const override { return save_state("demcz", *this); }

  template <typename Visit>
  void fields(Visit&& visit) {
    option_fields(options_, visit);
    visit("chains", chains_);
    visit("iteration", iteration_);
    visit("q", q_);
    visit("log_density", log_density_);
    visit("archive", archive_);
  }

  void advance(const LogDensity& density, std::size_t iterations, Draws& draws) override {
    const std::size_t d = density.dimensions;
    std::size_t row = make_room(draws, chains_, d, iteration_, iterations, options_.warmup);
    if (log_density_.empty() && iterations > 0) {
      log_density_.resize(chains_);
      density.evaluate(q_, log_density_, {});
    }
    std::vector<double> proposed(q_.size()), values(chains_), log_factor(chains_);
    std::vector<RandomStream> random(chains_);
    for (std::size_t i = 0; i < iterations; ++i, ++iteration_) {
      for (std::size_t c = 0; c < chains_; ++c) {
        random[c] = RandomStream(options_.seed, c, iteration_);
        log_factor[c] = propose(random[c], std::span(q_).subspan(c * d, d),
                                std::span(proposed).subspan(c * d, d));
      }
      density.evaluate(proposed, values, {});
      for (std::size_t c = 0; c < chains_; ++c) {
        const double change =
            std::isfinite(values[c]) ? values[c] - log_density_[c] + log_factor[c] : -HUGE_VAL;
        if (random[c].log_uniform() < change) {
          const auto at = static_cast<std::ptrdiff_t>(c * d);
          std::copy_n(proposed.begin() + at, d, q_.begin() + at);
          log_density_[c] = values[c];
        }
        if (iteration_ >= options_.warmup) {
          std::copy_n(q_.begin() + static_cast<std::ptrdiff_t>(c * d), d,
                      draws.point(row, c).begin());
          DrawStatistics& statistics = draws.at(row, c);
          statistics.log_density = log_density_[c];
          statistics.acceptance = change > 0 ? 1.0 : std::exp(change);
          statistics.evaluations = 1;
        }
      }
      row += iteration_ >= options_.warmup;
      if ((iteration_ + 1) % kThinning == 0) {
        archive_.insert(archive_.end(), q_.begin(), q_.end());
      }
    }
  }

 private:
  // The logarithm of the factor that the proposal brings to the ratio of densities.
  double propose(RandomStream& random, std::span<const double> from, std::span<double> to) const {
    const std::size_t d = from.size();
    const std::size_t size = archive_.size() / d;
    const auto past = [&](std::size_t i) { return std::span(archive_).subspan(i * d, d); };
    const std::size_t first = random.index(size);
    const std::size_t second = (first + 1 + random.index(size - 1)) % size;  // another one
    const std::span<const double> a = past(first);
    const std::span<const double> b = past(second);
    if (random.uniform() < kSnookerShare) {
      return snooker(from, a, b, past(random.index(size)), 1.2 + random.uniform(), to);
    }
    const double usual = 2.38 / std::sqrt(2 * static_cast<double>(d));
    const double g = random.uniform() < kJumpShare ? 1.0 : usual;
    for (std::size_t j = 0; j < d; ++j) {
      to[j] = from[j] + g * (a[j] - b[j]) + kNoise * random.normal();
    }
    return 0;
  }

  static double snooker(std::span<const double> from, std::span<const double> a,
                        std::span<const double> b, std::span<const double> c, double g,
                        std::span<double> to) {
    const std::size_t d = from.size();
    double square = 0;
    double along = 0;  // (a - b) . (from - c)
    for (std::size_t j = 0; j < d; ++j) {
      square += (from[j] - c[j]) * (from[j] - c[j]);
      along += (a[j] - b[j]) * (from[j] - c[j]);
    }
    if (!(square > 0)) {  // the chain itself was drawn: no line
      std::copy(from.begin(), from.end(), to.begin());
      return 0;
    }
    double after = 0;
    for (std::size_t j = 0; j < d; ++j) {
      to[j] = from[j] + g * along / square * (from[j] - c[j]);
      after += (to[j] - c[j]) * (to[j] - c[j]);
    }
    return static_cast<double>(d - 1) / 2 * (std::log(after) - std::log(square));
  }

  SamplerOptions options_;
  std::uint64_t chains_ = 0;
  std::uint64_t iteration_ = 0;
  std::vector<double> q_, log_density_;
  std::vector<double> archive_;  // Z, point by point
};

}  // namespace

std::unique_ptr<Sampler> start_demcz(const SamplerOptions& options, std::span<const double> points,
                                     std::size_t chains, std::size_t dimensions) {
  return std::make_unique<Demcz>(options, points, chains, dimensions);
}

std::unique_ptr<Sampler> resume_demcz(const Checkpoint& checkpoint) {
  auto sampler = std::make_unique<Demcz>();
  return load_state("demcz", checkpoint, *sampler) ? std::move(sampler) : nullptr;
}

}  // namespace shamal::analysis::inference
