#include "sim/gradient.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "base/defect.h"
#include "ir/reduce.h"
#include "sim/integrator.h"
#include "sim/time_grid.h"

namespace shamal::sim {

namespace {

using machine::State;
using Values = std::vector<double>;

// The programs as they are run: specialised for the inputs that differ from run to run.
struct Plan {
  std::shared_ptr<const machine::Kernel::Special> forward;
  std::shared_ptr<const machine::Kernel::Special> backward;
  std::vector<ir::Slot> saved;       // of the forward program, by column
  std::vector<SlotRange> states;     // of the forward program: levels, then memories
  ir::Adjoint adjoint;               // its slots as they are in the backward program
  std::vector<std::uint32_t> lines;  // the forward program's delay line for each backward one
  std::vector<std::size_t> live;     // the parameters that the gradient in `adjoint` is by

  const ir::Program& program() const { return forward->kernel.program(); }
};

// The slots of all columns.
std::vector<ir::Slot> columns(const std::vector<SlotRange>& ranges) {
  std::vector<ir::Slot> slots;
  for (const SlotRange& range : ranges) {
    for (ir::Slot slot = range.base; slot < range.base + range.count; ++slot) {
      slots.push_back(slot);
    }
  }
  return slots;
}

// Neighbouring slots as ranges, in the same order.
std::vector<SlotRange> ranges(const std::vector<ir::Slot>& slots) {
  std::vector<SlotRange> made;
  for (const ir::Slot slot : slots) {
    if (!made.empty() && slot == made.back().base + made.back().count) {
      ++made.back().count;
    } else {
      made.push_back({slot, 1});
    }
  }
  return made;
}

std::vector<SlotRange> placed(const std::vector<SlotRange>& saved,
                              const std::vector<ir::Slot>& place) {
  std::vector<ir::Slot> slots = columns(saved);
  for (ir::Slot& slot : slots) {
    slot = place[slot];
  }
  return ranges(slots);
}

Plan plan(const Differentiated& of, const Inputs& inputs) {
  std::vector<ir::Slot> varied;
  for (const Inputs::Override& override : inputs.overrides) {
    if (override.values.size() > 1 && of.place(override.slot) != ir::kNone) {
      varied.push_back(of.place(override.slot));
    }
  }
  const bool alone = inputs.runs == 1;
  Plan made;
  ir::Wanted wanted;
  wanted.varied = varied;
  wanted.alone = alone;
  made.backward = of.backward().specialised(wanted);
  for (const ir::Slot slot : columns(of.saved())) {
    made.saved.push_back(of.place(slot));
    wanted.saved.push_back({made.saved.back(), 1});
  }
  made.forward = of.forward().specialised(wanted);
  for (ir::Slot& slot : made.saved) {
    slot = made.forward->place[slot];
  }
  for (const ir::Stock& stock : made.program().stocks) {
    made.states.push_back({stock.level, stock.count});
  }
  for (const ir::Memory& memory : made.program().memories) {
    made.states.push_back({memory.current, memory.count});
  }
  made.adjoint = of.adjoint();
  const std::vector<ir::Slot>& place = made.backward->place;
  ir::for_each_slot(made.adjoint, [&](ir::Slot& slot) { slot = place[slot]; });
  for (const ir::DelayLine& line : made.backward->kernel.program().delays) {
    const std::vector<ir::DelayLine>& all = of.backward().program().delays;
    const auto at = std::find_if(all.begin(), all.end(), [&](const ir::DelayLine& other) {
      return place[other.input] == line.input;
    });
    made.lines.push_back(static_cast<std::uint32_t>(at - all.begin()));
  }
  for (std::size_t p = 0; p < of.parameters().size(); ++p) {
    if (of.place(of.parameters()[p]) != ir::kNone) {
      made.live.push_back(p);
    }
  }
  return made;
}

// A few runs, forward and back.
class Batch {
 public:
  Batch(const Differentiated& of, const Plan& plan, const RunSpec& spec, const Inputs& inputs,
        const TimeGrid& grid, std::size_t first, std::size_t lanes, std::size_t memory)
      : of_(of),
        plan_(plan),
        adjoint_(plan.adjoint),
        spec_(spec),
        grid_(grid),
        first_(first),
        lanes_(lanes),
        forward_(plan.program(), lanes, spec.seed, inputs.first_run + first),
        backward_(plan.backward->kernel.program(), lanes, spec.seed, inputs.first_run + first),
        integrator_(
            make_integrator({plan.forward->kernel, machine_, *spec.method, spec.dt, {}, forward_})),
        back_(make_integrator(
            {plan.backward->kernel, machine_, *spec.method, spec.dt, {}, backward_})),
        forward_levels_(level_count(plan.forward->kernel, forward_)) {
    for (State* const state : {&forward_, &backward_}) {
      state->fill(ir::kStepSlot, spec.dt);
      state->fill(ir::kStartSlot, spec.start);
      state->fill(ir::kStopSlot, spec.stop);
      state->fill(ir::kTimeSlot, grid.time(0));
    }
    for (const Inputs::Override& override : inputs.overrides) {
      const ir::Slot slot = of.place(override.slot);
      if (slot == ir::kNone) {
        continue;
      }
      set(forward_, plan.forward->place[slot], override.values);
      set(backward_, plan.backward->place[slot], override.values);
    }
    for (const SlotRange& state : plan.states) {
      state_size_ += state.count * forward_.width(state.base);
    }
    stocks_ = plan.program().stocks.size();
    for (std::size_t s = 0; s < stocks_; ++s) {
      levels_ += back_stocks()[s].count * pitch();
    }
    const std::size_t fits =
        std::max<std::size_t>(2, memory / sizeof(double) / std::max<std::size_t>(1, state_size_));
    // Kept are every `apart_`-th step's states and all of one stretch between: about n / apart +
    // apart. The shortest stretch that fits, or where that sum is least.
    const std::size_t steps = std::size_t{grid.steps} + 1;
    while (steps / apart_ + apart_ > fits && apart_ * apart_ < steps) {
      ++apart_;
    }
    kept_ = of.take_room();
    kept_.reserve((steps / apart_ + 1) * state_size_);
  }

