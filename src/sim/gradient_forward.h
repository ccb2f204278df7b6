// The way forward of sim/gradient.h: a few runs, whose states at the beginning of each step can be
// had again, from the last step to the first.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/large_memory.h"
#include "machine/call.h"
#include "machine/processor.h"
#include "sim/integrator.h"
#include "sim/run.h"
#include "sim/time_grid.h"

namespace shamal::sim {

// The program as it is run, specialised for the inputs that differ from run to run.
struct ForwardPlan {
  std::shared_ptr<const machine::Kernel::Special> special;
  std::vector<ir::Slot> saved;     // by column
  std::vector<SlotRange> states;   // levels, then memories
  std::vector<SlotRange> visited;  // those of them that the way back looks at
  std::size_t visited_levels = 0;  // how many of these ranges are levels
  bool steps_alone = false;  // of Euler's method, and nothing but levels goes from step to step

  const machine::Kernel& kernel() const { return special->kernel; }
  const ir::Program& program() const { return special->kernel.program(); }
};

class ForwardSweep {
 public:
  // `kept` is room for states; `memory` bounds their bytes, but for two steps' worth.
  ForwardSweep(const ForwardPlan& plan, const RunSpec& spec, const TimeGrid& grid,
               std::size_t lanes, std::uint64_t first_run, const machine::Backend& backend,
               base::LargeVector<double> kept, std::size_t memory);

  machine::State& state() { return state_; }
  const machine::State& state() const { return state_; }

  // False if cancelled.
  bool go(Trajectories& into, base::Progress* progress);

  // What the step began with, of `visited`, all lanes of each. Steps are asked for from the last to
  // the first; the place is good until the next one is.
  const double* at(std::uint32_t step);
  std::size_t levels() const { return levels_; }  // values before the memories
  // Where there the states of each of `visited` lie, so many values from its beginning.
  const std::vector<std::size_t>& places() const { return places_; }
  // What procedures remembered then: of each keeper, element and lane. After at(step).
  const std::vector<model::Kept>& remembered(std::uint32_t step) const;
  // Values from one step's to those of the step before it; 0 if they lie beyond all caches and the
  // processor fetches them in time by itself.
  std::ptrdiff_t to_step_before() const {
    return past_caches_ && machine::foresees_loads() ? 0 : -static_cast<std::ptrdiff_t>(size_);
  }

  // Finds the levels at each further stage of the step that began so.
  void find_stages(std::uint32_t step, const double* begin, std::size_t stages);
  const double* stage(std::size_t i) const { return stage_levels_[i].data(); }

  base::LargeVector<double> give_room() { return std::move(kept_); }

 private:
  void execute(ir::Block block) { machine_.execute(plan_.kernel(), block, state_); }
  // Of every apart_-th step all states are kept; of every one those that are visited.
  std::size_t checkpoint_size() const { return apart_ == 1 ? size_ : all_; }
  double* checkpoint(std::uint32_t step) {
    return kept_.data() + step / apart_ * checkpoint_size();
  }
  void place_visited();
  bool fused() const { return spec_.method->stages == 1 && machine::has_euler(state_); }
  void finish_step(std::uint32_t step);
  void record(Trajectories& into, std::size_t save) const;
  void choose_distance();
  std::vector<model::Kept> remembered_now();
  void keep(const SlotRange& range, double* to, bool past_caches) const;
  void keep_visited(double* to, bool past_caches) const;
  void keep_all(double* to) const;
  void restore(const double* from);
  void run_again(std::uint32_t first, std::uint32_t last);

  const ForwardPlan& plan_;
  const RunSpec& spec_;
  const TimeGrid& grid_;
  const machine::Backend& machine_;
  std::size_t lanes_;
  machine::State state_;
  std::unique_ptr<Integrator> integrator_;
  std::vector<std::size_t> places_;
  std::size_t size_ = 0;    // of one step's visited levels and memories, all lanes
  std::size_t all_ = 0;     // of one step's states, visited or not
  std::size_t levels_ = 0;  // of the levels among them
  std::size_t memory_;      // bytes
  std::uint32_t apart_ = 1;
  bool leaves_ = false;       // a step leaves the next one's states where they are kept
  bool past_caches_ = false;  // there is more to keep than caches hold
  machine::KeepersAhead keepers_;
  std::vector<std::vector<model::Kept>> remembered_;        // like kept_
  std::vector<std::vector<model::Kept>> remembered_again_;  // like again_
  base::LargeVector<double> kept_;          // of every apart_-th step; if apart, of all states
  base::LargeVector<double> again_;         // of a stretch between
  std::optional<std::uint32_t> stretch_{};  // its first step
  std::array<Levels, kMaxStages> slopes_;
  std::array<Levels, kMaxStages> stage_levels_;
};

}  // namespace shamal::sim
