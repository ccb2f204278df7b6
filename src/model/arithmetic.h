// The functions that operations.def builds on, shared by the reference interpreter, the vectorised
// machine and constant folding, so that all give the same bits. They are always inlined: a copy
// that was compiled for a newer processor must not become the one that everybody calls.
#pragma once

#include <cmath>
#include <limits>

#include "model/elementary.h"

namespace shamal::model {

[[gnu::always_inline]] inline double truth(bool condition) { return condition ? 1.0 : 0.0; }

// Modulo with the sign of the divisor (Knuth; XMILE 1.0, 3.3.1). NaN for b = 0.
[[gnu::always_inline]] inline double floored_modulo(double a, double b) {
  const double rest = std::fmod(a, b);
  return rest != 0.0 && (rest < 0.0) != (b < 0.0) ? rest + b : rest;
}

// (std::lgamma writes to a global; this does not.)
[[gnu::always_inline]] inline double log_gamma(double a) {
  int sign = 0;
  return ::lgamma_r(a, &sign);
}

// b c + a, rounded once.
[[gnu::always_inline]] inline double fused_multiply_add(double b, double c, double a) {
#if defined(__wasm__)
  if (a == 0.0 && b != 0.0 && c != 0.0) {
    return b * c;  // musl's std::fma adds what b c is rounded to, and loses the sign of a zero
  }
#endif
  return std::fma(b, c, a);
}

// Fractions of an index are dropped.
[[gnu::always_inline]] inline double checked_index(double index, double size) {
  const double whole = std::floor(index);
  return whole >= 1.0 && whole <= size ? whole - 1.0 : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace shamal::model
