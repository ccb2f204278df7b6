// The fan of an ensemble around a curve: intervals that hold so many of the draws.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "api/report/chart.h"
#include "data/dataset.h"

namespace shamal::api::report {

// Widest first: the outermost pair of quantiles, then the next one inwards. `fans` has for each
// variable the dimensions quantile, time and its own (see ensemble.h). Empty if it does not hold
// the variable.
std::vector<Band> fan_bands(const data::Dataset& fans, std::string_view variable, double scale);

// The middle quantile of an odd number of them; empty if `fans` does not hold the variable.
std::vector<double> fan_median(const data::Dataset& fans, std::string_view variable, double scale);

// How many of the points (time, value) lie within the widest band.
struct Coverage {
  std::size_t points = 0;
  std::size_t inside = 0;
};
Coverage coverage(const std::vector<double>& times, const Band& band,
                  const std::vector<DrawnSeries>& series);

}  // namespace shamal::api::report
