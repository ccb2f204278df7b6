#include "sim/gradient.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include <fmt/format.h>

#include "base/defect.h"
#include "ir/access.h"
#include "ir/reduce.h"
#include "sim/gradient_back.h"

namespace shamal::sim {

namespace {

using machine::State;

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

// The slots that were moved to these places, place by place.
std::vector<ir::Slot> origins(const std::vector<ir::Slot>& places,
                              const std::vector<ir::Slot>& place) {
  std::vector<ir::Slot> slots;
  for (const ir::Slot wanted : places) {
    for (ir::Slot slot = 0; slot < place.size(); ++slot) {
      if (place[slot] == wanted) {
        slots.push_back(slot);
      }
    }
  }
  return slots;
}

// By slot: whether something reads the object that it belongs to.
std::vector<char> read_slots(const ir::Program& program) {
  const ir::Objects objects = ir::find_objects(program);
  std::vector<char> made(program.slots, 0);
  const auto mark = [&](ir::Slot slot) {
    const ir::SlotSpan& object = objects.all[objects.of_slot[slot]];
    std::fill_n(made.begin() + object.base, object.count, char{1});
  };
  for (const auto& block : program.blocks) {
    for (const ir::Instruction& instruction : block) {
      for (const ir::Access& access : ir::reads(program, instruction)) {
        mark(ir::reach(program, instruction, access).first);
      }
      if (instruction.op == ir::Op::gather) {
        mark(ir::gathered_span(program, instruction).base);
      }
    }
  }
  return made;
}

// Those of the adjoint's states that something depends on.
std::vector<std::size_t> find_visited(const ir::Adjoint& adjoint) {
  const ir::Specialised reduced = ir::reduce(adjoint.program, {});
  const std::vector<char> read = read_slots(reduced.program);
  std::vector<std::size_t> made;
  for (std::size_t s = 0; s < adjoint.states.size(); ++s) {
    if (read[reduced.place[adjoint.states[s].slot]] != 0) {
      made.push_back(s);
    }
  }
  return made;
}

// Which inputs differ from run to run.
ir::Wanted wanted(const Differentiated& of, const RunSpec& spec, const Inputs& inputs) {
  ir::Wanted made;
  for (const Inputs::Override& override : inputs.overrides) {
    if (override.values.size() > 1 && of.place(override.slot) != ir::kNone) {
      made.varied.push_back(of.place(override.slot));
    }
  }
  made.alone = inputs.runs == 1;
  made.long_array = spec.long_array;
  return made;
}

ForwardPlan plan_forward(const Differentiated& of, ir::Wanted wanted, const Method& method,
                         const std::vector<std::size_t>& visited) {
  ForwardPlan made;
  for (const ir::Slot slot : columns(of.saved())) {
    made.saved.push_back(of.place(slot));
    wanted.saved.push_back({made.saved.back(), 1});
  }
  made.special = of.forward().specialised(wanted);
  for (ir::Slot& slot : made.saved) {
    slot = made.special->place[slot];
  }
  for (const ir::Stock& stock : made.program().stocks) {
    made.states.push_back({stock.level, stock.count});
  }
  for (const ir::Memory& memory : made.program().memories) {
    made.states.push_back({memory.current, memory.count});
  }
  const ir::Program& program = made.program();
  made.steps_alone = method.stages == 1 && program.memories.empty() && program.delays.empty() &&
                     program.devices.empty() && program.keepers.empty();
  for (const std::size_t s : visited) {
    made.visited.push_back(made.states[s]);
    made.visited_levels += s < made.program().stocks.size() ? 1 : 0;
  }
  return made;
}

BackPlan plan_back(const Differentiated& of, const ir::Wanted& wanted,
                   const std::vector<std::size_t>& visited) {
  BackPlan made;
  made.guarded = of.guarded();
  const machine::Kernel& kernel = of.backward(made.guarded);
  made.special = kernel.specialised(wanted);
  made.adjoint = of.adjoint();
  const std::vector<ir::Slot>& place = made.special->place;
  ir::for_each_slot(made.adjoint, [&](ir::Slot& slot) { slot = place[slot]; });
  for (const std::size_t s : visited) {
    made.visited.push_back(made.adjoint.states[s].slot);
  }
  for (const ir::DelayLine& line : made.program().delays) {
    const std::vector<ir::DelayLine>& all = kernel.program().delays;
    const auto at = std::find_if(all.begin(), all.end(), [&](const ir::DelayLine& other) {
      return place[other.input] == line.input;
    });
    made.lines.push_back(of.adjoint().lines[static_cast<std::size_t>(at - all.begin())]);
  }
  return made;
}

// The values of a step wait for the way back: they are to stay in the second cache, with the kept
// states and the code beside them.
std::size_t width_of(const machine::Kernel& kernel) {
  constexpr std::size_t kNarrowest = 8;
  constexpr std::size_t kCacheBytes = std::size_t{384} << 10;
  const std::size_t slots = kernel.program().slots - kernel.program().shared;
  for (const std::size_t width : {kernel.batch_width(), std::size_t{32}, std::size_t{16}}) {
    if (slots * width * sizeof(double) <= kCacheBytes) {
      return width;
    }
  }
  return kNarrowest;
}

// A few runs, forward and back.
class Batch {
 public:
  Batch(const Differentiated& of, const ForwardPlan& plan, const RunSpec& spec,
        const Inputs& inputs, const TimeGrid& grid, std::size_t first, std::size_t lanes,
        const machine::Backend& backend, std::size_t memory)
      : of_(of),
        plan_(plan),
        spec_(spec),
        inputs_(inputs),
        grid_(grid),
        first_(first),
        lanes_(lanes),
        backend_(backend),
        memory_(memory) {}

