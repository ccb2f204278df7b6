// The density of an uncertain number: what a prior adds to a posterior.
//
// For z = (x - shift) / stretch cut to the bounds:
//   log p(x) = log p_family(z) - log |stretch| - log(cdf(high) - cdf(low))
// and uniform where nothing of the family lies within the bounds, as the quantile function has it.
#pragma once

#include <span>

#include "analysis/marginal.h"

namespace shamal::analysis {

class MarginalDensity {
 public:
  // Requires that find_problem finds nothing and that the family has a density.
  explicit MarginalDensity(Marginal marginal);

  // Outside of the support: minus infinity, slope 0.
  LogDensityAt at(double x) const;

  const Support& support() const { return support_; }

 private:
  Marginal marginal_;
  Support support_;
  bool flat_ = false;
  double log_constant_ = 0;
};

// Rows of the table of families.
namespace density {

using Numbers = std::span<const double>;

LogDensityAt uniform(Numbers a, double x);
LogDensityAt loguniform(Numbers a, double x);
LogDensityAt triangular(Numbers a, double x);
LogDensityAt normal(Numbers a, double x);
LogDensityAt lognormal(Numbers a, double x);
LogDensityAt beta(Numbers a, double x);
LogDensityAt exponential(Numbers a, double x);
LogDensityAt gamma(Numbers a, double x);
LogDensityAt weibull(Numbers a, double x);
LogDensityAt student(Numbers a, double x);
LogDensityAt halfnormal(Numbers a, double x);
LogDensityAt curve(Numbers a, double x);

Support whole_line(Numbers a);
Support half_line(Numbers a);
Support unit_interval(Numbers a);
Support first_to_last(Numbers a);
Support curve_support(Numbers a);

}  // namespace density

}  // namespace shamal::analysis
