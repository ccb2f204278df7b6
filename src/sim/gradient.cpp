#include "sim/gradient.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

#include "sim/integrator.h"
#include "sim/time_grid.h"

namespace shamal::sim {

namespace {

using machine::State;
using Values = std::vector<double>;

// A few runs, forward and back.
class Batch {
 public:
  Batch(const Differentiated& of, const RunSpec& spec, const Inputs& inputs, const TimeGrid& grid,
        std::size_t first, std::size_t lanes, std::size_t memory)
      : of_(of),
        adjoint_(of.adjoint()),
        spec_(spec),
        grid_(grid),
        first_(first),
        lanes_(lanes),
        forward_(of.kernel().program(), lanes, spec.seed, inputs.first_run + first),
        backward_(of.backward().program(), lanes, spec.seed, inputs.first_run + first),
        integrator_(make_integrator({of.kernel(), machine_, *spec.method, spec.dt, {}, forward_})) {
    for (State* const state : {&forward_, &backward_}) {
      state->fill(ir::kStepSlot, spec.dt);
      state->fill(ir::kStartSlot, spec.start);
      state->fill(ir::kStopSlot, spec.stop);
      state->fill(ir::kTimeSlot, grid.time(0));
      for (const Inputs::Override& override : inputs.overrides) {
        for (std::size_t lane = 0; lane < lanes; ++lane) {
          state->set(override.slot, lane,
                     override.values[override.values.size() == 1 ? 0 : first + lane]);
        }
      }
    }
    std::size_t kept = 0;
    for (const ir::AdjointPort& state : adjoint_.states) {
      kept += state.count;
    }
    state_size_ = kept * pitch();
    const std::size_t fits =
        std::max<std::size_t>(2, memory / sizeof(double) / std::max<std::size_t>(1, state_size_));
    // Kept are every `apart_`-th step's states and all of one stretch between: about n / apart +
    // apart. The shortest stretch that fits, or where that sum is least.
    const std::size_t steps = std::size_t{grid.steps} + 1;
    apart_ = 1;
    while (steps / apart_ + apart_ > fits && apart_ * apart_ < steps) {
      ++apart_;
    }
  }

  // False if cancelled.
  bool run(const Weigh& weigh, Gradients& into, base::Progress* progress) {
    Trajectories trajectories;
    if (!go_forward(trajectories, progress)) {
      return false;
    }
    weights_.assign(trajectories.values.size(), 0.0);
    weigh(trajectories, first_, weights_);
    go_back(trajectories);
    for (std::size_t lane = 0; lane < lanes_; ++lane) {
      for (std::size_t p = 0; p < adjoint_.gradient.size(); ++p) {
        into.values[(first_ + lane) * into.parameters + p] =
            backward_.row(adjoint_.gradient[p].slot)[lane];
      }
    }
    return true;
  }

 private:
  std::size_t pitch() const { return forward_.pitch(); }

  // ---- forward

  bool go_forward(Trajectories& into, base::Progress* progress) {
    for (const std::uint32_t step : grid_.saves) {
      into.times.push_back(grid_.time(step));
    }
    into.runs = lanes_;
    for (const SlotRange& range : of_.saved()) {
      into.columns += range.count;
    }
    into.values.resize(into.runs * into.times.size() * into.columns);
    machine_.execute(of_.kernel(), ir::Block::initial, forward_);
    machine_.execute(of_.backward(), ir::Block::initial, backward_);
    std::size_t saves = 0;
    for (std::uint32_t step = 0;; ++step) {
      if (step % apart_ == 0) {
        keep(kept_, step / apart_);
      }
      forward_.step = step;
      forward_.fill(ir::kTimeSlot, grid_.time(step));
      machine_.execute(of_.kernel(), ir::Block::rates, forward_);
      if (step == grid_.saves[saves]) {
        machine_.execute(of_.kernel(), ir::Block::outputs, forward_);
        record(into, saves++);
      }
      if (step == grid_.steps) {
        return true;
      }
      forward_.append_delays(of_.kernel().program());
      finish_step(step);
      if (progress != nullptr) {
        progress->advance(lanes_);
        if (progress->cancelled()) {
          return false;
        }
      }
    }
  }

  void finish_step(std::uint32_t step) {
    forward_.hold_memories(of_.kernel().program());
    integrator_->advance(grid_.time(step));
    forward_.update_memories(of_.kernel().program());
  }

