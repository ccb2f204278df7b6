#include "sim/run.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include <fmt/format.h>

#include "base/defect.h"
#include "machine/call.h"
#include "sim/integrator.h"
#include "sim/recorder.h"
#include "sim/time_grid.h"

namespace shamal::sim {

namespace {

// A few consecutive runs, executed together.
class Batch {
 public:
  // `place` leads from the slots of the spec and the inputs to those of the kernel; empty: nowhere.
  Batch(const machine::Kernel& kernel, const std::vector<ir::Slot>& place, const RunSpec& spec,
        const Inputs& inputs, const machine::Backend& backend, const TimeGrid& grid,
        std::size_t first, std::size_t lanes, machine::Guards guards, Trajectories& into)
      : kernel_(kernel),
        place_(place),
        spec_(spec),
        backend_(backend),
        grid_(grid),
        first_(first),
        state_(kernel.program(), lanes, spec.seed, inputs.first_run + first, backend.single),
        integrator_(make_integrator(
            {kernel, backend, *spec.method, spec.dt, {spec.rtol, spec.atol}, state_})),
        into_(into),
        recorder_(into, spec.saved, first, lanes, backend.single) {
    state_.guards = guards;
    state_.fill(ir::kStepSlot, spec.dt);
    state_.fill(ir::kStartSlot, spec.start);
    state_.fill(ir::kStopSlot, spec.stop);
    for (const Inputs::Override& override : inputs.overrides) {
      const ir::Slot slot = placed(override.slot);
      if (slot == ir::kNone) {
        continue;  // nothing that is saved depends on it
      }
      if (override.values.size() == 1) {
        state_.fill(slot, override.values.front());
        continue;
      }
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        state_.set(slot, lane, override.values[first + lane]);
      }
    }
  }

  // False if it went wrong for want of guards; some of the results may be there nevertheless. Of
  // the steps, `counted` are done for the progress already, and become more.
  bool run(base::Progress* progress, std::uint32_t& counted) {
    set_time(0);
    backend_.execute(kernel_, ir::Block::initial, state_);
    state_.forget_flags();
    state_.flagged = state_.single() && machine::lacks_reciprocals(kernel_, state_);
    if (!state_.trusted()) {
      return false;
    }
    const bool euler =
        spec_.method->stages == 1 && !spec_.method->adaptive() && machine::has_euler(state_);
    std::size_t saves = 0;
    for (std::uint32_t step = 0;; ++step) {
      if (euler && step != grid_.saves[saves]) {
        const std::uint32_t end = progress == nullptr ? grid_.saves[saves] : step + 1;
        machine::execute_euler(kernel_, state_, {grid_.start, grid_.dt, step, end});
        step = end - 1;
      } else {
        state_.step = step;
        state_.start_step();
        set_time(step);
        backend_.execute(kernel_, ir::Block::rates, state_);
        if (step == grid_.saves[saves]) {
          backend_.execute(kernel_, ir::Block::outputs, state_);
          record();
          ++saves;
          if (!state_.trusted()) {
            return false;
          }
        }
        if (saves == grid_.saves.size()) {
          break;
        }
        if (euler) {  // nothing but levels has a state
          integrator_->advance(grid_.time(step));
        } else {
          finish_step(grid_.time(step));
        }
      }
      if (progress != nullptr) {
        if (step == counted) {
          progress->advance(state_.lanes());
          ++counted;
        }
        if (progress->cancelled()) {
          into_.cancelled = true;
          break;
        }
      }
    }
    if (!state_.trusted()) {
      return false;
    }
    recorder_.write();
    recorder_.leave_rest();
    note_failures();
    into_.functions = state_.native ? state_.native->functions() : 0;
    into_.products = state_.native && state_.native->uses_reciprocals();
    return true;
  }

