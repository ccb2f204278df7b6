// Designs of experiments: which values the uncertain numbers take in which run.
//
// A design is a function of the run's number. Any run can be had alone, in any order and on any
// thread, and nothing is stored that grows with the number of runs (except a design from a file).
// Points lie in the unit cube; each coordinate then goes through the quantile function of its
// number.
//
//   montecarlo  independent points
//   lhs         Latin hypercube: of n runs, each number takes one value from each of n equally
//               likely intervals, at a random place in it [McKay1979]. The order of the intervals
//               is a permutation of 0 … n - 1 that is computed, not stored: a Feistel network over
//               the next power of four, repeated until it falls below n [Black2002]
//   sobol       Sobol' points with the direction numbers of Joe and Kuo [Sobol1967; Joe2008], moved
//               by a random exclusive or in each coordinate (seed 0: not moved)
//   grid        every combination of `levels` equally likely values, or of all values of a choice;
//               the last number varies fastest
//   univariate  one number at a time, n runs each, the others as the model has them
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/marginal.h"

namespace shamal::analysis {

enum class DesignKind : std::uint8_t { montecarlo, lhs, sobol, grid, univariate, file };

struct DesignRow {
  DesignKind kind;
  std::string_view name;
  std::string_view doc;
};

std::span<const DesignRow> designs();
const DesignRow* find_design(std::string_view name);

class Design {
 public:
  virtual ~Design() = default;

  virtual std::uint64_t runs() const = 0;

  // Values of every number in the runs first … first + count - 1: [number][run]. A number that a
  // run leaves alone is NaN.
  virtual void values(std::uint64_t first, std::size_t count, std::span<double> values) const = 0;
};

struct DesignRequest {
  DesignKind kind = DesignKind::lhs;
  std::uint64_t runs = 1000;  // univariate: of each number; grid: not looked at
  std::uint32_t levels = 3;   // grid
  std::uint64_t seed = 0;
};

// Sobol' points have at most so many coordinates.
inline constexpr std::size_t kMostSobolNumbers = 3667;

// What cannot be; empty if all is well.
std::string find_problem(const DesignRequest& request, std::span<const Marginal> marginals);

// Requires that find_problem finds nothing.
std::unique_ptr<Design> make_design(const DesignRequest& request, std::vector<Marginal> marginals);

// The rows of a table: [run][number].
std::unique_ptr<Design> make_table_design(std::vector<double> table, std::size_t numbers);

}  // namespace shamal::analysis
