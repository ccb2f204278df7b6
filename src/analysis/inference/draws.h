// What samplers give: the draws of all chains, iteration by iteration, and how each came about.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace shamal::analysis::inference {

struct DrawStatistics {
  double log_density = 0;
  double acceptance = 0;  // 0 to 1; of NUTS the mean over its trajectory
  // The Hamiltonian, of samplers that have one; NaN otherwise.
  double energy = std::numeric_limits<double>::quiet_NaN();
  double step_size = std::numeric_limits<double>::quiet_NaN();
  std::uint32_t evaluations = 0;  // of the density
  std::uint32_t depth = 0;        // of the tree, of NUTS
  bool divergent = false;         // the trajectory left the level of its energy
  bool impossible = false;        // it came to where the density is zero or the model fails
};

struct Draws {
  std::size_t chains = 0;
  std::size_t dimensions = 0;
  std::vector<double> points;              // [iteration][chain][dimension], unconstrained
  std::vector<DrawStatistics> statistics;  // [iteration][chain]

  std::size_t iterations() const { return chains == 0 ? 0 : statistics.size() / chains; }

  // Room for more iterations at the end.
  void extend(std::size_t more) {
    points.resize(points.size() + more * chains * dimensions);
    statistics.resize(statistics.size() + more * chains);
  }

  std::span<double> point(std::size_t iteration, std::size_t chain) {
    return std::span(points).subspan((iteration * chains + chain) * dimensions, dimensions);
  }
  std::span<const double> point(std::size_t iteration, std::size_t chain) const {
    return std::span(points).subspan((iteration * chains + chain) * dimensions, dimensions);
  }
  DrawStatistics& at(std::size_t iteration, std::size_t chain) {
    return statistics[iteration * chains + chain];
  }
  const DrawStatistics& at(std::size_t iteration, std::size_t chain) const {
    return statistics[iteration * chains + chain];
  }

  // One number of every draw: [chain][iteration], as the diagnostics take it.
  std::vector<double> series(std::size_t dimension) const {
    std::vector<double> all(statistics.size());
    for (std::size_t c = 0; c < chains; ++c) {
      for (std::size_t i = 0; i < iterations(); ++i) {
        all[c * iterations() + i] = point(i, c)[dimension];
      }
    }
    return all;
  }
};

}  // namespace shamal::analysis::inference
