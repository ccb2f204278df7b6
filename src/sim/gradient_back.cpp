#include "sim/gradient_back.h"

#include <algorithm>
#include <cmath>

#include "base/defect.h"

namespace shamal::sim {

BackSweep::BackSweep(const BackPlan& plan, const ForwardPlan& forward_plan, ForwardSweep& forward,
                     const RunSpec& spec, const TimeGrid& grid, std::size_t lanes,
                     std::uint64_t first_run, const machine::Backend& backend)
    : plan_(plan),
      adjoint_(plan.adjoint),
      forward_plan_(forward_plan),
      forward_(forward),
      spec_(spec),
      grid_(grid),
      machine_(backend),
      lanes_(lanes),
      state_(plan.program(), lanes, spec.seed, first_run),
      integrator_(make_integrator({plan.kernel(), machine_, *spec.method, spec.dt, {}, state_})),
      stocks_(forward_plan.program().stocks.size()) {
  state_.guards = plan.kernel().needed_guards();
  for (std::size_t s = 0; s < stocks_; ++s) {
    levels_ += plan.program().stocks[s].count * pitch();
  }
  std::vector<machine::Aside> aside;
  for (std::size_t v = 0; v < plan.visited.size(); ++v) {
    if (is_aside(v)) {
      aside.push_back({{plan.visited[v], forward_plan.visited[v].count}, forward.places()[v]});
    }
  }
  state_.lay_aside(machine::AsideUse::found, std::move(aside), forward.to_step_before());
}

// Whether these of the visited states are looked at where they are kept: there is a value for each
// run, and one stage that begins with what is kept.
bool BackSweep::is_aside(std::size_t v) const {
  return forward_plan_.steps_alone &&
         forward_.state().width(forward_plan_.visited[v].base) == pitch();
}

void BackSweep::go(const Trajectories& trajectories, const std::vector<double>& weights) {
  trajectories_ = &trajectories;
  weights_ = &weights;
  state_.find_aside(forward_.at(grid_.steps));  // so that it is somewhere
  execute(ir::Block::initial);
  state_.forget_flags();
  forward_.state().forget_flags();
  copy_past();
  adjoints_.assign(is_euler() ? 0 : levels_, 0.0);
  std::size_t memories = 0;
  for (const ir::AdjointPort& port : adjoint_.memory_adjoints) {
    std::fill_n(state_.row(port.slot), port.count * pitch(), 0.0);
    memories += port.count * pitch();
  }
  memories_.assign(memories, 0.0);
  std::size_t saves = grid_.saves.size();
  for (std::uint32_t step = grid_.steps + 1; step-- > 0;) {
    const bool saved = saves > 0 && grid_.saves[saves - 1] == step;
    saves -= saved ? 1 : 0;
    save_ = saved ? Save(saves) : std::nullopt;
    const double* const begin = forward_.at(step);
    if (is_euler()) {
      step_back(step, begin);
    } else {
      step_back_by_stages(step, begin);
    }
  }
  if (!is_euler()) {
    set_levels(adjoints_);
    set_seeds(adjoint_.start_seeds, memories_.data());
  }
  for (std::size_t m = 0; is_euler() && m < adjoint_.memory_adjoints.size(); ++m) {
    pass(adjoint_.memory_adjoints[m], adjoint_.start_seeds[m], spec_.dt);
  }
  execute(ir::Block::outputs);
}

bool BackSweep::trusted() const {
  return state_.guards == machine::Guards::all || (state_.trusted() && forward_.state().trusted());
}

// What delay lines were given may be the same in all runs forward, and not backward.
void BackSweep::copy_past() {
  const ir::Program& program = plan_.program();
  for (std::uint32_t step = 0; step < grid_.steps && !program.delays.empty(); ++step) {
    for (std::size_t d = 0; d < program.delays.size(); ++d) {
      const ir::DelayLine& line = program.delays[d];
      for (std::uint32_t k = 0; k < line.count; ++k) {
        for (std::size_t lane = 0; lane < lanes_; ++lane) {
          state_.set(line.input + k, lane, forward_.state().past(plan_.lines[d], k, step, lane));
        }
      }
    }
    state_.append_delays(program);
  }
  for (const ir::DelayLine& line : forward_plan_.program().delays) {
    pasts_.emplace_back(std::size_t{grid_.steps} * line.count * pitch(), 0.0);
  }
}

// Of Euler's method: a step of it, with all seeds but the levels' a share of dt.
void BackSweep::step_back(std::uint32_t step, const double* begin) {
  begin_stage(step, 0, begin, begin);
  for (std::size_t m = 0; m < adjoint_.memory_seeds.size(); ++m) {
    pass(adjoint_.memory_adjoints[m], adjoint_.memory_seeds[m], 1);
  }
  seed_delays(step, step < grid_.steps);
  seed_saved(save_, 1 / spec_.dt);
  if (machine::has_euler(state_)) {
    machine::execute_euler(plan_.kernel(), state_);
  } else {
    execute(ir::Block::rates);
    machine::advance_keepers(plan_.kernel(), state_);
    integrator_->advance(grid_.time(step));
  }
  add_saved_levels(save_);
  collect_past(step);
}

// Of Runge-Kutta methods: the levels of the adjoint program are what goes into a stage.
void BackSweep::step_back_by_stages(std::uint32_t step, const double* begin) {
  const Method& method = *spec_.method;
  const bool last = step == grid_.steps;
  const std::size_t stages = last ? 1 : method.stages;
  for (std::size_t i = 0; i < stages; ++i) {
    slopes_[i].resize(levels_);
    for (std::size_t j = 0; j < levels_; ++j) {
      slopes_[i][j] = last ? 0 : spec_.dt * method.b[i] * adjoints_[j];
    }
  }
  given_.assign(memories_.size(), 0.0);
  given_.swap(memories_);
  remembered_next_.swap(remembered_);
  remembered_.clear();
  forward_.find_stages(step, begin, stages);
  for (std::size_t i = stages; i-- > 0;) {
    begin_stage(step, i, i == 0 ? begin : forward_.stage(i), begin);
    set_levels(slopes_[i]);
    set_seeds(adjoint_.memory_seeds, i == 0 ? given_.data() : nullptr);
    seed_delays(step, i == 0 && !last);
    seed_saved(i == 0 ? save_ : std::nullopt, 1);
    set_next(step, i == 0);
    execute(ir::Block::rates);
    machine::advance_keepers(plan_.kernel(), state_);
    collect(i);
    add_remembered(step);
    collect_past(step);
  }
  add_saved_levels(save_);
}

void BackSweep::begin_stage(std::uint32_t step, std::size_t stage, const double* levels,
                            const double* begin) {
  state_.step = step;
  state_.fill(adjoint_.step, step);
  state_.fill(ir::kTimeSlot, grid_.time(step) + spec_.method->c[stage] * spec_.dt);
  set_states(levels, begin);
  set_remembered(step);
}

// Of keepers, those that are given come first, and are the forward program's.
void BackSweep::set_remembered(std::uint32_t step) {
  if (forward_plan_.program().keepers.empty()) {
    return;
  }
  auto next = forward_.remembered(step).begin();
  const auto end = forward_.remembered(step).end();
  state_.for_each_kept([&](model::Kept& kept) {
    if (next != end) {
      kept = *next++;
    }
  });
}

// Calls visit(adjoints) for each memory of adjoints.
template <class Visit>
void BackSweep::for_each_remembered(std::uint32_t step, Visit visit) {
  std::size_t given = forward_.remembered(step).size();
  state_.for_each_kept([&](model::Kept& kept) {
    if (given > 0) {
      --given;
    } else {
      visit(kept);
    }
  });
}

// Of Runge-Kutta methods: for the first stage what the step after this one left; else zero, which
// an empty list is.
void BackSweep::set_next(std::uint32_t step, bool given) {
  auto next = remembered_next_.begin();
  for_each_remembered(step, [&](model::Kept& kept) {
    kept = given && next != remembered_next_.end() ? *next++ : model::Kept();
  });
}

void BackSweep::add_remembered(std::uint32_t step) {
  std::size_t at = 0;
  for_each_remembered(step, [&](const model::Kept& kept) {
    if (at == remembered_.size()) {
      remembered_.emplace_back();
    }
    model::Kept& sum = remembered_[at++];
    sum.resize(std::max(sum.size(), kept.size()), 0.0);
    for (std::size_t i = 0; i < kept.size(); ++i) {
      sum[i] += kept[i];
    }
  });
}

// Levels from one place, memories from behind the levels of another, both as ForwardSweep::at gives
// them: a state that is the same in all runs has one value there.
void BackSweep::set_states(const double* levels, const double* begin) {
  state_.find_aside(begin);
  for (std::size_t v = 0; v < plan_.visited.size(); ++v) {
    if (is_aside(v)) {
      continue;
    }
    const double* from = (v < forward_plan_.visited_levels ? levels : begin) + forward_.places()[v];
    const SlotRange& range = forward_plan_.visited[v];
    double* to = state_.row(plan_.visited[v]);
    if (forward_.state().width(range.base) == pitch()) {
      std::copy_n(from, range.count * pitch(), to);
      continue;
    }
    for (std::uint32_t k = 0; k < range.count; ++k) {
      to = std::fill_n(to, pitch(), *from++);
    }
  }
}

// None: zeros.
void BackSweep::set_seeds(const std::vector<ir::AdjointPort>& ports, const double* from) {
  for (const ir::AdjointPort& port : ports) {
    const std::size_t count = port.count * pitch();
    if (from == nullptr) {
      std::fill_n(state_.row(port.slot), count, 0.0);
      continue;
    }
    std::copy_n(from, count, state_.row(port.slot));
    from += count;
  }
}

void BackSweep::pass(const ir::AdjointPort& from, const ir::AdjointPort& to, double share) {
  const double* const given = state_.row(from.slot);
  double* const taken = state_.row(to.slot);
  for (std::size_t j = 0; j < from.count * pitch(); ++j) {
    taken[j] = share * given[j];
  }
}

void BackSweep::set_levels(const Values& from) {
  const double* next = from.data();
  for (std::size_t s = 0; s < stocks_; ++s) {
    const ir::Stock& stock = plan_.program().stocks[s];
    std::copy_n(next, stock.count * pitch(), state_.row(stock.level));
    next += stock.count * pitch();
  }
}

void BackSweep::seed_delays(std::uint32_t step, bool given) {
  for (std::size_t d = 0; d < adjoint_.delay_seeds.size(); ++d) {
    const ir::AdjointPort& port = adjoint_.delay_seeds[d];
    const std::size_t count = port.count * pitch();
    if (given) {
      std::copy_n(pasts_[d].data() + step * count, count, state_.row(port.slot));
    } else {
      std::fill_n(state_.row(port.slot), count, 0.0);
    }
  }
}

// Calls visit(row of a seed, weights of its value in all runs) for the seeds that are levels or
// not.
template <class Visit>
void BackSweep::for_each_saved(bool levels, std::size_t save, Visit visit) {
  std::size_t column = 0;
  for (const ir::SavedSeed& seed : adjoint_.saved_seeds) {
    for (std::uint32_t k = 0; k < seed.count; ++k, ++column) {
      if (seed.is_level == levels) {
        visit(seed.slot + k, [&](std::size_t lane) {
          return (*weights_)[(lane * trajectories_->times.size() + save) * trajectories_->columns +
                             column];
        });
      }
    }
  }
}

void BackSweep::seed_saved(Save save, double share) {
  if (!save && !seeded_) {
    return;
  }
  seeded_ = save.has_value();
  for_each_saved(false, save.value_or(0), [&](ir::Slot slot, auto weight) {
    double* const row = state_.row(slot);
    std::fill_n(row, pitch(), 0.0);
    for (std::size_t lane = 0; save && lane < lanes_; ++lane) {
      row[lane] = share * weight(lane);
    }
  });
}

// To λ of the step's begin.
void BackSweep::add_saved_levels(Save save) {
  if (!save) {
    return;
  }
  for_each_saved(true, *save, [&](ir::Slot slot, auto weight) {
    double* const sum = is_euler() ? state_.row(slot) : adjoints_.data() + place_in_levels(slot);
    for (std::size_t lane = 0; lane < lanes_; ++lane) {
      sum[lane] += weight(lane);
    }
  });
}

std::size_t BackSweep::place_in_levels(ir::Slot slot) const {
  std::size_t before = 0;
  for (const ir::Stock& stock : plan_.program().stocks) {
    if (slot >= stock.level && slot < stock.level + stock.count) {
      return (before + (slot - stock.level)) * pitch();
    }
    before += stock.count;
  }
  base::defect("a seed lies in no level.");
}

// What one stage adds to the adjoints.
void BackSweep::collect(std::size_t stage) {
  std::size_t at = 0;
  for (std::size_t s = 0; s < plan_.program().stocks.size(); ++s) {
    const ir::Stock& stock = plan_.program().stocks[s];
    const double* const net = state_.row(stock.net);
    const std::size_t count = stock.count * pitch();
    double* const sum = s < stocks_ ? adjoints_.data() + at : state_.row(stock.level);
    for (std::size_t j = 0; j < count; ++j) {
      sum[j] += net[j];
    }
    for (std::size_t i = 0; i < stage && s < stocks_; ++i) {
      const double share = spec_.dt * spec_.method->a[stage][i];
      double* const to = slopes_[i].data() + at;
      for (std::size_t j = 0; j < count; ++j) {
        to[j] += share * net[j];
      }
    }
    at += count;
  }
  double* sum = memories_.data();
  for (const ir::AdjointPort& port : adjoint_.memory_adjoints) {
    const double* const from = state_.row(port.slot);
    for (std::size_t j = 0; j < port.count * pitch(); ++j) {
      *sum++ += from[j];
    }
  }
}

// As machine::delayed reads.
void BackSweep::collect_past(std::uint32_t step) {
  for (const ir::DelayedAdjoint& delayed : adjoint_.delayed) {
    const std::size_t count = forward_plan_.program().delays[delayed.delay].count;
    for (std::size_t e = 0; e < delayed.elements.size(); ++e) {
      const auto offset = static_cast<ir::Slot>(e);
      for (std::size_t lane = 0; lane < lanes_; ++lane) {
        const double lag = state_.value(delayed.lag + offset, lane);
        const double ago = std::max(1.0, std::floor(lag / spec_.dt + 0.5));
        if (ago <= static_cast<double>(step)) {
          const std::size_t then = step - static_cast<std::uint32_t>(ago);
          pasts_[delayed.delay][(then * count + delayed.elements[e]) * pitch() + lane] +=
              state_.value(delayed.adjoint + offset, lane);
        }
      }
    }
  }
}

}  // namespace shamal::sim
