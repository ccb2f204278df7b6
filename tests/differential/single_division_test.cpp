// Division in single precision: by divisors that never change it is the product with the
// reciprocal, rounded twice, but for those whose reciprocals are too small; by others it is
// division. So for any processor and number of runs, whatever the runs beside have for divisors.
#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "ir/reciprocals.h"
#include "machine/machine.h"
#include "sim/run.h"
#include "support/program_builder.h"

namespace shamal::testing {
namespace {

using ir::Op;
using ir::Slot;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr auto kMost = static_cast<float>(ir::kMostSingleDivisor);

struct Quotient {
  float a;
  float b;
};

// What doubles give of singles, rounded to a single: a zero if it is too small for full digits.
float rounded(double exact) {
  constexpr double kTooSmall = 0x1p-126 * (1 - 0x1p-25);
  return std::fabs(exact) < kTooSmall ? std::copysign(0.0F, static_cast<float>(exact))
                                      : static_cast<float>(exact);
}

float by_reciprocal(Quotient of) {
  const float a = rounded(double{of.a});
  const float b = rounded(double{of.b});
  return std::fabs(b) <= kMost ? rounded(double{a} * double{rounded(1 / double{b})})
                               : rounded(double{a} / double{b});
}

float by_divider(Quotient of) {
  return rounded(double{rounded(double{of.a})} / double{rounded(double{of.b})});
}

// All pairs of awkward numbers, and random ones; divisors up to `most`.
std::vector<Quotient> quotients(float most) {
  std::vector<float> numbers = {0, kInfinity, std::numeric_limits<float>::quiet_NaN(), 1e-40F,
                                std::numeric_limits<float>::max()};
  for (const int power : {-126, -125, -100, -1, 0, 1, 23, 24, 100, 125, 126, 127}) {
    for (const float significand : {1.0F, 1.0F + 0x1p-23F, 1.3F, 2.0F - 0x1p-23F}) {
      numbers.push_back(std::ldexp(significand, power));
    }
  }
  std::vector<Quotient> made;
  for (const float a : numbers) {
    for (const float b : numbers) {
      if (b <= most) {
        made.insert(made.end(), {{a, b}, {-a, b}, {a, -b}, {-a, -b}});
      }
    }
  }
  std::mt19937_64 random(1);
  for (int i = 0; i < 5000; ++i) {
    const auto some = [&random] {
      return static_cast<float>(std::ldexp(static_cast<double>(random() >> 11), -53) * 200 - 100);
    };
    made.push_back({some(), some()});
  }
  return made;
}

bool same(float a, float b) {
  return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b) ||
         (std::isnan(a) && std::isnan(b));
}

// Divisions of stocks by what never changes and by stocks. The guards that were needed.
machine::Guards expect_quotients(const std::vector<Quotient>& of, std::size_t runs,
                                 std::string_view backend) {
  constexpr std::uint32_t kElements = 21;
  ProgramBuilder b;
  const std::vector<double> ones(kElements, 1.0);
  const Slot dividends = b.constants(ones);
  const Slot divisors = b.constants(ones);
  const Slot levels = b.slots(2 * kElements);
  const Slot flows = b.slots(2 * kElements);
  b.stock(levels, flows, 2 * kElements);
  const Slot results = b.slots(2 * kElements);
  const ir::LoopId loop = b.loop({kElements});
  const auto along = [&](Slot base) { return b.view(base, {1}); };
  const Slot changing = levels + kElements;
  b.emit(ir::Block::initial, Op::copy, loop, along(levels), {along(dividends)});
  b.emit(ir::Block::initial, Op::copy, loop, along(changing), {along(divisors)});
  b.emit(ir::Block::rates, Op::divide, loop, along(results), {along(levels), along(divisors)});
  b.emit(ir::Block::rates, Op::divide, loop, along(results + kElements),
         {along(levels), along(changing)});
  b.emit(ir::Block::rates, Op::copy, loop, along(flows), {along(results)});
  b.emit(ir::Block::rates, Op::copy, loop, along(flows + kElements), {along(results + kElements)});
  const machine::Kernel kernel(std::move(b.program));
  sim::RunSpec spec;
  spec.stop = 1;
  spec.method = sim::find_method("euler");
  spec.saved = {{results, 2 * kElements}};
  std::vector<Slot> varied;
  for (std::size_t from = 0; from < of.size(); from += runs * kElements) {
    sim::Inputs inputs;
    inputs.runs = runs;
    const auto at = [&](std::size_t run, std::uint32_t i) {
      return of[(from + run * kElements + i) % of.size()];
    };
    varied.clear();
    for (std::uint32_t i = 0; i < kElements; ++i) {
      sim::Inputs::Override a{dividends + i, {}};
      sim::Inputs::Override divisor{divisors + i, {}};
      for (std::size_t run = 0; run < runs; ++run) {
        a.values.push_back(at(run, i).a);
        divisor.values.push_back(at(run, i).b);
      }
      for (auto* const change : {&a, &divisor}) {
        if (runs > 1) {
          varied.push_back(change->slot);
        }
        inputs.overrides.push_back(std::move(*change));
      }
    }
    const auto found = sim::simulate(kernel, spec, inputs, *machine::find_backend(backend));
    for (std::size_t run = 0; run < runs; ++run) {
      for (std::uint32_t i = 0; i < kElements; ++i) {
        const Quotient one = at(run, i);
        const auto settled = static_cast<float>(found.value(run, 0, i));
        const auto other = static_cast<float>(found.value(run, 0, i + kElements));
        EXPECT_TRUE(same(settled, by_reciprocal(one)))
            << std::hexfloat << one.a << " / " << one.b << " gave " << settled << " instead of "
            << by_reciprocal(one);
        EXPECT_TRUE(same(other, by_divider(one)))
            << std::hexfloat << one.a << " / " << one.b << " gave " << other << " instead of "
            << by_divider(one);
        const double exact = double{one.a} / double{one.b};
        const auto next = std::nextafter(static_cast<float>(std::fabs(exact)), kInfinity);
        const bool ordinary = rounded(double{one.a}) != 0 && rounded(double{one.b}) != 0 &&
                              std::isfinite(next) && std::fabs(exact) > 0x1p-125;
        if (ordinary) {
          const double unit = double{next} - double{static_cast<float>(std::fabs(exact))};
          EXPECT_LE(std::fabs(double{settled} - exact), 1.5 * unit)
              << std::hexfloat << one.a << " / " << one.b;
        }
      }
    }
    if (::testing::Test::HasFailure()) {
      break;
    }
  }
  return kernel.specialised(sim::wanted(spec, varied, runs == 1, true))->kernel.needed_guards();
}

TEST(SingleDivision, IsAProductWhereThereIsAReciprocal) {
  if (!machine::single_possible()) {
    GTEST_SKIP() << "no machine code here";
  }
  for (const std::string_view backend : {"single", "single-avx2"}) {
    for (const std::size_t runs : {1u, 13u, 64u}) {
      SCOPED_TRACE(std::string(backend) + ", runs: " + std::to_string(runs));
      EXPECT_EQ(expect_quotients(quotients(kMost), runs, backend), machine::Guards::none);
      EXPECT_EQ(expect_quotients(quotients(kInfinity), runs, backend), machine::Guards::all);
    }
  }
}

}  // namespace
}  // namespace shamal::testing
