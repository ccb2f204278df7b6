// Sequential Monte Carlo from a density that is easy to draw from to one that is not: for
// posteriors with separate modes, and for the evidence [DelMoral2006; Neal2001].
//
// Particles are drawn from `first` (a prior, say) and led through
//
//   pi_b = first^(1 - b) last^b,   b from 0 to 1
//
// Each step b -> b' weighs a particle by (last / first)^(b' - b). b' is as large as keeps half of
// the particles effective (bisection). Then they are resampled (systematically [Kitagawa1996]) and
// moved by a Markov kernel that leaves pi_b' alone, as often as it takes for the particles to
// forget where they came from: until proposals have been accepted `moves_per_step` times on
// average, at most `most_moves`. Kernels: random-walk Metropolis with the particles' own covariance
// and a scale that follows the acceptance, and where both densities have gradients, Hamiltonian
// trajectories of 1 to 8 steps with the particles' own variances.
//
// The product of the mean weights estimates the ratio of the two normalising constants; with a
// normalised prior as `first`, and prior times likelihood as `last`, that is the evidence.
//
// Limits: a mode that no particle of the early steps falls into is not found. Use hundreds of
// particles; they are asked for in batches of all of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "analysis/inference/checkpoint.h"
#include "analysis/inference/density.h"

namespace shamal::analysis::inference {

struct TemperingOptions {
  std::uint64_t seed = 1;
  double effective_share = 0.5;  // of the particles that a step keeps effective
  double moves_per_step = 3;     // accepted ones
  std::uint64_t most_moves = 50;
};

class Tempering {
 public:
  // `points`: n x d, drawn from `first`.
  Tempering(const TemperingOptions& options, std::span<const double> points,
            std::size_t dimensions);
  static std::optional<Tempering> resume(const Checkpoint& checkpoint);

  // One step of b. Requires !done(). The same two densities each time.
  void advance(const LogDensity& first, const LogDensity& last);

  bool done() const { return inverse_temperature_ >= 1; }
  double inverse_temperature() const { return inverse_temperature_; }  // b
  double log_evidence() const { return log_evidence_; }
  std::uint64_t steps() const { return step_; }
  double acceptance() const { return acceptance_; }  // of the last step's moves

  std::size_t particles() const { return first_.size(); }
  std::span<const double> points() const { return points_; }     // n x d, equally weighted
  std::span<const double> log_density() const { return last_; }  // of `last`

  Checkpoint checkpoint() const;

  template <typename Visit>
  void fields(Visit&& visit);

 private:
  struct Batch;

  double next_temperature() const;
  void resample(double next);
  void move(const LogDensity& first, const LogDensity& last);
  void propose_walk(Batch& batch, std::span<const double> lower) const;
  void propose_trajectory(Batch& batch, const LogDensity& first, const LogDensity& last) const;
  void evaluate(const LogDensity& first, const LogDensity& last, Batch& batch,
                bool with_gradient) const;

  TemperingOptions options_;
  std::uint64_t dimensions_ = 0;
  std::uint64_t step_ = 0;
  double inverse_temperature_ = 0;
  double log_evidence_ = 0;
  double log_scale_ = 0;
  double acceptance_ = 0;
  bool known_ = false;  // densities of the starting points
  std::vector<double> points_, first_, last_;
};

}  // namespace shamal::analysis::inference
