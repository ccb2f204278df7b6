// ChEES-HMC: Hamiltonian Monte Carlo for many chains in lockstep [Hoffman2021].
//
// All chains take the same number of leapfrog steps, so that no lane ever waits. The length of the
// trajectory is u T with u quasi-random in (0, 1] (van der Corput), so that no direction is left
// standing at a multiple of its period. T climbs the criterion
//
//   ChEES = 1/4 E[(|q' - E q'|^2 - |q - E q|^2)^2]
//
// (how much the squared distance from the centre changes in one transition: squares are what takes
// longest to mix) by its gradient over the chains m with acceptance a_m,
//
//   g_m = u T (|q'_m - mean q'|^2 - |q_m - mean q|^2) (q'_m - mean q') . v'_m
//   d ChEES / d log T  ~  sum a_m g_m / sum a_m
//
// in Adam's steps of log T [Kingma2015] with beta_1 = 0, beta_2 = 0.95 and rate 0.025. The step
// size is learned by dual averaging from the mean acceptance, target 0.75. (Not the harmonic mean,
// target 0.651, of the paper: where curvature differs from place to place, a few chains of many are
// always in a narrow one, and would slow all of them for ever.) For narrow places every fourth
// trajectory goes by steps a fifth as long, which the adaptation does not look at; u falls to at
// most 1/4 in these, so that they are short. Step and T are averaged over the last part of the
// warm-up and then stand still.
//
// Beyond the paper: q is seen as x with q = L x, L L' the covariance over all chains and the
// iterations of a window, so that what is correlated a posteriori (as the constants of one feedback
// loop are) costs no more than what is not. NUTS has one chain to learn from, and learns variances
// only; with n chains a window holds n times as many points, and short warm-ups (200 to 500) do.
// After a window T falls back to what suits a white Gaussian, and a last quarter of the warm-up
// learns it anew. Of N points, the covariances are drawn towards 0 by N / (N + d); a covariance
// that was given (SamplerOptions::lower) is kept: in a curved valley the information at typical
// places suits better than the spread of chains along it; and T is then at most half a period of
// what would be white.
// Velocities are kept in the space of x: v ~ N(0, 1), dq = L v dt, dv = L' grad dt.
//
// Limits: one T for all of the posterior; where scales differ from place to place (a funnel), NUTS
// adapts and this does not. Below some 16 chains the gradient is noisy.
#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/inference/adaptation.h"
#include "analysis/inference/matrix.h"
#include "analysis/inference/random_stream.h"
#include "analysis/inference/sampler_rows.h"

namespace shamal::analysis::inference {

namespace {

using Vector = std::vector<double>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kDivergence = 1000;
constexpr std::uint64_t kCarefulEvery = 4;  // of so many iterations one goes
constexpr double kCarefulStep = 0.2;        // by steps so much shorter
constexpr std::uint64_t kFirstSteps = 64;   // of a trajectory, until a covariance is learnt
constexpr double kLongest = M_PI;           // T where a covariance was given
constexpr double kWhiteLength = M_PI;       // a mean u T of a quarter of the period

// The digits of n in base 2 mirrored at the point: 1/2, 1/4, 3/4, 1/8, …
double van_der_corput(std::uint64_t n) {
  double value = 0;
  for (double digit = 0.5; n > 0; n /= 2, digit /= 2) {
    value += digit * static_cast<double>(n % 2);
  }
  return value;
}

class Chees final : public Sampler {
 public:
  Chees() = default;
  Chees(const SamplerOptions& options, std::span<const double> points, std::size_t chains,
        std::size_t dimensions)
      : options_(options), chains_(chains), lower_(dimensions * dimensions) {
    q_.assign(points.begin(), points.begin() + static_cast<std::ptrdiff_t>(chains * dimensions));
    for (std::size_t j = 0; j < dimensions; ++j) {
      lower_[j * dimensions + j] = 1;
    }
    if (!options.lower.empty()) {
      lower_ = options.lower;
      given_ = true;
    }
    running_.restart(dimensions);
  }

  std::uint64_t iteration() const override { return iteration_; }
  std::size_t chains() const override { return chains_; }
  Checkpoint checkpoint() const override { return save_state("chees", *this); }

