// Simulation-based calibration [Talts2018]: does the fit find what it should, on this model, with
// these priors and this sampler?
//
// A truth is drawn from the prior, data are made of it, the posterior of these data is sampled, and
// the rank of the truth among L independent draws is noted. If all is right, ranks are uniform over
// 0 … L. They are counted in B bins; the sum over the bins of (count - expected)^2 / expected has
// then about a chi-square distribution with B - 1 degrees of freedom, whose tail probability is
// that of a normal number [Wilson1931]. A truth whose run is not finite is replaced by the next
// one, and counted.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/fit/fit.h"

namespace shamal::api {

struct Calibration {
  std::size_t truths = 0;
  std::size_t skipped = 0;            // truths whose data could not be made
  std::size_t unconverged = 0;        // fits whose chains did not agree by the rule of R-hat
  std::size_t levels = 0;             // L + 1
  std::vector<std::size_t> ranks;     // [truth][parameter]
  std::vector<double> probabilities;  // of a rank histogram as uneven as that, by parameter
  std::vector<double> within90;       // share of truths within the central 90 % of the draws

  // No parameter is less likely than 1 % shared among all of them.
  bool uniform() const;
};

// Nothing after errors, or if the progress was cancelled.
std::optional<Calibration> check_calibration(const Posterior& posterior,
                                             const SampleRequest& request, std::size_t truths,
                                             base::Diagnostics& diagnostics,
                                             base::Progress* progress = nullptr);

std::string calibration_summary(const Posterior& posterior, const Calibration& of);

}  // namespace shamal::api
