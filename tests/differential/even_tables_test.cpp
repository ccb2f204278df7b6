// Tables of even points (machine/table.h), of each way to find them, in code and in rows against
// the reference: at points, next to them, at zeros of both signs, far away and at what is no
// number.
#include <bit>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "machine/machine.h"
#include "sim/run.h"
#include "support/program_builder.h"

namespace shamal::testing {
namespace {

using ir::Op;
using ir::Slot;

std::vector<double> awkward_arguments() {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  std::vector<double> made = {
      kInfinity, -kInfinity, std::numeric_limits<double>::quiet_NaN(), 1e300, -1e300, -0.0, 0.0};
  for (const double x : {-1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5}) {
    made.insert(made.end(), {x, std::nextafter(x, -kInfinity), std::nextafter(x, kInfinity)});
  }
  return made;
}

void expect_bits(ir::TableKind kind, const std::vector<double>& x) {
  ProgramBuilder b;
  ir::Table table;
  table.kind = kind;
  table.x = x;
  for (std::size_t i = 0; i < x.size(); ++i) {
    table.y.push_back(1 + static_cast<double>(i * i) / 7);
  }
  b.program.tables.push_back(table);
  b.program.table_views.push_back({0, {}});
  const Slot argument = b.constant(0);
  const Slot level = b.slots();
  const Slot net = b.slots();
  const Slot result = b.slots();
  b.stock(level, net);
  b.emit(ir::Block::initial, Op::copy, level, {argument});
  b.emit(ir::Block::rates, Op::copy, net, {argument});
  b.emit(ir::Block::rates, Op::lookup, b.loop({}), b.view(result), {b.view(level)}, 0);
  ASSERT_EQ(ir::verify(b.program), std::vector<std::string>{});
  const machine::Kernel kernel(std::move(b.program));
  sim::RunSpec spec;
  spec.stop = 1;
  spec.method = sim::find_method("euler");
  spec.saved = {{result, 1}};
  const std::vector<double> arguments = awkward_arguments();
  const sim::Inputs inputs{arguments.size(), 0, {{argument, arguments}}};
  const auto expected = sim::simulate(kernel, spec, inputs, *machine::find_backend("reference"));
  for (const std::string_view backend : {"machine", "avx2", "rows"}) {
    const auto found = sim::simulate(kernel, spec, inputs, *machine::find_backend(backend));
    for (std::size_t run = 0; run < arguments.size(); ++run) {
      const double e = expected.value(run, 0, 0);
      const double f = found.value(run, 0, 0);
      EXPECT_TRUE(std::bit_cast<std::uint64_t>(e) == std::bit_cast<std::uint64_t>(f) ||
                  (std::isnan(e) && std::isnan(f)))
          << backend << " at " << arguments[run] << ": " << f << " instead of " << e;
    }
  }
}

TEST(EvenTables, GiveTheBitsOfTheReference) {
  for (const ir::TableKind kind :
       {ir::TableKind::continuous, ir::TableKind::extrapolate, ir::TableKind::discrete}) {
    expect_bits(kind, {-1, 0, 1, 2});
    expect_bits(kind, {-0.5, 0.5, 1.5, 2.5});
    expect_bits(kind, {0, 1, 2, 3});
    expect_bits(kind, {-1, 0.1, 1, 2});
    expect_bits(kind, {-0.3, -0.1, 0.1, 0.3, 0.5});
    expect_bits(kind, {-1, -0.9, -0.8, -0.7, -0.6, -0.5, -0.4, -0.3, -0.2, -0.1, 0});
    std::vector<double> many;  // that fit no two registers
    for (int i = -20; i <= 30; ++i) {
      many.push_back(i * 0.1);
    }
    expect_bits(kind, many);
  }
}

TEST(EvenTables, WithAFirstStepAnywhereDoSo) {
  expect_bits(ir::TableKind::discrete, {std::numeric_limits<double>::lowest(), -1, -0.0, 1, 2});
  expect_bits(ir::TableKind::discrete, {-9, 0, 1, 2});
}

}  // namespace
}  // namespace shamal::testing