  template <typename Visit>
  void fields(Visit&& visit) {
    option_fields(options_, visit);
    visit("chains", chains_);
    visit("iteration", iteration_);
    visit("q", q_);
    visit("gradient", gradient_);
    visit("log_density", log_density_);
    visit("lower", lower_);
    visit("given", given_);
    visit("step", step_);
    visit("log_length", log_length_);
    visit("log_length_average", log_length_average_);
    visit("squared_slope", squared_slope_);
    visit("slopes", slopes_);
    adaptation_.fields(visit);
    running_.fields(visit);
  }

  void advance(const LogDensity& density, std::size_t iterations, Draws& draws) override {
    const std::size_t d = density.dimensions;
    std::size_t row = make_room(draws, chains_, d, iteration_, iterations, options_.warmup);
    if (log_density_.empty() && iterations > 0) {
      log_density_.resize(chains_);
      gradient_.resize(q_.size());
      density.evaluate(q_, log_density_, gradient_);
      find_step(density);
      log_length_ = std::min(0.0, std::log(10 * step_));
    }
    for (std::size_t i = 0; i < iterations; ++i) {
      const std::uint32_t steps = move(density);
      if (iteration_ < options_.warmup) {
        adapt(density);
      } else {
        for (std::size_t c = 0; c < chains_; ++c) {
          std::copy_n(q_.begin() + static_cast<std::ptrdiff_t>(c * d), d,
                      draws.point(row, c).begin());
          draws.at(row, c) = {log_density_[c],     acceptance_[c], energy_[c], step_now(), steps, 0,
                              bool(divergent_[c]), bool(lost_[c])};
        }
        ++row;
      }
      ++iteration_;
    }
  }

 private:
  std::size_t dimensions() const { return running_.mean.size(); }

  bool careful() const { return iteration_ % kCarefulEvery == kCarefulEvery - 1; }
  double step_now() const { return careful() ? step_ * kCarefulStep : step_; }

  void draw_velocities(std::uint64_t purpose) {
    velocity_.resize(q_.size());
    const std::size_t d = dimensions();
    for (std::size_t c = 0; c < chains_; ++c) {
      RandomStream random(options_.seed, c, iteration_, purpose);
      for (std::size_t j = 0; j < d; ++j) {
        velocity_[c * d + j] = random.normal();
      }
    }
  }

  double energy_of(std::size_t chain, const Vector& velocity, const Vector& log_density) const {
    const std::size_t d = dimensions();
    double kinetic = 0;
    for (std::size_t j = 0; j < d; ++j) {
      kinetic += velocity[chain * d + j] * velocity[chain * d + j];
    }
    return kinetic / 2 - log_density[chain];
  }

  // Gives every chain's velocity `time` times the slope at its place.
  void kick(double time) {
    transpose(new_gradient_, chains_, dimensions(), turned_);
    block::add_lower<true>(lower_, dimensions(), chains_, time, turned_, turned_v_);
  }

  void drift(double time) {
    std::fill(turned_.begin(), turned_.end(), 0.0);
    block::add_lower<false>(lower_, dimensions(), chains_, time, turned_v_, turned_);
    for (std::size_t c = 0; c < chains_; ++c) {
      for (std::size_t j = 0; j < dimensions(); ++j) {
        new_q_[c * dimensions() + j] += turned_[j * chains_ + c];
      }
    }
  }

  // From q_, velocity_: new_q_, new_v_, new_gradient_, new_log_density_ after `steps`. Where a step
  // ends, half a kick for it and half a kick for the next are one.
  void leapfrog(const LogDensity& density, double step, std::uint64_t steps) {
    new_q_ = q_;
    new_gradient_ = gradient_;
    new_log_density_ = log_density_;
    lost_.assign(chains_, 0);
    turned_.resize(q_.size());
    turned_v_.resize(q_.size());
    transpose(velocity_, chains_, dimensions(), turned_v_);
    kick(step / 2);
    for (std::uint64_t s = 0; s < steps; ++s) {
      drift(step);
      density.evaluate(new_q_, new_log_density_, new_gradient_);
      for (std::size_t c = 0; c < chains_; ++c) {
        if (lost_[c] || !std::isfinite(new_log_density_[c])) {
          lose(c);
        }
      }
      kick(s + 1 < steps ? step : step / 2);
    }
    new_v_.resize(q_.size());
    transpose(turned_v_, dimensions(), chains_, new_v_);
  }

