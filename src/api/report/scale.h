// Axes: where a value or a date lies on a drawing, and which ticks help to read it.
#pragma once

#include <string>
#include <vector>

#include "analysis/calendar.h"

namespace shamal::api::report {

// From values to pixels, linear or logarithmic.
struct Scale {
  double low = 0;
  double high = 1;
  double from = 0;  // pixel of `low`
  double to = 1;    // pixel of `high`
  bool log = false;

  double operator()(double value) const;
};

struct Tick {
  double value = 0;
  std::string label;  // empty: a tick without a label
};

struct ValueAxis {
  double low = 0;
  double high = 1;
  std::vector<Tick> ticks;  // ascending
};

// Round numbers that enclose the values, about `wanted` ticks. A logarithmic axis needs low > 0.
ValueAxis value_axis(double low, double high, bool log, int wanted);

// Dates on an axis of model time: what begins where, and what each stretch between two major ticks
// is called.
struct DateAxis {
  struct Stretch {
    double begin = 0;  // cut to the axis
    double end = 0;
    std::string label;
    std::string short_label;
  };
  std::vector<double> major;
  std::vector<double> minor;
  std::vector<Stretch> stretches;
};

// Years with quarters for spans of some years; quarters with months below a year and a half;
// groups of years for decades.
DateAxis date_axis(const analysis::Calendar& calendar, double begin, double end);

}  // namespace shamal::api::report
