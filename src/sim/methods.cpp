#include "sim/methods.h"

namespace shamal::sim {

namespace {

constexpr std::array<Method, 4> kMethods = {{
    {.name = "euler",
     .stages = 1,
     .order = 1,
     .b = {1.0},
     .doc = "Euler: the slope at the start of the step (XMILE 1.0, 2.3)"},

    // The standard names the method and no more. Heun's is what Stella is said to use: unverified.
    {.name = "rk2",
     .stages = 2,
     .order = 2,
     .a = {{{}, {1.0}}},
     .b = {0.5, 0.5},
     .c = {0.0, 1.0},
     .doc = "Heun's method of order 2: the mean of the slopes at both ends of the step"},

    {.name = "rk4",
     .stages = 4,
     .order = 4,
     .a = {{{}, {0.5}, {0.0, 0.5}, {0.0, 0.0, 1.0}}},
     .b = {1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6},
     .c = {0.0, 0.5, 0.5, 1.0},
     .doc = "the classical Runge-Kutta method of order 4 [Hairer1993, p. 138]"},

    // Its last stage is the first of the next step (a_7j = b_j).
    {.name = "rk45",
     .stages = 7,
     .order = 5,
     .a = {{{},
            {1.0 / 5},
            {3.0 / 40, 9.0 / 40},
            {44.0 / 45, -56.0 / 15, 32.0 / 9},
            {19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729},
            {9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656},
            {35.0 / 384, 0.0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84}}},
     .b = {35.0 / 384, 0.0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84, 0.0},
     .c = {0.0, 1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1.0, 1.0},
     .error = {71.0 / 57600, 0.0, -71.0 / 16695, 71.0 / 1920, -17253.0 / 339200, 22.0 / 525,
               -1.0 / 40},
     .doc = "Dormand and Prince's method of orders 5 and 4, steps within DT chosen by its error "
            "estimate [DormandPrince1980, p. 23]"},
}};

}  // namespace

std::span<const Method> methods() { return kMethods; }

const Method* find_method(std::string_view name) {
  for (const Method& method : kMethods) {
    if (method.name == name) {
      return &method;
    }
  }
  return nullptr;
}

}  // namespace shamal::sim
