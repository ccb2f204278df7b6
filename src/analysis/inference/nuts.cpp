// The no-U-turn sampler [Hoffman2014], with multinomial choice among the states of the trajectory
// and the generalised criterion [Betancourt2017], its tree walked without recursion [Phan2019], so
// that many chains can wait for one batch of gradients.
//
// From the state (q, p), p ~ N(0, M), a trajectory of leapfrog steps is doubled forward or backward
// in time, at random, until its ends turn towards each other. A trajectory with ends l and r turns
// when
//
//   rho . M^-1 p_l <= 0   or   rho . M^-1 p_r <= 0,    rho = sum p - (p_l + p_r) / 2
//
// rho is the integral of p along it by the trapezoid rule: M^-1 rho is what separates its ends.
// Every balanced subtree must pass, or detailed balance would be lost. A subtree of 2^k leaves
// needs only the first leaf (momentum and sum so far) of the k subtrees that are open at any time:
// the leaf n opens those that start at it, and an odd n closes as many as n has trailing ones. The
// first leaf m of a subtree is kept in the slot "number of ones in m".
//
// A leaf weighs exp(H_0 - H). Within a new subtree a state is chosen by weight; between the old
// tree and the new one with probability min(1, new / old), which favours what is far
// [Betancourt2017, app. A.3.2].
//
// Each chain adapts by itself, as Stan does [Carpenter2017]: step size by dual averaging, diagonal
// M^-1 by the variance of its draws in windows that double. Chains do not wait for each other
// within one call of advance(): a batch holds the next step of every chain that is not done.
//
// Limits: Stan adds two more checks where two subtrees meet; the trapezoid sum serves the same end.
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "analysis/inference/adaptation.h"
#include "analysis/inference/random_stream.h"
#include "analysis/inference/sampler_rows.h"

namespace shamal::analysis::inference {

namespace {

using Vector = std::vector<double>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kDivergence = 1000;  // error of the energy that no stable trajectory has

double log_sum(double a, double b) {
  const double high = std::max(a, b);
  return high == -kInfinity ? high : high + std::log1p(std::exp(std::min(a, b) - high));
}

// A place of the trajectory: position, momentum, gradient and density.
struct State {
  Vector q, p, gradient;
  double log_density = 0;
};

class NutsChain {
 public:
  NutsChain() = default;
  NutsChain(const SamplerOptions& options, std::uint64_t chain, std::span<const double> point)
      : chain_(chain), variance_(point.size(), 1.0) {
    now_.q.assign(point.begin(), point.end());
    now_.p.resize(point.size());
    now_.gradient.resize(point.size());
    running_.restart(point.size());
    begin(options);
  }

  template <typename Visit>
  void fields(Visit&& visit) {
    visit("chain", chain_);
    visit("iteration", iteration_);
    visit("known", known_);
    visit("find_step", find_step_);
    visit("q", now_.q);
    visit("gradient", now_.gradient);
    visit("log_density", now_.log_density);
    visit("variance", variance_);
    visit("step", step_);
    adaptation_.fields(visit);
    running_.fields(visit);
  }

  // Sets up the next transition. Also after loading.
  void begin(const SamplerOptions& options) {
    const std::size_t d = variance_.size();
    now_.p.resize(d);
    random_ = RandomStream(options.seed, chain_, iteration_);
    trials_ = 0;
    trial_direction_ = 0;
    if (known_) {
      find_step_ ? begin_trial() : begin_trajectory();
    }
  }

  std::uint64_t iteration() const { return iteration_; }

  // The point whose density is needed next.
  void ask(std::span<double> point) {
    if (!known_) {
      std::copy(now_.q.begin(), now_.q.end(), point.begin());
      return;
    }
    const double step = direction_ * step_;
    for (std::size_t j = 0; j < point.size(); ++j) {
      moving_.p[j] += step / 2 * moving_.gradient[j];
      moving_.q[j] += step * variance_[j] * moving_.p[j];
    }
    std::copy(moving_.q.begin(), moving_.q.end(), point.begin());
  }

