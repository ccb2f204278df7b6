// Exact gradients of functions of trajectories, by reverse mode: the driver of ir/adjoint.h.
//
// A batch of runs goes forward, keeping what the steps begin with (all of it if that fits into the
// memory allowed, else every k-th step's, from which the steps between are run again); the caller
// then says how the function changes with each saved value; and the adjoint program goes back over
// the steps. For Runge-Kutta methods each stage is gone back over, from the last to the first:
//
//   k̄_i = h b_i λ + h Σ_{j>i} a_ji ȳ_j,   ȳ_i = (∂f/∂y)ᵀ k̄_i at stage i,   λ ← λ + Σ ȳ_i
//
// which is exact for the method as it ran [Griewank2008, pp. 57-59; Hager2000]. Methods with error
// control are not differentiated.
#pragma once

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "ir/adjoint.h"
#include "sim/run.h"

namespace shamal::sim {

// A kernel made ready to be differentiated by `parameters`, for functions of the arrays `saved`.
class Differentiated {
 public:
  static std::variant<Differentiated, ir::NotDifferentiable> make(
      const machine::Kernel& kernel, const std::vector<ir::Slot>& parameters,
      const std::vector<SlotRange>& saved);

  const machine::Kernel& kernel() const { return kernel_; }
  const machine::Kernel& backward() const { return backward_; }
  const ir::Adjoint& adjoint() const { return adjoint_; }  // without its program
  const std::vector<ir::Slot>& parameters() const { return parameters_; }
  const std::vector<SlotRange>& saved() const { return saved_; }

 private:
  Differentiated(const machine::Kernel& kernel, ir::Adjoint adjoint,
                 std::vector<ir::Slot> parameters, std::vector<SlotRange> saved);

  machine::Kernel kernel_;
  machine::Kernel backward_;
  ir::Adjoint adjoint_;
  std::vector<ir::Slot> parameters_;
  std::vector<SlotRange> saved_;
};

struct Gradients {
  std::size_t runs = 0;
  std::size_t parameters = 0;
  std::vector<double> values;  // [run][parameter]
  bool cancelled = false;
};

// How the function changes with each saved value of some runs: fills `weights`, which has the shape
// of `batch.values` and is zero. `first` is the number of the batch's first run.
using Weigh =
    std::function<void(const Trajectories& batch, std::size_t first, std::vector<double>& weights)>;

// `spec.saved` is that of `of`; the method has no error control (std::logic_error otherwise).
// `memory` bounds the bytes of kept states for a batch, but for two steps' worth.
Gradients gradients(const Differentiated& of, const RunSpec& spec, const Inputs& inputs,
                    const Weigh& weigh, std::size_t memory = std::size_t{256} << 20,
                    base::Progress* progress = nullptr);

}  // namespace shamal::sim
