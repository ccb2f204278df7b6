#include "sim/gradient_forward.h"

#include <algorithm>

#include "base/copy_past_caches.h"

namespace shamal::sim {

ForwardSweep::ForwardSweep(const ForwardPlan& plan, const RunSpec& spec, const TimeGrid& grid,
                           std::size_t lanes, std::uint64_t first_run,
                           const machine::Backend& backend, base::LargeVector<double> kept,
                           std::size_t memory)
    : plan_(plan),
      spec_(spec),
      grid_(grid),
      machine_(backend),
      lanes_(lanes),
      state_(plan.program(), lanes, spec.seed, first_run),
      integrator_(make_integrator({plan.kernel(), machine_, *spec.method, spec.dt, {}, state_})),
      memory_(memory),
      kept_(std::move(kept)) {
  state_.guards = plan.kernel().needed_guards();
  place_visited();
  if (plan.program().keepers.empty()) {
    choose_distance();
  }
  leaves_ = plan.steps_alone && apart_ == 1;
  if (leaves_) {
    std::vector<machine::Aside> aside;
    for (std::size_t v = 0; v < plan.visited.size(); ++v) {
      aside.push_back({{plan.visited[v].base, plan.visited[v].count}, places_[v]});
    }
    state_.lay_aside(past_caches_ ? machine::AsideUse::left_past_caches : machine::AsideUse::left,
                     std::move(aside), past_caches_ ? 0 : static_cast<std::ptrdiff_t>(size_));
  }
}

// States follow each other. Where steps leave them, those of several runs begin at a line of the
// cache, as they do in the state.
void ForwardSweep::place_visited() {
  const bool lines = plan_.steps_alone && state_.pitch() > 1;
  const auto at_line = [lines](std::size_t place) {
    constexpr std::size_t kLine = 8;
    return lines ? (place + kLine - 1) / kLine * kLine : place;
  };
  for (std::size_t v = 0; v < plan_.visited.size(); ++v) {
    const std::size_t width = state_.width(plan_.visited[v].base);
    places_.push_back(width == 1 ? size_ : at_line(size_));
    size_ = places_.back() + plan_.visited[v].count * width;
    levels_ = v < plan_.visited_levels ? size_ : levels_;
  }
  size_ = at_line(size_);
  for (const SlotRange& range : plan_.states) {
    all_ += range.count * state_.width(range.base);
  }
}

// Kept are every `apart_`-th step's states and all of one stretch between: about n / apart + apart.
// The shortest stretch that fits, or where that sum is least. What procedures remember counts with
// the size that it has now.
void ForwardSweep::choose_distance() {
  std::size_t values = size_;
  for (const model::Kept& kept : remembered_now()) {
    values += kept.size() + sizeof(model::Kept) / sizeof(double);
  }
  const std::size_t fits =
      std::max<std::size_t>(2, memory_ / sizeof(double) / std::max<std::size_t>(1, values));
  const std::size_t steps = std::size_t{grid_.steps} + 1;
  while (steps / apart_ + apart_ > fits && std::size_t{apart_} * apart_ < steps) {
    ++apart_;
  }
  constexpr std::size_t kCaches = std::size_t{32} << 20;  // bytes
  const std::size_t all = (steps / apart_ + 1) * checkpoint_size();
  past_caches_ = all * sizeof(double) > kCaches;
  kept_.resize(std::max(kept_.size(), all));
  again_.resize(apart_ == 1 ? 0 : apart_ * size_);
}

bool ForwardSweep::go(Trajectories& into, base::Progress* progress) {
  for (const std::uint32_t step : grid_.saves) {
    into.times.push_back(grid_.time(step));
  }
  into.runs = lanes_;
  into.columns = plan_.saved.size();
  into.values.resize(into.runs * into.times.size() * into.columns);
  execute(ir::Block::initial);
  state_.forget_flags();
  if (!plan_.program().keepers.empty()) {
    execute(ir::Block::rates);  // so that all have started
    choose_distance();
  }
  std::size_t saves = 0;
  for (std::uint32_t step = 0;; ++step) {
    if (step % apart_ == 0) {
      if (apart_ > 1) {
        keep_all(checkpoint(step));
      } else if (leaves_ && step > 0) {
        state_.complete_aside();
      } else {
        keep_visited(checkpoint(step), past_caches_);
      }
      remembered_.push_back(remembered_now());
    }
    if (leaves_ && step < grid_.steps) {
      state_.leave_aside(checkpoint(step + 1));
    }
    state_.step = step;
    state_.fill(ir::kTimeSlot, grid_.time(step));
    if (fused() && step != grid_.saves[saves]) {
      machine::execute_euler(plan_.kernel(), state_);
    } else {
      execute(ir::Block::rates);
      if (step == grid_.saves[saves]) {
        execute(ir::Block::outputs);
        record(into, saves++);
      }
      if (step == grid_.steps) {
        return true;
      }
      state_.append_delays(plan_.program());
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

void ForwardSweep::finish_step(std::uint32_t step) {
  keepers_.advance(plan_.kernel(), state_);
  state_.hold_memories(plan_.program());
  integrator_->advance(grid_.time(step));
  state_.update_memories(plan_.program());
  keepers_.exchange(state_);
}

void ForwardSweep::record(Trajectories& into, std::size_t save) const {
  for (std::size_t column = 0; column < plan_.saved.size(); ++column) {
    for (std::size_t lane = 0; lane < lanes_; ++lane) {
      into.values[(lane * into.times.size() + save) * into.columns + column] =
          state_.value(plan_.saved[column], lane);
    }
  }
}

void ForwardSweep::keep(const SlotRange& range, double* to, bool past_caches) const {
  const double* const row = state_.row(range.base);
  const std::size_t count = range.count * state_.width(range.base);
  if (past_caches) {
    base::copy_past_caches(row, count, to);
  } else {
    std::copy_n(row, count, to);
  }
}

void ForwardSweep::keep_visited(double* to, bool past_caches) const {
  for (std::size_t v = 0; v < plan_.visited.size(); ++v) {
    keep(plan_.visited[v], to + places_[v], past_caches);
  }
}

void ForwardSweep::keep_all(double* to) const {
  for (const SlotRange& range : plan_.states) {
    keep(range, to, past_caches_);
    to += range.count * state_.width(range.base);
  }
}

std::vector<model::Kept> ForwardSweep::remembered_now() {
  std::vector<model::Kept> made;
  state_.for_each_kept([&](const model::Kept& kept) { made.push_back(kept); });
  return made;
}

const std::vector<model::Kept>& ForwardSweep::remembered(std::uint32_t step) const {
  return apart_ == 1 ? remembered_[step] : remembered_again_[step - *stretch_];
}

void ForwardSweep::restore(const double* from) {
  for (const SlotRange& range : plan_.states) {
    const std::size_t count = range.count * state_.width(range.base);
    std::copy_n(from, count, state_.row(range.base));
    from += count;
  }
}

const double* ForwardSweep::at(std::uint32_t step) {
  if (apart_ == 1) {
    return kept_.data() + step * size_;
  }
  if (!stretch_ || step < *stretch_ || step >= *stretch_ + remembered_again_.size()) {
    stretch_ = step / apart_ * apart_;
    run_again(*stretch_, step);
  }
  return again_.data() + (step - *stretch_) * size_;
}

// From the states kept at `first`, those of all steps up to `last`. What delays were given is
// there already.
void ForwardSweep::run_again(std::uint32_t first, std::uint32_t last) {
  restore(checkpoint(first));
  auto remembered = remembered_[first / apart_].begin();
  state_.for_each_kept([&](model::Kept& kept) { kept = *remembered++; });
  remembered_again_.clear();
  for (std::uint32_t step = first;; ++step) {
    keep_visited(again_.data() + (step - first) * size_, false);
    remembered_again_.push_back(remembered_now());
    if (step == last) {
      return;
    }
    state_.step = step;
    state_.fill(ir::kTimeSlot, grid_.time(step));
    if (fused()) {
      machine::execute_euler(plan_.kernel(), state_);
    } else {
      execute(ir::Block::rates);
      finish_step(step);
    }
  }
}

void ForwardSweep::find_stages(std::uint32_t step, const double* begin, std::size_t stages) {
  if (stages == 1) {
    return;
  }
  const Method& method = *spec_.method;
  restore(begin);
  auto remembered_then = remembered(step).begin();
  state_.for_each_kept([&](model::Kept& kept) { kept = *remembered_then++; });
  state_.step = step;
  for (std::size_t i = 0; i < stages; ++i) {
    if (i > 0) {
      Levels& levels = stage_levels_[i];
      levels.resize(levels_);
      weigh(method.a[i], i, slopes_, levels);
      for (std::size_t j = 0; j < levels.size(); ++j) {
        levels[j] = begin[j] + spec_.dt * levels[j];
      }
      write_levels(plan_.kernel(), levels, state_);
    }
    state_.fill(ir::kTimeSlot, grid_.time(step) + method.c[i] * spec_.dt);
    execute(ir::Block::rates);
    slopes_[i].resize(levels_);
    read_net_flows(plan_.kernel(), state_, slopes_[i]);
  }
}

}  // namespace shamal::sim