  // A single run whose times are computed as it goes. False if the first step has not the length
  // that the spec supposes; `dt` is then the one it has.
  bool run_controlled(base::Progress* progress, double& dt) {
    const Controls& controls = spec_.controls;
    constexpr double kNear = 1e-6;                             // in steps
    constexpr std::size_t kMostValues = std::size_t{1} << 27;  // one gibibyte
    double base = spec_.start;  // of the steps of the present length, `count` of them so far
    std::uint32_t count = 0;
    double stop = spec_.stop;
    double next_save = spec_.start;
    state_.fill(ir::kTimeSlot, spec_.start);
    backend_.execute(kernel_, ir::Block::initial, state_);
    for (std::uint32_t step = 0;; ++step) {
      double time = base + count * dt;
      state_.step = step;
      state_.start_step();
      state_.fill(ir::kTimeSlot, time);
      backend_.execute(kernel_, ir::Block::rates, state_);
      const auto control = [&](const std::optional<ir::Slot>& slot, double otherwise) {
        return slot ? state_.row(placed(*slot))[0] : otherwise;
      };
      const double new_dt = control(controls.dt, dt);
      if (!(new_dt > 0) || !std::isfinite(new_dt)) {
        into_.lost_control = {0, time, controls.dt.value_or(0)};
        return true;
      }
      if (new_dt != dt) {
        if (step == 0) {
          dt = new_dt;
          return false;
        }
        base = time;
        count = 0;
        dt = new_dt;
        state_.fill(ir::kStepSlot, dt);
        integrator_ = make_integrator(
            {kernel_, backend_, *spec_.method, dt, {spec_.rtol, spec_.atol}, state_});
        backend_.execute(kernel_, ir::Block::rates, state_);
      }
      stop = control(controls.stop, stop);
      state_.fill(ir::kStopSlot, stop);
      const bool last = !(time + dt <= stop + kNear * dt);
      if (last || time >= next_save - kNear * dt) {
        backend_.execute(kernel_, ir::Block::outputs, state_);
        into_.times.push_back(time);
        into_.values.resize(into_.times.size() * into_.columns);
        record();
        recorder_.write();
        const double interval = control(controls.save_interval, spec_.save_interval);
        if (!(interval > 0)) {
          into_.lost_control = {0, time, controls.save_interval.value_or(0)};
          return true;
        }
        next_save = time + interval;
      }
      if (last) {
        break;
      }
      if (into_.values.size() > kMostValues || step == std::numeric_limits<std::uint32_t>::max()) {
        into_.lost_control = {0, time, controls.stop.value_or(0)};
        return true;
      }
      finish_step(time);
      ++count;
      if (progress != nullptr && progress->cancelled()) {
        into_.cancelled = true;
        break;
      }
    }
    note_failures();
    return true;
  }

 private:
  ir::Slot placed(ir::Slot slot) const { return place_.empty() ? slot : place_[slot]; }
  ir::Slot origin(ir::Slot slot) const {
    const auto at = std::find(place_.begin(), place_.end(), slot);
    return at == place_.end() ? slot : static_cast<ir::Slot>(at - place_.begin());
  }

  // From the time of a step to the next: everything that has a state moves on.
  void finish_step(double time) {
    const ir::Program& program = kernel_.program();
    state_.append_delays(program);
    keepers_.advance(kernel_, state_);
    state_.hold_memories(program);
    state_.commit_devices();
    integrator_->advance(time);
    state_.update_memories(program);
    keepers_.exchange(state_);
  }

  void set_time(std::uint32_t step) { state_.fill(ir::kTimeSlot, grid_.time(step)); }

  void record() {
    for (const SlotRange& range : spec_.saved) {
      for (ir::Slot slot = range.base; slot < range.base + range.count; ++slot) {
        const ir::Slot at = placed(slot);
        const bool alike = state_.width(at) == 1;
        if (state_.single()) {
          recorder_.add(state_.single_row(at), alike);
        } else {
          recorder_.add(state_.row(at), alike);
        }
      }
    }
    recorder_.end_time();
  }

  void note_failures() {
    for (std::size_t lane = 0; lane < state_.lanes(); ++lane) {
      if (const auto failure = integrator_->failure(lane)) {
        into_.failures.push_back({first_ + lane, failure->time, origin(failure->slot)});
      }
    }
  }

  const machine::Kernel& kernel_;
  const std::vector<ir::Slot>& place_;
  const RunSpec& spec_;
  const machine::Backend& backend_;
  const TimeGrid& grid_;
  std::size_t first_;
  machine::State state_;
  std::unique_ptr<Integrator> integrator_;
  machine::KeepersAhead keepers_;
  Trajectories& into_;
  Recorder recorder_;
};

std::size_t column_count(const RunSpec& spec) {
  std::size_t columns = 0;
  for (const SlotRange& range : spec.saved) {
    columns += range.count;
  }
  return columns;
}

// Batches of about one size, none wider than the kernel wants.
std::size_t even_width(std::size_t runs, std::size_t most, std::size_t value_bytes) {
  const std::size_t kLine = 64 / value_bytes;
  const std::size_t batches = std::max<std::size_t>(1, (runs + most - 1) / most);
  const std::size_t lines = (runs + batches * kLine - 1) / (batches * kLine);
  return std::min(most, machine::batch_lines(lines) * kLine);
}

}  // namespace

ir::Wanted wanted(const RunSpec& spec, std::vector<ir::Slot> varied, bool alone, bool single) {
  return {.saved = spec.saved,
          .varied = std::move(varied),
          .alone = alone,
          .own_steps = spec.method->adaptive(),
          .single = single,
          .long_array = spec.long_array};
}

TimeGrid grid_of(const RunSpec& spec) {
  return spec.save_times.empty() ? time_grid(spec.start, spec.stop, spec.dt, spec.save_interval)
                                 : time_grid(spec.start, spec.stop, spec.dt, spec.save_times);
}

