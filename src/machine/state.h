// All that changes while a batch of runs is simulated: values, the past of delays, the step.
//
// Values are stored slot by slot, the runs of a slot ("lanes") next to each other: value of slot s
// in lane l is at s * pitch + l. The pitch is the number of lanes rounded up to a whole cache line,
// or 1 for a single run; lanes beyond the last run hold copies of it and are computed along.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include "base/random.h"
#include "ir/program.h"
#include "machine/device.h"

namespace shamal::machine {

class State {
 public:
  // Runs first_run, first_run + 1, … of this seed. Constants are loaded, the rest is zero.
  State(const ir::Program& program, std::size_t lanes, std::uint64_t seed, std::uint64_t first_run);

  std::size_t lanes() const { return lanes_; }
  std::size_t pitch() const { return pitch_; }

  double* row(ir::Slot slot) { return values_.get() + slot * pitch_; }
  const double* row(ir::Slot slot) const { return values_.get() + slot * pitch_; }
  void fill(ir::Slot slot, double value);
  // The lane's value; of the last lane also in the lanes beyond.
  void set(ir::Slot slot, std::size_t lane, double value);

  base::PhiloxKey random_key(std::size_t lane) const { return random_keys_[lane]; }

  std::uint32_t step = 0;  // steps done

  // What `element` of a delay line's input was at an earlier step; lanes as in a row.
  const double* past(std::uint32_t delay, std::uint32_t element, std::uint32_t at_step) const;

  // The memory of a keeper's element in one run; empty until its procedure has started it.
  model::Kept& kept(std::uint32_t keeper, std::uint32_t element, std::size_t lane) {
    return kept_[keeper][element * pitch_ + lane];
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

 private:
  struct Free {
    void operator()(double* pointer) const { std::free(pointer); }
  };

  std::size_t lanes_;
  std::size_t pitch_;
  std::unique_ptr<double[], Free> values_;
  std::vector<base::PhiloxKey> random_keys_;    // pitch_ of them
  std::vector<std::vector<double>> past_;       // of each delay line: step, element, lane
  std::vector<std::size_t> past_counts_;        // elements of each delay line
  std::vector<std::vector<model::Kept>> kept_;  // of each keeper: element, lane
  std::vector<double> held_;                    // next values of memories
  std::vector<Holding> holdings_;               // by device
  std::vector<std::size_t> output_places_;      // by use of a device: where its outputs begin,
  std::vector<std::size_t> output_counts_;      //   and how many there are for an element
  std::vector<double> outputs_;
  bool devices_stand_still_ = false;
};

}  // namespace shamal::machine
