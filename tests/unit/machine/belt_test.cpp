// What no table of results can show: that nothing is lost or made on a conveyor or in a queue, and
// that a length which cannot be gives no number. What they do step by step is in tests/golden.

#include "machine/belt.h"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "machine/queue.h"

namespace shamal::machine {
namespace {

TEST(Belt, ALengthThatCannotBeGivesNoNumber) {
  const model::ConveyorShape shape;
  for (const double length : {1e300, std::nan(""), 1001.0}) {
    Belt belt(shape, 1000);
    const std::vector<double> in = {length, 5};
    double out = 0;
    belt.start(1, in.data(), in.size(), &out);
    EXPECT_TRUE(std::isnan(out)) << length;
    std::vector<double> released(2);
    const std::vector<double> release = {2, 1, 0, 0};
    belt.release(1, 0, release.data(), released.data());
    EXPECT_TRUE(std::isnan(released[0])) << length;
  }
}

TEST(Belt, NothingIsLostOrMade) {
  std::mt19937_64 random(7);
  const auto below = [&](std::uint64_t n) { return random() % n; };
  const auto number = [&](double most) { return most * static_cast<double>(below(1001)) / 1000; };
  const PreparedTable table({ir::TableKind::continuous, {0, 1}, {1, 3}});
  const std::vector<TableView> tables = {table.view()};
  for (int round = 0; round < 200; ++round) {
    model::ConveyorShape shape;
    shape.exponential = below(2) == 0;
    shape.of_remaining = below(2) == 0;
    for (std::uint64_t k = below(4); k > 0; --k) {
      const double start = number(1);
      shape.leaks.push_back({start, start + number(1 - start), below(3) == 0});
    }
    shape.inflows.resize(2);
    shape.inflows[0].spread = static_cast<model::Spread>(below(4));
    const double dt = below(2) == 0 ? 1 : 0.25;
    Belt belt(shape, 1000);
    std::vector<double> start = {1 + number(6)};
    for (std::size_t k = 0; k < shape.leaks.size(); ++k) {
      start.push_back(number(1));
    }
    start.push_back(number(100));
    double contents = 0;
    belt.start(dt, start.data(), start.size(), &contents);
    EXPECT_NEAR(contents, start.back(), 1e-9);
    for (int step = 0; step < 40; ++step) {
      std::vector<double> in = {number(8), 1, below(8) == 0 ? 1.0 : 0.0, below(8) == 0 ? 1.0 : 0.0};
      for (std::size_t k = 0; k < shape.leaks.size(); ++k) {
        in.push_back(number(1.2));
        in.push_back(below(8) == 0 ? 1 : 0);
      }
      std::vector<double> out(shape.leaks.size() + 2);
      belt.release(dt, step * dt, in.data(), out.data());
      const bool arrested = in[2] != 0;
      const std::vector<double> inflows = {arrested ? 0 : number(10), arrested ? 0 : number(10)};
      double next = 0;
      belt.accept(dt, inflows.data(), tables, {nullptr, nullptr}, &next);
      double expected = contents + (inflows[0] + inflows[1]) * dt;
      for (std::size_t k = 0; k + 1 < out.size(); ++k) {
        EXPECT_GE(out[k], -1e-9);
        expected -= out[k] * dt;
      }
      ASSERT_NEAR(next, expected, 1e-9) << "round " << round << ", step " << step;
      belt.commit();
      contents = next;
    }
  }
}

TEST(Queue, NothingIsLostOrMade) {
  std::mt19937_64 random(7);
  const auto below = [&](std::uint64_t n) { return random() % n; };
  for (int round = 0; round < 200; ++round) {
    model::QueueShape shape;
    shape.inflows = 2;
    shape.outflows.resize(2);
    shape.outflows[0] = {false, true, below(2) == 0, below(2) == 0};
    shape.outflows[1].overflow = below(2) == 0;
    Queue queue(shape);
    const std::vector<double> start = {3, 0, 1.5};
    double contents = 0;
    queue.start(start.data(), start.size(), &contents);
    EXPECT_EQ(contents, 4.5);
    for (int step = 0; step < 40; ++step) {
      const std::vector<double> in = {
          static_cast<double>(below(5)), 0.5 * static_cast<double>(below(4)),
          static_cast<double>(below(6)), std::numeric_limits<double>::infinity()};
      std::vector<double> out(3);
      queue.serve(0.5, in.data(), out.data());
      EXPECT_LE(out[0], in[2] + 1e-9);
      ASSERT_NEAR(out[2], contents + 0.5 * (in[0] + in[1] - out[0] - out[1]), 1e-9);
      queue.commit();
      contents = out[2];
    }
  }
}

}  // namespace
}  // namespace shamal::machine
