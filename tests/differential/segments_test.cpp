// Look-ups that remember where they were (machine/segments.h) against the reference: data over
// time, arguments that wander and that jump, from before the first point to behind the last,
// numbers or not; in tables of all kinds, even or not, with steps, of one point or many.
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

struct LookUps {
  ir::Program program;
  std::vector<sim::SlotRange> saved;
};

// Level i begins at start[i] and moves by net[i] a unit of time.
LookUps make_look_ups(std::uint32_t seed, std::uint32_t elements) {
  std::mt19937_64 random(seed);
  const auto number = [&random] { return static_cast<double>(random() % 4001) / 100.0 - 20.0; };
  LookUps made;
  ProgramBuilder b;
  std::vector<double> starts;
  std::vector<double> nets;
  for (std::uint32_t i = 0; i < elements; ++i) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    constexpr std::array kOdd = {kInfinity, -kInfinity, std::numeric_limits<double>::quiet_NaN(),
                                 0.0};
    starts.push_back(random() % 8 == 0 ? kOdd[random() % kOdd.size()] : number());
    nets.push_back(number() / (random() % 2 == 0 ? 20 : 1));
  }
  const Slot start = b.constants(starts);
  const Slot rate = b.constants(nets);
  const Slot level = b.slots(elements);
  const Slot net = b.slots(elements);
  b.stock(level, net, elements);
  const ir::LoopId loop = b.loop({elements});
  const auto along = [&b](Slot base) { return b.view(base, {1}); };
  b.emit(ir::Block::initial, Op::copy, loop, along(level), {along(start)});
  b.emit(ir::Block::rates, Op::copy, loop, along(net), {along(rate)});
  for (const bool of_time : {true, false}) {
    const auto first = static_cast<Slot>(b.program.tables.size());
    for (std::uint32_t i = 0; i < elements; ++i) {
      ir::Table table;
      table.kind = static_cast<ir::TableKind>(random() % 3);
      double x = number();
      const bool even = random() % 3 == 0;
      for (std::size_t p = 1 + random() % (random() % 3 == 0 ? 60 : 6); p > 0; --p) {
        table.x.push_back(x);
        table.y.push_back(number());
        const double apart =
            random() % 5 == 0 ? 0.0 : static_cast<double>(1 + random() % 300) / 50.0;
        x += even ? 1.5 : apart;
      }
      b.program.tables.push_back(std::move(table));
    }
    ir::View tables{first, {}};
    tables.axes[0].stride = 1;
    b.program.table_views.push_back(tables);
    const Slot to = b.slots(elements);
    b.emit(ir::Block::rates, Op::lookup, loop, along(to),
           {of_time ? b.view(ir::kTimeSlot) : along(level)},
           static_cast<std::uint32_t>(b.program.table_views.size() - 1));
    made.saved.push_back({to, elements});
  }
  made.program = std::move(b.program);
  return made;
}

TEST(Segments, GiveTheBitsOfTheReference) {
  std::size_t numbers = 0;
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    LookUps made = make_look_ups(seed, seed % 3 == 0 ? 1 : 1 + seed % 21);
    ASSERT_EQ(ir::verify(made.program), std::vector<std::string>{});
    const machine::Kernel kernel(std::move(made.program));
    sim::RunSpec spec;
    spec.start = -25;
    spec.stop = 25;
    spec.dt = 0.25;
    spec.save_interval = 0.25;
    spec.method = sim::find_method("euler");
    spec.saved = made.saved;
    for (const std::size_t runs : {1, 9}) {
      const sim::Inputs inputs{runs, 0, {}};
      const auto expected =
          sim::simulate(kernel, spec, inputs, *machine::find_backend("reference"));
      for (const std::string_view backend : {"machine", "avx2", "rows"}) {
        const auto found = sim::simulate(kernel, spec, inputs, *machine::find_backend(backend));
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < expected.values.size(); ++i) {
          const double e = expected.values[i];
          const double f = found.values[i];
          const bool same = std::bit_cast<std::uint64_t>(e) == std::bit_cast<std::uint64_t>(f) ||
                            (std::isnan(e) && std::isnan(f));
          wrong += same ? 0 : 1;
          numbers += std::isfinite(e) ? 1 : 0;
        }
        EXPECT_EQ(wrong, 0u) << backend << ": of " << expected.values.size() << " in " << runs
                             << " runs";
      }
    }
  }
  EXPECT_GT(numbers, 100'000u);
}

}  // namespace
}  // namespace shamal::testing
