// Results as other programs exchange them: named series of values over time, one for each scalar
// variable and each element of an array.
#pragma once

#include <vector>

#include "data/dataset.h"
#include "data/series_name.h"

namespace shamal::data {

struct Series {
  SeriesName name;
  std::vector<double> times;  // empty: the one value holds at all times
  std::vector<double> values;
  // How far a time may be from the one that was meant, because it was written with few digits:
  // 12.46875 is "12.4688" in one tool and "12.469" in another. Zero: times are exact.
  double time_tolerance = 0;

  bool operator==(const Series&) const = default;
};

struct SeriesTable {
  std::vector<Series> series;
};

// The series of one run of a dataset.
SeriesTable series_of(const Dataset& dataset, std::size_t run = 0);

}  // namespace shamal::data