  void record(Trajectories& into, std::size_t save) {
    std::size_t column = 0;
    for (const SlotRange& range : of_.saved()) {
      for (ir::Slot slot = range.base; slot < range.base + range.count; ++slot, ++column) {
        for (std::size_t lane = 0; lane < lanes_; ++lane) {
          into.values[(lane * into.times.size() + save) * into.columns + column] =
              forward_.row(slot)[lane];
        }
      }
    }
  }

  void keep(Values& kept, std::size_t place) {
    kept.resize(std::max(kept.size(), (place + 1) * state_size_));
    double* to = kept.data() + place * state_size_;
    for (const ir::AdjointPort& state : adjoint_.states) {
      to = std::copy_n(forward_.row(state.original), state.count * pitch(), to);
    }
  }

  void restore(const Values& kept, std::size_t place) {
    const double* from = kept.data() + place * state_size_;
    for (const ir::AdjointPort& state : adjoint_.states) {
      std::copy_n(from, state.count * pitch(), forward_.row(state.original));
      from += state.count * pitch();
    }
  }

  // ---- back

  void go_back(const Trajectories& trajectories) {
    backward_.adopt_past(forward_);
    states_adjoint_.assign(state_size_, 0.0);
    for (const ir::AdjointPort& carried : adjoint_.carried_in) {
      std::fill_n(backward_.row(carried.slot), carried.count * pitch(), 0.0);
    }
    pasts_adjoint_.clear();
    for (const ir::DelayLine& line : of_.kernel().program().delays) {
      pasts_adjoint_.emplace_back(std::size_t{grid_.steps} * line.count * pitch(), 0.0);
    }
    std::size_t saves = grid_.saves.size();
    std::uint32_t stretch = grid_.steps + 1;  // first step whose states are at hand
    for (std::uint32_t step = grid_.steps + 1; step-- > 0;) {
      if (apart_ > 1 && step < stretch) {
        stretch = step / static_cast<std::uint32_t>(apart_) * static_cast<std::uint32_t>(apart_);
        run_again(stretch, step);
      }
      restore(apart_ > 1 ? again_ : kept_, apart_ > 1 ? step - stretch : step);
      const bool saved = saves > 0 && grid_.saves[saves - 1] == step;
      saves -= saved ? 1 : 0;
      step_back(trajectories, step, saved ? std::optional(saves) : std::nullopt);
    }
    seed_states(adjoint_.start_seeds);
    machine_.execute(of_.backward(), ir::Block::outputs, backward_);
  }

  // From the states kept at `first`, those of all steps up to `last`. What delays were given is
  // there already.
  void run_again(std::uint32_t first, std::uint32_t last) {
    restore(kept_, first / apart_);
    for (std::uint32_t step = first;; ++step) {
      keep(again_, step - first);
      if (step == last) {
        return;
      }
      forward_.step = step;
      forward_.fill(ir::kTimeSlot, grid_.time(step));
      lend_past();
      machine_.execute(of_.kernel(), ir::Block::rates, forward_);
      finish_step(step);
    }
  }

  // Delays live in the backward state from here on; a forward step borrows them.
  void lend_past() {
    if (!of_.kernel().program().delays.empty() && !past_lent_) {
      forward_.adopt_past(backward_);
      past_lent_ = true;
    }
  }
  void take_past_back() {
    if (past_lent_) {
      backward_.adopt_past(forward_);
      past_lent_ = false;
    }
  }

  void step_back(const Trajectories& trajectories, std::uint32_t step,
                 std::optional<std::size_t> save) {
    const Method& method = *spec_.method;
    const bool last = step == grid_.steps;
    const std::size_t stages = last ? 1 : method.stages;
    Values begin = current_states();
    std::vector<Levels> levels(stages);
    std::vector<Levels> slopes_adjoint(stages);
    const std::size_t count = level_count(of_.kernel(), forward_);
    for (std::size_t i = 0; i < stages; ++i) {
      levels[i].resize(count);
      slopes_adjoint[i].assign(count, 0.0);
      for (std::size_t j = 0; !last && j < count; ++j) {
        slopes_adjoint[i][j] = spec_.dt * method.b[i] * states_adjoint_[j];
      }
    }
    find_stages(step, begin, levels);
    take_past_back();

    backward_.step = step;
    backward_.fill(adjoint_.step, step);
    Values given = states_adjoint_;  // of what the step ends with
    const std::size_t memories = given.size() - count;
    std::fill(states_adjoint_.begin() + static_cast<std::ptrdiff_t>(count), states_adjoint_.end(),
              0.0);
    if (last) {
      std::fill(states_adjoint_.begin(), states_adjoint_.end(), 0.0);
    }
    for (std::size_t i = stages; i-- > 0;) {
      backward_.fill(ir::kTimeSlot, grid_.time(step) + method.c[i] * spec_.dt);
      set_states(levels[i], begin, count);
      set_seeds(adjoint_.net_seeds, slopes_adjoint[i].data());
      Values none(memories, 0.0);
      set_seeds(adjoint_.memory_seeds, i == 0 && !last ? given.data() + count : none.data());
      seed_delays(step, i == 0 && !last);
      seed_saved(trajectories, i == 0 ? save : std::nullopt);
      machine_.execute(of_.backward(), ir::Block::rates, backward_);
      collect(i, step, slopes_adjoint, count);
    }
  }

