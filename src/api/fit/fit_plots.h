// Small drawings of draws: traces, ranks and pairs, as SVG in the inks of the style sheet.
#pragma once

#include <string>

#include "analysis/inference/draws.h"
#include "api/fit/posterior.h"

namespace shamal::api {

std::string trace_svg(const Posterior& posterior, const analysis::inference::Draws& draws,
                      std::size_t parameter);
std::string rank_svg(const analysis::inference::Draws& draws, std::size_t parameter);
std::string pair_svg(const Posterior& posterior, const analysis::inference::Draws& draws,
                     std::size_t across, std::size_t up);

// Of two parameters, over all draws; 0 if one does not vary.
double correlation(const analysis::inference::Draws& draws, std::size_t i, std::size_t j);

}  // namespace shamal::api
