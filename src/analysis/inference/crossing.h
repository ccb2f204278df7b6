// When a simulated level crosses a threshold: the date that an observed date is compared with.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace shamal::analysis::inference {

struct Crossing {
  double time = 0;
  // It lies between the points after - 1 and after; d time / d value of each. 0: it is the first
  // point, and nothing moves it.
  std::size_t after = 0;
  double by_before = 0;
  double by_after = 0;
};

// The first crossing upwards (downwards if not `rising`) of the line that joins the points (times
// ascending), or the first point if it is already there. Nothing where it never crosses: use
// log_event_between (observation.h), which still has a slope there.
std::optional<Crossing> find_crossing(std::span<const double> times, std::span<const double> values,
                                      double threshold, bool rising = true);

}  // namespace shamal::analysis::inference
