// Many runs on all cores, taken up block by block.
//
// The runs of an ensemble are cut into blocks of equal size, the last one excepted. Blocks are
// simulated on several threads and handed to the sinks in ascending order, one at a time, so that
// what a sink makes of them depends neither on the number of threads nor on the width of a batch.
// A part of an ensemble (a shard, what is left after an interruption) is a range of its blocks. No
// more than a few blocks are in memory, however many runs there are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/progress.h"
#include "machine/machine.h"
#include "sim/run.h"

namespace shamal::sim {

struct EnsemblePlan {
  RunSpec run;                          // times, columns, seed
  std::vector<Inputs::Override> fixed;  // one value each, the same in every run
  std::vector<ir::Slot> varied;         // constants that differ from run to run
  // Fills in the values of `varied` for the runs first … first + count - 1: [slot][run]. Called on
  // any thread; depends on the number of the run alone.
  std::function<void(std::uint64_t first, std::size_t count, std::span<double> values)> values;
  std::uint64_t runs = 1;  // of the whole ensemble, whichever blocks are asked for

  std::uint64_t block_runs() const;
  std::uint64_t blocks() const;
  std::size_t columns() const;
  std::size_t times() const;
  std::size_t cells() const { return times() * columns(); }
};

struct BlockRange {
  std::uint64_t first = 0;
  std::uint64_t end = 0;  // the block after the last one

  std::uint64_t size() const { return end - first; }
};

// Part i of n (from 1) of an ensemble: whole blocks, as evenly as they go.
BlockRange shard(const EnsemblePlan& plan, std::uint64_t i, std::uint64_t n);

struct EnsembleBlock {
  std::uint64_t index = 0;
  std::uint64_t first_run = 0;
  std::vector<double> inputs;  // [varied slot][run]
  Trajectories results;        // runs are numbered from first_run
};

// Who gets the blocks.
class EnsembleSink {
 public:
  virtual ~EnsembleSink() = default;

  // What can be worked out from a block alone; called on any thread, several blocks at once.
  virtual std::shared_ptr<void> prepare(const EnsembleBlock&) const { return nullptr; }

  // In order, one at a time. False ends the ensemble.
  virtual bool take(const EnsembleBlock& block, const std::shared_ptr<void>& prepared) = 0;
};

struct EnsembleThreads {
  std::size_t threads = 0;  // 0: all that the machine has
  const machine::Backend* backend = &machine::backends().front();
  base::Progress* progress = nullptr;  // steps of single runs; may cancel

  std::size_t count() const;
};

// Simulates the blocks of the range and gives the number of those that the sinks took: all of them,
// unless the progress was cancelled or a sink refused. Requires that find_fault finds nothing.
std::uint64_t simulate_ensemble(const machine::Kernel& kernel, const EnsemblePlan& plan,
                                BlockRange range, std::span<EnsembleSink* const> sinks,
                                const EnsembleThreads& threads = {});

// As sim::find_fault, for the plan.
std::optional<std::string> find_fault(const machine::Kernel& kernel, const EnsemblePlan& plan);

// Bytes that simulate_ensemble has in use at most, sinks excepted. An estimate from above of what
// is allocated by size: blocks on their way, and a state for each thread.
std::uint64_t memory_bound(const machine::Kernel& kernel, const EnsemblePlan& plan,
                           const EnsembleThreads& threads);

}  // namespace shamal::sim
