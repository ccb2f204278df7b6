// Division without the divider gives the bits of division: by divisors that never change or that
// several are divided by, which have their reciprocals (ir/reciprocals.h), and by others, some of
// which have none.
#include <bit>
#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "machine/machine.h"
#include "sim/run.h"
#include "support/program_builder.h"
#include "support/quotients.h"

namespace shamal::testing {
namespace {

using ir::Op;
using ir::Slot;

// Of both signs, that raise no flags: zeros too.
std::vector<Quotient> ordinary_quotients() {
  std::vector<Quotient> made;
  std::mt19937_64 random(3);
  const auto number = [&random] {
    const double significand = 1 + static_cast<double>(random() >> 12) * 0x1p-52;
    return std::ldexp(random() % 2 == 0 ? significand : -significand,
                      static_cast<int>(random() % 160) - 80);
  };
  for (int i = 0; i < 20000; ++i) {
    const double b = number();
    made.insert(made.end(), {{number(), b}, {0.0, b}, {-0.0, b}});
  }
  return made;
}

bool same(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) ||
         (std::isnan(a) && std::isnan(b));
}

enum class Divisor { settled, changing, shared };

// Of each run, as many as there are elements; each number and its negative are divided.
void expect_quotients(const std::vector<Quotient>& quotients, std::size_t runs,
                      std::string_view backend, Divisor kind) {
  constexpr std::uint32_t kElements = 21;
  ProgramBuilder b;
  const std::vector<double> ones(kElements, 1.0);
  const Slot dividends = b.constants(ones);
  const Slot divisors = b.constants(ones);
  const ir::LoopId loop = b.loop({kElements});
  const auto along = [&](Slot base) { return b.view(base, {1}); };
  // A stock that is not what it was after the only step.
  const auto stock_of = [&](Slot start) {
    const Slot level = b.slots(kElements);
    const Slot flow = b.slots(kElements);
    b.stock(level, flow, kElements);
    b.emit(ir::Block::initial, Op::copy, loop, along(level), {along(start)});
    b.emit(ir::Block::rates, Op::copy, loop, along(flow), {along(dividends)});
    return level;
  };
  const Slot dividend = stock_of(dividends);
  const Slot negative = b.slots(kElements);
  b.emit(ir::Block::rates, Op::negate, loop, along(negative), {along(dividend)});
  const Slot by = kind == Divisor::settled ? divisors : stock_of(divisors);
  const Slot by_again = kind == Divisor::changing ? stock_of(divisors) : by;
  const Slot inverted = kind == Divisor::changing ? stock_of(divisors) : by;
  const Slot results = b.slots(3 * kElements);
  b.emit(ir::Block::rates, Op::divide, loop, along(results), {along(dividend), along(by)});
  b.emit(ir::Block::rates, Op::divide, loop, along(results + kElements),
         {along(negative), along(by_again)});
  b.emit(ir::Block::rates, Op::reciprocal, loop, along(results + 2 * kElements), {along(inverted)});
  ASSERT_EQ(ir::verify(b.program), std::vector<std::string>{});
  const machine::Kernel kernel(std::move(b.program));
  sim::RunSpec spec;
  spec.start = 0;
  spec.stop = 1;
  spec.dt = 1;
  spec.save_interval = 1;
  spec.method = sim::find_method("euler");
  spec.saved = {{results, 3 * kElements}};
  for (std::size_t from = 0; from < quotients.size(); from += runs * kElements) {
    sim::Inputs inputs;
    inputs.runs = runs;
    const auto at = [&](std::size_t run, std::uint32_t i) {
      return quotients[(from + run * kElements + i) % quotients.size()];
    };
    for (std::uint32_t i = 0; i < kElements; ++i) {
      sim::Inputs::Override a{dividends + i, {}};
      sim::Inputs::Override divisor{divisors + i, {}};
      for (std::size_t run = 0; run < runs; ++run) {
        a.values.push_back(at(run, i).a);
        divisor.values.push_back(at(run, i).b);
      }
      inputs.overrides.push_back(std::move(a));
      inputs.overrides.push_back(std::move(divisor));
    }
    const auto found = sim::simulate(kernel, spec, inputs, *machine::find_backend(backend));
    for (std::size_t run = 0; run < runs; ++run) {
      for (std::uint32_t i = 0; i < kElements; ++i) {
        const Quotient of = at(run, i);
        for (const auto& [a, value] : {std::pair(of.a, found.value(run, 0, i)),
                                       std::pair(-of.a, found.value(run, 0, i + kElements)),
                                       std::pair(1.0, found.value(run, 0, i + 2 * kElements))}) {
          ASSERT_TRUE(same(value, a / of.b))
              << backend << ", " << runs << " runs, divisor " << static_cast<int>(kind) << ": "
              << std::hexfloat << a << " / " << of.b << " gave " << value << " instead of "
              << a / of.b;
        }
      }
    }
  }
}

TEST(Division, RoundsAsTheDividerDoes) {
  for (const auto& quotients : {hard_quotients(), odd_quotients(), ordinary_quotients()}) {
    for (const std::string_view backend : {"machine", "avx2", "rows"}) {
      for (const Divisor kind : {Divisor::settled, Divisor::changing, Divisor::shared}) {
        for (const std::size_t runs : {1u, 13u, 64u}) {
          ASSERT_NO_FATAL_FAILURE(expect_quotients(quotients, runs, backend, kind));
        }
      }
    }
  }
}

// One over a stock that falls from `start` by 1 a step, and the stock over what never changes.
machine::Guards guards_after(double start, double settled) {
  ProgramBuilder b;
  const Slot one = b.constant(1);
  const Slot minus = b.constant(-1);
  const Slot divisor = b.constant(settled);
  const Slot first = b.constant(start);
  const Slot level = b.slots();
  const Slot net = b.slots();
  const Slot results = b.slots(2);
  b.stock(level, net);
  b.emit(ir::Block::initial, Op::copy, level, {first});
  b.emit(ir::Block::rates, Op::copy, net, {minus});
  b.emit(ir::Block::rates, Op::divide, results, {one, level});
  b.emit(ir::Block::rates, Op::divide, results + 1, {level, divisor});
  const machine::Kernel kernel(std::move(b.program));
  sim::RunSpec spec;
  spec.stop = 4;
  spec.method = sim::find_method("euler");
  spec.saved = {{results, 2}};
  sim::Inputs inputs{64, 0, {{first, std::vector<double>(64, start)}}};
  const auto found = sim::simulate(kernel, spec, inputs);
  for (std::size_t t = 0; t < found.times.size(); ++t) {
    EXPECT_EQ(found.value(63, t, 0), 1 / (start - found.times[t]));
    EXPECT_EQ(found.value(63, t, 1), (start - found.times[t]) / settled);
  }
  return kernel.specialised(sim::wanted(spec, {first}, false))->kernel.needed_guards();
}

TEST(Division, GetsGuardsWhereItMeetsWhatIsNoOrdinaryNumber) {
  if (!machine::code_possible(false)) {
    GTEST_SKIP() << "no machine code here";
  }
  EXPECT_EQ(guards_after(9, 2), machine::Guards::none);
  // Reciprocals of negative divisors are not made: what stands for them must raise a flag.
  EXPECT_EQ(guards_after(9, -2), machine::Guards::all);
  if (machine::processor() == machine::Processor::avx512 && machine::slow_divider()) {
    EXPECT_EQ(guards_after(2, 2), machine::Guards::changing);
  }
}

}  // namespace
}  // namespace shamal::testing
