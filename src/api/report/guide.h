// The reference guide: every variable of the model with its equation, unit, meaning and origin, and
// links to the variables it is made of.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "api/equations.h"
#include "api/report/sources.h"

namespace shamal::api::report {

// The place of a variable in the guide, for links: "eq-control-clearing-time".
std::string equation_anchor(std::string_view variable);

// A link to it; subscripts stay in the text.
std::string equation_link(std::string_view variable);

std::string guide_html(std::span<const ReportEquation> equations,
                       const analysis::SourceList& sources);

}  // namespace shamal::api::report