  ~Batch() { of_.give_room(std::move(kept_)); }
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  // False if cancelled.
  bool run(const Weigh& weigh, Gradients& into, base::Progress* progress) {
    Trajectories trajectories;
    if (!go_forward(trajectories, progress)) {
      return false;
    }
    weights_.assign(trajectories.values.size(), 0.0);
    weigh(trajectories, first_, weights_);
    go_back(trajectories);
    for (std::size_t p = 0; p < plan_.live.size(); ++p) {
      for (std::size_t lane = 0; lane < lanes_; ++lane) {
        into.values[(first_ + lane) * into.parameters + plan_.live[p]] =
            backward_.value(adjoint_.gradient[p].slot, lane);
      }
    }
    return true;
  }

 private:
  std::size_t pitch() const { return forward_.pitch(); }

  void set(State& state, ir::Slot slot, const std::vector<double>& values) const {
    if (slot == ir::kNone) {
      return;  // nothing here depends on it
    }
    for (std::size_t lane = 0; lane < lanes_; ++lane) {
      state.set(slot, lane, values[values.size() == 1 ? 0 : first_ + lane]);
    }
  }

  // ---- forward

  void execute_forward(ir::Block block) {
    machine_.execute(plan_.forward->kernel, block, forward_);
  }
  void execute_backward(ir::Block block) {
    machine_.execute(plan_.backward->kernel, block, backward_);
  }

  bool go_forward(Trajectories& into, base::Progress* progress) {
    for (const std::uint32_t step : grid_.saves) {
      into.times.push_back(grid_.time(step));
    }
    into.runs = lanes_;
    into.columns = plan_.saved.size();
    into.values.resize(into.runs * into.times.size() * into.columns);
    execute_forward(ir::Block::initial);
    execute_backward(ir::Block::initial);
    const bool euler = spec_.method->stages == 1 && machine::has_euler(forward_);
    std::size_t saves = 0;
    for (std::uint32_t step = 0;; ++step) {
      if (step % apart_ == 0) {
        keep(kept_);
      }
      forward_.step = step;
      forward_.fill(ir::kTimeSlot, grid_.time(step));
      if (euler && step != grid_.saves[saves]) {
        machine::execute_euler(plan_.forward->kernel, forward_);
      } else {
        execute_forward(ir::Block::rates);
        if (step == grid_.saves[saves]) {
          execute_forward(ir::Block::outputs);
          record(into, saves++);
        }
        if (step == grid_.steps) {
          return true;
        }
        forward_.append_delays(plan_.program());
        finish_step(step);
      }
      if (progress != nullptr) {
        progress->advance(lanes_);
        if (progress->cancelled()) {
          return false;
        }
      }
    }
  }

