// Ensembles: the same bits for any number of threads, width of a batch and cut into shards.
#include "sim/ensemble.h"

#include <cmath>
#include <cstring>
#include <numeric>

#include <gtest/gtest.h>

#include "base/random.h"
#include "sim/summary.h"
#include "support/program_builder.h"

namespace shamal::sim {
namespace {

using ir::Block;
using ir::Op;
using ir::Slot;
using testing::ProgramBuilder;

// A stock that grows at a rate of its own in each run.
struct Growth {
  ProgramBuilder b;
  Slot rate = b.constant(0.1);
  Slot start = b.constant(1);
  Slot level = b.slots();
  Slot net = b.slots();
  std::optional<machine::Kernel> kernel;

  Growth() {
    b.stock(level, net);
    b.emit(Block::initial, Op::copy, 0, b.view(level), {b.view(start)});
    b.emit(Block::rates, Op::multiply, 0, b.view(net), {b.view(level), b.view(rate)});
    EXPECT_EQ(ir::verify(b.program), std::vector<std::string>{});
    kernel.emplace(b.program);
  }

  EnsemblePlan plan(std::uint64_t runs) const {
    EnsemblePlan made;
    made.run.stop = 10;
    made.run.dt = 0.5;
    made.run.save_interval = 2;
    made.run.saved = {{level, 1}};
    made.varied = {rate};
    made.runs = runs;
    made.values = [](std::uint64_t first, std::size_t count, std::span<double> values) {
      for (std::size_t r = 0; r < count; ++r) {
        values[r] = static_cast<double>(base::scramble(first + r) >> 11) * 0x1p-53;
      }
    };
    return made;
  }
};

// Everything that came, in the order in which it came.
struct Collector final : EnsembleSink {
  std::vector<std::uint64_t> order;
  std::vector<double> values;
  std::size_t most = SIZE_MAX;

