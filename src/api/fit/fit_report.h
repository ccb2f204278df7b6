// A fit as one page that opens without a network: whether it may be believed, what the data said
// about each parameter, how the chains went, and how the model with these draws meets what was
// observed.
#pragma once

#include <map>
#include <string>

#include "api/fit/study_fit.h"

namespace shamal::api {

// `attributes`: those of the fit's file. The same input gives the same bytes.
std::string fit_report_html(const StudyPosterior& of, const StudyFit& fit,
                            const std::map<std::string, std::string>& attributes);

}  // namespace shamal::api