  // Its density and gradient. True: a transition is complete, and `point` and `statistics` hold it.
  bool tell(const SamplerOptions& options, double log_density, std::span<const double> gradient) {
    if (!known_) {
      known_ = true;
      find_step_ = true;
      now_.log_density = log_density;
      now_.gradient.assign(gradient.begin(), gradient.end());
      begin_trial();
      return false;
    }
    moving_.log_density = std::isnan(log_density) ? -kInfinity : log_density;
    moving_.gradient.assign(gradient.begin(), gradient.end());
    const double step = direction_ * step_;
    for (std::size_t j = 0; j < moving_.p.size(); ++j) {
      moving_.p[j] += step / 2 * moving_.gradient[j];
    }
    ++evaluations_;
    double energy = energy_of(moving_);
    if (!std::isfinite(energy)) {
      energy = kInfinity;
      impossible_ = !std::isfinite(moving_.log_density);
    }
    if (find_step_) {
      end_trial(energy);
      return false;
    }
    if (add_leaf(options, energy)) {
      return false;
    }
    finish(options);
    return true;
  }

  std::span<const double> point() const { return now_.q; }
  const DrawStatistics& statistics() const { return statistics_; }

 private:
  double energy_of(const State& s) const {
    double kinetic = 0;
    for (std::size_t j = 0; j < s.p.size(); ++j) {
      kinetic += variance_[j] * s.p[j] * s.p[j];
    }
    return kinetic / 2 - s.log_density;
  }

  void draw_momentum() {
    for (std::size_t j = 0; j < now_.p.size(); ++j) {
      now_.p[j] = random_.normal() / std::sqrt(variance_[j]);
    }
    energy_ = energy_of(now_);
    moving_ = now_;
  }

  // A first step size: doubled or halved until one step's acceptance crosses 0.8 (Algorithm 4 of
  // [Hoffman2014] with Stan's level).
  void begin_trial() {
    direction_ = 1;
    draw_momentum();
  }
  void end_trial(double energy) {
    const int direction = energy_ - energy > std::log(0.8) ? 1 : -1;
    const bool crossed = trial_direction_ != 0 && direction != trial_direction_;
    trial_direction_ = direction;
    if (crossed || ++trials_ == 60) {
      find_step_ = false;
      adaptation_.restart(step_);
      begin_trajectory();
      return;
    }
    step_ *= direction > 0 ? 2.0 : 0.5;
    begin_trial();
  }

  void begin_trajectory() {
    evaluations_ = 0;
    acceptance_ = 0;
    divergent_ = impossible_ = false;
    depth_ = 0;
    draw_momentum();
    left_ = right_ = chosen_ = now_;
    chosen_energy_ = energy_;
    log_weight_ = 0;
    sum_ = now_.p;
    begin_subtree();
  }

  void begin_subtree() {
    direction_ = random_.uniform() < 0.5 ? -1 : 1;
    moving_ = direction_ > 0 ? right_ : left_;
    leaf_ = 0;
    subtree_log_weight_ = -kInfinity;
    subtree_sum_.assign(sum_.size(), 0);
    first_p_.resize(std::max<std::size_t>(first_p_.size(), depth_ + 1));
    first_sum_.resize(first_p_.size());
  }

  // Whether a piece of trajectory turns: `sum` of all its momenta, `a` and `b` those of its ends.
  bool turns(const Vector& sum, const Vector& a, const Vector& b) const {
    double at_a = 0;
    double at_b = 0;
    for (std::size_t j = 0; j < sum.size(); ++j) {
      const double rho = variance_[j] * (sum[j] - (a[j] + b[j]) / 2);
      at_a += rho * a[j];
      at_b += rho * b[j];
    }
    return at_a <= 0 || at_b <= 0;
  }

