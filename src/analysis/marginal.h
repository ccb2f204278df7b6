// One uncertain number, seen through its quantile function (a probability in, a value out: all that
// a design of experiments needs) and, for a fit, through its density (marginal_density.h).
//
// Families are rows of a table. The number that a family describes is multiplied by `stretch`,
// moved by `shift` and then kept within [low, high] by cutting the distribution there (not by
// moving what lies outside to the bounds); where nothing of it lies within, it is uniform there.
// These are Vensim's conventions for its sensitivity distributions [Vensim, "Distributions"].
#pragma once

#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/study.h"

namespace shamal::analysis {

struct MarginalFamily;

struct Marginal {
  const MarginalFamily* family = nullptr;
  std::vector<double> parameters;  // as many as the family has; any number for the discrete ones
  double shift = 0;
  double stretch = 1;
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};

// Logarithm of a density and its slope in x.
struct LogDensityAt {
  double value = 0;
  double slope = 0;
};

// Where a density is not zero: the open interval between the two, possibly infinite.
struct Support {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};

struct MarginalFamily {
  std::string_view name;
  std::vector<std::string_view> parameters;  // names
  // For 0 < p < 1. Of a discrete family: the least value whose probability of not being exceeded
  // is at least p.
  double (*quantile)(std::span<const double> parameters, double p);
  double (*cdf)(std::span<const double> parameters, double x);
  bool discrete = false;  // whole numbers
  // What is wrong with the parameters; empty if nothing is.
  std::string (*problem)(std::span<const double> parameters);
  // None of a discrete family or of a choice. Outside of the support: minus infinity, slope 0.
  LogDensityAt (*log_density)(std::span<const double> parameters, double x) = nullptr;
  Support (*support)(std::span<const double> parameters) = nullptr;
};

//   uniform (low, high)   loguniform (low, high)   triangular (low, mode, high)
//   normal (mean, sd)     lognormal (median, factor): 90 % within median / factor … median * factor
//   beta (a, b)           exponential (mean)        gamma (order, mean)   weibull (shape, mean)
//   student (degrees)     halfnormal (sd)           poisson (mean)        binomial (p, n)
//   negative binomial (p, n): trials until n successes
//   choice (value, weight, value, weight, …)        curve (x, density, x, density, …)
std::span<const MarginalFamily> marginal_families();
const MarginalFamily* find_marginal_family(std::string_view name);

// What is wrong with it; empty if nothing is.
std::string find_problem(const Marginal& marginal);

// The bounds as the family sees them, before its number is stretched and moved.
Support cut_of(const Marginal& marginal);

// Requires that find_problem finds nothing, and 0 < p < 1.
double quantile(const Marginal& marginal, double p);

// The prior of a study.
Marginal marginal_of(const Distribution& distribution);

// Number of different values of a family with few of them (choice); 0 for the others.
std::size_t value_count(const Marginal& marginal);

}  // namespace shamal::analysis
