// Markov chains on a log density, many in lockstep.
//
//   nuts        the no-U-turn sampler, each chain with its own step size and diagonal mass, adapted
//               in windows: the reference                           [Hoffman2014; Betancourt2017]
//   chees       Hamiltonian trajectories of one length for all chains, which is adapted so that
//               they decorrelate per unit of work: made for lockstep           [Hoffman2021]
//   demcz       differential evolution from an archive of past states, with snooker moves; needs no
//               gradient, and does not mind kinks                              [terBraak2008]
//   metropolis  random walk with the covariance and scale of its warm-up: the plain rival
//                                                               [Haario2001; Roberts1997]
//
// A sampler is started from one point a chain, then advanced as far as wanted, in as many pieces as
// wanted: the draws do not depend on the pieces. The first `warmup` iterations adapt and are not
// kept. It can be saved between two calls and taken up again with the same effect.
//
// Every iteration is a function of the density, the options and the starting points.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "analysis/inference/checkpoint.h"
#include "analysis/inference/density.h"
#include "analysis/inference/draws.h"

namespace shamal::analysis::inference {

struct SamplerOptions {
  std::uint64_t seed = 1;
  std::uint64_t warmup = 1000;    // iterations
  double target_acceptance = 0;   // 0: the sampler's own (nuts 0.8, chees 0.75)
  std::uint64_t max_depth = 10;   // nuts: trees of at most 2^max_depth steps
  std::uint64_t max_steps = 512;  // chees: of a trajectory
  std::vector<double> lower;      // chees: L of the covariance L L' to keep, d x d; empty: learn it
};

class Sampler {
 public:
  virtual ~Sampler() = default;

  // Draws after the warm-up are added to the end of `draws`, whose chains and dimensions are set if
  // they are 0.
  virtual void advance(const LogDensity& density, std::size_t iterations, Draws& draws) = 0;

  virtual std::uint64_t iteration() const = 0;  // done so far, warm-up included
  virtual std::size_t chains() const = 0;
  virtual Checkpoint checkpoint() const = 0;
};

struct SamplerRow {
  std::string_view name;
  bool needs_gradient = false;
  // `points` holds chains x d numbers, finite where the density is asked there. demcz takes more
  // points than chains: the rest only goes to its archive, which wants some 10 d.
  std::unique_ptr<Sampler> (*start)(const SamplerOptions& options, std::span<const double> points,
                                    std::size_t chains, std::size_t dimensions);
  // Nothing if the checkpoint is not complete.
  std::unique_ptr<Sampler> (*resume)(const Checkpoint& checkpoint);
};

std::span<const SamplerRow> samplers();
const SamplerRow* find_sampler(std::string_view name);

// Of n candidates, in order, the first `count` where density and gradient are finite.
struct StartPoints {
  std::vector<double> points;  // count x d, or fewer
  std::size_t found = 0;
  std::size_t tried = 0;
};
StartPoints find_start_points(const LogDensity& density, std::span<const double> candidates,
                              std::size_t count, std::size_t batch = 64);

}  // namespace shamal::analysis::inference
