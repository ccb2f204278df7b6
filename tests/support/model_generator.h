// Random models, as XMILE text: arrays of several shapes, graphical functions, delays, memories,
// random draws, stocks that may not go negative. The same seed gives the same text. Every model is
// valid; its numbers need not make sense.
#pragma once

#include <cstdint>
#include <string>

namespace shamal::testing {

std::string generate_model(std::uint64_t seed);

}  // namespace shamal::testing