  // Takes the state that was just reached. False: the trajectory is complete.
  bool add_leaf(const SamplerOptions& options, double energy) {
    const double log_leaf = energy_ - energy;
    acceptance_ += log_leaf > 0 ? 1.0 : std::exp(log_leaf);
    if (!(energy - energy_ < kDivergence)) {
      divergent_ = !impossible_;
      return false;
    }
    subtree_log_weight_ = log_sum(subtree_log_weight_, log_leaf);
    if (random_.log_uniform() < log_leaf - subtree_log_weight_ || leaf_ == 0) {
      subtree_chosen_ = moving_;
      subtree_energy_ = energy;
    }
    for (std::size_t j = 0; j < sum_.size(); ++j) {
      subtree_sum_[j] += moving_.p[j];
    }
    if (leaf_ % 2 == 0) {
      const int slot = std::popcount(leaf_);
      first_p_[slot] = moving_.p;
      first_sum_[slot] = subtree_sum_;
    } else {
      for (int level = 1; level <= std::countr_one(leaf_); ++level) {
        const int slot = std::popcount(leaf_ - ((std::uint64_t{1} << level) - 1));
        piece_ = first_p_[slot];
        for (std::size_t j = 0; j < piece_.size(); ++j) {
          piece_[j] += subtree_sum_[j] - first_sum_[slot][j];
        }
        if (turns(piece_, first_p_[slot], moving_.p)) {
          return false;
        }
      }
    }
    ++leaf_;
    return leaf_ < std::uint64_t{1} << depth_ || add_subtree(options);
  }

  bool add_subtree(const SamplerOptions& options) {
    if (random_.log_uniform() < subtree_log_weight_ - log_weight_) {
      chosen_ = subtree_chosen_;
      chosen_energy_ = subtree_energy_;
    }
    log_weight_ = log_sum(log_weight_, subtree_log_weight_);
    for (std::size_t j = 0; j < sum_.size(); ++j) {
      sum_[j] += subtree_sum_[j];
    }
    (direction_ > 0 ? right_ : left_) = moving_;
    ++depth_;
    if (turns(sum_, left_.p, right_.p) || depth_ == options.max_depth) {
      return false;
    }
    begin_subtree();
    return true;
  }

  void finish(const SamplerOptions& options) {
    const double mean_acceptance = acceptance_ / evaluations_;
    now_ = chosen_;
    statistics_ = {now_.log_density, mean_acceptance, chosen_energy_, step_,
                   evaluations_,     depth_,          divergent_,     impossible_};
    if (iteration_ < options.warmup) {
      adapt(options, mean_acceptance);
    }
    ++iteration_;
    begin(options);
  }

  void adapt(const SamplerOptions& options, double acceptance) {
    const double target = options.target_acceptance > 0 ? options.target_acceptance : 0.8;
    step_ = adaptation_.learn(acceptance, target);
    const WarmupSchedule schedule(options.warmup);
    if (schedule.in_window(iteration_)) {
      running_.add(now_.q);
    }
    if (schedule.ends_window(iteration_)) {
      running_.regularised(variance_);
      running_.restart(variance_.size());
      find_step_ = true;
    }
    if (iteration_ + 1 == options.warmup) {
      step_ = adaptation_.averaged();
      find_step_ = false;
    }
  }

  // Between transitions.
  std::uint64_t chain_ = 0;
  std::uint64_t iteration_ = 0;
  bool known_ = false;      // density and gradient of `now_`
  bool find_step_ = false;  // before the next transition
  State now_;
  Vector variance_;
  double step_ = 1;
  StepAdaptation adaptation_;
  RunningVariance running_;
  DrawStatistics statistics_;