  Values current_states() {
    Values values(state_size_);
    double* to = values.data();
    for (const ir::AdjointPort& state : adjoint_.states) {
      to = std::copy_n(forward_.row(state.original), state.count * pitch(), to);
    }
    return values;
  }

  // The levels at each stage of the step, run forward.
  void find_stages(std::uint32_t step, const Values& begin, std::vector<Levels>& levels) {
    const Method& method = *spec_.method;
    std::copy_n(begin.begin(), levels[0].size(), levels[0].begin());
    if (levels.size() == 1) {
      return;
    }
    std::array<Levels, kMaxStages> slopes;
    forward_.step = step;
    lend_past();
    for (std::size_t i = 0; i < levels.size(); ++i) {
      if (i > 0) {
        weigh(method.a[i], i, slopes, levels[i]);
        for (std::size_t j = 0; j < levels[i].size(); ++j) {
          levels[i][j] = begin[j] + spec_.dt * levels[i][j];
        }
        write_levels(of_.kernel(), levels[i], forward_);
      }
      forward_.fill(ir::kTimeSlot, grid_.time(step) + method.c[i] * spec_.dt);
      machine_.execute(of_.kernel(), ir::Block::rates, forward_);
      slopes[i].resize(levels[i].size());
      read_net_flows(of_.kernel(), forward_, slopes[i]);
    }
  }

  void set_states(const Levels& levels, const Values& begin, std::size_t count) {
    const double* from = levels.data();
    std::size_t at = 0;
    for (const ir::AdjointPort& state : adjoint_.states) {
      if (at == count) {
        from = begin.data() + count;
      }
      std::copy_n(from, state.count * pitch(), backward_.row(state.slot));
      from += state.count * pitch();
      at += state.count * pitch();
    }
  }

  void set_seeds(const std::vector<ir::AdjointPort>& ports, const double* from) {
    for (const ir::AdjointPort& port : ports) {
      std::copy_n(from, port.count * pitch(), backward_.row(port.slot));
      from += port.count * pitch();
    }
  }

  void seed_states(const std::vector<ir::AdjointPort>& ports) {
    set_seeds(ports, states_adjoint_.data());
  }

  void seed_delays(std::uint32_t step, bool given) {
    for (std::size_t d = 0; d < adjoint_.delay_seeds.size(); ++d) {
      const ir::AdjointPort& port = adjoint_.delay_seeds[d];
      const std::size_t count = port.count * pitch();
      if (given) {
        std::copy_n(pasts_adjoint_[d].data() + step * count, count, backward_.row(port.slot));
      } else {
        std::fill_n(backward_.row(port.slot), count, 0.0);
      }
    }
  }

  void seed_saved(const Trajectories& trajectories, std::optional<std::size_t> save) {
    std::size_t column = 0;
    for (const ir::AdjointPort& port : adjoint_.saved_seeds) {
      for (std::uint32_t k = 0; k < port.count; ++k, ++column) {
        double* const row = backward_.row(port.slot + k);
        std::fill_n(row, pitch(), 0.0);
        for (std::size_t lane = 0; save && lane < lanes_; ++lane) {
          row[lane] =
              weights_[(lane * trajectories.times.size() + *save) * trajectories.columns + column];
        }
      }
    }
  }

