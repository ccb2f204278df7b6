// Elementary functions of our own: the same bits from every compiler, processor and vector width,
// because they are made of + - * / and bit patterns alone, each rounding on its own (no fused
// multiply-add, no table, no call). exp, log, log10 and pow have no branches either, so that loops
// over them become vector code; the others, which real models call with TIME, may.
//
// Errors in units of the last place, measured against 80-bit arithmetic and held to by
// tests/unit/model/elementary_test.cpp: log10 0.51, log, sin, cos 0.9, exp 1.1, pow and cosh 1.5,
// tan 1.6, sinh and tanh 2.
//
//   exp    x = k ln 2 + r, |r| <= ln 2 / 2;  e^x = 2^k (1 + r + r^2 q(r))              [Tang1989]
//   log    x = 2^e m, m in [sqrt(1/2), sqrt 2);  f = m - 1, s = f / (2 + f), z = s^2
//          log m = 2 s + s z P(z) = f - s (f - z P(z))
//   pow    e^(y log x), log x and the product as sums of two doubles. Products of such sums are
//          exact where their factors have 26 bits: `upper` cuts a double down to that. [Dekker1971]
//   sin    x = n pi/2 + r with pi/2 in three parts [CodyWaite1980]; polynomials on |r| <= pi/4.
//          Beyond 800,000 the C library's function.
//
// Polynomials interpolate at Chebyshev's points: within a few per cent of the best possible.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

