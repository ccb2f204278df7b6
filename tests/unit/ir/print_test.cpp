#include <gtest/gtest.h>

#include "ir/program.h"
#include "support/program_builder.h"

namespace shamal::ir {
namespace {

TEST(Print, ShowsOneInstructionALine) {
  testing::ProgramBuilder b;
  const Slot rate = b.constant(0.25);
  const Slot level = b.slots(6);
  const Slot net = b.slots(6);
  const Slot total = b.slots(2);
  const Slot best = b.slots();
  b.stock(level, net, 6);
  const Slot current = b.slots();
  b.memory(current, b.slots());
  const std::uint32_t delay = b.delay(total, 2);
  const std::uint32_t table = b.table(TableKind::extrapolate, {0, 1}, {2, 4.5});
  const std::uint32_t site = b.random_site(Distribution::normal, 7);
  const LoopId two = b.loop({2});
  const LoopId six = b.loop({2, 3});
  b.emit(Block::initial, Op::copy, six, b.view(level, {3, 1}), {b.view(rate)});
  b.emit(Block::rates, Op::multiply, six, b.view(net, {3, 1}),
         {b.view(level + 5, {-3, -1}), b.view(rate)});
  b.emit(Block::rates, Op::lookup, two, b.view(total, {1}), {b.view(level, {3})}, table);
  View mapped{total, {}};
  mapped.axes[0].table = b.offset_table({1, 0});
  b.emit(Block::rates, Op::random, two, b.view(mapped), {b.view(rate), b.view(rate)}, site);
  b.emit(Block::rates, Op::delay_read, total, {rate, rate, total}, delay);
  b.emit(Block::outputs, Op::rank, 0, b.view(best), {b.view(level, {1}), b.view(rate)},
         b.loop({6}));
  EXPECT_EQ(print(b.program), R"(slots 22
constants
  s4 = 0.25
initial
  [2, 3] s5+3i+j = copy s4
rates
  [2, 3] s11+3i+j = multiply s10-3i-1j, s4
  [2] s17+i = lookup t0 s5+3i
  [2] s17+o0(i) = random normal stream 7 s4, s4
  s17 = delay_read delay0 s4, s4, s17
outputs
  s19 = rank over [6] s5+i, s4
stock s5..s10 changes by s11..s16
memory s20 becomes s21
delay0 keeps s17..s18
t0 extrapolate (0, 2) (1, 4.5)
o0 1 0
)");
}

}  // namespace
}  // namespace shamal::ir
