#include "sim/summary.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace shamal::sim {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// Of sorted numbers, [Hyndman1996] definition 7.
double sorted_quantile(const std::vector<double>& sorted, double probability) {
  if (sorted.empty()) {
    return kNan;
  }
  const double place = probability * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  if (below + 1 >= sorted.size()) {
    return sorted.back();
  }
  const double share = place - static_cast<double>(below);
  return share == 0 ? sorted[below] : sorted[below] + share * (sorted[below + 1] - sorted[below]);
}

// Runs of the pilot, spread evenly: run j of it has the inputs of this run of the ensemble.
std::uint64_t pilot_run(std::uint64_t j, std::uint64_t pilots, std::uint64_t runs) {
  return static_cast<std::uint64_t>(static_cast<double>(j) *
                                    (static_cast<double>(runs) / static_cast<double>(pilots)));
}

}  // namespace

bool exact_fits(std::uint64_t runs, std::size_t cells, std::uint64_t memory_bytes) {
  return static_cast<double>(runs) * static_cast<double>(cells) * sizeof(double) <=
         static_cast<double>(memory_bytes);
}

std::optional<BinEdges> pilot_edges(const machine::Kernel& kernel, const EnsemblePlan& plan,
                                    const EnsembleThreads& threads) {
  EnsemblePlan pilot = plan;
  pilot.runs = std::min(plan.runs, kPilotRuns);
  pilot.values = [&plan, &pilot](std::uint64_t first, std::size_t count, std::span<double> values) {
    std::vector<double> row(plan.varied.size());
    for (std::size_t r = 0; r < count; ++r) {
      plan.values(pilot_run(first + r, pilot.runs, plan.runs), 1, row);
      for (std::size_t i = 0; i < row.size(); ++i) {
        values[i * count + r] = row[i];
      }
    }
  };
  const BlockRange all{0, pilot.blocks()};
  Summary values(pilot, all, std::nullopt);
  EnsembleSink* const sinks[] = {&values};
  if (simulate_ensemble(kernel, pilot, all, sinks, threads) < all.size()) {
    return std::nullopt;
  }
  std::vector<double> probabilities;
  for (std::size_t i = 0; i <= kBins; ++i) {
    probabilities.push_back(static_cast<double>(i) / kBins);
  }
  BinEdges made;
  for (std::size_t cell = 0; cell < pilot.cells(); ++cell) {
    made.first.push_back(static_cast<std::uint32_t>(made.edges.size()));
    for (const double edge : values.cell(cell, probabilities).quantiles) {
      const bool first = made.edges.size() == made.first.back();
      if (!std::isnan(edge) && (first || edge > made.edges.back())) {
        made.edges.push_back(edge);
      }
    }
  }
  made.first.push_back(static_cast<std::uint32_t>(made.edges.size()));
  return made;
}

Summary::Summary(const EnsemblePlan& plan, BlockRange range, std::optional<BinEdges> edges)
    : runs_(plan.runs),
      block_runs_(plan.block_runs()),
      cells_(plan.cells()),
      edges_(std::move(edges)) {
  allocate(range);
}

void Summary::allocate(BlockRange range) {
  taken_ = {range.first, range.first};
  least_.assign(cells_, kInfinity);
  largest_.assign(cells_, -kInfinity);
  if (edges_) {
    counts_.resize(2 * edges_->edges.size() + cells_);
  } else {
    values_.resize(cells_);
    const std::uint64_t first = std::min(range.first * block_runs_, runs_);
    const std::uint64_t end = std::min(range.end * block_runs_, runs_);
    for (std::vector<double>& of : values_) {
      of.reserve(static_cast<std::size_t>(end - first));
    }
  }
}

