// A log density that many points ask at once: what every sampler and optimiser of this folder runs
// on.
//
// The machine likes to run 8 to 64 trajectories in lockstep, so that a density takes a batch of
// points and gives one value a point. Points are in the unconstrained space: every coordinate may
// be any real number (transform.h maps bounded numbers there and adds the logarithm of the
// Jacobian). The density need not be normalised.
//
//   points     n x d, row by row: point i is points[i * d] … points[i * d + d - 1]
//   values     n; minus infinity or NaN: the point is impossible (a run that failed, say), and
//              whoever asked rejects it
//   gradients  n x d as the points, or empty: not asked for. Where the value is not finite the
//              gradient is not looked at
//
// What a density promises: the numbers of a point depend on that point alone, not on n, on its
// neighbours or on the number of threads; n may be anything from 1 on (samplers ask for as many
// points as there are chains, fewer when some are done). It is called from one thread at a time,
// and uses as many threads inside as it likes. So every algorithm here is a function of the density
// and the seed.
#pragma once

#include <cstddef>
#include <functional>
#include <span>

namespace shamal::analysis::inference {

using DensityFunction = std::function<void(std::span<const double> points, std::span<double> values,
                                           std::span<double> gradients)>;

struct LogDensity {
  std::size_t dimensions = 0;  // d
  bool has_gradient = false;   // false: `gradients` is always empty
  DensityFunction evaluate;
};

}  // namespace shamal::analysis::inference
