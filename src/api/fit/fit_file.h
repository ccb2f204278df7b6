// A fit as netCDF-4 in the groups that ArviZ reads:
//
//   posterior             (chain, draw)         a variable for each parameter, in the model's unit
//   sample_stats          (chain, draw)         lp, acceptance_rate, energy, step_size, n_steps,
//                                               tree_depth, diverging, impossible
//   posterior_predictive  (chain, draw, point)  replicated observations of each series
//   log_likelihood        (chain, draw, point)  without the weights of series
//   observed_data         (point)               what was observed in the calibration window
//   prior                 (chain, draw)         as many draws, from the prior
//
// Predictions and likelihoods are those of a part of the draws, evenly spaced in each chain; the
// coordinate `draw` says which. Points have the model's time as their coordinate.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/fit/fit.h"
#include "api/fit/predict.h"
#include "data/netcdf.h"

namespace shamal::api {

// Draws that predictions are made of: whole iterations, evenly spaced, all chains of each.
struct ThinnedDraws {
  std::vector<std::size_t> iterations;
  std::vector<double> points;  // [chain][iteration][dimension]
};
ThinnedDraws thin(const analysis::inference::Draws& draws, std::size_t most);

std::vector<data::NetcdfGroup> fit_groups(const Posterior& posterior,
                                          const analysis::inference::Draws& draws,
                                          const ThinnedDraws& thinned,
                                          const Predictions& predictions, std::uint64_t seed);

// Only `posterior` and `sample_stats`: of optima, a chain of one draw for each start.
std::vector<data::NetcdfGroup> optima_groups(const Posterior& posterior,
                                             const analysis::inference::Draws& optima);

// Of the file: model, engine, study, seed, command, and how the sampling went.
std::map<std::string, std::string> fit_attributes(const CompiledModel& compiled,
                                                  const analysis::Study& study,
                                                  const SampleRequest& request,
                                                  const std::string& command);

}  // namespace shamal::api
