// Every row satisfies the conditions of its order; tests/methods measures that order.
#include "sim/methods.h"

#include <cmath>

#include <gtest/gtest.h>

namespace shamal::sim {
namespace {

TEST(Methods, AreFoundByName) {
  for (const Method& method : methods()) {
    EXPECT_EQ(find_method(method.name), &method);
    EXPECT_FALSE(method.doc.empty());
  }
  EXPECT_EQ(find_method("gear"), nullptr);
}

using Row = std::array<double, kMaxStages>;

double dot(const Row& a, const Row& b) {
  double sum = 0;
  for (std::size_t i = 0; i < kMaxStages; ++i) {
    sum += a[i] * b[i];
  }
  return sum;
}

Row power(const Row& c, int exponent) {
  Row result;
  for (std::size_t i = 0; i < kMaxStages; ++i) {
    result[i] = std::pow(c[i], exponent);
  }
  return result;
}

Row times(const Method& method, const Row& v) {
  Row result;
  for (std::size_t i = 0; i < kMaxStages; ++i) {
    result[i] = dot(method.a[i], v);
  }
  return result;
}

Row product(const Row& a, const Row& b) {
  Row result;
  for (std::size_t i = 0; i < kMaxStages; ++i) {
    result[i] = a[i] * b[i];
  }
  return result;
}

// The conditions up to order 4 [Hairer1993, p. 148], and of those of order 5 the quadrature.
void check_weights(const Method& method, const Row& b, int order) {
  const Row& c = method.c;
  const auto expect = [&](int of_order, double sum, double expected) {
    if (of_order <= order) {
      EXPECT_NEAR(sum, expected, 1e-15) << method.name << ", a condition of order " << of_order;
    }
  };
  for (int q = 1; q <= 5; ++q) {
    expect(q, dot(b, power(c, q - 1)), 1.0 / q);
  }
  expect(3, dot(b, times(method, c)), 1.0 / 6);
  expect(4, dot(b, product(c, times(method, c))), 1.0 / 8);
  expect(4, dot(b, times(method, power(c, 2))), 1.0 / 12);
  expect(4, dot(b, times(method, times(method, c))), 1.0 / 24);
}

TEST(Methods, SatisfyTheConditionsOfTheirOrder) {
  for (const Method& method : methods()) {
    check_weights(method, method.b, method.order);
    if (method.adaptive()) {
      Row embedded;
      for (std::size_t i = 0; i < kMaxStages; ++i) {
        embedded[i] = method.b[i] - method.error[i];
      }
      check_weights(method, embedded, method.order - 1);
      // The last stage is the end of the step: sim/adaptive.cpp relies on it.
      EXPECT_EQ(method.a[method.stages - 1], method.b);
      EXPECT_EQ(method.c[method.stages - 1], 1.0);
    }
  }
}

TEST(Methods, AreExplicitAndConsistent) {
  for (const Method& method : methods()) {
    ASSERT_LE(method.stages, kMaxStages);
    for (std::size_t i = 0; i < kMaxStages; ++i) {
      double sum = 0;
      for (std::size_t j = 0; j < kMaxStages; ++j) {
        sum += method.a[i][j];
        if (j >= i || i >= method.stages) {
          EXPECT_EQ(method.a[i][j], 0) << method.name;
        }
      }
      EXPECT_NEAR(sum, method.c[i], 1e-14) << method.name << ", stage " << i;
      if (i >= method.stages) {
        EXPECT_EQ(method.b[i], 0) << method.name;
      }
    }
  }
}

}  // namespace
}  // namespace shamal::sim
