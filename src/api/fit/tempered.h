// `shamal fit --sampler smc`: populations of particles led from the prior to the posterior
// (analysis/inference/tempering.h), for posteriors with separate modes, and for the evidence.
//
// Each population starts at draws of its own and sees no other, so that what they disagree in is
// the Monte-Carlo error: they count as the chains of a fit, their particles as its draws.
#pragma once

#include <optional>
#include <string>

#include "api/fit/fit.h"

namespace shamal::api {

constexpr std::string_view kTempered = "smc";

// `request.chains` populations of `request.draws` particles. As `sample` (fit.h).
std::optional<Sampled> sample_tempered(const Posterior& posterior, const std::string& identity,
                                       const SampleRequest& request, base::Diagnostics& diagnostics,
                                       base::Progress* progress);

}  // namespace shamal::api
