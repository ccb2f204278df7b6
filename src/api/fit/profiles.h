// Profile likelihoods: how well the best fit does with one parameter held at each of some values.
//
//   ℓ_k(z) = max over all others of  Σ_i w_i log p(y_i | m_i, s_i) + Σ_{j≠k} log p(z_j),  z_k = z
//
// The priors of the other parameters stay as penalties; that of the parameter itself does not
// count, so that what is seen is what was observed [Raue2009]. Where ℓ_k falls by 1.92 below its
// maximum on a side, a 95 % confidence interval ends there; where it never does, what was observed
// does not bound the parameter on that side.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/inference/optimise.h"
#include "api/fit/optimise.h"

namespace shamal::api {

struct ProfileRequest {
  OptimiseRequest search;          // for the highest point, and from there at each value
  std::vector<std::string> names;  // of parameters; empty: all
};

struct Profiles {
  analysis::inference::Optimum best;
  std::vector<analysis::inference::Profile> of;  // values are z; [parameter asked for]
};

// Nothing after errors: no start has a density (fit_nothing), a name is not a parameter.
std::optional<Profiles> profiles(const Posterior& posterior, const ProfileRequest& request,
                                 base::Diagnostics& diagnostics,
                                 base::Progress* progress = nullptr);

std::string profiles_summary(const Posterior& posterior, const Profiles& of);

// A row for each parameter and value: parameter, value, z, what ℓ has lost since its maximum.
std::string profiles_csv(const Posterior& posterior, const Profiles& of);

}  // namespace shamal::api
