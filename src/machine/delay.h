// What a delay line gives back.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "machine/state.h"

namespace shamal::machine {

// What `element` of a delay line was `time` ago, rounded to whole steps (half of one up) and at
// least one; `start` if that is before the first step.
inline double delayed(const State& state, std::uint32_t delay, std::uint32_t element,
                      std::size_t lane, double time, double start) {
  if (std::isnan(time)) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  const double dt = state.value(ir::kStepSlot, lane);
  const double steps = std::max(1.0, std::floor(time / dt + 0.5));
  if (steps > static_cast<double>(state.step)) {
    return start;
  }
  return state.past(delay, element, state.step - static_cast<std::uint32_t>(steps), lane);
}

}  // namespace shamal::machine
