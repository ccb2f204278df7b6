#include "sim/precision.h"

#include <algorithm>
#include <cmath>

namespace shamal::sim {

std::vector<double> relative_differences(const Trajectories& exact, const Trajectories& other) {
  std::vector<double> largest(exact.columns);
  std::vector<double> apart(exact.columns);
  for (std::size_t i = 0; i < exact.values.size(); ++i) {
    const double a = exact.values[i];
    const double b = other.values[i];
    const std::size_t column = i % exact.columns;
    if (std::isfinite(a)) {
      largest[column] = std::max(largest[column], std::fabs(a));
    }
    if (a == b || (std::isnan(a) && std::isnan(b))) {
      continue;
    }
    const double difference = std::fabs(a - b);
    apart[column] = std::max(apart[column], std::isfinite(difference) ? difference : HUGE_VAL);
  }
  for (std::size_t column = 0; column < exact.columns; ++column) {
    if (apart[column] > 0) {
      apart[column] /= largest[column];
    }
  }
  return apart;
}

}  // namespace shamal::sim
