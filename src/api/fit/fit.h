// `shamal fit`: from a posterior to draws or to its highest point, with checkpoints.
//
//   sample     chains on the posterior (analysis/inference/sampler.h) or populations led to it from
//              the prior (tempered.h), in rounds: after each one
//              the diagnostics say whether the draws are good enough, and the fit ends when they
//              are or when the draws asked for are made
//   optimise   the highest point, from several draws of the prior
//
// A fit is a function of the study, the model, the data and the options that `fit_identity` names.
// Where it was interrupted between two rounds does not show in its result.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "analysis/inference/diagnostics.h"
#include "analysis/inference/sampler.h"
#include "api/fit/posterior.h"
#include "base/progress.h"

namespace shamal::api {

struct SampleRequest {
  std::string sampler = "nuts";
  std::size_t chains = 4;
  std::size_t searches = 0;  // for the mode, to begin about it; 0: begin at draws of the prior
  std::size_t warmup = 500;
  std::size_t draws = 1000;                // of each chain, at most
  analysis::inference::StoppingRule rule;  // its superchains divide the chains
  std::uint64_t seed = 1;
  std::string checkpoint;  // file; empty: none is written
  bool resume = false;
};

struct Sampled {
  analysis::inference::Draws draws;
  std::vector<analysis::inference::ParameterDiagnostics> diagnostics;  // of z
  analysis::inference::Verdict verdict;
  bool cancelled = false;            // the checkpoint holds what was done
  std::uint64_t iterations = 0;      // warm-up included
  std::vector<double> log_evidence;  // of each population of smc
  double seconds = 0;                // of this call

  bool converged() const { return verdict.state == analysis::inference::Verdict::State::converged; }
};

// A sampler that a fit can use: those of analysis/inference/sampler.h, and smc (tempered.h).
struct FitSampler {
  std::string_view name;
  bool needs_gradient = false;
};
std::vector<FitSampler> fit_samplers();

// What a fit depends on, hashed: the model, the study, the points and priors, and the options.
std::string fit_identity(const CompiledModel& compiled, const Posterior& posterior,
                         std::string_view options);

// Nothing after errors: no starting point has a density (fit_nothing), the checkpoint is of another
// fit (fit_other) or cannot be read or written.
std::optional<Sampled> sample(const Posterior& posterior, const std::string& identity,
                              const SampleRequest& request, base::Diagnostics& diagnostics,
                              base::Progress* progress = nullptr);

}  // namespace shamal::api
