// Nests with more values on their way than a processor has registers, comparisons among them; and
// nests that take sums, products, extremes and sums of products along their axes: the machine
// against its definition.
#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <utility>

#include <gtest/gtest.h>

#include "machine/machine.h"
#include "sim/run.h"
#include "support/program_builder.h"

namespace shamal::testing {
namespace {

using ir::Op;
using ir::Slot;

struct Tested {
  ir::Program program;
  std::vector<Slot> varied;
  std::vector<sim::SlotRange> saved;
};

class Nest {
 public:
  // Arrays of `rows` rows of `columns` elements. Of so many operations, one in three folds an array
  // along both axes or one, if `folding`. Constants are awkward numbers, or such that all stays
  // finite.
  Nest(std::uint64_t seed, std::size_t operations, std::uint32_t rows, std::uint32_t columns,
       bool folding, bool awkward = false)
      : random_(seed),
        awkward_(awkward),
        rows_(rows),
        columns_(columns),
        elements_(rows * columns),
        loop_(b_.loop({rows, columns})) {
    const std::uint32_t elements = elements_;
    constexpr std::size_t kConstants = 64;
    for (std::size_t i = 0; i < kConstants; ++i) {
      std::vector<double> values;
      for (std::uint32_t k = 0; k < elements; ++k) {
        values.push_back(number());
      }
      made_.push_back(b_.constants(values));
      for (std::uint32_t k = 0; k < elements && i % 3 != 0; ++k) {
        varied_.push_back(made_.back() + k);
      }
    }
    const Slot level = b_.slots(elements);
    const Slot net = b_.slots(elements);
    b_.stock(level, net, elements);
    b_.emit(ir::Block::initial, Op::copy, loop_, along(level), {along(made_[1])});
    made_.push_back(level);
    // What flows is the last value, or an earlier one with the other sign, which others read too.
    const std::size_t flow = random_() % 2 == 0 ? operations : operations / 2;
    for (std::size_t i = 0; i < operations; ++i) {
      if (i == flow) {
        b_.emit(ir::Block::rates, Op::negate, loop_, along(net), {along(made_.back())});
        made_.push_back(net);
      }
      if (folding && i % 3 == 0) {
        fold();
      } else {
        add();
      }
    }
    if (flow == operations) {
      b_.emit(ir::Block::rates, Op::copy, loop_, along(net), {along(made_.back())});
    }
    for (std::size_t i = kConstants; i < made_.size(); i += 3) {
      saved_.push_back({made_[i], elements});
    }
  }

  Tested take() { return {std::move(b_.program), std::move(varied_), std::move(saved_)}; }

 private:
  double number() {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    constexpr std::array kAwkward = {0.0,   -0.0, 1.0,    -1.0,    0.5,       3.0,  -7.25, 1e10,
                                     1e200, 1e-9, 1e-310, -1e-200, kInfinity, -0.0, 0.0,   1.0};
    return awkward_ ? kAwkward[random_() % kAwkward.size()]
                    : static_cast<double>(random_() % 4001) / 1000.0 - 2.0;
  }
  ir::ViewId along(Slot base) { return b_.view(base, {static_cast<std::int32_t>(columns_), 1}); }

  void add() {
    constexpr std::array kOps = {
        Op::add,       Op::subtract,    Op::multiply,         Op::copy,       Op::negate,
        Op::maximum,   Op::less,        Op::select,           Op::scale,      Op::logical_and,
        Op::divide_or, Op::add_product, Op::subtract_product, Op::add_scaled, Op::subtract_scaled};
    const Op op = kOps[random_() % kOps.size()];
    std::vector<ir::ViewId> args;
    for (int a = 0; a < ir::row(op).arity; ++a) {
      args.push_back(random_() % 4 == 0 && !folds_.empty()
                         ? folds_[random_() % folds_.size()]
                         : along(made_[random_() % made_.size()]));
    }
    const Slot to = b_.slots(elements_);
    b_.emit(ir::Block::rates, op, loop_, along(to), args);
    made_.push_back(to);
  }

  void fold() {
    constexpr std::array kOps = {Op::add,         Op::add,
                                 Op::multiply,    Op::minimum,
                                 Op::maximum,     Op::add_product,
                                 Op::add_product, Op::subtract_product,
                                 Op::add_scaled,  Op::subtract_scaled};
    const Op op = kOps[random_() % kOps.size()];
    const bool by_row = random_() % 2 == 0;
    const bool by_column = !by_row && random_() % 2 == 0;
    const std::uint32_t count = by_row ? rows_ : by_column ? columns_ : 1;
    const Slot to = b_.slots(count);
    saved_.push_back({to, count});
    const auto any = [&] { return along(made_[random_() % made_.size()]); };
    const ir::ViewId what = any();
    const ir::ViewId result = b_.view(to, {by_row ? 1 : 0, by_column ? 1 : 0});
    b_.emit(ir::Block::rates, Op::copy, b_.loop({count}), b_.view(to, {1}), {b_.view(made_[0])});
    std::vector<ir::ViewId> args = {result, what};
    if (ir::row(op).arity == 3) {
      const bool still = random_() % 3 == 0;  // one of the factors
      args.push_back(still ? b_.view(made_[random_() % made_.size()], {1, 0}) : any());
    }
    if (random_() % 2 == 0) {
      std::swap(args[ir::row(op).arity == 3 ? 2 : 0], args[1]);
    }
    b_.emit(ir::Block::rates, op, loop_, result, args);
    folds_.push_back(result);
  }

