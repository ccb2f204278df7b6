#include "analysis/design.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include <boost/random/sobol.hpp>
#include <fmt/format.h>

#include "base/random.h"

namespace shamal::analysis {

namespace {

constexpr std::array<DesignRow, 6> kDesigns = {{
    {DesignKind::montecarlo, "montecarlo", "independent draws"},
    {DesignKind::lhs, "lhs", "Latin hypercube"},
    {DesignKind::sobol, "sobol", "Sobol' points, moved at random by the seed"},
    {DesignKind::grid, "grid", "every combination of --levels values"},
    {DesignKind::univariate, "univariate", "one parameter at a time, --runs each"},
    {DesignKind::file, "file", "the rows of a table"},
}};

// Every random number of a design is a function of the seed, the number and the run; the streams
// keep what serves different ends apart, and apart from what models draw.
enum class Stream : std::uint32_t {
  draw = 0x64726177,
  permutation = 0x7065726d,
  shift = 0x78736866
};

base::PhiloxWords words(std::uint64_t seed, Stream stream, std::size_t number, std::uint64_t run) {
  const std::uint64_t key = base::scramble(seed);
  return base::philox({static_cast<std::uint32_t>(run), static_cast<std::uint32_t>(run >> 32),
                       static_cast<std::uint32_t>(number), static_cast<std::uint32_t>(stream)},
                      {static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)});
}

// In (0, 1): the middles of 2^53 intervals.
double open_unit(const base::PhiloxWords& from) { return base::unit_interval(from)[0] + 0x1p-54; }

// Within (0, 1) whatever was rounded.
double inside(double p) { return std::clamp(p, 0x1p-54, 1 - 0x1p-53); }

class CubeDesign : public Design {
 public:
  CubeDesign(std::uint64_t runs, std::uint64_t seed, std::vector<Marginal> marginals)
      : runs_(runs), seed_(seed), marginals_(std::move(marginals)) {}

  std::uint64_t runs() const final { return runs_; }

  void values(std::uint64_t first, std::size_t count, std::span<double> values) const override {
    for (std::size_t i = 0; i < marginals_.size(); ++i) {
      for (std::size_t r = 0; r < count; ++r) {
        values[i * count + r] = quantile(marginals_[i], point(i, first + r));
      }
    }
  }

 protected:
  virtual double point(std::size_t number, std::uint64_t run) const = 0;

  std::uint64_t runs_;
  std::uint64_t seed_;
  std::vector<Marginal> marginals_;
};

class MonteCarlo final : public CubeDesign {
 public:
  using CubeDesign::CubeDesign;

 private:
  double point(std::size_t number, std::uint64_t run) const override {
    return open_unit(words(seed_, Stream::draw, number, run));
  }
};

class LatinHypercube final : public CubeDesign {
 public:
  LatinHypercube(std::uint64_t runs, std::uint64_t seed, std::vector<Marginal> marginals)
      : CubeDesign(runs, seed, std::move(marginals)),
        half_((static_cast<unsigned>(std::bit_width(std::max<std::uint64_t>(runs, 2) - 1)) + 1) /
              2) {}

 private:
  double point(std::size_t number, std::uint64_t run) const override {
    const double place = open_unit(words(seed_, Stream::draw, number, run));
    return inside((static_cast<double>(interval(number, run)) + place) /
                  static_cast<double>(runs_));
  }

  std::uint64_t interval(std::size_t number, std::uint64_t run) const {
    do {
      run = feistel(number, run);
    } while (run >= runs_);
    return run;
  }

  // One to one on the numbers of 2 * half_ bits: each round exchanges the halves and adds to one a
  // function of the other.
  std::uint64_t feistel(std::size_t number, std::uint64_t x) const {
    const std::uint64_t mask = (std::uint64_t{1} << half_) - 1;
    std::uint64_t left = x >> half_;
    std::uint64_t right = x & mask;
    for (std::uint64_t round = 0; round < kRounds; ++round) {
      const base::PhiloxWords mixed =
          words(seed_, Stream::permutation, number, round << 32 | right);
      left = std::exchange(right, (left ^ mixed[0]) & mask);
    }
    return left << half_ | right;
  }