std::shared_ptr<void> Summary::prepare(const EnsembleBlock& block) const {
  auto made = std::make_shared<Prepared>();
  const Trajectories& results = block.results;
  const std::size_t runs = results.runs;
  Moments& moments = made->moments;
  moments.count.resize(cells_);
  moments.mean.resize(cells_);
  moments.squares.resize(cells_);
  made->least.assign(cells_, kInfinity);
  made->largest.assign(cells_, -kInfinity);
  // Transposed: the values of a cell side by side, in the order of runs.
  made->values.resize(cells_ * runs);
  for (std::size_t run = 0; run < runs; ++run) {
    const double* const from = results.values.data() + run * cells_;
    for (std::size_t cell = 0; cell < cells_; ++cell) {
      made->values[cell * runs + run] = from[cell];
    }
  }
  if (edges_) {
    made->bins.resize(cells_ * runs, kNotCounted);
  }
  for (std::size_t cell = 0; cell < cells_; ++cell) {
    const double* const values = made->values.data() + cell * runs;
    double count = 0;
    double sum = 0;
    for (std::size_t run = 0; run < runs; ++run) {
      if (!std::isnan(values[run])) {
        count += 1;
        sum += values[run];
        made->least[cell] = std::min(made->least[cell], values[run]);
        made->largest[cell] = std::max(made->largest[cell], values[run]);
      }
    }
    const double mean = count > 0 ? sum / count : 0;
    double squares = 0;
    for (std::size_t run = 0; run < runs; ++run) {
      if (!std::isnan(values[run])) {
        squares += (values[run] - mean) * (values[run] - mean);
      }
    }
    moments.count[cell] = count;
    moments.mean[cell] = mean;
    moments.squares[cell] = squares;
    if (edges_) {
      const double* const first = edges_->edges.data() + edges_->first[cell];
      const double* const end = edges_->edges.data() + edges_->first[cell + 1];
      for (std::size_t run = 0; run < runs; ++run) {
        if (!std::isnan(values[run])) {
          const double* const at = std::lower_bound(first, end, values[run]);
          const bool equal = at != end && *at == values[run];
          made->bins[cell * runs + run] =
              static_cast<std::uint16_t>(2 * (at - first) + (equal ? 1 : 0));
        }
      }
    }
  }
  if (edges_) {
    std::vector<double>().swap(made->values);
  }
  return made;
}

bool Summary::take(const EnsembleBlock& block, const std::shared_ptr<void>& prepared) {
  auto& made = *static_cast<Prepared*>(prepared.get());
  const std::size_t runs = block.results.runs;
  for (std::size_t cell = 0; cell < cells_; ++cell) {
    least_[cell] = std::min(least_[cell], made.least[cell]);
    largest_[cell] = std::max(largest_[cell], made.largest[cell]);
    if (edges_) {
      std::uint64_t* const counts = counts_.data() + bin_start(cell);
      for (std::size_t run = 0; run < runs; ++run) {
        const std::uint16_t bin = made.bins[cell * runs + run];
        if (bin != kNotCounted) {
          ++counts[bin];
        }
      }
    } else {
      const auto from = made.values.begin() + static_cast<std::ptrdiff_t>(cell * runs);
      values_[cell].insert(values_[cell].end(), from, from + static_cast<std::ptrdiff_t>(runs));
    }
  }
  push({0, block.index, std::move(made.moments)});
  taken_.end = block.index + 1;
  return true;
}

Summary::Moments Summary::combined(const Moments& a, const Moments& b) {
  Moments made;
  const std::size_t cells = a.count.size();
  made.count.resize(cells);
  made.mean.resize(cells);
  made.squares.resize(cells);
  for (std::size_t i = 0; i < cells; ++i) {
    const double n = a.count[i] + b.count[i];
    made.count[i] = n;
    if (b.count[i] == 0 || a.count[i] == 0) {
      const Moments& only = b.count[i] == 0 ? a : b;
      made.mean[i] = only.mean[i];
      made.squares[i] = only.squares[i];
      continue;
    }
    const double apart = b.mean[i] - a.mean[i];
    const double share = b.count[i] / n;
    made.mean[i] = a.mean[i] + apart * share;
    made.squares[i] = a.squares[i] + b.squares[i] + apart * apart * a.count[i] * share;
  }
  return made;
}

void Summary::push(Node node) {
  // The left half of a pair that is complete stands at the end.
  while (!nodes_.empty() && node.index % 2 == 1 && nodes_.back().level == node.level &&
         nodes_.back().index + 1 == node.index) {
    node = {node.level + 1, node.index / 2, combined(nodes_.back().moments, node.moments)};
    nodes_.pop_back();
  }
  nodes_.push_back(std::move(node));
}

