// A number read off a curve: what outcomes and bands of a study ask of a run.
#pragma once

#include <span>

#include "analysis/study.h"

namespace shamal::analysis {

// Between the times of a curve it is a straight line; outside of them, and where it is not a number
// between `from` and `until`, the result is not a number. `mean` is the area below the curve
// divided by the time. `falls_below` and `rises_above` give the time at which the line is first at
// or past `level`, infinity if it never is.
double read_measure(Measure measure, std::span<const double> times, std::span<const double> values,
                    double from, double until, double level);

}  // namespace shamal::analysis