  ~Batch() { leave_forward(); }
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  // False if cancelled.
  bool run_forward(const Weigh& weigh, base::Progress* progress) {
    start_forward();
    if (!forward_->go(trajectories_, progress)) {
      return false;
    }
    while (!forward_->state().trusted()) {
      plan_.kernel().need_more(forward_->state().guards);
      start_forward();
      forward_->go(trajectories_, nullptr);
    }
    weights_.assign(trajectories_.values.size(), 0.0);
    weigh(trajectories_, first_, weights_);
    return true;
  }

  // False if a derivative is not a number.
  bool run_back(const BackPlan& plan, Gradients& into) {
    std::optional<BackSweep> swept;
    const auto sweep = [&] {
      swept.emplace(plan, plan_, *forward_, spec_, grid_, lanes_, inputs_.first_run + first_,
                    backend_);
      begin(swept->state(), plan.special->place);
      swept->go(trajectories_, weights_);
    };
    sweep();
    while (!swept->trusted()) {
      plan.kernel().need_more(swept->state().guards);
      sweep();
    }
    const BackSweep& back = *swept;
    bool numbers = true;
    std::size_t given = 0;
    for (std::size_t p = 0; p < of_.parameters().size(); ++p) {
      if (of_.place(of_.parameters()[p]) == ir::kNone) {
        continue;  // nothing depends on it
      }
      for (std::size_t lane = 0; lane < lanes_; ++lane) {
        const double value = back.gradient(given, lane);
        into.values[(first_ + lane) * into.parameters + p] = value;
        numbers = numbers && !std::isnan(value);
      }
      ++given;
    }
    return numbers;
  }

 private:
  void start_forward() {
    leave_forward();
    trajectories_ = {};
    forward_.emplace(plan_, spec_, grid_, lanes_, inputs_.first_run + first_, backend_,
                     of_.take_room(), memory_);
    begin(forward_->state(), plan_.special->place);
  }

  void leave_forward() {
    if (forward_) {
      of_.give_room(forward_->give_room());
      forward_.reset();
    }
  }