  // A chain that came to an impossible place waits for the others where it started, at rest.
  void lose(std::size_t chain) {
    lost_[chain] = 1;
    const std::size_t d = dimensions();
    for (std::size_t k = chain * d; k < (chain + 1) * d; ++k) {
      new_q_[k] = q_[k];
      new_gradient_[k] = 0;
    }
    for (std::size_t j = 0; j < d; ++j) {
      turned_v_[j * chains_ + chain] = 0;
    }
  }

  // Energy before minus energy after; minus infinity where the end is impossible.
  void compare() {
    change_.resize(chains_);
    energy_.resize(chains_);
    acceptance_.resize(chains_);
    for (std::size_t c = 0; c < chains_; ++c) {
      energy_[c] = energy_of(c, velocity_, log_density_);
      const double after = energy_of(c, new_v_, new_log_density_);
      change_[c] = std::isfinite(after) && !lost_[c] ? energy_[c] - after : -kInfinity;
      acceptance_[c] = change_[c] > 0 ? 1.0 : std::exp(change_[c]);
    }
  }

  double mean_acceptance() const {
    double sum = 0;
    for (std::size_t c = 0; c < chains_; ++c) {
      sum += lost_[c] ? 0.0 : acceptance_[c];
    }
    return sum / static_cast<double>(chains_);
  }

  void find_step(const LogDensity& density) {
    int direction = 0;
    for (std::uint64_t trial = 0; trial < 60; ++trial) {
      draw_velocities(2 + trial);
      leapfrog(density, step_, 1);
      compare();
      const int now = mean_acceptance() > 0.8 ? 1 : -1;
      if (direction != 0 && now != direction) {
        break;
      }
      direction = now;
      step_ *= now > 0 ? 2.0 : 0.5;
    }
    adaptation_.restart(step_);
  }

  std::uint32_t move(const LogDensity& density) {
    const std::size_t d = dimensions();
    draw_velocities(0);
    time_ = van_der_corput(iteration_ + 1) * std::exp(log_length_);
    const double step = step_now();
    const double wanted = std::ceil(time_ / step);
    const bool early = iteration_ < WarmupSchedule(options_.warmup, options_.warmup / 4).first;
    const std::uint64_t most =
        early ? std::min(kFirstSteps, options_.max_steps) : options_.max_steps;
    const auto steps =
        static_cast<std::uint32_t>(std::clamp(wanted, 1.0, static_cast<double>(most)));
    leapfrog(density, step, steps);
    compare();
    slope_ = iteration_ < options_.warmup ? criterion_slope() : 0;
    divergent_.assign(chains_, 0);
    for (std::size_t c = 0; c < chains_; ++c) {
      divergent_[c] = !lost_[c] && !(change_[c] > -kDivergence);
      RandomStream random(options_.seed, c, iteration_, 1);
      if (random.log_uniform() < change_[c]) {
        const auto at = static_cast<std::ptrdiff_t>(c * d);
        std::copy_n(new_q_.begin() + at, d, q_.begin() + at);
        std::copy_n(new_gradient_.begin() + at, d, gradient_.begin() + at);
        log_density_[c] = new_log_density_[c];
        energy_[c] -= change_[c];
      }
    }
    return steps;
  }

  // d ChEES / d log T, before the accepted states are taken over.
  double criterion_slope() const {
    const std::size_t d = dimensions();
    Vector old_mean(d), new_mean(d);
    double weight = 0;
    for (std::size_t c = 0; c < chains_; ++c) {
      if (acceptance_[c] > 0) {
        weight += acceptance_[c];
        for (std::size_t j = 0; j < d; ++j) {
          new_mean[j] += acceptance_[c] * new_q_[c * d + j];
        }
      }
      for (std::size_t j = 0; j < d; ++j) {
        old_mean[j] += q_[c * d + j] / static_cast<double>(chains_);
      }
    }
    if (!(weight > 0)) {
      return 0;
    }
    double sum = 0;
    Vector before(d), after(d);
    for (std::size_t c = 0; c < chains_; ++c) {
      if (!(acceptance_[c] > 0)) {
        continue;
      }
      for (std::size_t j = 0; j < d; ++j) {
        before[j] = q_[c * d + j] - old_mean[j];
        after[j] = new_q_[c * d + j] - new_mean[j] / weight;
      }
      solve_lower(lower_, d, before);
      solve_lower(lower_, d, after);
      double change = 0;
      double along = 0;
      for (std::size_t j = 0; j < d; ++j) {
        change += after[j] * after[j] - before[j] * before[j];
        along += after[j] * new_v_[c * d + j];
      }
      sum += acceptance_[c] * time_ * change * along;
    }
    return sum / weight;
  }

