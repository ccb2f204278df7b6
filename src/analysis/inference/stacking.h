// Weights of several models of the same data that together foretell it best [Yao2018]:
//
//   maximise  sum over points i of log sum over models k of w_k p_k(y_i),   w_k >= 0, sum w_k = 1
//
// with p_k(y_i) what model k, which has not seen y_i, gives it. Not the models' probabilities: a
// model that foretells nothing of its own gets nothing, however good it is.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace shamal::analysis::inference {

// `log_densities`: [point][model]. A point that no model gives a density is left out. Found by
// expectation and maximisation, whose every step gains.
std::vector<double> stacking_weights(std::span<const double> log_densities, std::size_t models);

}  // namespace shamal::analysis::inference
