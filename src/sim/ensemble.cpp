#include "sim/ensemble.h"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "base/parallel.h"
#include "sim/recorder.h"

namespace shamal::sim {

namespace {

// A block is large enough for several batches, small enough that a small ensemble keeps every core
// busy, and holds at most about this many saved values.
constexpr std::uint64_t kMostRuns = 1024;
constexpr std::uint64_t kFewBlocks = 32;
constexpr std::uint64_t kUsualRuns = 64;
constexpr std::uint64_t kLeastRuns = 8;
constexpr std::uint64_t kBlockValues = std::uint64_t{1} << 22;

// Blocks being made or waiting to be taken, for each thread.
constexpr std::size_t kWindow = 2;

struct MadeBlock {
  EnsembleBlock block;
  std::vector<std::shared_ptr<void>> prepared;
};

std::size_t run_count(const EnsemblePlan& plan, std::uint64_t block) {
  const std::uint64_t first = block * plan.block_runs();
  return static_cast<std::size_t>(std::min(plan.block_runs(), plan.runs - first));
}

Inputs inputs_of(const EnsemblePlan& plan, std::uint64_t first_run, std::size_t runs,
                 std::vector<double>& values) {
  Inputs inputs;
  inputs.runs = runs;
  inputs.first_run = first_run;
  inputs.overrides = plan.fixed;
  values.resize(plan.varied.size() * runs);
  if (!plan.varied.empty()) {
    plan.values(first_run, runs, values);
  }
  for (std::size_t i = 0; i < plan.varied.size(); ++i) {
    const auto from = values.begin() + static_cast<std::ptrdiff_t>(i * runs);
    inputs.overrides.push_back({plan.varied[i], {from, from + static_cast<std::ptrdiff_t>(runs)}});
  }
  return inputs;
}

}  // namespace

std::size_t EnsemblePlan::columns() const {
  std::size_t count = 0;
  for (const SlotRange& range : run.saved) {
    count += range.count;
  }
  return count;
}

std::size_t EnsemblePlan::times() const { return grid_of(run).saves.size(); }

std::uint64_t EnsemblePlan::block_runs() const {
  const std::uint64_t fitting = kBlockValues / std::max<std::uint64_t>(1, cells());
  const std::uint64_t busy = std::max(kUsualRuns, runs / kFewBlocks);
  return std::bit_floor(std::max(kLeastRuns, std::min({kMostRuns, fitting, busy})));
}

std::uint64_t EnsemblePlan::blocks() const { return (runs + block_runs() - 1) / block_runs(); }

BlockRange shard(const EnsemblePlan& plan, std::uint64_t i, std::uint64_t n) {
  const std::uint64_t blocks = plan.blocks();
  return {blocks * (i - 1) / n, blocks * i / n};
}

std::size_t EnsembleThreads::count() const {
  return threads == 0 ? base::hardware_threads() : threads;
}

std::optional<std::string> find_fault(const machine::Kernel& kernel, const EnsemblePlan& plan) {
  Inputs inputs;
  inputs.overrides = plan.fixed;
  for (const ir::Slot slot : plan.varied) {
    inputs.overrides.push_back({slot, {0.0}});
  }
  return find_fault(kernel, plan.run, inputs);
}

std::uint64_t simulate_ensemble(const machine::Kernel& kernel, const EnsemblePlan& plan,
                                BlockRange range, std::span<EnsembleSink* const> sinks,
                                const EnsembleThreads& threads) {
  const TimeGrid grid = grid_of(plan.run);
  base::Progress* const progress = threads.progress;
  if (progress != nullptr && progress->expected() == 0) {
    const std::uint64_t first = range.first * plan.block_runs();
    const std::uint64_t end = std::min(range.end * plan.block_runs(), plan.runs);
    progress->expect(std::max<std::uint64_t>(1, (end - first) * grid.saves.back()));
  }
  const std::size_t count = threads.count();
  const auto make = [&](std::size_t i) -> std::optional<MadeBlock> {
    MadeBlock made;
    made.block.index = range.first + i;
    made.block.first_run = made.block.index * plan.block_runs();
    const std::size_t runs = run_count(plan, made.block.index);
    const Inputs inputs = inputs_of(plan, made.block.first_run, runs, made.block.inputs);
    made.block.results = simulate(kernel, plan.run, inputs, *threads.backend, progress);
    if (made.block.results.cancelled || (progress != nullptr && progress->cancelled())) {
      return std::nullopt;
    }
    for (EnsembleSink* const sink : sinks) {
      made.prepared.push_back(sink->prepare(made.block));
    }
    return made;
  };
  const auto take = [&](std::size_t, MadeBlock made) {
    for (std::size_t s = 0; s < sinks.size(); ++s) {
      if (!sinks[s]->take(made.block, made.prepared[s])) {
        return false;
      }
    }
    return true;
  };
  return base::make_in_parallel(static_cast<std::size_t>(range.size()), count, kWindow * count,
                                make, take);
}

std::uint64_t memory_bound(const machine::Kernel& kernel, const EnsemblePlan& plan,
                           const EnsembleThreads& threads) {
  const auto special =
      kernel.specialised(wanted(plan.run, plan.varied, false, threads.backend->single));
  const ir::Program& program = special->kernel.program();
  const TimeGrid grid = grid_of(plan.run);
  const std::uint64_t block =
      std::min(plan.block_runs(), plan.runs) * (plan.cells() + 2 * plan.varied.size());
  const std::uint64_t lanes =
      plan.run.batch_width > 0
          ? plan.run.batch_width
          : special->kernel.batch_width(threads.backend->single ? sizeof(float) : sizeof(double));
  std::uint64_t levels = 0;
  for (const ir::Stock& stock : program.stocks) {
    levels += stock.count;
  }
  std::uint64_t past = 0;
  for (const ir::DelayLine& delay : program.delays) {
    past += std::uint64_t{delay.count} * grid.steps;
  }
  // Vectors that grow hold up to twice what they need.
  const std::uint64_t state =
      lanes * (program.slots + (threads.backend->single ? (program.slots + 1) / 2 : 0) +
               levels * (plan.run.method->stages + 2) + 2 * past);
  const std::uint64_t waiting = lanes * std::max<std::uint64_t>(Recorder::kPiece, plan.columns());
  return sizeof(double) * threads.count() * (kWindow * block + state + waiting);
}

}  // namespace shamal::sim
