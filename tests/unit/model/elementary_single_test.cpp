// Errors of the elementary functions of single precision, in units of the last place, against those
// of double: over dense and random arguments, and the answers at special ones. Numbers that are too
// small for full digits are zeros there, as they are where rows of singles run.
#include "model/elementary_single.h"

#include <array>
#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

namespace shamal::model {
namespace {

constexpr double kLeast = std::numeric_limits<float>::min();

double error_in_ulp(float found, double exact) {
  const auto rounded = static_cast<float>(exact);
  if (std::isnan(found) || std::isnan(exact)) {
    return std::isnan(found) == std::isnan(exact) ? 0 : HUGE_VAL;
  }
  if (!std::isfinite(found) || !std::isfinite(rounded)) {
    return found == rounded ? 0 : HUGE_VAL;
  }
  if (std::fabs(exact) < kLeast) {
    return std::fabs(found) <= kLeast ? 0 : HUGE_VAL;
  }
  int exponent = 0;
  std::frexp(exact, &exponent);
  return std::fabs(static_cast<double>(found) - exact) / std::ldexp(1.0, exponent - 24);
}

struct Function {
  const char* name;
  float (*ours)(float);
  double (*exact)(double);
  double low;
  double high;
  double allowed;
};

const Function kFunctions[] = {
    {"exp", [](float x) { return single::exponential(x); }, std::exp, -110, 95, 1.1},
    {"exp near 0", [](float x) { return single::exponential(x); }, std::exp, -1, 1, 1.1},
    {"log", [](float x) { return single::natural_log(x); }, std::log, 0.3, 3, 0.9},
    {"log, wide", [](float x) { return single::natural_log(x); }, std::log, 0, 1e9, 0.9},
    {"log10", [](float x) { return single::decimal_log(x); }, std::log10, 0.3, 30, 0.51},
    {"log10, wide", [](float x) { return single::decimal_log(x); }, std::log10, 0, 1e9, 0.51},
};

constexpr float kInfinity = std::numeric_limits<float>::infinity();

const float kSpecial[] = {0.0F,
                          -0.0F,
                          1,
                          -1,
                          2,
                          -2,
                          3,
                          -3,
                          0.5F,
                          -0.5F,
                          1e30F,
                          -1e30F,
                          1e-30F,
                          -1e-30F,
                          std::numeric_limits<float>::min(),
                          std::numeric_limits<float>::max(),
                          89,
                          -104,
                          kInfinity,
                          -kInfinity,
                          std::numeric_limits<float>::quiet_NaN(),
                          0x1p24F + 2,
                          0x1p23F + 1,
                          -0x1p23F - 1,
                          1 - 0x1p-24F,
                          1 + 0x1p-23F,
                          -3.5F,
                          128,
                          -149};

TEST(ElementarySingle, ErrsByLessThanItSays) {
  std::mt19937_64 random(1);
  for (const Function& of : kFunctions) {
    double worst = 0;
    float at = 0;
    const auto look = [&](double where) {
      const auto x = static_cast<float>(where);
      const double error = error_in_ulp(of.ours(x), of.exact(x));
      if (!(error <= worst)) {
        worst = error;
        at = x;
      }
    };
    for (int i = 0; i <= 200000; ++i) {
      look(of.low + (of.high - of.low) * i / 200000);
    }
    for (int i = 0; i < 200000; ++i) {
      look(of.low + (of.high - of.low) * static_cast<double>(random() >> 11) * 0x1p-53);
    }
    EXPECT_LE(worst, of.allowed) << of.name << " at " << at;
    for (const float x : kSpecial) {
      EXPECT_LE(error_in_ulp(of.ours(x), of.exact(x)), 1.1) << of.name << "(" << x << ")";
    }
  }
  for (const float tiny : {1e-40F, -1e-40F}) {
    EXPECT_EQ(single::natural_log(tiny), -kInfinity);
    EXPECT_EQ(single::power(tiny, 2), 0);
    EXPECT_EQ(single::power(tiny, -0.5F), kInfinity);
  }
}

TEST(ElementarySingle, PowerErrsByLessThanItSays) {
  std::mt19937_64 random(2);
  const auto unit = [&random] { return static_cast<double>(random() >> 11) * 0x1p-53; };
  double worst = 0;
  for (int i = 0; i < 1000000; ++i) {
    const auto x = static_cast<float>(i % 3 == 0 ? 0.7 + 0.8 * unit() : std::exp(40 * unit() - 20));
    const auto y =
        static_cast<float>(i % 2 == 0 ? (190 * unit() - 100) / std::log(x) : 10 * unit() - 5);
    worst = std::max(worst, error_in_ulp(single::power(x, y), std::pow(double{x}, double{y})));
  }
  EXPECT_LE(worst, 1.5);
  for (const float x : kSpecial) {
    for (const float y : kSpecial) {
      const double exact = std::pow(double{x}, double{y});
      const float found = single::power(x, y);
      EXPECT_LE(error_in_ulp(found, exact), 1.5) << x << " ^ " << y << " = " << found;
      EXPECT_TRUE(std::isnan(exact) || std::signbit(found) == std::signbit(exact))
          << x << " ^ " << y << " = " << found;
    }
  }
}

}  // namespace
}  // namespace shamal::model