namespace shamal::model {

#define SHAMAL_INLINE [[gnu::always_inline]] inline

namespace elementary {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kLog2E = 0x1.71547652b82fep+0;
constexpr double kLn2High = 0x1.62e42fee00000p-1;  // 32 bits: times an exponent, exact
constexpr double kLn2Low = 0x1.a39ef35793c76p-33;
// Adding it rounds to a whole number, which then stands in the low bits.
constexpr double kRound = 0x1.8p52;

SHAMAL_INLINE std::uint64_t bits(double x) { return std::bit_cast<std::uint64_t>(x); }
SHAMAL_INLINE double number(std::uint64_t x) { return std::bit_cast<double>(x); }
// The first 26 bits of the significand.
SHAMAL_INLINE double upper(double x) { return number(bits(x) & 0xfffffffff8000000u); }
// 2^k, from k + kRound.
SHAMAL_INLINE double power_of_two(double rounded) {
  return number((bits(rounded) - bits(kRound) + 1023) << 52);
}

struct Sum {  // high + low, |low| far below |high|
  double high;
  double low;
};

// c[0] + c[1] x + c[2] x^2 + ..., neighbours first and then pairs of pairs: what depends on each
// other is logarithmic in the degree, so that a processor need not wait. [Estrin1960]
template <std::size_t n>
SHAMAL_INLINE double polynomial(double x, const std::array<double, n>& c) {
  if constexpr (n == 1) {
    return c[0];
  } else {
    return [&]<std::size_t... i>(std::index_sequence<i...>) __attribute__((always_inline)) {
      if constexpr (n % 2 == 0) {
        return polynomial(x * x, std::array<double, n / 2>{(c[2 * i] + x * c[2 * i + 1])...});
      } else {
        return polynomial(
            x * x, std::array<double, n / 2 + 1>{(c[2 * i] + x * c[2 * i + 1])..., c[n - 1]});
      }
    }
    (std::make_index_sequence<n / 2>());
  }
}

// e^r - 1 - r
SHAMAL_INLINE double exp_bend(double r) {
  constexpr std::array<double, 10> kTerms = {
      0x1.0000000000001p-1,  0x1.5555555555556p-3,  0x1.5555555553d63p-5,  0x1.11111111109b3p-7,
      0x1.6c16c1788bd90p-10, 0x1.a01a01a7c41d5p-13, 0x1.a019b90d2ae7ap-16, 0x1.71de0dae63bb3p-19,
      0x1.289185613a3d6p-22, 0x1.af38a9b0ec855p-26};
  return r * r * polynomial(r, kTerms);
}

// e^(high + low) 2^shift, high within ±1100. In two factors, so that only the last product rounds a
// result below the normal numbers.
SHAMAL_INLINE double exp_of(double high, double low, double shift) {
  const double rounded = high * kLog2E + kRound;
  const double k = rounded - kRound;
  const double r = ((high - k * kLn2High) - k * kLn2Low) + low;
  const double half = (k + shift) * 0.5 + kRound;
  const double rest = ((k + shift) - (half - kRound)) + kRound;
  return (1.0 + (r + exp_bend(r))) * power_of_two(half) * power_of_two(rest);
}

// x = 2^exponent m with m in [sqrt(1/2), sqrt 2), for x > 0.
struct Split {
  double exponent;
  double m;
};
SHAMAL_INLINE Split split(double x) {
  constexpr std::uint64_t kRootHalf = 0x3fe6a09e667f3bcd;
  constexpr std::uint64_t kOne = 0x3ff0000000000000;
  const bool tiny = x < 0x1p-1022;
  const std::uint64_t moved = bits(tiny ? x * 0x1p54 : x) + (kOne - kRootHalf);
  const double exponent = number((moved >> 52) | 0x4330000000000000u) - (0x1p52 + 1023.0);
  const double m = number((moved & 0x000fffffffffffffu) + kRootHalf);
  return {tiny ? exponent - 54.0 : exponent, m};
}

// log x, for 0 < x < infinity, to about 68 bits.
SHAMAL_INLINE Sum log_of(double x) {
  const Split of = split(x);
  const double f = of.m - 1.0;
  const double d = of.m + 1.0;
  const double d_low = of.m - (d - 1.0);
  const double d_upper = upper(d);
  const double inverse = 1.0 / d;
  // s = f / (m + 1)
  const double s = upper(f * inverse);
  const double s_low = (((f - s * d_upper) - s * (d - d_upper)) - s * d_low) * inverse;
  // z = s^2
  const double z = s * s;
  const double z_low = (s + s + s_low) * s_low;
  const double y = z + z_low;
  constexpr std::array<double, 7> kTerms = {
      0x1.999999999999fp-2, 0x1.249249248e4d8p-2, 0x1.c71c71d7fbbacp-3, 0x1.745d09e3d8241p-3,
      0x1.3b18bc82cc745p-3, 0x1.1018374c7f117p-3, 0x1.087e4945615c6p-3};
  const double t = y * polynomial(y, kTerms);
  // w = 2/3 + t, u = z w, v = 2 + u, log m = s v
  constexpr double kTwoThirds = 0x1.5555555555555p-1;
  constexpr double kTwoThirdsLow = 0x1.5555555555555p-55;
  const double w = upper(kTwoThirds + t);
  const double w_low = ((kTwoThirds - w) + t) + kTwoThirdsLow;
  const double z_upper = upper(z);
  const double z_rest = (z - z_upper) + z_low;
  const double u = z_upper * w;
  const double u_low = z_rest * w + (z_upper + z_rest) * w_low;
  const double v = upper(2.0 + u);
  const double v_low = ((2.0 - v) + u) + u_low;
  const double l = s * v;
  const double l_low = s * v_low + s_low * (v + v_low);
  const double e = of.exponent * kLn2High;
  const double high = e + l;
  return {high, ((e - high) + l) + (of.exponent * kLn2Low + l_low)};
}

// What log gives where it is no ordinary number.
SHAMAL_INLINE double log_edges(double x, double inside) {
  const double below = x == 0.0 ? -kInfinity : kNaN;
  return x > 0.0 ? (x == kInfinity ? kInfinity : inside) : below;
}

}  // namespace elementary

SHAMAL_INLINE double exponential(double x) {
  double c = x > 710.0 ? 710.0 : x;
  c = c < -746.0 ? -746.0 : c;
  return elementary::exp_of(c, 0.0, 0.0);
}

SHAMAL_INLINE double natural_log(double x) {
  using namespace elementary;
  const Split of = split(x);
  const double f = of.m - 1.0;
  const double s = f / (2.0 + f);
  const double z = s * s;
  constexpr std::array<double, 7> kTerms = {
      0x1.5555555555558p-1, 0x1.9999999995273p-2, 0x1.2492492dfd86cp-2, 0x1.c71c62d5e53e0p-3,
      0x1.7462b91b8df65p-3, 0x1.39fdcceb4bb45p-3, 0x1.2b5f68a50d903p-3};
  const double r = z * polynomial(z, kTerms);
  const double half = 0.5 * f * f;
  return log_edges(
      x, of.exponent * kLn2High - ((half - (s * (half + r) + of.exponent * kLn2Low)) - f));
}

SHAMAL_INLINE double decimal_log(double x) {
  using namespace elementary;
  constexpr double kHigh = 0x1.bcb7b10000000p-2;  // 1 / ln 10, 26 bits
  constexpr double kLow = 0x1.49b9438ca9aaep-28;
  const Sum l = log_of(x);
  const double a = upper(l.high);
  const double b = (l.high - a) + l.low;
  return log_edges(x, a * kHigh + (a * kLow + b * (kHigh + kLow)));
}

namespace elementary {

// |x|^y from the logarithm of |x|, for ordinary numbers.
SHAMAL_INLINE double power_of(Sum log, double y) {
  // Larger exponents give nothing new.
  double c = y > 0x1p100 ? 0x1p100 : y;
  c = c < -0x1p100 ? -0x1p100 : c;
  const double c_upper = upper(c);
  const double l_upper = upper(log.high);
  const double product = c_upper * l_upper;
  const double rest = (c - c_upper) * l_upper + c * ((log.high - l_upper) + log.low);
  double bounded = product > 1100.0 ? 1100.0 : product;
  bounded = bounded < -1100.0 ? -1100.0 : bounded;
  return exp_of(bounded, bounded == product ? rest : 0.0, 0.0);
}

// What x^y is, where |x|^y is `inside` if that is an ordinary number.
SHAMAL_INLINE double power_edges(double x, double y, double inside) {
  const double size = std::fabs(x);
  double result = size == 0.0 ? (y < 0.0 ? kInfinity : 0.0) : inside;
  result = size == kInfinity ? (y < 0.0 ? 0.0 : kInfinity) : result;
  // y is whole, and odd. Adding 2^52 rounds numbers below it to whole ones.
  const double steps = std::fabs(y);
  const double whole = steps < 0x1p52 ? (steps + 0x1p52) - 0x1p52 : steps;
  const double half = 0.5 * steps;
  const double whole_half = half < 0x1p52 ? (half + 0x1p52) - 0x1p52 : half;
  const bool is_whole = whole == steps;
  const bool is_odd = is_whole && whole_half != half;
  const bool negative = (bits(x) >> 63) != 0;
  result = negative && is_odd ? -result : result;
  result = x < 0.0 && x > -kInfinity && !is_whole ? kNaN : result;
  result = std::isnan(x) || std::isnan(y) ? x + y : result;
  result = x == -1.0 && steps == kInfinity ? 1.0 : result;
  return x == 1.0 || y == 0.0 ? 1.0 : result;
}

}  // namespace elementary

SHAMAL_INLINE double power(double x, double y) {
  using namespace elementary;
  return power_edges(x, y, power_of(log_of(std::fabs(x)), y));
}

namespace elementary {

constexpr double kSinBound = 800000.0;

struct Angle {
  double r;
  double low;
  std::uint64_t quadrant;
};

// |x| < kSinBound
SHAMAL_INLINE Angle reduce(double x) {
  constexpr double kHalfPi1 = 0x1.921fb54400000p+0;  // 33 bits each
  constexpr double kHalfPi2 = 0x1.0b4611a600000p-34;
  constexpr double kHalfPi3 = 0x1.3198a2e037073p-69;
  const double rounded = x * 0x1.45f306dc9c883p-1 + kRound;
  const double n = rounded - kRound;
  const double a = x - n * kHalfPi1;
  const double b = n * kHalfPi2;
  const double high = a - b;
  const double part = a - high;
  const double error = (a - (high + part)) + (part - b);  // of the subtraction, exactly
  const double low = error - n * kHalfPi3;
  const double r = high + low;
  return {r, (high - r) + low, bits(rounded) & 3};
}

SHAMAL_INLINE Sum sin_of(double r, double low) {
  const double z = r * r;
  const double p = -0x1.5555555555555p-3 +
                   z * (0x1.1111111110bb2p-7 +
                        z * (-0x1.a01a019e83816p-13 +
                             z * (0x1.71de379654304p-19 +
                                  z * (-0x1.ae600aca92c64p-26 + z * 0x1.5e0b05bff20f2p-33))));
  return {r, r * z * p + low * (1.0 - 0.5 * z)};
}

SHAMAL_INLINE Sum cos_of(double r, double low) {
  const double z = r * r;
  const double p = 0x1.5555555555555p-5 +
                   z * (-0x1.6c16c16c16967p-10 +
                        z * (0x1.a01a019f4e9b4p-16 +
                             z * (-0x1.27e4fa17bf139p-22 +
                                  z * (0x1.1eeb68cd22f56p-29 + z * -0x1.907d8f29fe831p-37))));
  const double half = 0.5 * z;
  const double w = 1.0 - half;
  return {w, ((1.0 - w) - half) + (z * z * p - r * low)};
}

// e^x - 1, |x| < 40
SHAMAL_INLINE Sum exp_less_one(double x) {
  const double rounded = x * kLog2E + kRound;
  const double k = rounded - kRound;
  const double high = x - k * kLn2High;
  const double low = k * kLn2Low;
  const double r = high - low;
  const double scale = power_of_two(rounded);
  // scale r + (scale - 1), exactly, and what is small beside it
  const double a = scale * r;
  const double b = scale - 1.0;
  const double sum = a + b;
  const double part = sum - a;
  const double error = (a - (sum - part)) + (b - part);
  const double rest = error + scale * (exp_bend(r) + ((high - r) - low));
  const double whole = sum + rest;
  return {whole, (sum - whole) + rest};
}

SHAMAL_INLINE double total(Sum of) { return of.high + of.low; }

}  // namespace elementary

SHAMAL_INLINE double sine(double x) {
  using namespace elementary;
  if (!(std::fabs(x) < kSinBound)) {
    return std::sin(x);
  }
  if (std::fabs(x) < 0x1p-27) {
    return x;
  }
  const Angle of = reduce(x);
  const double value =
      (of.quadrant & 1) != 0 ? total(cos_of(of.r, of.low)) : total(sin_of(of.r, of.low));
  return (of.quadrant & 2) != 0 ? -value : value;
}

SHAMAL_INLINE double cosine(double x) {
  using namespace elementary;
  if (!(std::fabs(x) < kSinBound)) {
    return std::cos(x);
  }
  const Angle of = reduce(x);
  const double value =
      (of.quadrant & 1) != 0 ? total(sin_of(of.r, of.low)) : total(cos_of(of.r, of.low));
  return ((of.quadrant + 1) & 2) != 0 ? -value : value;
}

SHAMAL_INLINE double tangent(double x) {
  using namespace elementary;
  if (!(std::fabs(x) < kSinBound)) {
    return std::tan(x);
  }
  if (std::fabs(x) < 0x1p-27) {
    return x;
  }
  const Angle of = reduce(x);
  const Sum s = sin_of(of.r, of.low);
  const Sum c = cos_of(of.r, of.low);
  const Sum above = (of.quadrant & 1) != 0 ? Sum{-c.high, -c.low} : s;
  const Sum below = (of.quadrant & 1) != 0 ? s : c;
  const double divisor = total(below);
  const double rest = (below.high - divisor) + below.low;
  const double quotient = total(above) / divisor;
  const double dividend_rest = (above.high - total(above)) + above.low;
  return quotient + (dividend_rest - quotient * rest) / divisor;
}

SHAMAL_INLINE double hyperbolic_tangent(double x) {
  const double size = std::fabs(x);
  if (!(size >= 0x1p-28)) {
    return x;  // and NaN
  }
  if (size >= 19.5) {
    return x < 0 ? -1.0 : 1.0;
  }
  const elementary::Sum t = elementary::exp_less_one(2.0 * size);
  double value = 0;
  if (size < 0.5) {
    // t / (t + 2), with the rounding of the divisor made good
    const double divisor = t.high + 2.0;
    const double rest = ((2.0 - divisor) + t.high) + t.low;
    const double quotient = t.high / divisor;
    value = quotient + (t.low - quotient * rest) / divisor;
  } else {
    value = 1.0 - 2.0 / (elementary::total(t) + 2.0);
  }
  return x < 0 ? -value : value;
}

SHAMAL_INLINE double hyperbolic_sine(double x) {
  const double size = std::fabs(x);
  if (!(size >= 0x1p-28) || size == elementary::kInfinity) {
    return x;
  }
  double value = 0;
  if (size < 22.0) {
    const double t = elementary::total(elementary::exp_less_one(size));
    value = 0.5 * (t + t / (t + 1.0));
  } else {
    value = elementary::exp_of(size < 720.0 ? size : 720.0, 0.0, -1.0);
  }
  return x < 0 ? -value : value;
}

SHAMAL_INLINE double hyperbolic_cosine(double x) {
  const double size = std::fabs(x);
  if (size < 22.0) {
    const double e = elementary::exp_of(size, 0.0, 0.0);
    return 0.5 * e + 0.5 / e;
  }
  return size < 720.0 ? elementary::exp_of(size, 0.0, -1.0) : size * elementary::kInfinity;
}

}  // namespace shamal::model