  void finish_step(std::uint32_t step) {
    forward_.hold_memories(plan_.program());
    integrator_->advance(grid_.time(step));
    forward_.update_memories(plan_.program());
  }

  void record(Trajectories& into, std::size_t save) {
    for (std::size_t column = 0; column < plan_.saved.size(); ++column) {
      for (std::size_t lane = 0; lane < lanes_; ++lane) {
        into.values[(lane * into.times.size() + save) * into.columns + column] =
            forward_.value(plan_.saved[column], lane);
      }
    }
  }

  void keep(Values& kept) {
    for (const SlotRange& state : plan_.states) {
      const double* const row = forward_.row(state.base);
      kept.insert(kept.end(), row, row + state.count * forward_.width(state.base));
    }
  }

  void restore(const double* from) {
    for (const SlotRange& state : plan_.states) {
      const std::size_t count = state.count * forward_.width(state.base);
      std::copy_n(from, count, forward_.row(state.base));
      from += count;
    }
  }

  // ---- back

  void go_back(const Trajectories& trajectories) {
    copy_past();
    for (const ir::DelayLine& line : plan_.program().delays) {
      pasts_adjoint_.emplace_back(std::size_t{grid_.steps} * line.count * pitch(), 0.0);
    }
    for (const ir::AdjointPort& port : adjoint_.memory_adjoints) {
      std::fill_n(backward_.row(port.slot), port.count * pitch(), 0.0);
    }
    std::size_t saves = grid_.saves.size();
    std::uint32_t stretch = grid_.steps + 1;  // first step whose states are at hand
    for (std::uint32_t step = grid_.steps + 1; step-- > 0;) {
      if (apart_ > 1 && step < stretch) {
        stretch = step / static_cast<std::uint32_t>(apart_) * static_cast<std::uint32_t>(apart_);
        run_again(stretch, step);
      }
      const double* const begin = apart_ > 1 ? again_.data() + (step - stretch) * state_size_
                                             : kept_.data() + step * state_size_;
      const bool saved = saves > 0 && grid_.saves[saves - 1] == step;
      saves -= saved ? 1 : 0;
      const auto save = saved ? std::optional(saves) : std::nullopt;
      if (is_euler()) {
        step_back(trajectories, step, begin, save);
      } else {
        step_back_by_stages(trajectories, step, begin, save);
      }
    }
    if (!is_euler()) {
      set_levels(adjoints_);
      set_seeds(adjoint_.start_seeds, memories_.data());
    }
    for (std::size_t m = 0; is_euler() && m < adjoint_.memory_adjoints.size(); ++m) {
      pass(adjoint_.memory_adjoints[m], adjoint_.start_seeds[m], spec_.dt);
    }
    execute_backward(ir::Block::outputs);
  }

  bool is_euler() const { return spec_.method->stages == 1; }
  const std::vector<ir::Stock>& back_stocks() const {
    return plan_.backward->kernel.program().stocks;
  }

  // What delay lines were given may be the same in all runs forward, and not backward.
  void copy_past() {
    const ir::Program& program = plan_.backward->kernel.program();
    for (std::uint32_t step = 0; step < grid_.steps && !program.delays.empty(); ++step) {
      for (std::size_t d = 0; d < program.delays.size(); ++d) {
        const ir::DelayLine& line = program.delays[d];
        for (std::uint32_t k = 0; k < line.count; ++k) {
          for (std::size_t lane = 0; lane < lanes_; ++lane) {
            backward_.set(line.input + k, lane, forward_.past(plan_.lines[d], k, step, lane));
          }
        }
      }
      backward_.append_delays(program);
    }
  }

  // From the states kept at `first`, those of all steps up to `last`. What delays were given is
  // there already.
  void run_again(std::uint32_t first, std::uint32_t last) {
    restore(kept_.data() + first / apart_ * state_size_);
    again_.clear();
    for (std::uint32_t step = first;; ++step) {
      keep(again_);
      if (step == last) {
        return;
      }
      forward_.step = step;
      forward_.fill(ir::kTimeSlot, grid_.time(step));
      execute_forward(ir::Block::rates);
      finish_step(step);
    }
  }