  static constexpr std::uint64_t kRounds = 6;
  unsigned half_;  // bits; at most 32
};

class SobolPoints final : public Design {
 public:
  SobolPoints(std::uint64_t runs, std::uint64_t seed, std::vector<Marginal> marginals)
      : runs_(runs), marginals_(std::move(marginals)) {
    for (std::size_t i = 0; i < marginals_.size(); ++i) {
      const base::PhiloxWords mixed = words(seed, Stream::shift, i, 0);
      shifts_.push_back(seed == 0 ? 0 : std::uint64_t{mixed[1]} << 32 | mixed[0]);
    }
  }

  std::uint64_t runs() const override { return runs_; }

  void values(std::uint64_t first, std::size_t count, std::span<double> values) const override {
    // Point 0 is the corner where every coordinate is 0; it is left out, as usual.
    boost::random::sobol points(marginals_.size());
    points.seed(first);
    for (std::size_t r = 0; r < count; ++r) {
      for (std::size_t i = 0; i < marginals_.size(); ++i) {
        const std::uint64_t bits = (points() ^ shifts_[i]) >> 11;
        values[i * count + r] =
            quantile(marginals_[i], inside((static_cast<double>(bits) + 0.5) * 0x1p-53));
      }
    }
  }

 private:
  std::uint64_t runs_;
  std::vector<Marginal> marginals_;
  std::vector<std::uint64_t> shifts_;
};

class Grid final : public CubeDesign {
 public:
  Grid(std::uint64_t runs, std::vector<std::uint32_t> levels, std::vector<Marginal> marginals)
      : CubeDesign(runs, 0, std::move(marginals)), levels_(std::move(levels)) {
    std::uint64_t stride = 1;
    strides_.resize(levels_.size());
    for (std::size_t i = levels_.size(); i-- > 0;) {
      strides_[i] = stride;
      stride *= levels_[i];
    }
  }

  void values(std::uint64_t first, std::size_t count, std::span<double> values) const override {
    CubeDesign::values(first, count, values);
    for (std::size_t i = 0; i < marginals_.size(); ++i) {
      if (value_count(marginals_[i]) > 0) {  // each value once, whatever its weight
        for (std::size_t r = 0; r < count; ++r) {
          values[i * count + r] =
              marginals_[i].shift +
              marginals_[i].stretch * marginals_[i].parameters[2 * level(i, first + r)];
        }
      }
    }
  }

 private:
  std::uint64_t level(std::size_t number, std::uint64_t run) const {
    return run / strides_[number] % levels_[number];
  }
  double point(std::size_t number, std::uint64_t run) const override {
    return (static_cast<double>(level(number, run)) + 0.5) / levels_[number];
  }

  std::vector<std::uint32_t> levels_;
  std::vector<std::uint64_t> strides_;
};

class OneAtATime final : public Design {
 public:
  OneAtATime(std::uint64_t each, std::uint64_t seed, std::vector<Marginal> marginals)
      : each_(each), seed_(seed), marginals_(std::move(marginals)) {}

  std::uint64_t runs() const override { return each_ * marginals_.size(); }

  void values(std::uint64_t first, std::size_t count, std::span<double> values) const override {
    std::fill(values.begin(), values.end(), std::numeric_limits<double>::quiet_NaN());
    for (std::size_t r = 0; r < count; ++r) {
      const auto number = static_cast<std::size_t>((first + r) / each_);
      const std::uint64_t own = (first + r) % each_;
      const Marginal& marginal = marginals_[number];
      const std::size_t choices = value_count(marginal);
      values[number * count + r] =
          choices > 0 ? quantile(marginal, (static_cast<double>(own % choices) + 0.5) /
                                               static_cast<double>(choices))
                      : quantile(marginal, open_unit(words(seed_, Stream::draw, number, own)));
    }
  }