  std::mt19937_64 random_;
  bool awkward_;
  ProgramBuilder b_;
  std::uint32_t rows_;
  std::uint32_t columns_;
  std::uint32_t elements_;
  ir::LoopId loop_;
  std::vector<Slot> made_;
  std::vector<ir::ViewId> folds_;
  std::vector<Slot> varied_;
  std::vector<sim::SlotRange> saved_;
};

bool same(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) ||
         (std::isnan(a) && std::isnan(b));
}

void expect_bits_of_the_reference(Tested nest, std::uint64_t seed) {
  SCOPED_TRACE(seed);
  ASSERT_EQ(ir::verify(nest.program), std::vector<std::string>{});
  const machine::Kernel kernel(std::move(nest.program));
  sim::RunSpec spec;
  spec.start = 0;
  spec.stop = 2;
  spec.dt = 0.25;
  spec.save_interval = 1;
  spec.method = sim::find_method("euler");
  spec.saved = nest.saved;
  for (const std::size_t runs : {1, 21, 70}) {
    std::mt19937_64 random(seed);
    sim::Inputs inputs;
    inputs.runs = runs;
    for (const Slot slot : nest.varied) {
      auto& values = inputs.overrides.emplace_back(sim::Inputs::Override{slot, {}}).values;
      for (std::size_t run = 0; run < runs; ++run) {
        values.push_back(static_cast<double>(random() % 4001) / 1000.0 - 2.0);
      }
    }
    const auto expected = sim::simulate(kernel, spec, inputs, *machine::find_backend("reference"));
    for (const std::string_view backend : {"machine", "avx2"}) {
      const auto found = sim::simulate(kernel, spec, inputs, *machine::find_backend(backend));
      std::size_t wrong = 0;
      for (std::size_t i = 0; i < expected.values.size(); ++i) {
        wrong += same(found.values[i], expected.values[i]) ? 0 : 1;
      }
      EXPECT_EQ(wrong, 0u) << backend << ": of " << expected.values.size() << " in " << runs
                           << " runs";
    }
  }
}

TEST(Nests, OfManyValuesGiveTheBitsOfTheReference) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    expect_bits_of_the_reference(
        Nest(seed, 60 + 50 * seed, 1, seed % 3 == 1 ? 7 : 1, /*folding=*/false).take(), seed);
  }
}

// Along axes that fill registers, or do not.
TEST(Nests, ThatFoldGiveTheBitsOfTheReference) {
  for (std::uint32_t columns = 1; columns <= 48; ++columns) {
    const std::uint32_t rows = columns % 3 == 0 ? 1 + columns % 5 : 1;
    for (const bool awkward : {false, true}) {
      expect_bits_of_the_reference(
          Nest(columns, 6 + columns % 4 * 15, rows, columns, true, awkward).take(), columns);
    }
  }
}

// So many operations that code is written for one register of values at a time.
TEST(Nests, OfLargeProgramsGiveTheBitsOfTheReference) {
  expect_bits_of_the_reference(Nest(1, 22'000, 1, 1, /*folding=*/true).take(), 1);
}

// Rows that overlap: the later one counts.
TEST(Nests, ThatOverlapGiveTheBitsOfTheReference) {
  constexpr std::uint32_t kRows = 4;
  for (std::uint32_t columns = 5; columns <= 40; columns += 5) {
    ProgramBuilder b;
    Tested made;
    const std::uint32_t step = columns / 2;
    const std::uint32_t count = step * (kRows - 1) + columns;
    const Slot from = b.slots(kRows * columns);
    const Slot to = b.slots(count);
    for (std::uint32_t i = 0; i < kRows * columns; ++i) {
      b.program.constants.push_back({from + i, static_cast<double>(i)});
      made.varied.push_back(from + i);
    }
    const auto along = [&](Slot base, std::uint32_t row) {
      return b.view(base, {static_cast<std::int32_t>(row), 1});
    };
    b.emit(ir::Block::rates, Op::negate, b.loop({kRows, columns}), along(to, step),
           {along(from, columns)});
    made.saved = {{to, count}};
    made.program = std::move(b.program);
    expect_bits_of_the_reference(std::move(made), columns);
  }
}

}  // namespace
}  // namespace shamal::testing
