// exp, log, log10 and pow of single precision, for its rows (machine/row_kernels.h): without
// branches or calls where the processor has fused multiply-add, and the same bits everywhere, as
// each operation rounds as it says. Numbers too small for full digits count as zeros.
//
// Errors in units of the last place, held to by tests/unit/model/elementary_single_test.cpp: log10
// 0.51, log 0.9, exp 1.1, pow 1.5.
//
// As in elementary.h, with shorter polynomials. Where that needs the digits that a product loses,
// a fused multiply-add gives them: a b is high + low with low = fma(a, b, -high).
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace shamal::model::single {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kLeast = std::numeric_limits<float>::min();
constexpr float kLog2E = 0x1.715476p+0F;
constexpr float kLn2High = 0x1.62e4p-1F;  // 15 bits: times an exponent, exact
constexpr float kLn2Low = 0x1.7f7d1cp-20F;
// Adding it rounds to a whole number, which then stands in the low bits.
constexpr float kRound = 0x1.8p23F;

[[gnu::always_inline]] inline std::uint32_t bits(float x) {
  return std::bit_cast<std::uint32_t>(x);
}
[[gnu::always_inline]] inline float number(std::uint32_t x) { return std::bit_cast<float>(x); }
[[gnu::always_inline]] inline float fused(float a, float b, float c) {
  return __builtin_fmaf(a, b, c);
}
// 2^k, from k + kRound.
[[gnu::always_inline]] inline float power_of_two(float rounded) {
  return number((bits(rounded) - bits(kRound) + 127) << 23);
}

struct Sum {  // high + low, |low| far below |high|
  float high;
  float low;
};

// c[0] + c[1] x + c[2] x^2 + ...
template <std::size_t at = 0, std::size_t n>
[[gnu::always_inline]] inline float polynomial(float x, const std::array<float, n>& c) {
  if constexpr (at + 1 == n) {
    return c[at];
  } else {
    return fused(x, polynomial<at + 1>(x, c), c[at]);
  }
}

// e^(high + low), high within ±104. In two factors, so that only the last product leaves the range.
[[gnu::always_inline]] inline float exp_of(float high, float low) {
  const float rounded = fused(high, kLog2E, kRound);
  const float k = rounded - kRound;
  const float r = fused(-k, kLn2Low, fused(-k, kLn2High, high)) + low;
  constexpr std::array<float, 5> kTerms = {0.5F, 0x1.5554dep-3F, 0x1.55551ap-5F, 0x1.120b62p-7F,
                                           0x1.6d10fcp-10F};
  const float half = fused(k, 0.5F, kRound);
  const float rest = (k - (half - kRound)) + kRound;
  return (1.0F + fused(r * r, polynomial(r, kTerms), r)) * power_of_two(half) * power_of_two(rest);
}

// x = 2^exponent (1 + f) with 1 + f in [sqrt(1/2), sqrt 2), for x >= kLeast.
struct Split {
  float exponent;
  float f;
};
[[gnu::always_inline]] inline Split split(float x) {
  constexpr std::uint32_t kRootHalf = 0x3f3504f3;
  constexpr std::uint32_t kOne = 0x3f800000;
  const std::uint32_t moved = bits(x) + (kOne - kRootHalf);
  const float exponent = number((moved >> 23) | 0x4b000000U) - (0x1p23F + 127.0F);
  return {exponent, number((moved & 0x007fffffU) + kRootHalf) - 1.0F};
}

// Of z = s^2: (log((1 + s) / (1 - s)) - 2 s) / s.
[[gnu::always_inline]] inline float log_bend(float z) {
  constexpr std::array<float, 4> kTerms = {0x1.555556p-1F, 0x1.9999ecp-2F, 0x1.245c44p-2F,
                                           0x1.ddced8p-3F};
  return z * polynomial(z, kTerms);
}

// log x, to about 34 bits: e ln 2 + 2 s + s u with s = f / (2 + f), u = z w, z = s^2 and
// w = 2/3 + t, each with the digits that its own rounding loses.
[[gnu::always_inline]] inline Sum log_of(float x) {
  const Split of = split(x);
  const float d = 2.0F + of.f;
  const float d_low = of.f - (d - 2.0F);
  const float inverse = 1.0F / d;
  const float s = of.f * inverse;
  const float s_low = (fused(-s, d, of.f) - s * d_low) * inverse;
  const float z = s * s;
  const float z_low = fused(s, s, -z) + (s + s) * s_low;
  constexpr float kTwoThirds = 0x1.555556p-1F;
  constexpr float kTwoThirdsLow = -0x1.555556p-26F;
  constexpr std::array<float, 3> kTerms = {0x1.9999ecp-2F, 0x1.245c44p-2F, 0x1.ddced8p-3F};
  const float t = z * polynomial(z, kTerms);
  const float w = kTwoThirds + t;
  const float w_low = ((kTwoThirds - w) + t) + kTwoThirdsLow;
  const float u = z * w;
  const float u_low = fused(z, w, -u) + fused(z, w_low, z_low * w);
  const float l = s * u;
  const float l_low = fused(s, u, -l) + fused(s, u_low, s_low * u);
  const float e = of.exponent * kLn2High;
  const float first = e + (s + s);
  const float second = first + l;
  const float low = (((e - first) + (s + s)) + ((first - second) + l)) +
                    (fused(of.exponent, kLn2Low, s_low + s_low) + l_low);
  const float high = second + low;
  return {high, (second - high) + low};
}

// What log gives where it is no ordinary number.
[[gnu::always_inline]] inline float log_edges(float x, float inside) {
  const float below = std::fabs(x) < kLeast ? -kInfinity : kNaN;
  return x >= kLeast ? (x == kInfinity ? kInfinity : inside) : below;
}

[[gnu::always_inline]] inline float exponential(float x) {
  float c = x > 104.0F ? 104.0F : x;
  c = c < -104.0F ? -104.0F : c;
  return exp_of(c, 0.0F);
}

[[gnu::always_inline]] inline float natural_log(float x) {
  const Split of = split(x);
  const float s = of.f / (2.0F + of.f);
  const float half = 0.5F * of.f * of.f;
  const float rest = fused(s, half + log_bend(s * s), of.exponent * kLn2Low);
  return log_edges(x, fused(of.exponent, kLn2High, of.f - (half - rest)));
}

[[gnu::always_inline]] inline float decimal_log(float x) {
  constexpr float kHigh = 0x1.bcb7b2p-2F;  // 1 / ln 10
  constexpr float kLow = -0x1.5b235ep-27F;
  const Sum l = log_of(x);
  const float product = l.high * kHigh;
  const float rest = fused(l.high, kHigh, -product) + fused(l.high, kLow, l.low * kHigh);
  return log_edges(x, product + rest);
}

// What x^y is, where |x|^y is `inside` if that is an ordinary number.
[[gnu::always_inline]] inline float power_edges(float x, float y, float inside) {
  const float size = std::fabs(x);
  float result = size < kLeast ? (y < 0.0F ? kInfinity : 0.0F) : inside;
  result = size == kInfinity ? (y < 0.0F ? 0.0F : kInfinity) : result;
  // y is whole, and odd. Adding 2^23 rounds numbers below it to whole ones.
  const float steps = std::fabs(y);
  const float whole = steps < 0x1p23F ? (steps + 0x1p23F) - 0x1p23F : steps;
  const float half = 0.5F * steps;
  const float whole_half = half < 0x1p23F ? (half + 0x1p23F) - 0x1p23F : half;
  const bool is_whole = whole == steps;
  const bool is_odd = is_whole && whole_half != half;
  const bool negative = (bits(x) >> 31) != 0;
  result = negative && is_odd ? -result : result;
  result = x <= -kLeast && x > -kInfinity && !is_whole ? kNaN : result;
  result = std::isnan(x) || std::isnan(y) ? x + y : result;
  result = x == -1.0F && steps == kInfinity ? 1.0F : result;
  return x == 1.0F || y == 0.0F ? 1.0F : result;
}

[[gnu::always_inline]] inline float power(float x, float y) {
  const Sum log = log_of(std::fabs(x));
  // Larger exponents give nothing new.
  float c = y > 0x1p40F ? 0x1p40F : y;
  c = c < -0x1p40F ? -0x1p40F : c;
  const float product = c * log.high;
  const float rest = fused(c, log.high, -product) + c * log.low;
  float bounded = product > 104.0F ? 104.0F : product;
  bounded = bounded < -104.0F ? -104.0F : bounded;
  return power_edges(x, y, exp_of(bounded, bounded == product ? rest : 0.0F));
}

}  // namespace shamal::model::single