  // What one stage adds to the adjoints.
  void collect(std::size_t stage, std::uint32_t step, std::vector<Levels>& slopes_adjoint,
               std::size_t count) {
    const Method& method = *spec_.method;
    std::size_t at = 0;
    for (const ir::AdjointPort& port : adjoint_.state_adjoints) {
      const double* const from = backward_.row(port.slot);
      for (std::size_t j = 0; j < port.count * pitch(); ++j, ++at) {
        states_adjoint_[at] += from[j];
        for (std::size_t i = 0; i < stage && at < count; ++i) {
          slopes_adjoint[i][at] += spec_.dt * method.a[stage][i] * from[j];
        }
      }
    }
    for (std::size_t c = 0; c < adjoint_.carried_in.size(); ++c) {
      const ir::AdjointPort& in = adjoint_.carried_in[c];
      std::copy_n(backward_.row(adjoint_.carried_out[c].slot), in.count * pitch(),
                  backward_.row(in.slot));
    }
    for (const ir::DelayedAdjoint& delayed : adjoint_.delayed) {
      give_past(delayed, step);
    }
  }

  // As machine::delayed reads.
  void give_past(const ir::DelayedAdjoint& delayed, std::uint32_t step) {
    const std::size_t count = of_.kernel().program().delays[delayed.delay].count;
    for (std::size_t e = 0; e < delayed.elements.size(); ++e) {
      const auto offset = static_cast<ir::Slot>(e);
      const double* const lag = backward_.row(delayed.lag + offset);
      const double* const adjoint = backward_.row(delayed.adjoint + offset);
      for (std::size_t lane = 0; lane < lanes_; ++lane) {
        const double ago = std::max(1.0, std::floor(lag[lane] / spec_.dt + 0.5));
        if (ago <= static_cast<double>(step)) {
          const std::size_t then = step - static_cast<std::uint32_t>(ago);
          pasts_adjoint_[delayed.delay][(then * count + delayed.elements[e]) * pitch() + lane] +=
              adjoint[lane];
        }
      }
    }
  }

  const Differentiated& of_;
  const ir::Adjoint& adjoint_;
  const RunSpec& spec_;
  const TimeGrid& grid_;
  const machine::Backend& machine_ = machine::backends().front();
  std::size_t first_;
  std::size_t lanes_;
  State forward_;
  State backward_;
  std::unique_ptr<Integrator> integrator_;
  std::size_t state_size_ = 0;  // doubles of one step's levels and memories, all lanes
  std::size_t apart_ = 1;
  bool past_lent_ = false;
  Values kept_;
  Values again_;
  Values weights_;
  Values states_adjoint_;              // of levels, then memories, at the end of the step at hand
  std::vector<Values> pasts_adjoint_;  // of each delay line: step, element, lane
};

}  // namespace

Differentiated::Differentiated(const machine::Kernel& kernel, ir::Adjoint adjoint,
                               std::vector<ir::Slot> parameters, std::vector<SlotRange> saved)
    : kernel_(kernel),
      backward_(std::move(adjoint.program)),
      adjoint_(std::move(adjoint)),
      parameters_(std::move(parameters)),
      saved_(std::move(saved)) {}

std::variant<Differentiated, ir::NotDifferentiable> Differentiated::make(
    const machine::Kernel& kernel, const std::vector<ir::Slot>& parameters,
    const std::vector<SlotRange>& saved) {
  std::vector<ir::Port> ports;
  for (const SlotRange& range : saved) {
    ports.push_back({range.base, range.count});
  }
  auto made = ir::adjoint(kernel.program(), parameters, ports);
  if (const auto* const refused = std::get_if<ir::NotDifferentiable>(&made)) {
    return *refused;
  }
  return Differentiated(kernel, std::get<ir::Adjoint>(std::move(made)), parameters, saved);
}

Gradients gradients(const Differentiated& of, const RunSpec& spec, const Inputs& inputs,
                    const Weigh& weigh, std::size_t memory, base::Progress* progress) {
  const auto fault = find_fault(of.kernel(), spec, inputs);
  if (fault || spec.method->adaptive()) {
    throw std::logic_error(
        fmt::format("a gradient was asked for {}. This is a defect of Shamal; please report it.",
                    fault ? *fault : "a method with error control"));
  }
  TimeGrid grid = grid_of(spec);
  grid.steps = grid.saves.back();  // nothing depends on what comes later
  Gradients made;
  made.runs = inputs.runs;
  made.parameters = of.parameters().size();
  made.values.resize(made.runs * made.parameters);
  const std::size_t width = spec.batch_width > 0 ? spec.batch_width : of.backward().batch_width();
  for (std::size_t first = 0; first < inputs.runs; first += width) {
    const std::size_t lanes = std::min(width, inputs.runs - first);
    if (!Batch(of, spec, inputs, grid, first, lanes, memory).run(weigh, made, progress)) {
      made.cancelled = true;
      return made;
    }
  }
  return made;
}

}  // namespace shamal::sim
