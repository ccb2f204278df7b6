// Draws of a posterior as a small table that stays with the model: a row of names, then a draw a
// line, every tenth, say, of those of the fit. Values are those of the priors: of a prior that
// multiplies, the factor; of errors and discrepancies, their size.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/inference/draws.h"
#include "api/ensemble.h"
#include "api/fit/posterior.h"
#include "base/source.h"

namespace shamal::api {

// At most `count` draws, evenly spaced in each chain. `settings` ("Name=3") are those of the
// posterior: each is a column "set Name" more, so that the table says which structure it is of.
std::string posterior_csv(const Posterior& posterior, const analysis::inference::Draws& draws,
                          std::size_t count, const std::vector<std::string>& settings = {});

// The settings of a table of draws, for the posterior that will read it. Nothing after errors.
std::optional<std::vector<std::string>> kept_settings(const std::string& path,
                                                      base::Sources& sources,
                                                      base::Diagnostics& diagnostics);

// The points of the draws, row by row. Nothing after errors: the table lacks a parameter, has one
// that the posterior does not, or a value that its prior does not allow (request_bad_value).
std::optional<std::vector<double>> read_posterior(const std::string& path,
                                                  const Posterior& posterior,
                                                  base::Sources& sources,
                                                  base::Diagnostics& diagnostics);

// The constants of the model in each draw, for an ensemble.
DesignTable design_of(const CompiledModel& compiled, const Posterior& posterior,
                      std::span<const double> points);

}  // namespace shamal::api