  // Of Euler's method: a step of it, with all seeds but the levels' a share of dt.
  void step_back(const Trajectories& trajectories, std::uint32_t step, const double* begin,
                 std::optional<std::size_t> save) {
    begin_stage(step, 0, begin, begin);
    for (std::size_t m = 0; m < adjoint_.memory_seeds.size(); ++m) {
      pass(adjoint_.memory_adjoints[m], adjoint_.memory_seeds[m], 1);
    }
    seed_delays(step, step < grid_.steps);
    seed_saved(trajectories, save, 1 / spec_.dt);
    if (machine::has_euler(backward_)) {
      machine::execute_euler(plan_.backward->kernel, backward_);
    } else {
      execute_backward(ir::Block::rates);
      back_->advance(grid_.time(step));
    }
    collect_past(step);
  }

  // Of Runge-Kutta methods: the levels of the adjoint program are what goes into a stage.
  void step_back_by_stages(const Trajectories& trajectories, std::uint32_t step,
                           const double* begin, std::optional<std::size_t> save) {
    const Method& method = *spec_.method;
    const std::size_t stages = step == grid_.steps ? 1 : method.stages;
    adjoints_.resize(levels_);
    memories_.resize(memory_size());
    given_.assign(memories_.size(), 0.0);
    given_.swap(memories_);
    for (std::size_t i = 0; i < stages; ++i) {
      slopes_adjoint_[i].resize(levels_);
      for (std::size_t j = 0; j < levels_; ++j) {
        slopes_adjoint_[i][j] = step == grid_.steps ? 0 : spec_.dt * method.b[i] * adjoints_[j];
      }
    }
    find_stages(step, begin, stages);
    for (std::size_t i = stages; i-- > 0;) {
      begin_stage(step, i, i == 0 ? begin : stage_levels_[i].data(), begin);
      set_levels(slopes_adjoint_[i]);
      set_seeds(adjoint_.memory_seeds, i == 0 ? given_.data() : nullptr);
      seed_delays(step, i == 0 && step < grid_.steps);
      seed_saved(trajectories, i == 0 ? save : std::nullopt, 1);
      execute_backward(ir::Block::rates);
      collect(i);
      collect_past(step);
    }
  }

  void begin_stage(std::uint32_t step, std::size_t stage, const double* levels,
                   const double* begin) {
    backward_.step = step;
    backward_.fill(adjoint_.step, step);
    backward_.fill(ir::kTimeSlot, grid_.time(step) + spec_.method->c[stage] * spec_.dt);
    set_states(levels, begin);
  }
  // The levels at each further stage of the step, run forward.
  void find_stages(std::uint32_t step, const double* begin, std::size_t stages) {
    if (stages == 1) {
      return;
    }
    const Method& method = *spec_.method;
    restore(begin);
    forward_.step = step;
    for (std::size_t i = 0; i < stages; ++i) {
      if (i > 0) {
        Levels& levels = stage_levels_[i];
        levels.resize(forward_levels_);
        weigh(method.a[i], i, slopes_, levels);
        for (std::size_t j = 0; j < levels.size(); ++j) {
          levels[j] = begin[j] + spec_.dt * levels[j];
        }
        write_levels(plan_.forward->kernel, levels, forward_);
      }
      forward_.fill(ir::kTimeSlot, grid_.time(step) + method.c[i] * spec_.dt);
      execute_forward(ir::Block::rates);
      slopes_[i].resize(forward_levels_);
      read_net_flows(plan_.forward->kernel, forward_, slopes_[i]);
    }
  }

  // Levels from one place, memories from behind the levels of another, both as `keep` puts them.
  void set_states(const double* levels, const double* begin) {
    const std::size_t stocks = plan_.program().stocks.size();
    const double* from = levels;
    for (std::size_t s = 0; s < plan_.states.size(); ++s) {
      if (s == stocks) {
        from = begin + forward_levels_;
      }
      const std::uint32_t count = plan_.states[s].count;
      double* to = backward_.row(adjoint_.states[s].slot);
      if (forward_.width(plan_.states[s].base) == pitch()) {
        std::copy_n(from, count * pitch(), to);
        from += count * pitch();
        continue;
      }
      for (std::uint32_t k = 0; k < count; ++k) {
        to = std::fill_n(to, pitch(), *from++);
      }
    }
  }