bool Summary::join(Summary&& next) {
  if (next.taken_.first != taken_.end || next.cells_ != cells_ || next.runs_ != runs_ ||
      next.block_runs_ != block_runs_ || next.exact() != exact() ||
      (edges_ && (edges_->edges != next.edges_->edges || edges_->first != next.edges_->first))) {
    return false;
  }
  for (Node& node : next.nodes_) {
    push(std::move(node));
  }
  for (std::size_t cell = 0; cell < cells_; ++cell) {
    least_[cell] = std::min(least_[cell], next.least_[cell]);
    largest_[cell] = std::max(largest_[cell], next.largest_[cell]);
    if (!edges_) {
      values_[cell].insert(values_[cell].end(), next.values_[cell].begin(),
                           next.values_[cell].end());
      std::vector<double>().swap(next.values_[cell]);
    }
  }
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    counts_[i] += next.counts_[i];
  }
  taken_.end = next.taken_.end;
  return true;
}

std::size_t Summary::bin_start(std::size_t cell) const {
  return 2 * std::size_t{edges_->first[cell]} + cell;
}

double Summary::quantile_binned(std::size_t cell, double probability, double& widest) const {
  const double* const edges = edges_->edges.data() + edges_->first[cell];
  const std::size_t count_edges = edges_->first[cell + 1] - edges_->first[cell];
  const std::uint64_t* const counts = counts_.data() + bin_start(cell);
  const std::size_t bins = 2 * count_edges + 1;
  std::uint64_t total = 0;
  std::uint64_t fullest = 0;
  for (std::size_t bin = 0; bin < bins; ++bin) {
    total += counts[bin];
    fullest = bin % 2 == 0 ? std::max(fullest, counts[bin]) : fullest;
  }
  if (total == 0) {
    return kNan;
  }
  widest = static_cast<double>(fullest) / static_cast<double>(total);
  const double place = probability * static_cast<double>(total - 1);
  if (place <= 0) {
    return least_[cell];
  }
  if (place >= static_cast<double>(total - 1)) {
    return largest_[cell];
  }
  double before = 0;
  for (std::size_t bin = 0; bin < bins; ++bin) {
    const auto count = static_cast<double>(counts[bin]);
    if (count == 0 || place > before + count - 0.5) {
      before += count;
      continue;
    }
    if (bin % 2 == 1) {
      return edges[bin / 2];
    }
    const double low = bin == 0 ? least_[cell] : edges[bin / 2 - 1];
    const double high = bin / 2 == count_edges ? largest_[cell] : edges[bin / 2];
    const double share = std::clamp((place - before + 0.5) / count, 0.0, 1.0);
    return std::clamp(low + share * (high - low), least_[cell], largest_[cell]);
  }
  return largest_[cell];
}

CellSummary Summary::cell(std::size_t cell, const std::vector<double>& probabilities) const {
  CellSummary made;
  Moments all;
  for (const Node& node : nodes_) {
    const Moments one{
        {node.moments.count[cell]}, {node.moments.mean[cell]}, {node.moments.squares[cell]}};
    all = all.count.empty() ? one : combined(all, one);
  }
  const double count = all.count.empty() ? 0 : all.count[0];
  made.count = static_cast<std::uint64_t>(count);
  made.mean = count > 0 ? all.mean[0] : kNan;
  made.deviation = count > 1 ? std::sqrt(all.squares[0] / (count - 1)) : kNan;
  made.least = count > 0 ? least_[cell] : kNan;
  made.largest = count > 0 ? largest_[cell] : kNan;
  if (edges_) {
    for (const double probability : probabilities) {
      made.quantiles.push_back(quantile_binned(cell, probability, made.rank_error));
    }
  } else {
    std::vector<double> sorted;
    std::copy_if(values_[cell].begin(), values_[cell].end(), std::back_inserter(sorted),
                 [](double value) { return !std::isnan(value); });
    std::sort(sorted.begin(), sorted.end());
    for (const double probability : probabilities) {
      made.quantiles.push_back(sorted_quantile(sorted, probability));
    }
  }
  return made;
}

