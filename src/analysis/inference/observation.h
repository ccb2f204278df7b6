// What was observed, given what the model says: one row a family.
//
// A row gives the logarithm of the density (or probability) of an observation with its slopes in
// the model's value m and in the scale s, and the quantile function, by which replicated
// observations are drawn. `s` is what the family calls its scale:
//
//   gaussian           y ~ N(m, s)                        s: standard deviation
//   log gaussian       log y ~ N(log m, s)                s: of the logarithm; y and m positive
//   student            (y - m) / s ~ t(shape)             s: scale; shape: degrees of freedom
//   log student        log y ~ log m + s t(shape)         as log gaussian, with long tails
//   poisson            y ~ Poisson(m)                     s is not used
//   negative binomial  mean m, variance m + m^2 / s       s: size; infinity would be Poisson
//   interval           low < z < high, z ~ N(m, s)        s: standard deviation; open ends are
//                                                         infinite. A date known to lie between two
//                                                         days is such an interval of the date
//   log interval       low < z < high, log z ~ N(log m, s)
//   share              y ~ Beta(m s, (1 - m) s)           s: precision; y and m inside (0, 1)
//
// The constants are those of a proper density in y: values of different families and scales may be
// compared. A model's value outside of the family's range gives minus infinity.
#pragma once

#include <span>
#include <string_view>

namespace shamal::analysis::inference {

struct Observed {
  double low = 0;   // the value itself, or the lower end of an interval
  double high = 0;  // the upper end; of a value: not looked at
  double shape = 0;
};

struct ObservationDensity {
  double value = 0;
  double by_prediction = 0;  // d value / d m
  double by_scale = 0;       // d value / d s
};

struct ObservationFamily {
  std::string_view name;
  std::string_view scale;  // what it is, for people; empty: not used
  bool interval = false;   // needs both ends
  bool whole = false;      // of whole numbers
  ObservationDensity (*log_density)(const Observed& observed, double prediction, double scale);
  double (*quantile)(double p, double prediction, double scale, double shape);
};

std::span<const ObservationFamily> observation_families();
const ObservationFamily* find_observation_family(std::string_view name);

// An event that had not happened at one time and had at another, seen through the level that
// brings it about: below the threshold before, above it after, each level read with error s.
//
//   log P = log Phi((threshold - before) / s) + log Phi((after - threshold) / s)
//
// Where the model never crosses the threshold there is no date to compare, and this still has a
// slope that leads there. For an event that a falling level brings about, negate all three.
struct EventDensity {
  double value = 0;
  double by_before = 0;
  double by_after = 0;
  double by_scale = 0;
};
EventDensity log_event_between(double before, double after, double threshold, double scale);

}  // namespace shamal::analysis::inference
