#include <algorithm>
#include <functional>

#include <gtest/gtest.h>

#include "ir/program.h"
#include "support/program_builder.h"

namespace shamal::ir {
namespace {

// A sound program with a little of everything, and the names of its parts.
struct Example {
  testing::ProgramBuilder b;
  Slot rate = b.constant(0.25);
  Slot level = b.slots(6);
  Slot net = b.slots(6);
  Slot total = b.slots(2);
  Slot drawn = b.slots(2);
  Slot late = b.slots(2);
  Slot best = b.slots();
  Slot looked = b.slots(2);
  Slot current = b.slots();
  Slot next = b.slots();
  Slot seen = b.slots();
  LoopId two = b.loop({2});
  LoopId six = b.loop({2, 3});

  Example() {
    b.stock(level, net, 6);
    b.memory(current, next);
    const std::uint32_t delay = b.delay(total, 2);
    const std::uint32_t table = b.table(TableKind::continuous, {0, 1}, {2, 4});
    const std::uint32_t site = b.random_site(Distribution::poisson, 7);
    b.emit(Block::initial, Op::copy, six, b.view(level, {3, 1}), {b.view(rate)});
    b.emit(Block::initial, Op::copy, current, {rate});
    // rates: 0 to 8
    b.emit(Block::rates, Op::copy, two, b.view(total, {1}), {b.view(rate)});
    View mapped{level, {}};
    mapped.axes[0].stride = 3;
    mapped.axes[1].table = b.offset_table({2, 0, 1});
    b.emit(Block::rates, Op::add, six, b.view(total, {1, 0}),
           {b.view(total, {1, 0}), b.view(mapped)});
    b.emit(Block::rates, Op::lookup, two, b.view(looked, {1}), {b.view(total, {1})}, table);
    b.emit(Block::rates, Op::random, two, b.view(drawn, {1}), {b.view(looked, {1})}, site);
    b.emit(Block::rates, Op::delay_read, two, b.view(late, {1}),
           {b.view(rate), b.view(drawn, {1}), b.view(total, {1})}, delay);
    b.emit(Block::rates, Op::rank, 0, b.view(best), {b.view(level, {1}), b.view(rate)},
           b.loop({6}));
    b.emit(Block::rates, Op::multiply, six, b.view(net, {3, 1}), {b.view(late, {1}), b.view(rate)});
    b.emit(Block::rates, Op::gather, next, {best, level}, b.gathered(6));
    b.emit(Block::outputs, Op::copy, seen, {current});
  }

