// Integration methods, as rows of coefficients.
//
// An explicit Runge-Kutta method evaluates slopes k_i of the levels y at s stages within a step h,
//
//   k_i = f(t + c_i h, y + h sum_j a_ij k_j),      y(t + h) = y + h sum_i b_i k_i
//
// and one with error control has a second set of weights b*, of the order below, that gives an
// estimate of the error h sum_i (b_i - b*_i) k_i. [Hairer1993, pp. 132-136, 163-167]
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace shamal::sim {

inline constexpr std::size_t kMaxStages = 7;

struct Method {
  std::string_view name;  // as in <sim_specs method="…">
  std::size_t stages = 1;
  int order = 1;
  std::array<std::array<double, kMaxStages>, kMaxStages> a{};  // below the diagonal
  std::array<double, kMaxStages> b{};
  std::array<double, kMaxStages> c{};
  std::array<double, kMaxStages> error{};  // b - b*; all 0: no error control, every step is DT
  std::string_view doc;

  bool adaptive() const { return error != std::array<double, kMaxStages>{}; }
};

std::span<const Method> methods();
const Method* find_method(std::string_view name);

}  // namespace shamal::sim
