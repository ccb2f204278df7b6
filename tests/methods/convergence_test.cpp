// The order of each method, measured: halving the step divides the error by 2 to the order.
#include <gtest/gtest.h>

#include "methods/problems.h"

namespace shamal::testing {
namespace {

TEST(Convergence, IsOfTheStatedOrder) {
  for (const sim::Method& method : sim::methods()) {
    sim::RunSpec spec;
    spec.method = &method;
    // Tolerances so loose that a step is a whole DT.
    spec.rtol = spec.atol = 1e9;
    for (const Problem& problem : {oscillator(), logistic(), driven()}) {
      // Steps small enough for the leading term to rule, and the error to stand above rounding.
      const double dt = method.order == 1 ? 1.0 / 256 : method.order == 2 ? 1.0 / 64 : 1.0 / 16;
      const double coarse = error(problem, spec, dt);
      const double fine = error(problem, spec, dt / 2);
      EXPECT_NEAR(std::log2(coarse / fine), method.order, 0.15)
          << method.name << " on the " << problem.name << ": " << coarse << ", " << fine;
    }
  }
}

}  // namespace
}  // namespace shamal::testing
