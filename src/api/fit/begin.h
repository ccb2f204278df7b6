// Where the chains of a fit begin, and what a sampler knows of the posterior before its warm-up.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "analysis/inference/sampler.h"
#include "api/fit/fit.h"

namespace shamal::api {

// Draws from the prior, row by row.
std::vector<double> prior_points(std::size_t count, std::size_t dimensions, std::uint64_t seed);

// The request's sampler at its first iteration: at draws of the prior or, after `searches`, near
// the modes, and ChEES then with the covariance that the information of the data makes. Nothing
// after an error: too few points have a density (fit_nothing).
std::unique_ptr<analysis::inference::Sampler> begin_sampler(const Posterior& posterior,
                                                            const SampleRequest& request,
                                                            base::Diagnostics& diagnostics);

}  // namespace shamal::api
