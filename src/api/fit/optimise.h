// The highest point of a posterior, from several draws of the prior: where the search is done, how
// well other starts agree, and what is left of each series there.
//
// The point has no interval, and of a skewed posterior it is not a typical one: it serves to see
// whether a model can follow its data at all, and where its modes lie. For belief, sample.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/inference/draws.h"
#include "analysis/inference/optimise.h"
#include "api/fit/fit.h"

namespace shamal::api {

struct OptimiseRequest {
  std::string optimiser = "lbfgs";
  std::size_t starts = 8;
  std::size_t evaluations = 1000;  // of each start
  std::uint64_t seed = 1;
};

// The best first. Nothing after errors: the optimiser is unknown, or no start has a density
// (fit_nothing).
std::optional<std::vector<analysis::inference::Optimum>> optimise(const Posterior& posterior,
                                                                  const OptimiseRequest& request,
                                                                  base::Diagnostics& diagnostics);

// The optima as draws: a chain for each start, of one draw.
analysis::inference::Draws optima_draws(const std::vector<analysis::inference::Optimum>& optima);

std::string optimum_summary(const Posterior& posterior,
                            const std::vector<analysis::inference::Optimum>& optima);

}  // namespace shamal::api
