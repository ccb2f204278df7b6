// What a gradient costs, in forward runs of the same number.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

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
};

// 64 runs: gradients in batches of `width`, or of as many as they choose themselves for 0, as
// forward runs do; the least repetition counts. States are
// kept in so many bytes. Nothing if the model cannot be opened or an
// operation in it has no derivative (which is said).
std::optional<GradientRow> measure_gradient(const std::string& name, const std::string& path,
                                            std::size_t parameters, std::size_t width,
                                            std::size_t repeat, std::size_t memory);

}  // namespace shamal::bench
