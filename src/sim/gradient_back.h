// The way back of sim/gradient.h: the adjoint program over the steps, from the last to the first.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "ir/adjoint.h"
#include "ir/guarded_products.h"
#include "sim/gradient_forward.h"

namespace shamal::sim {

// The adjoint program as it is run, specialised like the forward one.
struct BackPlan {
  std::shared_ptr<const machine::Kernel::Special> special;
  ir::Adjoint adjoint;               // without its program; its slots are those of `special`
  std::vector<ir::Slot> visited;     // the forward plan's ranges begin here
  std::vector<std::uint32_t> lines;  // the forward program's delay line for each of this one
  ir::Guarded guarded = ir::Guarded::none;

  const machine::Kernel& kernel() const { return special->kernel; }
  const ir::Program& program() const { return special->kernel.program(); }
};

class BackSweep {
 public:
  BackSweep(const BackPlan& plan, const ForwardPlan& forward_plan, ForwardSweep& forward,
            const RunSpec& spec, const TimeGrid& grid, std::size_t lanes, std::uint64_t first_run,
            const machine::Backend& backend);

  machine::State& state() { return state_; }

  // `weights`: how the function changes with each of the values of `trajectories`.
  void go(const Trajectories& trajectories, const std::vector<double>& weights);

  // Whether its code had guards enough; what was executed forward between may have cleared flags.
  bool trusted() const;

  // After that: the derivative by the parameter in the adjoint's list. Zero has no sign.
  double gradient(std::size_t parameter, std::size_t lane) const {
    return state_.value(plan_.adjoint.gradient[parameter].slot, lane) + 0.0;
  }

 private:
  using Values = std::vector<double>;
  using Save = std::optional<std::size_t>;

  template <class Visit>
  void for_each_saved(bool levels, std::size_t save, Visit visit);
  void execute(ir::Block block) { machine_.execute(plan_.kernel(), block, state_); }
  bool is_euler() const { return spec_.method->stages == 1; }
  std::size_t pitch() const { return state_.pitch(); }

  bool is_aside(std::size_t v) const;
  void copy_past();
  void step_back(std::uint32_t step, const double* begin);
  void step_back_by_stages(std::uint32_t step, const double* begin);
  void begin_stage(std::uint32_t step, std::size_t stage, const double* levels,
                   const double* begin);
  void set_states(const double* levels, const double* begin);
  void set_seeds(const std::vector<ir::AdjointPort>& ports, const double* from);
  void pass(const ir::AdjointPort& from, const ir::AdjointPort& to, double share);
  void set_levels(const Values& from);
  void set_remembered(std::uint32_t step);
  template <class Visit>
  void for_each_remembered(std::uint32_t step, Visit visit);
  void set_next(std::uint32_t step, bool given);
  void add_remembered(std::uint32_t step);
  void seed_delays(std::uint32_t step, bool given);
  void seed_saved(Save save, double share);
  void add_saved_levels(Save save);
  std::size_t place_in_levels(ir::Slot slot) const;
  void collect(std::size_t stage);
  void collect_past(std::uint32_t step);

  const BackPlan& plan_;
  const ir::Adjoint& adjoint_;
  const ForwardPlan& forward_plan_;
  ForwardSweep& forward_;
  const RunSpec& spec_;
  const TimeGrid& grid_;
  const machine::Backend& machine_;
  std::size_t lanes_;
  machine::State state_;
  std::unique_ptr<Integrator> integrator_;
  const Trajectories* trajectories_ = nullptr;
  const Values* weights_ = nullptr;
  Save save_;               // of the step at hand
  bool seeded_ = true;      // the seeds of saved values are not all zero
  std::size_t stocks_ = 0;  // of the adjoint program, those that are of stocks
  std::size_t levels_ = 0;  // their levels, all lanes: an adjoint has a value for each run
  // Of Runge-Kutta methods, at the end of the step at hand:
  Values adjoints_;  // of levels
  Values memories_;  // of memories; and of those of the step after it
  Values given_;
  // … and of what procedures remember: of each keeper of adjoints, element and lane.
  std::vector<model::Kept> remembered_;
  std::vector<model::Kept> remembered_next_;
  std::array<Values, kMaxStages> slopes_;
  std::vector<Values> pasts_;  // of what each delay line was given: step, element, lane
};

}  // namespace shamal::sim
