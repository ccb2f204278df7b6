#include "analysis/inference/stacking.h"

#include <algorithm>
#include <cmath>

namespace shamal::analysis::inference {

std::vector<double> stacking_weights(std::span<const double> log_densities, std::size_t models) {
  constexpr std::size_t kMost = 100000;
  constexpr double kSettled = 1e-10;
  std::vector<double> densities;  // of each point, the largest is 1
  for (std::size_t at = 0; at < log_densities.size(); at += models) {
    const std::span<const double> of = log_densities.subspan(at, models);
    const double top = *std::max_element(of.begin(), of.end());
    for (std::size_t k = 0; std::isfinite(top) && k < models; ++k) {
      densities.push_back(std::exp(of[k] - top));
    }
  }
  const std::size_t points = densities.size() / models;
  std::vector<double> weights(models, 1.0 / static_cast<double>(models));
  double moved = 1;
  for (std::size_t step = 0; step < kMost && moved > kSettled && points > 0; ++step) {
    std::vector<double> next(models, 0.0);
    for (std::size_t i = 0; i < points; ++i) {
      double sum = 0;
      for (std::size_t k = 0; k < models; ++k) {
        sum += weights[k] * densities[i * models + k];
      }
      for (std::size_t k = 0; k < models; ++k) {
        next[k] += weights[k] * densities[i * models + k] / sum / static_cast<double>(points);
      }
    }
    moved = 0;
    for (std::size_t k = 0; k < models; ++k) {
      moved = std::max(moved, std::fabs(next[k] - weights[k]));
    }
    weights = std::move(next);
  }
  return weights;
}

}  // namespace shamal::analysis::inference