  Instruction& rates(std::size_t i) { return b.program.block(Block::rates)[i]; }
  View& view(ViewId id) { return b.program.views[id]; }
};

TEST(Verify, FindsNothingInASoundProgram) {
  EXPECT_EQ(verify(Example().b.program), std::vector<std::string>{});
}

struct Defect {
  std::string name;
  std::function<void(Example&)> make;
  std::string report;  // part of one of the reports
};

const std::vector<Defect>& defects() {
  static const std::vector<Defect> kDefects = {
      // parts
      {"first loop", [](Example& e) { e.b.program.loops[0].rank = 1; }, "loop 0 must have rank 0"},
      {"empty loop", [](Example& e) { e.b.program.loops[e.six].extents[1] = 0; },
       "has no or too many elements"},
      {"huge loop",
       [](Example& e) {
         e.b.program.loops[e.six].extents = {1u << 20, 1u << 20};
       },
       "has no or too many elements"},
      {"deep loop", [](Example& e) { e.b.program.loops[e.six].rank = 9; }, "has rank 9"},
      {"empty table",
       [](Example& e) {
         e.b.program.tables[0].x.clear();
         e.b.program.tables[0].y.clear();
       },
       "table 0 has 0 x"},
      {"uneven table", [](Example& e) { e.b.program.tables[0].y.pop_back(); }, "2 x and 1 y"},
      {"falling table",
       [](Example& e) {
         e.b.program.tables[0].x = {1, 0};
       },
       "does not ascend"},
      {"table with NaN", [](Example& e) { e.b.program.tables[0].x[1] = 0.0 / 0.0; },
       "does not ascend"},
      {"offset table", [](Example& e) { e.view(0).axes[0].table = 1; }, "names offset table 1"},
      // states
      {"fixed constant",
       [](Example& e) {
         e.b.program.constants.push_back({kTimeSlot, 1});
       },
       "constant 0+1 shares slot 0"},
      {"double constant",
       [](Example& e) {
         e.b.program.constants.push_back({e.rate, 1});
       },
       "shares slot 4"},
      {"far stock", [](Example& e) { e.b.program.stocks[0].level = 1000; }, "out of range"},
      {"overlapping stock", [](Example& e) { e.b.program.stocks[0].net = e.level + 5; },
       "shares slot"},
      {"memory of a level", [](Example& e) { e.b.program.memories[0].current = e.level; },
       "shares slot"},
      {"empty memory", [](Example& e) { e.b.program.memories[0].count = 0; }, "is empty"},
      {"far delay", [](Example& e) { e.b.program.delays[0].count = 1000; }, "out of range"},
      // instructions
      {"operation", [](Example& e) { e.rates(0).op = static_cast<Op>(kOps); }, "operation"},
      {"loop", [](Example& e) { e.rates(0).loop = 99; }, "rates[0]: loop 99"},
      {"destination", [](Example& e) { e.rates(0).dst = kNone; }, "destination view"},
      {"missing argument", [](Example& e) { e.rates(1).args[1] = kNone; }, "add with argument 1"},
      {"superfluous argument", [](Example& e) { e.rates(0).args[1] = 0; }, "copy with argument 1"},
      {"argument out of range", [](Example& e) { e.rates(0).args[0] = 999; },
       "copy with argument 0"},
      {"parameters of a distribution", [](Example& e) { e.rates(3).args[1] = 0; },
       "random with argument 1"},
      {"reach", [](Example& e) { e.view(e.rates(6).args[0]).axes[0].stride = 100; }, "reaches"},
      {"negative reach", [](Example& e) { e.view(e.rates(6).args[0]).axes[0].stride = -100; },
       "reaches"},
      {"axis beyond the loop", [](Example& e) { e.view(e.rates(0).dst).axes[4].stride = 1; },
       "moves along axis 4"},
      {"short offset table", [](Example& e) { e.b.program.offset_tables[0].pop_back(); },
       "is shorter than 3"},
      {"write to a fixed slot", [](Example& e) { e.view(e.rates(7).dst).base = kStepSlot; },
       "reaches 1 to 1, outside of 4"},
      {"table view", [](Example& e) { e.rates(2).aux = 5; }, "table view 5"},
      {"table out of range", [](Example& e) { e.b.program.table_views[0].axes[0].stride = 1; },
       "reaches 0 to 1, outside of 0 to 1"},
      {"delay", [](Example& e) { e.rates(4).aux = 5; }, "delay 5"},
      {"not an input of the delay",
       [](Example& e) { e.view(e.rates(4).args[2]).base = e.total + 1; }, "outside of 17 to 19"},
      {"random site", [](Example& e) { e.rates(3).aux = 5; }, "random site 5"},
      {"inner loop", [](Example& e) { e.rates(5).aux = 99; }, "inner loop 99"},
      // order
      {"write to a constant", [](Example& e) { e.view(e.rates(7).dst).base = e.rate; },
       "rates[7]: writes slot 4"},
      {"write to a level", [](Example& e) { e.view(e.rates(7).dst).base = e.level; },
       "rates[7]: writes slot 5"},
      {"level without a start",
       [](Example& e) {
         e.b.program.block(Block::initial).erase(e.b.program.block(Block::initial).begin());
       },
       "after initial: the state in slot 5"},
      {"net flow that nobody computes",
       [](Example& e) {
         e.b.program.block(Block::rates).erase(e.b.program.block(Block::rates).begin() + 6);
       },
       "after rates: slot 11"},
      {"read before any write", [](Example& e) { e.view(e.rates(0).args[0]).base = e.looked; },
       "rates[0]: reads slot"},
      {"read of what an earlier evaluation left",
       [](Example& e) {
         // `best` is set at the start, and then again, but later than it is used.
         e.b.emit(Block::initial, Op::copy, e.best, {e.rate});
         std::swap(e.rates(5), e.rates(7));
       },
       "before this block writes it"},
      {"output over what rates need",
       [](Example& e) {
         const Slot invariant = e.b.slots();
         e.b.emit(Block::initial, Op::copy, invariant, {e.rate});
         e.view(e.rates(6).args[1]).base = invariant;
         e.b.emit(Block::outputs, Op::copy, invariant, {e.rate});
       },
       "outputs[1]: writes slot"},
      {"output over a net flow",
       [](Example& e) { e.b.emit(Block::outputs, Op::copy, e.net, {e.rate}); },
       "outputs[1]: writes slot 11"},
  };
  return kDefects;
}

TEST(Verify, FindsEachDefect) {
  for (const Defect& defect : defects()) {
    Example example;
    defect.make(example);
    const auto found = verify(example.b.program);
    const bool reported = std::any_of(found.begin(), found.end(), [&](const std::string& text) {
      return text.find(defect.report) != std::string::npos;
    });
    EXPECT_TRUE(reported) << defect.name << ": " << (found.empty() ? "nothing" : found.front());
  }
}

// A delay over two elements that follows its input and its time, what it remembers, and the
// adjoints of both.
struct Remembering {
  testing::ProgramBuilder b;
  Slot input = b.constants({1, 2});
  Slot others = b.constants({3, 3, 0.5, 2});
  Slot late = b.slots(2);
  Slot d = b.slots(2);
  Slot adjoints = b.slots(4);
  LoopId two = b.loop({2});
  LoopId pair = b.loop({2});

