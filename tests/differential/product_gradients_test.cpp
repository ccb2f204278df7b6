// Derivatives of products that are added with one rounding, alone and as folds, which programs of
// models do not have: against what they are.
#include <gtest/gtest.h>

#include "ir/tangent.h"
#include "machine/machine.h"
#include "sim/gradient.h"
#include "sim/run.h"
#include "support/program_builder.h"

namespace shamal {
namespace {

using ir::Op;

constexpr std::array kOps = {Op::add_product, Op::subtract_product, Op::add_scaled,
                             Op::subtract_scaled};

double sign_of(Op op) { return op == Op::add_product || op == Op::add_scaled ? 1 : -1; }

// A level that starts at zero and is, after one step, what is to be derived.
struct Subject {
  testing::ProgramBuilder b;
  ir::Slot level = b.slots();
  ir::Slot net = b.slots();

  Subject() {
    b.stock(level, net);
    b.emit(ir::Block::initial, Op::copy, level, {b.constant(0)});
  }
  sim::RunSpec spec(ir::Slot shift = 0) const {
    sim::RunSpec made;
    made.stop = 1;
    made.dt = 1;
    made.save_interval = 1;
    made.method = sim::find_method("euler");
    made.saved = {{shift + level, 1}};
    return made;
  }
  std::vector<double> forward(const std::vector<ir::Slot>& parameters) const {
    const auto followed = ir::tangent(b.program, parameters);
    const auto* const tangent = std::get_if<ir::Tangent>(&followed);
    if (tangent == nullptr || !ir::verify(tangent->program).empty()) {
      return {};
    }
    std::vector<double> found;
    for (const ir::Slot parameter : parameters) {
      sim::Inputs direction;
      direction.overrides.push_back({tangent->shift + parameter, {1.0}});
      found.push_back(
          sim::simulate(machine::Kernel(tangent->program), spec(tangent->shift), direction)
              .values.back());
    }
    return found;
  }
  std::vector<double> reverse(const std::vector<ir::Slot>& parameters) const {
    auto made = sim::Differentiated::make(machine::Kernel(b.program), parameters, spec().saved);
    const auto weigh = [](const sim::Trajectories&, std::size_t, std::vector<double>& weights) {
      std::fill(weights.begin(), weights.end(), 0.0);
      weights.back() = 1;
    };
    return sim::gradients(std::get<sim::Differentiated>(made), spec(), {}, weigh).values;
  }
};

TEST(GradientsOfProducts, AreTheOtherFactor) {
  for (const Op op : kOps) {
    SCOPED_TRACE(ir::row(op).name);
    Subject of;
    const ir::Slot a = of.b.constant(2);
    const ir::Slot b = of.b.constant(0);
    const ir::Slot c = of.b.constant(3);
    of.b.emit(ir::Block::rates, op, of.net, {a, b, c});
    const std::vector<double> expected = {1, sign_of(op) * 3, 0};
    EXPECT_EQ(of.forward({a, b, c}), expected);
    EXPECT_EQ(of.reverse({a, b, c}), expected);
  }
}

TEST(GradientsOfProducts, OfFoldsAreThoseOfEachProduct) {
  for (const Op op : kOps) {
    SCOPED_TRACE(ir::row(op).name);
    Subject of;
    const ir::Slot start = of.b.constant(2);
    const ir::Slot x = of.b.constants({3, 5, 7});
    const ir::Slot y = of.b.constants({11, 13, 17});
    of.b.emit(ir::Block::rates, Op::copy, of.net, {start});
    const ir::ViewId sum = of.b.view(of.net);
    of.b.emit(ir::Block::rates, op, of.b.loop({3}), sum,
              {sum, of.b.view(x, {1}), of.b.view(y, {1})});
    const std::vector<double> expected = {1, sign_of(op) * 13, sign_of(op) * 7};
    EXPECT_EQ(of.forward({start, x + 1, y + 2}), expected);
    EXPECT_EQ(of.forward({y + 2}), std::vector<double>{expected[2]});
  }
}

}  // namespace
}  // namespace shamal