  // Within one.
  RandomStream random_;
  int trials_ = 0;
  int trial_direction_ = 0;
  int direction_ = 1;
  std::uint32_t evaluations_ = 0;
  std::uint32_t depth_ = 0;
  bool divergent_ = false;
  bool impossible_ = false;
  double acceptance_ = 0;  // sum
  double energy_ = 0;      // H_0
  State moving_, left_, right_, chosen_, subtree_chosen_;
  double chosen_energy_ = 0, subtree_energy_ = 0;
  double log_weight_ = 0, subtree_log_weight_ = 0;
  Vector sum_, subtree_sum_, piece_;
  std::uint64_t leaf_ = 0;
  std::vector<Vector> first_p_, first_sum_;  // of open subtrees, by slot
};

class Nuts final : public Sampler {
 public:
  Nuts() = default;
  Nuts(const SamplerOptions& options, std::span<const double> points, std::size_t chains,
       std::size_t dimensions)
      : options_(options) {
    for (std::size_t c = 0; c < chains; ++c) {
      chains_.emplace_back(options_, c, points.subspan(c * dimensions, dimensions));
    }
  }

  void advance(const LogDensity& density, std::size_t iterations, Draws& draws) override {
    const std::size_t d = density.dimensions;
    const std::uint64_t from = iteration();
    const std::uint64_t end = from + iterations;
    const std::size_t room = make_room(draws, chains(), d, from, iterations, options_.warmup);
    std::vector<std::size_t> active;
    for (std::size_t c = 0; c < chains() && iterations > 0; ++c) {
      active.push_back(c);
    }
    Vector points, values, gradients;
    while (!active.empty()) {
      points.resize(active.size() * d);
      values.resize(active.size());
      gradients.resize(points.size());
      for (std::size_t k = 0; k < active.size(); ++k) {
        chains_[active[k]].ask(std::span(points).subspan(k * d, d));
      }
      density.evaluate(points, values, gradients);
      std::vector<std::size_t> left;
      for (std::size_t k = 0; k < active.size(); ++k) {
        NutsChain& chain = chains_[active[k]];
        const std::uint64_t done = chain.iteration();
        if (chain.tell(options_, values[k], std::span(gradients).subspan(k * d, d)) &&
            done >= options_.warmup) {
          const std::size_t row = room + (done - std::max(from, options_.warmup));
          std::copy(chain.point().begin(), chain.point().end(),
                    draws.point(row, active[k]).begin());
          draws.at(row, active[k]) = chain.statistics();
        }
        if (chain.iteration() < end) {
          left.push_back(active[k]);
        }
      }
      active = std::move(left);
    }
  }

  std::uint64_t iteration() const override {
    return chains_.empty() ? 0 : chains_.front().iteration();
  }
  std::size_t chains() const override { return chains_.size(); }

  Checkpoint checkpoint() const override {
    Checkpoint checkpoint = save_state("nuts", *this);
    for (std::size_t c = 0; c < chains_.size(); ++c) {
      SavingVisitor visit(checkpoint, std::to_string(c) + ".");
      const_cast<NutsChain&>(chains_[c]).fields(visit);  // reads only
    }
    return checkpoint;
  }

  bool load(const Checkpoint& checkpoint) {
    if (!load_state("nuts", checkpoint, *this)) {
      return false;
    }
    chains_.resize(count_);
    for (std::size_t c = 0; c < chains_.size(); ++c) {
      LoadingVisitor visit(checkpoint, std::to_string(c) + ".");
      chains_[c].fields(visit);
      if (!visit.complete()) {
        return false;
      }
      chains_[c].begin(options_);
    }
    return true;
  }

  template <typename Visit>
  void fields(Visit&& visit) {
    count_ = chains_.size();
    option_fields(options_, visit);
    visit("chains", count_);
  }

 private:
  SamplerOptions options_;
  std::vector<NutsChain> chains_;
  std::uint64_t count_ = 0;
};

}  // namespace

std::unique_ptr<Sampler> start_nuts(const SamplerOptions& options, std::span<const double> points,
                                    std::size_t chains, std::size_t dimensions) {
  return std::make_unique<Nuts>(options, points, chains, dimensions);
}

std::unique_ptr<Sampler> resume_nuts(const Checkpoint& checkpoint) {
  auto sampler = std::make_unique<Nuts>();
  return sampler->load(checkpoint) ? std::move(sampler) : nullptr;
}

}  // namespace shamal::analysis::inference