std::uint64_t Summary::memory_bound(const EnsemblePlan& plan, BlockRange range, bool exact) {
  const std::uint64_t cells = plan.cells();
  std::uint64_t levels = 2;
  for (std::uint64_t blocks = range.size(); blocks > 1; blocks /= 2) {
    levels += 2;
  }
  const std::uint64_t runs =
      std::min(range.end * plan.block_runs(), plan.runs) - range.first * plan.block_runs();
  const std::uint64_t values = exact ? runs : 3 * (kBins + 1) + 1;
  return sizeof(double) * cells * (values + 3 * levels + 2);
}

// ---- the state as a dataset

namespace {

data::Variable variable(std::string name, std::vector<std::uint32_t> dimensions,
                        std::vector<double> values) {
  data::Variable made;
  made.name = std::move(name);
  made.dimensions = std::move(dimensions);
  made.values = std::move(values);
  return made;
}

const std::vector<double>* values_of(const data::Dataset& state, std::string_view name,
                                     std::size_t count) {
  const data::Variable* found = state.find(name);
  return found == nullptr || found->values.size() != count ? nullptr : &found->values;
}

// A whole number in [0, 2^53], or nothing.
std::optional<std::uint64_t> whole(double value) {
  return value >= 0 && value <= 0x1p53 && value == std::floor(value)
             ? std::optional(static_cast<std::uint64_t>(value))
             : std::nullopt;
}

}  // namespace

data::Dataset Summary::state() const {
  data::Dataset made;
  const auto dimension = [&](std::string name, std::size_t size) {
    made.dimensions.push_back({std::move(name), size, {}, {}, ""});
    return static_cast<std::uint32_t>(made.dimensions.size() - 1);
  };
  const std::uint32_t cell = dimension("cell", cells_);
  const std::uint32_t node = dimension("node", nodes_.size());
  const std::uint32_t place = dimension("place", 2);
  const std::uint32_t head = dimension("head", 5);
  made.variables.push_back(variable(
      "summary_head", {head},
      {static_cast<double>(taken_.first), static_cast<double>(taken_.end),
       static_cast<double>(runs_), static_cast<double>(block_runs_), exact() ? 1.0 : 0.0}));
  made.variables.push_back(variable("summary_least", {cell}, least_));
  made.variables.push_back(variable("summary_largest", {cell}, largest_));
  std::vector<double> places;
  std::vector<double> count, mean, squares;
  for (const Node& of : nodes_) {
    places.push_back(of.level);
    places.push_back(static_cast<double>(of.index));
    count.insert(count.end(), of.moments.count.begin(), of.moments.count.end());
    mean.insert(mean.end(), of.moments.mean.begin(), of.moments.mean.end());
    squares.insert(squares.end(), of.moments.squares.begin(), of.moments.squares.end());
  }
  made.variables.push_back(variable("summary_places", {node, place}, std::move(places)));
  made.variables.push_back(variable("summary_count", {node, cell}, std::move(count)));
  made.variables.push_back(variable("summary_mean", {node, cell}, std::move(mean)));
  made.variables.push_back(variable("summary_squares", {node, cell}, std::move(squares)));
  if (edges_) {
    const std::uint32_t edge = dimension("edge", edges_->edges.size());
    const std::uint32_t bin = dimension("bin", counts_.size());
    const std::uint32_t first = dimension("first", edges_->first.size());
    made.variables.push_back(variable("summary_edges", {edge}, edges_->edges));
    made.variables.push_back(
        variable("summary_first", {first}, {edges_->first.begin(), edges_->first.end()}));
    made.variables.push_back(
        variable("summary_bins", {bin}, std::vector<double>(counts_.begin(), counts_.end())));
  } else {
    const std::size_t runs = values_.empty() ? 0 : values_.front().size();
    std::vector<double> values;
    values.reserve(cells_ * runs);
    for (const std::vector<double>& of : values_) {
      values.insert(values.end(), of.begin(), of.end());
    }
    const std::uint32_t run = dimension("taken", runs);
    made.variables.push_back(variable("summary_values", {cell, run}, std::move(values)));
  }
  return made;
}

bool Summary::fits(const EnsemblePlan& plan) const {
  return runs_ == plan.runs && block_runs_ == plan.block_runs() && cells_ == plan.cells();
}

