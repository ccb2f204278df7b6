// All that changes while a batch of runs is simulated: values, the past of delays, the step.
//
// Values are stored slot by slot, the runs of a slot ("lanes") next to each other, `pitch` of them:
// the number of lanes rounded up to a whole cache line, or 1 for a single run. Lanes beyond the
// last run hold copies of it and are computed along. Slots that are the same in all runs
// (Program::shared) come first and have one value each.
//
// In single precision what counts is a second set of values, `singles`; the others are where
// everything but machine code works: `bring` takes what it needs there, and `give` takes back what
// it wrote. In double precision both do nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include "base/random.h"
#include "ir/program.h"
#include "machine/device.h"
#include "machine/kernel.h"

namespace shamal::machine {

class State {
 public:
  // Runs first_run, first_run + 1, … of this seed. Constants are loaded, the rest is zero.
  State(const ir::Program& program, std::size_t lanes, std::uint64_t seed, std::uint64_t first_run,
        bool single = false);

  std::size_t lanes() const { return lanes_; }
  std::size_t pitch() const { return pitch_; }
  bool single() const { return singles_ != nullptr; }
  const Layout& layout() const { return layout_; }
  double* values() { return values_; }
  void* code_values() {
    return single() ? static_cast<void*>(singles_.get()) : static_cast<void*>(values_);
  }
  float* single_row(ir::Slot slot) { return singles_.get() + layout().place(slot); }
  std::size_t values_of(ir::SlotSpan span) const;      // from its first slot to the end of its last
  std::span<std::byte> code_bytes(ir::SlotSpan span);  // of what counts
  void bring(ir::SlotSpan span);
  void give(ir::SlotSpan span);
  void bring_all();

  // Values that a slot has: one or `pitch`.
  std::size_t width(ir::Slot slot) const { return slot < shared_ ? 1 : pitch_; }
  double* row(ir::Slot slot) {
    return slot < shared_ ? values_ + slot : own_ + (slot - shared_) * pitch_;
  }
  const double* row(ir::Slot slot) const { return const_cast<State*>(this)->row(slot); }
  double& value(ir::Slot slot, std::size_t lane) { return row(slot)[slot < shared_ ? 0 : lane]; }
  double value(ir::Slot slot, std::size_t lane) const {
    return row(slot)[slot < shared_ ? 0 : lane];
  }
  // Of both precisions.
  void fill(ir::Slot slot, double value) {
    if (slot < shared_ && !single()) {
      values_[slot] = value;
    } else {
      fill_all(slot, value);
    }
  }
  // The lane's value; of the last lane also in the lanes beyond.
  void set(ir::Slot slot, std::size_t lane, double value);

  base::PhiloxKey random_key(std::size_t lane) const { return random_keys_[lane]; }

  std::uint32_t step = 0;  // steps done

  // Of the code for this state (machine/target.h); and unless it has all, whether its flags were
  // raised before a row cleared them. In single precision, which looks at no flags, whether a
  // reciprocal is missing.
  Guards guards = Guards::all;
  bool flagged = false;
  bool uses_flags() const { return guards != Guards::all && !single(); }
  void forget_flags();   // of what was executed so far
  bool trusted() const;  // what was executed since needed no other guards

  // Some slots' values lie aside of the state (layout.h); before all else. `next`: values from one
  // step's to those of the next, which are then fetched ahead; or 0.
  void lay_aside(AsideUse use, std::vector<Aside> slots, std::ptrdiff_t next);
  // They are found at `from` by what is executed from now on. What something else than code looks
  // at is copied.
  void find_aside(const double* from);
  // Or they are to be left there by the step that is executed between these.
  void leave_aside(double* to);
  void complete_aside();

  // What `element` of a delay line's input was at an earlier step.
  double past(std::uint32_t delay, std::uint32_t element, std::uint32_t at_step,
              std::size_t lane) const;

  // The memory of a keeper's element in one run; empty until its procedure has started it.
  model::Kept& kept(std::uint32_t keeper, std::uint32_t element, std::size_t lane) {
    return kept_[keeper][element * pitch_ + lane];
  }

  // Calls visit(kept) for the memories of all keepers, elements and lanes.
  template <class Visit>
  void for_each_kept(Visit visit) {
    for (std::vector<model::Kept>& keeper : kept_) {
      for (model::Kept& kept : keeper) {
        visit(kept);
      }
    }
  }

  // The end of a step, in this order: inputs of delays join their past, the values that memories
  // will take are put aside (later stages of the step compute them again), and memories take them.
  // Takes over what the delay lines of another state were given; that one's are empty afterwards.
  void adopt_past(State& from) { past_ = std::move(from.past_); }
  void append_delays(const ir::Program& program);
  void hold_memories(const ir::Program& program);
  void update_memories(const ir::Program& program);

  // Devices take what their uses determined; until the next step those give the same again.
  void commit_devices();
  bool devices_stand_still() const { return devices_stand_still_; }
  void start_step() { devices_stand_still_ = false; }
  std::vector<Holding>& holdings() { return holdings_; }
  // The outputs of a device's use in this step, by use and element: output, lane.
  double* device_outputs(std::uint32_t use, std::uint32_t element);
  // The kernel's instructions with the addresses of this state; made by machine::execute.
  struct Step {
    NativeCode code = nullptr;
    RowKernel row = nullptr;
    Operands operands;
    std::vector<double> segments;  // that the operands point at
    const Prepared* prepared = nullptr;
    const PlannedStep* planned = nullptr;  // in single precision: what `prepared` meets
    bool one_row = true;
    bool single = false;  // a row of singles
  };
  std::array<std::vector<Step>, ir::kBlocks> steps;
  std::vector<Step> euler_steps;
  std::vector<NativeCode> euler_code;  // of those steps, if all have some
  std::vector<Step> stock_steps;
  const void* steps_of = nullptr;  // the kernel's blocks
  bool with_code = false;
  Processor processor = Processor::any;
  std::shared_ptr<const Native> native;

 private:
  struct Free {
    void operator()(void* pointer) const { std::free(pointer); }
  };

  void fill_all(ir::Slot slot, double value);
  void set_aside(double* at);
  const std::vector<Aside>& aside_without_code() const;

  std::size_t lanes_;
  std::size_t pitch_;
  ir::Slot shared_;
  ir::Slot slots_;
  Layout layout_;
  std::unique_ptr<double[], Free> room_;
  double* values_;
  double* aside_ = nullptr;
  std::unique_ptr<float[], Free> singles_;    // laid out alike
  double* own_;                               // of the first slot that is not shared
  std::vector<base::PhiloxKey> random_keys_;  // pitch_ of them
  std::vector<std::vector<double>> past_;     // of each delay line: step, element, lane
  struct Past {
    std::size_t count;  // elements
    std::size_t width;  // lanes of each
  };
  std::vector<Past> past_shapes_;
  std::vector<std::vector<model::Kept>> kept_;  // of each keeper: element, lane
  std::vector<std::byte> held_;                 // next values of memories
  std::vector<Holding> holdings_;               // by device
  std::vector<std::size_t> output_places_;      // by use of a device: where its outputs begin,
  std::vector<std::size_t> output_counts_;      //   and how many there are for an element
  std::vector<double> outputs_;
  bool devices_stand_still_ = false;
};

}  // namespace shamal::machine
