// What an ensemble says about each saved value (a cell: one column at one time), computed while it
// runs: how many runs gave a number, mean, standard deviation, least and largest value, quantiles.
//
// Nothing here depends on how the runs were cut into shards, on the number of threads or on where
// an interrupted ensemble went on:
// - Mean and variance are combined over a fixed binary tree of blocks: node (l, k) stands for the
//   blocks k 2^l … (k + 1) 2^l - 1 and is made of its two halves by the pairwise formula
//   [Chan1983]. Any range of blocks is a few nodes; ranges that touch join them.
// - Quantiles are exact, of all values, where these fit in the memory that is given. Otherwise the
//   values are counted in bins whose edges are quantiles of a pilot: runs spread evenly over the
//   whole ensemble and simulated before it. Counts are whole numbers and join by addition. A value
//   equal to an edge is counted apart, so that a probability concentrated in one value stays
//   there. The share of the fullest bin bounds the error of a rank, whatever the distribution; it
//   is known at the end and stated with the result. [Hyndman1996, definition 7; within a bin
//   values are taken as evenly spread]
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "sim/ensemble.h"

namespace shamal::sim {

inline constexpr std::uint64_t kPilotRuns = 1024;
inline constexpr std::size_t kBins = 256;  // between the edges, at most

// Edges of bins of every cell, ascending, none twice.
struct BinEdges {
  std::vector<double> edges;         // of all cells, one after the other
  std::vector<std::uint32_t> first;  // where each cell's begin, and the end of the last
};

// Simulates the pilot. Nothing if it was cancelled.
std::optional<BinEdges> pilot_edges(const machine::Kernel& kernel, const EnsemblePlan& plan,
                                    const EnsembleThreads& threads);

// Whether all values of so many runs fit.
bool exact_fits(std::uint64_t runs, std::size_t cells, std::uint64_t memory_bytes);

struct CellSummary {
  std::uint64_t count = 0;  // runs whose value is a number; the others are left out
  double mean = 0;
  double deviation = 0;  // standard, with count - 1
  double least = 0;
  double largest = 0;
  std::vector<double> quantiles;
  double rank_error = 0;  // of the quantiles, as a share of the runs; 0 if they are exact
};

class Summary final : public EnsembleSink {
 public:
  // Of the blocks of `range`; with edges in bins, else exact.
  Summary(const EnsemblePlan& plan, BlockRange range, std::optional<BinEdges> edges);

  std::shared_ptr<void> prepare(const EnsembleBlock& block) const override;
  bool take(const EnsembleBlock& block, const std::shared_ptr<void>& prepared) override;

  // The blocks taken so far: a range that begins where `range` did.
  BlockRange taken() const { return taken_; }
  bool exact() const { return !edges_; }

  // Takes over what another summary of the same plan knows of the blocks that follow. False if they
  // do not follow, or the bins are others.
  bool join(Summary&& next);

  // Requires probabilities between 0 and 1.
  CellSummary cell(std::size_t cell, const std::vector<double>& probabilities) const;

  // All of it as a dataset, and back: a checkpoint, or the part of a shard. Nothing if the dataset
  // is not sound.
  data::Dataset state() const;
  static std::optional<Summary> from_state(const data::Dataset& state);

  // Whether it is one of the plan, and whether it has all of its blocks.
  bool fits(const EnsemblePlan& plan) const;
  bool complete() const { return taken_.first == 0 && taken_.end == blocks(); }
  std::size_t cells() const { return cells_; }

  static std::uint64_t memory_bound(const EnsemblePlan& plan, BlockRange range, bool exact);

 private:
  // Of one node of the tree, for each cell.
  struct Moments {
    std::vector<double> count;
    std::vector<double> mean;
    std::vector<double> squares;  // sum of squared differences from the mean
  };
  struct Node {
    std::uint32_t level = 0;
    std::uint64_t index = 0;
    Moments moments;
  };
  struct Prepared {
    Moments moments;
    std::vector<double> least;
    std::vector<double> largest;
    std::vector<double> values;       // exact: [cell][run]
    std::vector<std::uint16_t> bins;  // otherwise, as many; kNotCounted for what is no number
  };
  static constexpr std::uint16_t kNotCounted = 0xffff;

  Summary() = default;
  std::uint64_t blocks() const { return (runs_ + block_runs_ - 1) / block_runs_; }
  void allocate(BlockRange range);
  static Moments combined(const Moments& a, const Moments& b);
  void push(Node node);
  std::size_t bin_start(std::size_t cell) const;
  double quantile_binned(std::size_t cell, double probability, double& widest) const;

  std::uint64_t runs_ = 0;
  std::uint64_t block_runs_ = 1;
  std::size_t cells_ = 0;
  BlockRange taken_;
  std::vector<Node> nodes_;  // by place
  std::vector<double> least_;
  std::vector<double> largest_;
  std::vector<std::vector<double>> values_;  // exact: of each cell, by run
  std::optional<BinEdges> edges_;
  std::vector<std::uint64_t> counts_;  // of each cell 2 E + 1: below the first edge, at it, …
};

}  // namespace shamal::sim
