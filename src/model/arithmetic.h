// The functions that operations.def builds on, shared by the reference interpreter, the vectorised
// machine and constant folding, so that all give the same bits.
#pragma once

#include <cmath>
#include <limits>

namespace shamal::model {

inline double truth(bool condition) { return condition ? 1.0 : 0.0; }

// Modulo with the sign of the divisor (Knuth; XMILE 1.0, 3.3.1). NaN for b = 0.
inline double floored_modulo(double a, double b) {
  const double rest = std::fmod(a, b);
  return rest != 0.0 && (rest < 0.0) != (b < 0.0) ? rest + b : rest;
}

// (std::lgamma writes to a global; this does not.)
inline double log_gamma(double a) {
  int sign = 0;
  return ::lgamma_r(a, &sign);
}

// Fractions of an index are dropped.
inline double checked_index(double index, double size) {
  const double whole = std::floor(index);
  return whole >= 1.0 && whole <= size ? whole - 1.0 : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace shamal::model
