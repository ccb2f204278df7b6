// The rows of the table of samplers, each in a file of its own.
#pragma once

#include "analysis/inference/sampler.h"

namespace shamal::analysis::inference {

std::unique_ptr<Sampler> start_nuts(const SamplerOptions& options, std::span<const double> points,
                                    std::size_t chains, std::size_t dimensions);
std::unique_ptr<Sampler> resume_nuts(const Checkpoint& checkpoint);

std::unique_ptr<Sampler> start_chees(const SamplerOptions& options, std::span<const double> points,
                                     std::size_t chains, std::size_t dimensions);
std::unique_ptr<Sampler> resume_chees(const Checkpoint& checkpoint);

std::unique_ptr<Sampler> start_demcz(const SamplerOptions& options, std::span<const double> points,
                                     std::size_t chains, std::size_t dimensions);
std::unique_ptr<Sampler> resume_demcz(const Checkpoint& checkpoint);

std::unique_ptr<Sampler> start_metropolis(const SamplerOptions& options,
                                          std::span<const double> points, std::size_t chains,
                                          std::size_t dimensions);
std::unique_ptr<Sampler> resume_metropolis(const Checkpoint& checkpoint);

// The options as fields of every sampler's state.
template <typename Visit>
void option_fields(SamplerOptions& options, Visit&& visit) {
  visit("options.seed", options.seed);
  visit("options.warmup", options.warmup);
  visit("options.target_acceptance", options.target_acceptance);
  visit("options.max_depth", options.max_depth);
  visit("options.max_steps", options.max_steps);
}

// A state that has `fields(visit)`, as a checkpoint and back.
template <typename State>
Checkpoint save_state(std::string_view kind, const State& state) {
  Checkpoint checkpoint{std::string(kind), {}};
  SavingVisitor visit(checkpoint);
  const_cast<State&>(state).fields(visit);  // reads only
  return checkpoint;
}
template <typename State>
bool load_state(std::string_view kind, const Checkpoint& checkpoint, State& state) {
  LoadingVisitor visit(checkpoint);
  state.fields(visit);
  return checkpoint.kind == kind && visit.complete();
}

// Makes a place for the draws to come: those of `iterations` from `iteration` on that lie behind
// the warm-up. Gives the place of the first of them.
inline std::size_t make_room(Draws& draws, std::size_t chains, std::size_t dimensions,
                             std::uint64_t iteration, std::uint64_t iterations,
                             std::uint64_t warmup) {
  draws.chains = chains;
  draws.dimensions = dimensions;
  const std::size_t first = draws.iterations();
  const std::uint64_t end = iteration + iterations;
  draws.extend(end > warmup ? end - std::max(iteration, warmup) : 0);
  return first;
}

}  // namespace shamal::analysis::inference