 private:
  std::uint64_t each_;
  std::uint64_t seed_;
  std::vector<Marginal> marginals_;
};

class TableDesign final : public Design {
 public:
  TableDesign(std::vector<double> table, std::size_t numbers)
      : table_(std::move(table)), numbers_(numbers) {}

  std::uint64_t runs() const override { return table_.size() / numbers_; }

  void values(std::uint64_t first, std::size_t count, std::span<double> values) const override {
    for (std::size_t r = 0; r < count; ++r) {
      for (std::size_t i = 0; i < numbers_; ++i) {
        values[i * count + r] = table_[(first + r) * numbers_ + i];
      }
    }
  }

 private:
  std::vector<double> table_;
  std::size_t numbers_;
};

std::vector<std::uint32_t> grid_levels(const DesignRequest& request,
                                       std::span<const Marginal> marginals) {
  std::vector<std::uint32_t> levels;
  for (const Marginal& marginal : marginals) {
    const std::size_t values = value_count(marginal);
    levels.push_back(values > 0 ? static_cast<std::uint32_t>(values) : request.levels);
  }
  return levels;
}

// The number of combinations, as a number that may be too large to count to.
double grid_size(std::span<const std::uint32_t> levels) {
  double size = 1;
  for (const std::uint32_t level : levels) {
    size *= level;
  }
  return size;
}

constexpr double kMostRuns = 0x1p52;

}  // namespace

std::span<const DesignRow> designs() { return kDesigns; }

const DesignRow* find_design(std::string_view name) {
  for (const DesignRow& row : kDesigns) {
    if (row.name == name || (name == "mc" && row.kind == DesignKind::montecarlo)) {
      return &row;
    }
  }
  return nullptr;
}

std::string find_problem(const DesignRequest& request, std::span<const Marginal> marginals) {
  if (request.kind == DesignKind::grid) {
    const double size = grid_size(grid_levels(request, marginals));
    if (request.levels == 0 || !(size < kMostRuns)) {
      return fmt::format("a grid of {} levels of {} parameters has {:.3g} runs", request.levels,
                         marginals.size(), size);
    }
  } else if (request.runs == 0 ||
             static_cast<double>(request.runs) *
                     static_cast<double>(std::max<std::size_t>(1, marginals.size())) >
                 kMostRuns) {
    return fmt::format("{} runs", request.runs);
  }
  if (request.kind == DesignKind::sobol && marginals.size() > kMostSobolNumbers) {
    return fmt::format("Sobol' points have at most {} coordinates, there are {} parameters",
                       kMostSobolNumbers, marginals.size());
  }
  return {};
}

std::unique_ptr<Design> make_design(const DesignRequest& request, std::vector<Marginal> marginals) {
  if (marginals.empty()) {
    return std::make_unique<MonteCarlo>(request.runs, request.seed, std::move(marginals));
  }
  switch (request.kind) {
    case DesignKind::lhs:
      return std::make_unique<LatinHypercube>(request.runs, request.seed, std::move(marginals));
    case DesignKind::sobol:
      return std::make_unique<SobolPoints>(request.runs, request.seed, std::move(marginals));
    case DesignKind::grid: {
      std::vector<std::uint32_t> levels = grid_levels(request, marginals);
      const auto runs = static_cast<std::uint64_t>(grid_size(levels));
      return std::make_unique<Grid>(runs, std::move(levels), std::move(marginals));
    }
    case DesignKind::univariate:
      return std::make_unique<OneAtATime>(request.runs, request.seed, std::move(marginals));
    case DesignKind::montecarlo:
    case DesignKind::file:
      break;
  }
  return std::make_unique<MonteCarlo>(request.runs, request.seed, std::move(marginals));
}

std::unique_ptr<Design> make_table_design(std::vector<double> table, std::size_t numbers) {
  return std::make_unique<TableDesign>(std::move(table), numbers);
}

}  // namespace shamal::analysis
