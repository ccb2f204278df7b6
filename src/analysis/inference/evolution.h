// The covariance matrix adaptation evolution strategy, see evolution.cpp.
#pragma once

#include "analysis/inference/optimise.h"

namespace shamal::analysis::inference {

// From start number `index`.
Optimum evolve(const LogDensity& density, const OptimiseOptions& options,
               std::span<const double> start, std::size_t index);

}  // namespace shamal::analysis::inference
