// Errors of the elementary functions, in units of the last place, against 80-bit arithmetic: over
// dense and random arguments, and the answers at special ones.
#include "model/elementary.h"

#include <array>
#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

namespace shamal::model {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double error_in_ulp(double found, long double exact) {
  const auto rounded = static_cast<double>(exact);
  if (std::isnan(found) && std::isnan(rounded)) {
    return 0;
  }
  if (!std::isfinite(found) || !std::isfinite(rounded)) {
    return found == rounded ? 0 : kInfinity;
  }
  int exponent = 0;
  std::frexp(std::max(std::fabs(rounded), 0x1p-1022), &exponent);
  return static_cast<double>(std::fabs(found - exact) / std::ldexp(1.0L, exponent - 53));
}

struct Function {
  const char* name;
  double (*ours)(double);
  long double (*exact)(long double);
  double low;
  double high;
  double allowed;
};

const Function kFunctions[] = {
    {"exp", [](double x) { return exponential(x); }, std::exp, -750, 711, 1.1},
    {"exp near 0", [](double x) { return exponential(x); }, std::exp, -1, 1, 1.1},
    {"log", [](double x) { return natural_log(x); }, std::log, 0.3, 3, 0.9},
    {"log, wide", [](double x) { return natural_log(x); }, std::log, 0, 1e9, 0.9},
    {"log10", [](double x) { return decimal_log(x); }, std::log10, 0.3, 30, 0.51},
    {"log10, wide", [](double x) { return decimal_log(x); }, std::log10, 0, 1e9, 0.51},
    {"sin", [](double x) { return sine(x); }, std::sin, -10, 10, 0.9},
    {"sin, wide", [](double x) { return sine(x); }, std::sin, -8e5, 8e5, 0.9},
    {"cos", [](double x) { return cosine(x); }, std::cos, -10, 10, 0.9},
    {"cos, wide", [](double x) { return cosine(x); }, std::cos, -8e5, 8e5, 0.9},
    {"tan", [](double x) { return tangent(x); }, std::tan, -10, 10, 1.6},
    {"tanh", [](double x) { return hyperbolic_tangent(x); }, std::tanh, -3, 3, 2},
    {"tanh, wide", [](double x) { return hyperbolic_tangent(x); }, std::tanh, -30, 30, 2},
    {"sinh", [](double x) { return hyperbolic_sine(x); }, std::sinh, -3, 3, 2},
    {"sinh, wide", [](double x) { return hyperbolic_sine(x); }, std::sinh, -712, 712, 2},
    {"cosh", [](double x) { return hyperbolic_cosine(x); }, std::cosh, -3, 3, 1.5},
    {"cosh, wide", [](double x) { return hyperbolic_cosine(x); }, std::cosh, -712, 712, 1.5},
};

const double kSpecial[] = {0.0,         -0.0,
                           1,           -1,
                           2,           -2,
                           3,           -3,
                           0.5,         -0.5,
                           1e300,       -1e300,
                           1e-300,      -1e-300,
                           5e-324,      -5e-324,
                           2.3e-308,    1e-310,
                           -1e-310,     710,
                           -746,        kInfinity,
                           -kInfinity,  std::nan(""),
                           0x1p53 + 2,  0x1p52 + 1,
                           -0x1p52 - 1, 1 - 0x1p-53,
                           1 + 0x1p-52, -3.5,
                           1024,        -1074,
                           0x1p-30,     0x1.fffffffffffffp1023};

bool same_kind(double found, long double exact) {
  const auto rounded = static_cast<double>(exact);
  return (std::isnan(found) && std::isnan(rounded)) ||
         (error_in_ulp(found, exact) <= 2 && std::signbit(found) == std::signbit(rounded));
}

TEST(Elementary, ErrsByLessThanItSays) {
  std::mt19937_64 random(1);
  for (const Function& of : kFunctions) {
    double worst = 0;
    double at = 0;
    const auto look = [&](double x) {
      const double error = error_in_ulp(of.ours(x), of.exact(static_cast<long double>(x)));
      if (!(error <= worst)) {
        worst = error;
        at = x;
      }
    };
    for (int i = 0; i <= 20000; ++i) {
      look(of.low + (of.high - of.low) * i / 20000);
    }
    for (int i = 0; i < 100000; ++i) {
      look(of.low + (of.high - of.low) * static_cast<double>(random() >> 11) * 0x1p-53);
    }
    EXPECT_LE(worst, of.allowed) << of.name << " at " << at;
  }
}

TEST(Elementary, SpecialArgumentsHaveTheirAnswers) {
  for (const Function& of : kFunctions) {
    for (const double x : kSpecial) {
      EXPECT_TRUE(same_kind(of.ours(x), of.exact(static_cast<long double>(x))))
          << of.name << "(" << x << ") = " << of.ours(x);
    }
  }
  EXPECT_EQ(decimal_log(1000), 3);
  EXPECT_EQ(exponential(0), 1);
}

TEST(Elementary, PowerErrsByLessThanItSays) {
  std::mt19937_64 random(2);
  const auto unit = [&random] { return static_cast<double>(random() >> 11) * 0x1p-53; };
  double worst = 0;
  for (int i = 0; i < 400000; ++i) {
    const double x = i % 3 == 0 ? 0.7 + 0.8 * unit() : std::exp(40 * unit() - 20);
    const double y = i % 2 == 0 ? (1420 * unit() - 710) / std::log(x) : 10 * unit() - 5;
    worst = std::max(worst, error_in_ulp(power(x, y), std::pow(static_cast<long double>(x),
                                                               static_cast<long double>(y))));
  }
  EXPECT_LE(worst, 1.5);
  for (const double x : kSpecial) {
    for (const double y : kSpecial) {
      EXPECT_TRUE(same_kind(power(x, y),
                            std::pow(static_cast<long double>(x), static_cast<long double>(y))))
          << x << " ^ " << y << " = " << power(x, y);
    }
  }
}

}  // namespace
}  // namespace shamal::model
