#include "analysis/reading.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace shamal::analysis {

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

double at(std::span<const double> times, std::span<const double> values, double time) {
  if (times.empty() || !(time >= times.front()) || !(time <= times.back())) {
    return kNan;
  }
  const auto after =
      static_cast<std::size_t>(std::lower_bound(times.begin(), times.end(), time) - times.begin());
  if (times[after] == time) {
    return values[after];
  }
  const double share = (time - times[after - 1]) / (times[after] - times[after - 1]);
  return values[after - 1] + share * (values[after] - values[after - 1]);
}

// Calls `segment(t0, v0, t1, v1)` for each straight piece between `from` and `until`, until it
// gives false.
template <typename Segment>
void for_each_segment(std::span<const double> times, std::span<const double> values, double from,
                      double until, Segment segment) {
  double t0 = from;
  double v0 = at(times, values, from);
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (times[i] <= from) {
      continue;
    }
    const bool last = times[i] >= until;
    const double t1 = last ? until : times[i];
    const double v1 = last ? at(times, values, until) : values[i];
    if (!segment(t0, v0, t1, v1) || last) {
      return;
    }
    t0 = t1;
    v0 = v1;
  }
}

// The first time at which sign * (curve - level) >= 0.
double first_past(std::span<const double> times, std::span<const double> values, double from,
                  double level, double sign) {
  const double start = at(times, values, from);
  if (std::isnan(start)) {
    return kNan;
  }
  if (sign * (start - level) >= 0) {
    return from;
  }
  double found = kInfinity;
  for_each_segment(times, values, from, times.back(),
                   [&](double t0, double v0, double t1, double v1) {
                     if (std::isnan(v1)) {
                       found = kNan;
                       return false;
                     }
                     if (sign * (v1 - level) >= 0) {
                       found = t0 + (t1 - t0) * ((level - v0) / (v1 - v0));
                       return false;
                     }
                     return true;
                   });
  return found;
}

}  // namespace

double read_measure(Measure measure, std::span<const double> times, std::span<const double> values,
                    double from, double until, double level) {
  switch (measure) {
    case Measure::value:
      return at(times, values, from);
    case Measure::change:
      return at(times, values, until) - at(times, values, from);
    case Measure::falls_below:
      return first_past(times, values, from, level, -1);
    case Measure::rises_above:
      return first_past(times, values, from, level, 1);
    case Measure::mean:
    case Measure::max:
    case Measure::min:
      break;
  }
  double area = 0;
  double largest = at(times, values, from);
  double least = largest;
  bool complete = !std::isnan(largest) && !std::isnan(at(times, values, until));
  for_each_segment(times, values, from, until, [&](double t0, double v0, double t1, double v1) {
    area += (t1 - t0) * (v0 + v1) / 2;
    largest = std::max(largest, v1);
    least = std::min(least, v1);
    complete = complete && !std::isnan(v1);
    return true;
  });
  if (!complete) {
    return kNan;
  }
  return measure == Measure::mean  ? area / (until - from)
         : measure == Measure::max ? largest
                                   : least;
}

}  // namespace shamal::analysis