std::optional<Summary> Summary::from_state(const data::Dataset& state) {
  const auto* head = values_of(state, "summary_head", 5);
  const data::Variable* const of_cells = state.find("summary_least");
  if (head == nullptr || of_cells == nullptr) {
    return std::nullopt;
  }
  Summary made;
  made.cells_ = of_cells->values.size();
  std::array<std::uint64_t, 5> numbers{};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto number = whole((*head)[i]);
    if (!number) {
      return std::nullopt;
    }
    numbers[i] = *number;
  }
  const BlockRange range{numbers[0], numbers[1]};
  const bool exact = numbers[4] == 1;
  made.runs_ = numbers[2];
  made.block_runs_ = numbers[3];
  if (made.runs_ == 0 || made.block_runs_ == 0 || range.first > range.end ||
      range.end > made.blocks()) {
    return std::nullopt;
  }
  if (!exact) {
    const data::Variable* of = state.find("summary_edges");
    const auto* first = values_of(state, "summary_first", made.cells_ + 1);
    if (of == nullptr || first == nullptr) {
      return std::nullopt;
    }
    BinEdges edges;
    edges.edges = of->values;
    for (const double place : *first) {
      const auto number = whole(place);
      if (!number || *number > of->values.size() ||
          (!edges.first.empty() && *number < edges.first.back())) {
        return std::nullopt;
      }
      edges.first.push_back(static_cast<std::uint32_t>(*number));
    }
    if (edges.first.front() != 0 || edges.first.back() != of->values.size()) {
      return std::nullopt;
    }
    made.edges_ = std::move(edges);
  }
  made.allocate({range.first, range.first});
  made.taken_ = range;
  const std::size_t cells = made.cells_;
  const auto* least = values_of(state, "summary_least", cells);
  const auto* largest = values_of(state, "summary_largest", cells);
  const data::Variable* places = state.find("summary_places");
  const std::size_t nodes = places == nullptr ? 0 : places->values.size() / 2;
  const auto* count = values_of(state, "summary_count", nodes * cells);
  const auto* mean = values_of(state, "summary_mean", nodes * cells);
  const auto* squares = values_of(state, "summary_squares", nodes * cells);
  if (least == nullptr || largest == nullptr || places == nullptr || count == nullptr ||
      mean == nullptr || squares == nullptr) {
    return std::nullopt;
  }
  made.least_ = *least;
  made.largest_ = *largest;
  // Nodes must lie one after the other and cover the range, or the statistics would be another's.
  std::uint64_t at = range.first;
  for (std::size_t n = 0; n < nodes; ++n) {
    const auto level = whole(places->values[2 * n]);
    const auto index = whole(places->values[2 * n + 1]);
    if (!level || !index || *level > 53 || *index > (std::uint64_t{1} << (53 - *level)) ||
        (*index << *level) != at) {
      return std::nullopt;
    }
    at = (*index + 1) << *level;
    const auto part = [&](const std::vector<double>& of) {
      const auto from = of.begin() + static_cast<std::ptrdiff_t>(n * cells);
      return std::vector<double>(from, from + static_cast<std::ptrdiff_t>(cells));
    };
    made.nodes_.push_back(
        {static_cast<std::uint32_t>(*level), *index, {part(*count), part(*mean), part(*squares)}});
  }
  if (at != range.end) {
    return std::nullopt;
  }
  if (made.edges_) {
    const auto* bins = values_of(state, "summary_bins", made.counts_.size());
    if (bins == nullptr) {
      return std::nullopt;
    }
    for (std::size_t i = 0; i < bins->size(); ++i) {
      const auto number = whole((*bins)[i]);
      if (!number) {
        return std::nullopt;
      }
      made.counts_[i] = *number;
    }
  } else {
    const std::uint64_t runs = std::min(range.end * made.block_runs_, made.runs_) -
                               std::min(range.first * made.block_runs_, made.runs_);
    const auto* values = values_of(state, "summary_values", static_cast<std::size_t>(runs) * cells);
    if (values == nullptr) {
      return std::nullopt;
    }
    for (std::size_t cell = 0; cell < cells; ++cell) {
      const auto from = values->begin() + static_cast<std::ptrdiff_t>(cell * runs);
      made.values_[cell].assign(from, from + static_cast<std::ptrdiff_t>(runs));
    }
  }
  return made;
}

}  // namespace shamal::sim
