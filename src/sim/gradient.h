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

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/large_memory.h"
#include "base/mutex.h"
#include "ir/adjoint.h"
#include "ir/guarded_products.h"
#include "sim/run.h"

namespace shamal::sim {

// A kernel made ready to be differentiated by `parameters`, for functions of the arrays `saved`.
class Differentiated {
 public:
  // What is refused names slots of `kernel`.
  static std::variant<Differentiated, ir::NotDifferentiable> make(
      const machine::Kernel& kernel, const std::vector<ir::Slot>& parameters,
      const std::vector<SlotRange>& saved);

  const machine::Kernel& kernel() const { return kernel_; }
  const std::vector<ir::Slot>& parameters() const { return parameters_; }
  const std::vector<SlotRange>& saved() const { return saved_; }

  // What the saved values depend on, and its adjoint.
  const machine::Kernel& forward() const { return forward_; }
  const machine::Kernel& backward(ir::Guarded products) const {
    return backward_[static_cast<std::size_t>(products)];
  }
  // As few as left no derivative that is not a number because of them.
  ir::Guarded guarded() const { return rooms_->guarded; }
  // More than those.
  void guard_more(ir::Guarded than) const;
  const ir::Adjoint& adjoint() const { return adjoint_; }  // without its program
  // Those of its states, by place in the list, that a derivative depends on.
  const std::vector<std::size_t>& visited() const { return visited_; }

  // Room for kept states that a batch has done with, for the next one: fresh memory costs as much
  // time as running forward.
  base::LargeVector<double> take_room() const;
  void give_room(base::LargeVector<double> room) const;

  // Where `forward` has a slot of `kernel`; kNone: nothing saved depends on it.
  ir::Slot place(ir::Slot slot) const { return place_[slot]; }

 private:
  Differentiated(const machine::Kernel& kernel, ir::Specialised reduced, ir::Adjoint adjoint,
                 std::vector<ir::Slot> parameters, std::vector<SlotRange> saved);

  machine::Kernel kernel_;
  machine::Kernel forward_;
  std::vector<std::size_t> visited_;
  std::array<machine::Kernel, ir::kGuardings> backward_;  // by what is guarded
  std::vector<ir::Slot> place_;
  ir::Adjoint adjoint_;
  std::vector<ir::Slot> parameters_;
  std::vector<SlotRange> saved_;
  struct Rooms {
    base::Mutex mutex;
    std::vector<base::LargeVector<double>> free;
    std::atomic<ir::Guarded> guarded = ir::Guarded::none;
  };
  std::shared_ptr<Rooms> rooms_ = std::make_shared<Rooms>();
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

// Bytes of kept states for a batch, unless the caller says otherwise: without room for all steps of
// eight runs, most steps are taken twice.
inline constexpr std::size_t kMostKept = std::size_t{1} << 30;

// `spec.saved` is that of `of`; the method has no error control (std::logic_error otherwise).
// `memory` bounds the bytes of kept states for a batch, but for two steps' worth; `of` holds on to
// as much for each thread that has asked.
Gradients gradients(const Differentiated& of, const RunSpec& spec, const Inputs& inputs,
                    const Weigh& weigh, std::size_t memory = kMostKept,
                    const machine::Backend& backend = machine::backends().front(),
                    base::Progress* progress = nullptr);

}  // namespace shamal::sim