std::optional<std::string> find_fault(const machine::Kernel& kernel, const RunSpec& spec,
                                      const Inputs& inputs) {
  const double steps = step_count(spec.start, spec.stop, spec.dt);
  // (Comparisons that are false for a NaN.)
  if (!(spec.dt > 0) || !(spec.stop >= spec.start) ||
      !(steps < std::numeric_limits<std::uint32_t>::max())) {
    return fmt::format("{} to {} in steps of {}", spec.start, spec.stop, spec.dt);
  }
  if (spec.method == nullptr || !(spec.rtol >= 0) || !(spec.atol >= 0) ||
      !(spec.rtol + spec.atol > 0)) {
    return fmt::format("tolerances {} and {}, or no method", spec.rtol, spec.atol);
  }
  if (spec.controls.any() && (inputs.runs != 1 || !spec.save_times.empty())) {
    return "several runs whose times change, or at given times";
  }
  for (const double time : spec.save_times) {
    if (!(time >= spec.start) || !(time <= spec.stop)) {
      return fmt::format("results at time {}, outside of {} to {}", time, spec.start, spec.stop);
    }
  }
  const ir::Program& program = kernel.program();
  for (const SlotRange& range : spec.saved) {
    if (std::uint64_t{range.base} + range.count > program.slots) {
      return fmt::format("saved slots {}+{} of {}", range.base, range.count, program.slots);
    }
  }
  std::vector<char> constant(program.slots, 0);
  for (const ir::Constant& of : program.constants) {
    constant[of.slot] = 1;
  }
  for (const Inputs::Override& override : inputs.overrides) {
    if (override.slot >= program.slots || constant[override.slot] == 0) {
      return fmt::format("override of slot {}, which is no constant", override.slot);
    }
    if (override.values.size() != 1 && override.values.size() != inputs.runs) {
      return fmt::format("{} values of slot {} for {} runs", override.values.size(), override.slot,
                         inputs.runs);
    }
  }
  return std::nullopt;
}

Trajectories simulate(const machine::Kernel& kernel, const RunSpec& spec, const Inputs& inputs,
                      const machine::Backend& backend, base::Progress* progress) {
  if (const auto fault = find_fault(kernel, spec, inputs)) {
    base::defect(fmt::format("a simulation was asked for {}.", *fault));
  }
  Trajectories made;
  if (spec.controls.any()) {
    RunSpec tried = spec;
    constexpr int kMostTries = 5;  // of the length of the first step, which may depend on itself
    for (int i = 0; i < kMostTries; ++i) {
      made = Trajectories{};
      made.columns = column_count(spec);
      made.runs = 1;
      double dt = tried.dt;
      const TimeGrid none{tried.start, dt, 0, {}};
      const std::vector<ir::Slot> as_they_are;
      Batch batch(kernel, as_they_are, tried, inputs, backend, none, 0, 1, machine::Guards::all,
                  made);
      if (batch.run_controlled(progress, dt)) {
        return made;
      }
      tried.dt = dt;
    }
    made.lost_control = {0, spec.start, spec.controls.dt.value_or(0)};
    return made;
  }
  const TimeGrid grid = grid_of(spec);
  for (const std::uint32_t step : grid.saves) {
    made.times.push_back(grid.time(step));
  }
  made.runs = inputs.runs;
  made.columns = column_count(spec);
  made.values.resize(made.runs * made.times.size() * made.columns);
  if (progress != nullptr && progress->expected() == 0) {
    progress->expect(std::uint64_t{grid.saves.back()} * inputs.runs);
  }
  std::shared_ptr<const machine::Kernel::Special> special;
  if (backend.specialises) {
    std::vector<ir::Slot> varied;
    for (const Inputs::Override& override : inputs.overrides) {
      if (override.values.size() > 1) {
        varied.push_back(override.slot);
      }
    }
    special = kernel.specialised(
        wanted(spec, std::move(varied), inputs.runs == 1 || spec.batch_width == 1, backend.single));
  }
  const machine::Kernel& used = special ? special->kernel : kernel;
  const std::vector<ir::Slot> place = special ? special->place : std::vector<ir::Slot>{};
  const std::size_t value_bytes = backend.single ? sizeof(float) : sizeof(double);
  const std::size_t width =
      spec.batch_width > 0 ? spec.batch_width
                           : even_width(inputs.runs, used.batch_width(value_bytes), value_bytes);
  std::size_t first = 0;
  for (; first < inputs.runs && !made.cancelled; first += width) {
    const std::size_t lanes = std::min(width, inputs.runs - first);
    const std::size_t noted = made.not_a_number.size();
    std::uint32_t counted = 0;
    const auto run = [&](machine::Guards guards) {
      return Batch(used, place, spec, inputs, backend, grid, first, lanes, guards, made)
          .run(progress, counted);
    };
    machine::Guards guards = used.needed_guards();
    while (!run(guards)) {
      // In single precision there are none that only some divisions have.
      guards = used.need_more(backend.single ? machine::Guards::changing : guards);
      made.not_a_number.resize(noted);
    }
  }
  if (first < inputs.runs) {
    const auto rest =
        made.values.begin() + static_cast<std::ptrdiff_t>(first * made.times.size() * made.columns);
    std::fill(rest, made.values.end(), 0.0);
  }
  std::stable_sort(made.not_a_number.begin(), made.not_a_number.end(),
                   [](const auto& a, const auto& b) { return a.run < b.run; });
  return made;
}

}  // namespace shamal::sim