  bool take(const EnsembleBlock& block, const std::shared_ptr<void>&) override {
    if (order.size() == most) {
      return false;
    }
    order.push_back(block.index);
    values.insert(values.end(), block.results.values.begin(), block.results.values.end());
    return true;
  }
};

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

TEST(Ensemble, BlocksComeInOrderWithTheSameBits) {
  const Growth model;
  std::vector<double> expected;
  for (const std::size_t threads : {1, 2, 8}) {
    for (const std::size_t width : {0, 1, 7, 64, 200}) {
      EnsemblePlan plan = model.plan(1000);
      plan.run.batch_width = width;
      Collector collector;
      EnsembleSink* const sinks[] = {&collector};
      EXPECT_EQ(simulate_ensemble(*model.kernel, plan, {0, plan.blocks()}, sinks, {threads}),
                plan.blocks());
      EXPECT_TRUE(std::is_sorted(collector.order.begin(), collector.order.end()));
      ASSERT_EQ(collector.values.size(), 1000 * plan.cells());
      if (expected.empty()) {
        expected = collector.values;
      }
      EXPECT_TRUE(same_bits(collector.values, expected)) << threads << " " << width;
    }
  }
}

TEST(Ensemble, ShardsCoverAllBlocksOnce) {
  const EnsemblePlan plan = Growth().plan(1000);
  for (const std::uint64_t n : {1, 2, 3, 7, 100}) {
    std::uint64_t next = 0;
    for (std::uint64_t i = 1; i <= n; ++i) {
      const BlockRange range = shard(plan, i, n);
      EXPECT_EQ(range.first, next);
      next = range.end;
    }
    EXPECT_EQ(next, plan.blocks());
  }
}

TEST(Ensemble, StopsWhenASinkRefusesOrTheProgressIsCancelled) {
  const Growth model;
  const EnsemblePlan plan = model.plan(1000);
  Collector collector;
  collector.most = 3;
  EnsembleSink* const sinks[] = {&collector};
  EXPECT_EQ(simulate_ensemble(*model.kernel, plan, {0, plan.blocks()}, sinks, {2}), 3u);
  EXPECT_EQ(collector.order, (std::vector<std::uint64_t>{0, 1, 2}));
  base::Progress progress;
  progress.cancel();
  Collector none;
  EnsembleSink* const others[] = {&none};
  EXPECT_EQ(simulate_ensemble(*model.kernel, plan, {0, plan.blocks()}, others,
                              {2, &machine::backends().front(), &progress}),
            0u);
  EXPECT_TRUE(none.order.empty());
}

// ---- summaries

Summary summarise(const Growth& model, const EnsemblePlan& plan, BlockRange range,
                  const std::optional<BinEdges>& edges, std::size_t threads = 2) {
  Summary summary(plan, range, edges);
  EnsembleSink* const sinks[] = {&summary};
  EXPECT_EQ(simulate_ensemble(*model.kernel, plan, range, sinks, {threads}), range.size());
  return summary;
}

const std::vector<double> kProbabilities = {0, 0.05, 0.25, 0.5, 0.9, 1};

std::vector<double> numbers(const Summary& summary, std::size_t cells) {
  std::vector<double> made;
  for (std::size_t cell = 0; cell < cells; ++cell) {
    const CellSummary of = summary.cell(cell, kProbabilities);
    made.insert(made.end(), {static_cast<double>(of.count), of.mean, of.deviation, of.least,
                             of.largest, of.rank_error});
    made.insert(made.end(), of.quantiles.begin(), of.quantiles.end());
  }
  return made;
}

TEST(Summary, IsExactWhereAllValuesAreKept) {
  const Growth model;
  const EnsemblePlan plan = model.plan(777);
  Collector collector;
  EnsembleSink* const sinks[] = {&collector};
  simulate_ensemble(*model.kernel, plan, {0, plan.blocks()}, sinks, {1});
  const Summary summary = summarise(model, plan, {0, plan.blocks()}, std::nullopt);
  const std::size_t cell = plan.cells() - 1;
  std::vector<double> values;
  for (std::size_t run = 0; run < 777; ++run) {
    values.push_back(collector.values[run * plan.cells() + cell]);
  }
  std::sort(values.begin(), values.end());
  const CellSummary of = summary.cell(cell, kProbabilities);
  EXPECT_EQ(of.count, 777u);
  EXPECT_EQ(of.least, values.front());
  EXPECT_EQ(of.largest, values.back());
  EXPECT_EQ(of.quantiles[3], values[388]);
  EXPECT_EQ(of.quantiles[2], values[194]);
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / 777;
  EXPECT_NEAR(of.mean, mean, 1e-12 * mean);
  double squares = 0;
  for (const double value : values) {
    squares += (value - mean) * (value - mean);
  }
  EXPECT_NEAR(of.deviation, std::sqrt(squares / 776), 1e-11 * mean);
}

TEST(Summary, BinsKeepTheirStatedError) {
  const Growth model;
  const EnsemblePlan plan = model.plan(20000);
  const BlockRange all{0, plan.blocks()};
  const auto edges = pilot_edges(*model.kernel, plan, {2});
  ASSERT_TRUE(edges);
  const Summary binned = summarise(model, plan, all, edges);
  const Summary exact = summarise(model, plan, all, std::nullopt);
  for (std::size_t cell = 0; cell < plan.cells(); ++cell) {
    const CellSummary rough = binned.cell(cell, kProbabilities);
    EXPECT_EQ(rough.count, 20000u);
    EXPECT_LT(rough.rank_error, 0.02);
    for (std::size_t q = 0; q < kProbabilities.size(); ++q) {
      const double error = rough.rank_error + 1e-4;
      const auto near = exact.cell(cell, {std::max(0.0, kProbabilities[q] - error),
                                          std::min(1.0, kProbabilities[q] + error)});
      EXPECT_GE(rough.quantiles[q], near.quantiles[0]);
      EXPECT_LE(rough.quantiles[q], near.quantiles[1]);
    }
  }
  // At the start all runs agree: no error at all.
  const CellSummary start = binned.cell(0, kProbabilities);
  EXPECT_EQ(start.rank_error, 0);
  EXPECT_EQ(start.quantiles, std::vector<double>(kProbabilities.size(), 1.0));
}

TEST(Summary, DoesNotDependOnThreadsShardsOrInterruptions) {
  const Growth model;
  for (const bool exact : {true, false}) {
    const EnsemblePlan plan = model.plan(5000);
    std::optional<BinEdges> edges;
    if (!exact) {
      edges = pilot_edges(*model.kernel, plan, {2});
    }
    const auto expected =
        numbers(summarise(model, plan, {0, plan.blocks()}, edges, 1), plan.cells());
    EXPECT_TRUE(same_bits(
        numbers(summarise(model, plan, {0, plan.blocks()}, edges, 8), plan.cells()), expected));
    for (const std::uint64_t n : {2, 3, 5}) {
      std::optional<Summary> joined;
      for (std::uint64_t i = 1; i <= n; ++i) {
        const Summary part = summarise(model, plan, shard(plan, i, n), edges);
        // As a file would carry it.
        auto carried = Summary::from_state(part.state());
        ASSERT_TRUE(carried);
        if (joined) {
          EXPECT_TRUE(joined->join(std::move(*carried)));
        } else {
          joined = std::move(carried);
        }
      }
      EXPECT_TRUE(same_bits(numbers(*joined, plan.cells()), expected)) << n;
    }
  }
}

TEST(Summary, RefusesAStateOfAnotherEnsemble) {
  const Growth model;
  const EnsemblePlan plan = model.plan(500);
  Summary first = summarise(model, plan, shard(plan, 1, 2), std::nullopt);
  const data::Dataset state = first.state();
  EXPECT_FALSE(Summary::from_state(state)->fits(model.plan(501)));
  data::Dataset damaged = state;
  damaged.variables[3].values[0] += 1;  // a node in another place
  EXPECT_FALSE(Summary::from_state(damaged));
  EXPECT_FALSE(first.join(summarise(model, plan, shard(plan, 1, 2), std::nullopt)));
}

}  // namespace
}  // namespace shamal::sim
