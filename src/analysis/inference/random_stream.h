// Random numbers of one chain in one iteration, drawn one after another.
//
// The stream is a function of seed, chain, iteration and purpose, so that a chain's numbers depend
// neither on the other chains nor on how often the work was interrupted.
#pragma once

#include <cmath>
#include <cstdint>

#include "base/random.h"

namespace shamal::analysis::inference {

class RandomStream {
 public:
  RandomStream() = default;
  RandomStream(std::uint64_t seed, std::uint64_t chain, std::uint64_t iteration,
               std::uint64_t purpose = 0)
      : place_{base::random_key(seed, chain), purpose, static_cast<std::uint32_t>(iteration)} {}

  // In [0, 1).
  double uniform() {
    if (!half_used_) {
      pair_ = place_.pair(next_++);
      half_used_ = true;
      return pair_[0];
    }
    half_used_ = false;
    return pair_[1];
  }

  // log of a uniform number of (0, 1].
  double log_uniform() { return std::log1p(-uniform()); }

  // Standard normal, two from a pair of uniform ones [BoxMuller1958].
  double normal() {
    if (normal_left_) {
      normal_left_ = false;
      return normal_;
    }
    const auto [u, v] = place_.pair(next_++);
    const double radius = std::sqrt(-2 * std::log1p(-u));
    normal_ = radius * std::sin(2 * M_PI * v);
    normal_left_ = true;
    return radius * std::cos(2 * M_PI * v);
  }

  // 0 … count - 1.
  std::size_t index(std::size_t count) {
    return static_cast<std::size_t>(uniform() * static_cast<double>(count));
  }

 private:
  base::DrawPlace place_;
  std::uint32_t next_ = 0;
  std::array<double, 2> pair_{};
  double normal_ = 0;
  bool half_used_ = false;
  bool normal_left_ = false;
};

}  // namespace shamal::analysis::inference
