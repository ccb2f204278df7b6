// What a gradient costs, in forward runs of the same number.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "machine/machine.h"
#include "sim/gradient.h"

namespace shamal::bench {

struct GradientRow {
  std::string name;
  std::size_t parameters = 0;
  std::size_t outputs = 0;
  double make_ms = 0;           // from the kernel to the adjoint program, and the first batch
  double forward_ms = 0;        // a run
  double gradient_ms = 0;       // a run: its values and all its derivatives
  double ratio = 0;             // gradient over forward, in cycles
  double worst_difference = 0;  // from a directional difference, relative
  // What there is to be done at least, in forward runs as well: the operations of a step forward
  // and of a step back (which repeats the former) over those of a step forward; and bringing the
  // kept states to memory and back, as fast as this machine does only that.
  double by_operations = 0;
  double by_memory = 0;
};

struct GradientWork {
  std::size_t parameters = 64;
  std::size_t width = 0;   // of batches of gradients; 0: they choose it, as forward runs do
  std::size_t repeat = 5;  // the least counts
  std::size_t memory = sim::kMostKept;  // bytes, for kept states
  const machine::Backend* backend = &machine::backends().front();
};

// Of 64 runs. Nothing if the model cannot be opened or an operation in it has no derivative (which
// is said).
std::optional<GradientRow> measure_gradient(const std::string& name, const std::string& path,
                                            const GradientWork& work);

}  // namespace shamal::bench