  // None: zeros.
  void set_seeds(const std::vector<ir::AdjointPort>& ports, const double* from) {
    for (const ir::AdjointPort& port : ports) {
      const std::size_t count = port.count * pitch();
      if (from == nullptr) {
        std::fill_n(backward_.row(port.slot), count, 0.0);
        continue;
      }
      std::copy_n(from, count, backward_.row(port.slot));
      from += count;
    }
  }

  void pass(const ir::AdjointPort& from, const ir::AdjointPort& to, double share) {
    const double* const given = backward_.row(from.slot);
    double* const taken = backward_.row(to.slot);
    for (std::size_t j = 0; j < from.count * pitch(); ++j) {
      taken[j] = share * given[j];
    }
  }

  void set_levels(const Values& from) {
    const double* next = from.data();
    for (std::size_t s = 0; s < stocks_; ++s) {
      const std::size_t count = back_stocks()[s].count * pitch();
      std::copy_n(next, count, backward_.row(back_stocks()[s].level));
      next += count;
    }
  }

  std::size_t memory_size() const {
    std::size_t size = 0;
    for (const ir::AdjointPort& port : adjoint_.memory_adjoints) {
      size += port.count * pitch();
    }
    return size;
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

  void seed_saved(const Trajectories& trajectories, std::optional<std::size_t> save, double share) {
    if (!save && !seeded_) {
      return;
    }
    seeded_ = save.has_value();
    std::size_t column = 0;
    for (const ir::AdjointPort& port : adjoint_.saved_seeds) {
      for (std::uint32_t k = 0; k < port.count; ++k, ++column) {
        double* const row = backward_.row(port.slot + k);
        std::fill_n(row, pitch(), 0.0);
        for (std::size_t lane = 0; save && lane < lanes_; ++lane) {
          row[lane] =
              share *
              weights_[(lane * trajectories.times.size() + *save) * trajectories.columns + column];
        }
      }
    }
  }

  // What one stage adds to the adjoints.
  void collect(std::size_t stage) {
    std::size_t at = 0;
    for (std::size_t s = 0; s < back_stocks().size(); ++s) {
      const ir::Stock& stock = back_stocks()[s];
      const double* const net = backward_.row(stock.net);
      const std::size_t count = stock.count * pitch();
      double* const sum = s < stocks_ ? adjoints_.data() + at : backward_.row(stock.level);
      for (std::size_t j = 0; j < count; ++j) {
        sum[j] += net[j];
      }
      for (std::size_t i = 0; i < stage && s < stocks_; ++i) {
        const double share = spec_.dt * spec_.method->a[stage][i];
        double* const to = slopes_adjoint_[i].data() + at;
        for (std::size_t j = 0; j < count; ++j) {
          to[j] += share * net[j];
        }
      }
      at += count;
    }
    double* sum = memories_.data();
    for (const ir::AdjointPort& port : adjoint_.memory_adjoints) {
      const double* const from = backward_.row(port.slot);
      for (std::size_t j = 0; j < port.count * pitch(); ++j) {
        *sum++ += from[j];
      }
    }
  }

  void collect_past(std::uint32_t step) {
    for (const ir::DelayedAdjoint& delayed : adjoint_.delayed) {
      give_past(delayed, step);
    }
  }

  // As machine::delayed reads.
  void give_past(const ir::DelayedAdjoint& delayed, std::uint32_t step) {
    const std::size_t count = plan_.program().delays[delayed.delay].count;
    for (std::size_t e = 0; e < delayed.elements.size(); ++e) {
      const auto offset = static_cast<ir::Slot>(e);
      for (std::size_t lane = 0; lane < lanes_; ++lane) {
        const double lag = backward_.value(delayed.lag + offset, lane);
        const double ago = std::max(1.0, std::floor(lag / spec_.dt + 0.5));
        if (ago <= static_cast<double>(step)) {
          const std::size_t then = step - static_cast<std::uint32_t>(ago);
          pasts_adjoint_[delayed.delay][(then * count + delayed.elements[e]) * pitch() + lane] +=
              backward_.value(delayed.adjoint + offset, lane);
        }
      }
    }
  }

  const Differentiated& of_;
  const Plan& plan_;
  const ir::Adjoint& adjoint_;
  const RunSpec& spec_;
  const TimeGrid& grid_;
  const machine::Backend& machine_ = machine::backends().front();
  std::size_t first_;
  std::size_t lanes_;
  State forward_;
  State backward_;
  std::unique_ptr<Integrator> integrator_;
  std::unique_ptr<Integrator> back_;
  // Numbers, all lanes: a state that is the same in all runs has one value forward, but an adjoint
  // for each run.
  std::size_t state_size_ = 0;      // of one step's levels and memories
  std::size_t forward_levels_ = 0;  // of its levels
  std::size_t stocks_ = 0;          // of the adjoint program, those that are of stocks
  std::size_t levels_ = 0;          // their levels
  std::size_t apart_ = 1;
  bool seeded_ = true;  // the seeds of saved values are not all zero
  Values kept_;
  Values again_;
  Values weights_;
  // Of Runge-Kutta methods, at the end of the step at hand:
  Values adjoints_;  // of levels
  Values memories_;  // of memories; and of those of the step after it
  Values given_;
  std::vector<Values> pasts_adjoint_;  // of each delay line: step, element, lane
  std::array<Levels, kMaxStages> slopes_;
  std::array<Levels, kMaxStages> stage_levels_;
  std::array<Values, kMaxStages> slopes_adjoint_;
};

}  // namespace

Differentiated::Differentiated(const machine::Kernel& kernel, ir::Specialised reduced,
                               ir::Adjoint adjoint, std::vector<ir::Slot> parameters,
                               std::vector<SlotRange> saved)
    : kernel_(kernel),
      forward_(std::move(reduced.program)),
      backward_(std::move(adjoint.program)),
      place_(std::move(reduced.place)),
      adjoint_(std::move(adjoint)),
      parameters_(std::move(parameters)),
      saved_(std::move(saved)) {}

std::vector<double> Differentiated::take_room() const {
  const base::Lock lock(rooms_->mutex);
  if (rooms_->free.empty()) {
    return {};
  }
  std::vector<double> room = std::move(rooms_->free.back());
  rooms_->free.pop_back();
  return room;
}

void Differentiated::give_room(std::vector<double> room) const {
  const base::Lock lock(rooms_->mutex);
  room.clear();
  rooms_->free.push_back(std::move(room));
}

std::variant<Differentiated, ir::NotDifferentiable> Differentiated::make(
    const machine::Kernel& kernel, const std::vector<ir::Slot>& parameters,
    const std::vector<SlotRange>& saved) {
  ir::Specialised reduced = ir::reduce(kernel.program(), {saved, parameters});
  std::vector<ir::Slot> live;
  for (const ir::Slot parameter : parameters) {
    if (reduced.place[parameter] != ir::kNone) {
      live.push_back(reduced.place[parameter]);
    }
  }
  std::vector<ir::Port> ports;
  for (const SlotRange& range : placed(saved, reduced.place)) {
    ports.push_back({range.base, range.count});
  }
  auto made = ir::adjoint(reduced.program, live, ports);
  if (const auto* const refused = std::get_if<ir::NotDifferentiable>(&made)) {
    return *refused;
  }
  return Differentiated(kernel, std::move(reduced), std::get<ir::Adjoint>(std::move(made)),
                        parameters, saved);
}

Gradients gradients(const Differentiated& of, const RunSpec& spec, const Inputs& inputs,
                    const Weigh& weigh, std::size_t memory, base::Progress* progress) {
  const auto fault = find_fault(of.kernel(), spec, inputs);
  if (fault || spec.method->adaptive()) {
    base::defect(fmt::format("a gradient was asked for {}.",
                             fault ? *fault : "a method with error control"));
  }
  TimeGrid grid = grid_of(spec);
  grid.steps = grid.saves.back();  // nothing depends on what comes later
  Gradients made;
  made.runs = inputs.runs;
  made.parameters = of.parameters().size();
  made.values.resize(made.runs * made.parameters);
  const Plan planned = plan(of, inputs);
  const std::size_t width =
      spec.batch_width > 0 ? spec.batch_width : planned.backward->kernel.batch_width();
  for (std::size_t first = 0; first < inputs.runs; first += width) {
    const std::size_t lanes = std::min(width, inputs.runs - first);
    if (!Batch(of, planned, spec, inputs, grid, first, lanes, memory).run(weigh, made, progress)) {
      made.cancelled = true;
      return made;
    }
  }
  return made;
}

}  // namespace shamal::sim