  Remembering() {
    Call delay;
    delay.procedure = model::Procedure::delay_n;
    delay.inputs = {{b.view(input, {1}), 0},
                    {b.view(others), 0},
                    {b.view(others + 1), 0},
                    {b.view(others + 2), 0},
                    {b.view(others + 3), 0}};
    delay.keeper = 0;
    b.program.calls.push_back(delay);
    b.program.keepers.push_back({two, 0, true});
    b.emit(Block::rates, Op::procedure, two, b.view(late, {1}), {}, 0);
    b.emit(Block::rates, Op::copy, two, b.view(d, {1}), {b.view(late, {1})});
    Call adjoint = delay;
    adjoint.derivative = model::Derivative::adjoint_of_step;
    adjoint.by = 0b11;
    adjoint.keeper = 1;
    adjoint.past = 0;
    adjoint.inputs.push_back({b.view(d, {1}), 0});
    adjoint.result = pair;
    b.program.calls.push_back(adjoint);
    b.program.keepers.push_back({two, 1});
    b.emit(Block::rates, Op::procedure, two, b.view(adjoints, {2, 1}), {}, 1);
  }
};

TEST(Verify, KnowsDerivativesOfCalls) {
  EXPECT_EQ(verify(Remembering().b.program), std::vector<std::string>{});
  const std::vector<std::function<void(Call&)>> faults = {
      [](Call& call) { call.by = 0b111; },      // there is no room for the third
      [](Call& call) { call.by = 0b10001; },    // the order does not move the result
      [](Call& call) { call.past = kNone; },    // nothing is remembered
      [](Call& call) { call.past = 2; },        // by nobody
      [](Call& call) { call.keeper = kNone; },  // nobody has the adjoints
      [](Call& call) { call.inputs.pop_back(); },
      [](Call& call) { call.inputs.back().view = kNone; },
      [](Call& call) { call.procedure = model::Procedure::queue_age_oldest; },
      [](Call& call) { call.derivative = model::Derivative::none; },
  };
  for (std::size_t i = 0; i < faults.size(); ++i) {
    Remembering of;
    faults[i](of.b.program.calls[1]);
    EXPECT_FALSE(verify(of.b.program).empty()) << "fault " << i;
  }
}

}  // namespace
}  // namespace shamal::ir