  void adapt(const LogDensity& density) {
    const double target = options_.target_acceptance > 0 ? options_.target_acceptance : 0.75;
    if (!careful()) {
      step_ = adaptation_.learn(mean_acceptance(), target);
    }
    learn_length();
    const WarmupSchedule schedule(options_.warmup, options_.warmup / 4);
    const std::size_t d = dimensions();
    if (!given_ && schedule.in_window(iteration_)) {
      for (std::size_t c = 0; c < chains_; ++c) {
        running_.add(std::span(q_).subspan(c * d, d));
      }
    }
    if (!given_ && schedule.ends_window(iteration_)) {
      learn_covariance();
      running_.restart(d);
      find_step(density);
      log_length_ = std::min(log_length_, std::log(kWhiteLength));
      slopes_ = 0;  // the average starts again
    }
    if (iteration_ + 1 == options_.warmup) {
      step_ = adaptation_.averaged();
      log_length_ = log_length_average_;
    }
  }

  void learn_covariance() {
    const std::size_t d = dimensions();
    std::vector<double> covariance = running_.covariance();
    const double share = running_.count / (running_.count + static_cast<double>(d));
    for (std::size_t i = 0; i < d; ++i) {
      for (std::size_t j = 0; j < d; ++j) {
        covariance[i * d + j] *= i == j ? 1.0 : share;
      }
    }
    Vector lower;
    if (cholesky(covariance, d, lower)) {
      lower_ = std::move(lower);
    }
  }

  void learn_length() {
    constexpr double kRate = 0.025;
    constexpr double kDecay = 0.95;
    if (!std::isfinite(slope_)) {
      return;
    }
    squared_slope_ = squared_slope_ == 0 ? slope_ * slope_
                                         : kDecay * squared_slope_ + (1 - kDecay) * slope_ * slope_;
    const double move = kRate * slope_ / (std::sqrt(squared_slope_) + 1e-300);
    double longest = std::log(step_ * static_cast<double>(options_.max_steps));
    longest = given_ ? std::min(longest, std::log(kLongest)) : longest;
    log_length_ = std::min(log_length_ + move, longest);
    log_length_ = std::max(log_length_, std::log(step_));
    slopes_ += 1;
    const double share = std::pow(slopes_, -0.75);
    log_length_average_ = share * log_length_ + (1 - share) * log_length_average_;
  }

  SamplerOptions options_;
  std::uint64_t chains_ = 0;
  std::uint64_t iteration_ = 0;
  Vector q_, gradient_, log_density_;  // of every chain
  Vector lower_;                       // L
  bool given_ = false;                 // L stays as it is
  double step_ = 1;
  double log_length_ = 0;  // log T
  double log_length_average_ = 0;
  double squared_slope_ = 0;  // Adam's running mean
  double slopes_ = 0;         // since the average began
  StepAdaptation adaptation_;
  RunningCovariance running_;

  // Within an iteration.
  double time_ = 0;   // u T
  double slope_ = 0;  // d ChEES / d log T
  Vector velocity_, new_q_, new_v_, new_gradient_, new_log_density_;
  Vector turned_v_, turned_;  // the chains side by side
  Vector change_, acceptance_, energy_;
  std::vector<char> divergent_, lost_;
};

}  // namespace

std::unique_ptr<Sampler> start_chees(const SamplerOptions& options, std::span<const double> points,
                                     std::size_t chains, std::size_t dimensions) {
  return std::make_unique<Chees>(options, points, chains, dimensions);
}

std::unique_ptr<Sampler> resume_chees(const Checkpoint& checkpoint) {
  auto sampler = std::make_unique<Chees>();
  return load_state("chees", checkpoint, *sampler) ? std::move(sampler) : nullptr;
}

}  // namespace shamal::analysis::inference
