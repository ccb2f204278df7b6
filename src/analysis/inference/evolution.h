// Optimisers with a population: the covariance matrix adaptation evolution strategy (evolution.cpp)
// and differential evolution (differential_evolution.cpp).
#pragma once

#include "analysis/inference/optimise.h"

namespace shamal::analysis::inference {

// Both from start number `index`.
Optimum evolve(const LogDensity& density, const OptimiseOptions& options,
               std::span<const double> start, std::size_t index);
Optimum evolve_differentially(const LogDensity& density, const OptimiseOptions& options,
                              std::span<const double> start, std::size_t index);

}  // namespace shamal::analysis::inference
