// What specialising drops, shares and moves.
#include "ir/specialise.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "support/program_builder.h"

namespace shamal::ir {
namespace {

// level' = (level + a) * b - copy of a, with an unread variable and a stock that nothing reads.
struct Example {
  testing::ProgramBuilder b;
  Slot rate = b.constant(0.1);
  Slot other = b.constant(2);
  Slot level = b.slots();
  Slot net = b.slots();
  Slot idle = b.slots();
  Slot idle_net = b.slots();
  Slot twice = b.slots();
  Slot sum = b.slots();
  Slot product = b.slots();
  Slot copied = b.slots();
  Slot again = b.slots();
  Slot unread = b.slots();

  Example() {
    b.stock(level, net);
    b.stock(idle, idle_net);
    b.emit(Block::initial, Op::copy, level, {rate});
    b.emit(Block::initial, Op::copy, idle, {rate});
    b.emit(Block::rates, Op::add, twice, {rate, other});  // never changes
    b.emit(Block::rates, Op::copy, copied, {level});
    b.emit(Block::rates, Op::add, sum, {copied, twice});
    b.emit(Block::rates, Op::add, again, {level, twice});  // the same
    b.emit(Block::rates, Op::multiply, product, {sum, kTimeSlot});
    b.emit(Block::rates, Op::subtract, unread, {product, rate});
    b.emit(Block::rates, Op::subtract, net, {product, again});
    b.emit(Block::rates, Op::copy, idle_net, {idle});
  }
};

TEST(Specialise, KeepsWhatTheSavedNeed) {
  Example example;
  const Specialised made =
      specialise(example.b.program, {{{example.level, 1}}, {example.rate}, false, false});
  EXPECT_EQ(verify(made.program), std::vector<std::string>{});
  EXPECT_EQ(made.program.stocks.size(), 1u);
  EXPECT_EQ(made.place[example.unread], kNone);
  EXPECT_EQ(made.place[example.idle], kNone);
  // add, multiply, subtract: the copy is gone, the sum computed once, the constant one in
  // `initial`.
  EXPECT_EQ(made.program.block(Block::rates).size(), 3u) << print(made.program);
  EXPECT_EQ(made.program.block(Block::initial).size(), 2u);
}

TEST(Specialise, PutsWhatIsTheSameInAllRunsFirst) {
  Example example;
  const Specialised made =
      specialise(example.b.program, {{{example.level, 1}}, {example.rate}, false, false});
  EXPECT_LT(made.place[example.other], made.program.shared);
  EXPECT_GE(made.place[example.rate], made.program.shared);
  EXPECT_GE(made.place[example.level], made.program.shared);
  const Specialised alone = specialise(example.b.program, {{{example.level, 1}}, {}, true, false});
  EXPECT_EQ(alone.program.shared, alone.program.slots);
  const Specialised adaptive =
      specialise(example.b.program, {{{example.level, 1}}, {example.rate}, false, true});
  EXPECT_EQ(adaptive.program.shared, 0u);
  EXPECT_EQ(adaptive.program.stocks.size(), 2u);  // step control looks at all of them
}

TEST(Specialise, SavedCopiesAreFoundWhereTheyComeFrom) {
  Example example;
  const Specialised made = specialise(
      example.b.program,
      {{{example.copied, 1}, {example.sum, 1}, {example.again, 1}}, {example.rate}, false, false});
  EXPECT_EQ(made.place[example.copied], made.place[example.level]);
  EXPECT_EQ(made.place[example.sum], made.place[example.again]);
}

TEST(Specialise, SlotsAreUsedAgain) {
  testing::ProgramBuilder b;
  const Slot rate = b.constant(1);
  const Slot level = b.slots();
  const Slot net = b.slots();
  b.stock(level, net);
  b.emit(Block::initial, Op::copy, level, {rate});
  Slot last = level;
  for (int i = 0; i < 100; ++i) {
    const Slot next = b.slots();
    b.emit(Block::rates, Op::sine, next, {last});
    last = next;
  }
  b.emit(Block::rates, Op::copy, net, {last});
  const Specialised made = specialise(b.program, {{{level, 1}}, {rate}, false, false});
  EXPECT_EQ(verify(made.program), std::vector<std::string>{});
  EXPECT_LT(made.program.slots, 12u);
}

// part = level * rate, for a sum over all and, once that is known, for the net flow.
TEST(Specialise, LongArraysAreComputedAgain) {
  constexpr std::uint32_t kCount = 200;
  testing::ProgramBuilder b;
  const Slot rate = b.constant(0.1);
  const Slot nothing = b.constant(0);
  const Slot level = b.slots(kCount);
  const Slot net = b.slots(kCount);
  const Slot part = b.slots(kCount);
  const Slot sum = b.slots();
  b.stock(level, net, kCount);
  const LoopId all = b.loop({kCount});
  b.emit(Block::initial, Op::copy, all, b.view(level, {1}), {b.view(rate)});
  b.emit(Block::rates, Op::multiply, all, b.view(part, {1}), {b.view(level, {1}), b.view(rate)});
  b.emit(Block::rates, Op::copy, sum, {nothing});
  b.emit(Block::rates, Op::add, all, b.view(sum), {b.view(sum), b.view(part, {1})});
  b.emit(Block::rates, Op::subtract, all, b.view(net, {1}), {b.view(part, {1}), b.view(sum)});
  const auto products = [&](std::uint32_t long_array, bool part_saved) {
    Wanted wanted{{{level, kCount}}, {rate}};
    wanted.recomputed = true;
    wanted.long_array = long_array;
    if (part_saved) {
      wanted.saved.push_back({part, kCount});
    }
    const Specialised made = specialise(b.program, wanted);
    EXPECT_EQ(verify(made.program), std::vector<std::string>{});
    const std::vector<Instruction>& rates = made.program.block(Block::rates);
    return std::count_if(rates.begin(), rates.end(), [](const Instruction& instruction) {
      return instruction.op == Op::multiply;
    });
  };
  EXPECT_EQ(products(kCount, false), 2);
  EXPECT_EQ(products(kCount, true), 1);  // it is in memory anyhow
  EXPECT_EQ(products(kCount + 1, false), 1);
}

}  // namespace
}  // namespace shamal::ir
