// Priors seen from a standard normal number: a parameter is θ = T(z) with z ~ N(0, 1) before any
// data, whatever its family.
//
//   T(z) = Q(Φ(z)),   T'(z) = φ(z) / f(T(z)),   log p(z) = - z² / 2 + constant
//
// with Q the quantile function and f the density of the prior. So every bound is respected, no
// Jacobian is left over, parameters of all scales come out alike, a draw from the prior is a draw
// of normal numbers, and how far data have narrowed a parameter is read off its variance against 1.
// Where data say nothing the posterior is that normal again, which samplers like best.
//
// Both tails are computed from the probability that is small there (Φ(z) or Φ(-z)), so that a
// value near its upper bound is as exact as one near its lower bound.
#pragma once

#include <optional>
#include <string>

#include "analysis/study.h"

namespace shamal::analysis {

struct UnitValue {
  double value = 0;  // θ
  double slope = 0;  // dθ/dz
};

class UnitPrior {
 public:
  // Why not: a choice has no continuous number.
  static std::optional<std::string> problem(const Distribution& distribution);

  // Requires that there is no problem.
  explicit UnitPrior(const Distribution& distribution);

  UnitValue at(double z) const;

  // The z of a value; finite for values strictly within the bounds.
  double find(double value) const;

  const Distribution& distribution() const { return distribution_; }

 private:
  UnitValue cut_normal(double z, double mean, double sd) const;
  UnitValue beta(double z) const;
  double transformed(double value) const;

  Distribution distribution_;
  bool logarithmic_ = false;  // lognormal: mean_ and sd_ are of the logarithm
  double mean_ = 0;
  double sd_ = 1;
  double below_ = 0;  // probabilities that the bounds of a normal or lognormal cut away
  double above_ = 0;
  double a_ = 1;  // of the beta family
  double b_ = 1;
};

// The standard normal distribution.
double normal_density(double z);
double normal_probability(double z);         // Φ(z)
double normal_quantile(double p, double q);  // of p = 1 - q, exact in whichever is small

}  // namespace shamal::analysis