  void begin(State& state, const std::vector<ir::Slot>& place) const {
    state.fill(ir::kStepSlot, spec_.dt);
    state.fill(ir::kStartSlot, spec_.start);
    state.fill(ir::kStopSlot, spec_.stop);
    state.fill(ir::kTimeSlot, grid_.time(0));
    for (const Inputs::Override& override : inputs_.overrides) {
      const ir::Slot reduced = of_.place(override.slot);
      if (reduced == ir::kNone || place[reduced] == ir::kNone) {
        continue;  // nothing here depends on it
      }
      for (std::size_t lane = 0; lane < lanes_; ++lane) {
        state.set(place[reduced], lane,
                  override.values[override.values.size() == 1 ? 0 : first_ + lane]);
      }
    }
  }

  const Differentiated& of_;
  const ForwardPlan& plan_;
  const RunSpec& spec_;
  const Inputs& inputs_;
  const TimeGrid& grid_;
  std::size_t first_;
  std::size_t lanes_;
  const machine::Backend& backend_;
  std::size_t memory_;
  std::optional<ForwardSweep> forward_;
  Trajectories trajectories_;
  std::vector<double> weights_;
};

}  // namespace

Differentiated::Differentiated(const machine::Kernel& kernel, ir::Specialised reduced,
                               ir::Adjoint adjoint, std::vector<ir::Slot> parameters,
                               std::vector<SlotRange> saved)
    : kernel_(kernel),
      forward_(std::move(reduced.program)),
      visited_(find_visited(adjoint)),
      backward_{machine::Kernel(ir::with_guarded(adjoint.program, ir::Guarded::none)),
                machine::Kernel(ir::with_guarded(adjoint.program, ir::Guarded::doubtful)),
                machine::Kernel(ir::with_guarded(std::move(adjoint.program), ir::Guarded::all))},
      place_(std::move(reduced.place)),
      adjoint_(std::move(adjoint)),
      parameters_(std::move(parameters)),
      saved_(std::move(saved)) {}

void Differentiated::guard_more(ir::Guarded than) const {
  rooms_->guarded.compare_exchange_strong(than,
                                          static_cast<ir::Guarded>(static_cast<int>(than) + 1));
}

base::LargeVector<double> Differentiated::take_room() const {
  const base::Lock lock(rooms_->mutex);
  if (rooms_->free.empty()) {
    return {};
  }
  base::LargeVector<double> room = std::move(rooms_->free.back());
  rooms_->free.pop_back();
  return room;
}

void Differentiated::give_room(base::LargeVector<double> room) const {
  const base::Lock lock(rooms_->mutex);
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
  if (auto* const refused = std::get_if<ir::NotDifferentiable>(&made)) {
    refused->slots = origins(refused->slots, reduced.place);
    return std::move(*refused);
  }
  return Differentiated(kernel, std::move(reduced), std::get<ir::Adjoint>(std::move(made)),
                        parameters, saved);
}

Gradients gradients(const Differentiated& of, const RunSpec& spec, const Inputs& inputs,
                    const Weigh& weigh, std::size_t memory, const machine::Backend& backend,
                    base::Progress* progress) {
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
  const ir::Wanted varied = wanted(of, spec, inputs);
  // Stages are found by running forward again, from all states.
  std::vector<std::size_t> visited = of.visited();
  if (spec.method->stages > 1) {
    visited.resize(of.adjoint().states.size());
    std::iota(visited.begin(), visited.end(), std::size_t{0});
  }
  const ForwardPlan forward = plan_forward(of, varied, *spec.method, visited);
  BackPlan back = plan_back(of, varied, visited);
  const std::size_t width = spec.batch_width > 0 ? spec.batch_width : width_of(back.kernel());
  for (std::size_t first = 0; first < inputs.runs; first += width) {
    const std::size_t lanes = std::min(width, inputs.runs - first);
    Batch batch(of, forward, spec, inputs, grid, first, lanes, backend, memory);
    if (!batch.run_forward(weigh, progress)) {
      made.cancelled = true;
      return made;
    }
    while (!batch.run_back(back, made) && back.guarded != ir::Guarded::all) {
      of.guard_more(back.guarded);
      back = plan_back(of, varied, visited);
    }
  }
  return made;
}

}  // namespace shamal::sim
