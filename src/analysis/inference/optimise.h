// The largest value of a log density, from many starts at once.
//
//   lbfgs   limited-memory BFGS; needs gradients                               [Liu1989]
//   bobyqa  quadratic models in a trust region, without gradients              [Powell2009]
//   sbplx   Nelder-Mead in subspaces, without gradients: for kinks and noise   [Rowan1990]
//   crs     controlled random search with local mutation: global, in a box     [Kaelo2006]
//   cmaes   evolution strategy that adapts a covariance, without gradients: global in practice, and
//           its population is asked for in one batch                           [Hansen2016]
//   de      differential evolution, likewise                                   [Storn1997]
//
// All but the last two are NLopt's [Johnson2007]. Those ask for one point at a time; each start
// therefore has a thread, and the points of all starts that are still running are gathered into one
// batch. The result is a function of density, options and starts: a start does not see the others.
//
// Points are unconstrained; `low` and `high` may still bound the search, and crs needs them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/inference/density.h"

namespace shamal::analysis::inference {

struct OptimiseOptions {
  std::string_view method = "lbfgs";
  std::size_t most_evaluations = 1000;  // of a start
  double tolerance = 1e-8;  // of the log density: a step that gains less ends the search
  double first_step =
      0.5;                 // of methods without gradients; the initial sd of cmaes, half that of de
  std::uint64_t seed = 1;  // crs, cmaes, de
  std::vector<double> low, high;  // d each, or empty: no bounds
  std::vector<char> frozen;       // d, or empty: coordinates that stay as the start has them
};

struct Optimum {
  std::vector<double> point;  // d: the best of all asked for; the start if none was possible
  double log_density = 0;
  std::size_t start = 0;
  std::size_t evaluations = 0;
  std::string ended;  // why, for people
};

struct OptimiserRow {
  std::string_view name;
  bool needs_gradient = false;
  bool needs_bounds = false;
  // Of a method with a population of its own: from the start of a number.
  Optimum (*evolve)(const LogDensity&, const OptimiseOptions&, std::span<const double> start,
                    std::size_t index) = nullptr;
};
std::span<const OptimiserRow> optimisers();
const OptimiserRow* find_optimiser(std::string_view name);

// One optimum a start, the best first; of equal ones the earlier start. Requires a method of the
// table and what it needs.
std::vector<Optimum> maximise(const LogDensity& density, const OptimiseOptions& options,
                              std::span<const double> starts);

// ---- profile likelihood: the largest log density for each value of one coordinate

struct ProfilePoint {
  double value = 0;
  double log_density = 0;
  std::vector<double> point;
};
struct Profile {
  std::size_t dimension = 0;
  std::vector<ProfilePoint> points;  // in the order of the values
  // Where it has fallen by `drop` below its maximum, on either side, by a line between the roots of
  // what neighbouring points have lost (exact where it is a parabola); missing where it never does:
  // what was observed does not bound the coordinate on that side.
  std::optional<double> low;
  std::optional<double> high;
};

// `values` ascending; every one is a start of its own, at `optimum` with that coordinate changed.
// A drop of 1.92 bounds a 95 % confidence interval: half the chi-squared quantile of one degree of
// freedom [Venzon1988].
Profile profile(const LogDensity& density, const OptimiseOptions& options,
                std::span<const double> optimum, std::size_t dimension,
                std::span<const double> values, double drop = 1.920729410347062);

}  // namespace shamal::analysis::inference
