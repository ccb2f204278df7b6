// A study made of Vensim's files: the elements of a payoff are its series, the data of other files
// its observations, the parameters of an optimisation control its priors, flat between their
// bounds.
#pragma once

#include <string>
#include <vector>

#include "api/fit/study_fit.h"

namespace shamal::api {

struct PayoffRequest {
  std::string model;
  std::string payoff;    // .vpd
  std::string control;   // .voc
  CompileInputs inputs;  // its data are also what the payoff compares with
};

// Nothing after errors.
std::unique_ptr<StudyPosterior> load_payoff_posterior(const PayoffRequest& request,
                                                      const PosteriorRequest& posterior,
                                                      base::Sources& sources,
                                                      base::Diagnostics& diagnostics);

}  // namespace shamal::api
