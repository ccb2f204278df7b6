// Division without the divider gives the bits of division: by divisors that never change or that
// several are divided by, which have their reciprocals (ir/reciprocals.h), and by others, some of
// which have none.
#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "machine/machine.h"
#include "sim/run.h"
#include "support/program_builder.h"

namespace shamal::testing {
namespace {

using ir::Op;
using ir::Slot;

struct Quotient {
  double a;
  double b;
};

__extension__ using Wide = unsigned __int128;
constexpr std::uint64_t kUnit = std::uint64_t{1} << 52;  // significands are units to twice that

std::uint64_t inverse(std::uint64_t of, std::uint64_t odd) {  // modulo `odd`, by Euclid
  __extension__ using Signed = __int128;
  Signed t = 0;
  Signed next = 1;
  Signed r = odd;
  Signed rest = of;
  while (rest != 0) {
    const Signed q = r / rest;
    t = std::exchange(next, t - q * next);
    r = std::exchange(rest, r - q * rest);
  }
  return static_cast<std::uint64_t>(t < 0 ? t + odd : t);
}

// Quotients by an odd significand that are nearest to the middle between two numbers: 2^shift a is
// half of b, or nearly so, modulo b.
void add_hardest(std::uint64_t b, std::vector<Quotient>& to) {
  for (const unsigned shift : {52u, 53u}) {
    const auto power = static_cast<std::uint64_t>((Wide{1} << shift) % b);
    const std::uint64_t unpower = inverse(power, b);
    for (const std::uint64_t half : {(b - 1) / 2, (b + 1) / 2, (b - 3) / 2, (b + 3) / 2}) {
      auto a = static_cast<std::uint64_t>(Wide{half} * unpower % b);
      for (; a < 2 * kUnit; a += b) {
        if (a >= kUnit) {
          to.push_back({static_cast<double>(a), static_cast<double>(b)});
        }
      }
    }
  }
}

std::vector<Quotient> hard_quotients() {
  std::vector<Quotient> made;
  std::mt19937_64 random(1);
  for (unsigned i = 0; i < 4000; ++i) {
    const std::uint64_t far = random() >> (12 + random() % 52);
    add_hardest((i % 2 == 0 ? kUnit + far % kUnit : 2 * kUnit - 1 - far % kUnit) | 1, made);
  }
  // Divisors b whose reciprocals are nearest to the middle between two numbers: 2^106 - 1 and - 2
  // are products of b and an odd number. (Such b are found by factoring.)
  for (const std::uint64_t b :
       {0x1fffffffffffffu, 0x1024a3bd98da02u, 0x10699d36aec84eu, 0x109107683ee29eu,
        0x110af85de838ceu, 0x11d3799c32581eu, 0x11f98ea5d9b262u, 0x12bf5907e316d2u,
        0x12e93952a2ed6eu, 0x130a0dd90e13a2u, 0x134d8fe343ef42u, 0x13a324a526d5eeu,
        0x14a6fb45f5d782u, 0x14cad5a5fa03eeu, 0x155f2490c86132u, 0x163baaac17d1e2u,
        0x163dd0554d0122u, 0x17641c46f799eeu, 0x178cb7d5d6e322u, 0x17f52093014f0eu,
        0x184a12efef626eu, 0x199e1b447e99c2u, 0x19f142d24e1352u, 0x1a0b8ffffcbe8eu,
        0x1a6f41dab98cb2u, 0x1b227794e85702u, 0x1bea3278b789d2u, 0x1d5b9032f086beu,
        0x1da210daeb138eu, 0x1de441d5331432u, 0x1e20adbc4078a2u, 0x1e756f08df1792u,
        0x1ef7930608393eu}) {
    const auto divisor = static_cast<double>(b);
    for (const double a : {0x1p52, 0x1p53 - 1, divisor, divisor + 1, divisor - 1}) {
      made.push_back({a, divisor});
    }
    add_hardest(b | 1, made);
  }
  return made;
}

std::vector<Quotient> odd_quotients() {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  std::vector<double> numbers = {0, kInfinity, std::numeric_limits<double>::quiet_NaN(),
                                 std::numeric_limits<double>::denorm_min(),
                                 std::numeric_limits<double>::max()};
  for (const int power :
       {-1074, -1022, -1000, -970, -900, -801, -800, -799, -100, 0, 1, 100, 800, 900, 1000, 1023}) {
    for (const double significand : {1.0, 1.0 + 0x1p-52, 1.3, 2.0 - 0x1p-52}) {
      numbers.push_back(std::ldexp(significand, power));
      numbers.push_back(std::nextafter(numbers.back(), 0));
    }
  }
  std::vector<Quotient> made;
  for (const double a : numbers) {
    for (const double b : numbers) {
      made.insert(made.end(), {{a, b}, {-a, b}, {a, -b}, {-a, -b}});
    }
  }
  std::mt19937_64 random(2);
  for (int i = 0; i < 20000; ++i) {
    made.push_back({std::bit_cast<double>(random()), std::bit_cast<double>(random())});
  }
  return made;
}

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
  const Slot results = b.slots(2 * kElements);
  b.emit(ir::Block::rates, Op::divide, loop, along(results), {along(dividend), along(by)});
  b.emit(ir::Block::rates, Op::divide, loop, along(results + kElements),
         {along(negative), along(by_again)});
  ASSERT_EQ(ir::verify(b.program), std::vector<std::string>{});
  const machine::Kernel kernel(std::move(b.program));
  sim::RunSpec spec;
  spec.start = 0;
  spec.stop = 1;
  spec.dt = 1;
  spec.save_interval = 1;
  spec.method = sim::find_method("euler");
  spec.saved = {{results, 2 * kElements}};
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
                                       std::pair(-of.a, found.value(run, 0, i + kElements))}) {
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
