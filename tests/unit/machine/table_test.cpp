#include "machine/table.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

namespace shamal::machine {
namespace {

using ir::TableKind;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double at(TableKind kind, const std::vector<double>& x, const std::vector<double>& y, double a) {
  return evaluate(PreparedTable({kind, x, y}).view(), a);
}

struct Point {
  double a;
  double continuous;
  double extrapolate;
  double discrete;
};

void check(const std::vector<double>& x, const std::vector<double>& y,
           const std::vector<Point>& points) {
  for (const Point& p : points) {
    EXPECT_EQ(at(TableKind::continuous, x, y, p.a), p.continuous) << "continuous at " << p.a;
    EXPECT_EQ(at(TableKind::extrapolate, x, y, p.a), p.extrapolate) << "extrapolate at " << p.a;
    EXPECT_EQ(at(TableKind::discrete, x, y, p.a), p.discrete) << "discrete at " << p.a;
  }
}

TEST(Table, AtBetweenAndOutsideOfPoints) {
  check({0, 1, 3}, {10, 20, 0},
        {
            {-2, 10, -10, 10},
            {-0.0, 10, 10, 10},
            {0, 10, 10, 10},
            {0.5, 15, 15, 10},
            {1, 20, 20, 20},
            {2, 10, 10, 20},
            {3, 0, 0, 0},
            {4, 0, -10, 0},
            {kInfinity, 0, -kInfinity, 0},
            {-kInfinity, 10, -kInfinity, 10},
        });
}

TEST(Table, EvenlySpaced) {
  check({0, 0.25, 0.5, 0.75, 1}, {0, 1, 0, 1, 0},
        {
            {-1, 0, -4, 0},
            {0.25, 1, 1, 1},
            {0.375, 0.5, 0.5, 1},
            {0.75, 1, 1, 1},
            {1, 0, 0, 0},
            {1.25, 0, -1, 0},
        });
}

TEST(Table, TwoPointsOfOneXAreAStepToTheLaterOne) {
  check(
      {0, 1, 1, 2}, {0, 5, 10, 20},
      {{0.5, 2.5, 2.5, 0},
       {1, 10, 10, 10},
       {1.5, 15, 15, 10},
       {std::nextafter(1.0, 0.0), 5 * std::nextafter(1.0, 0.0), 5 * std::nextafter(1.0, 0.0), 0}});
  // At the ends there is no slope to go on with.
  check({0, 0, 1, 1}, {1, 2, 3, 4}, {{-1, 1, 1, 1}, {0, 2, 2, 2}, {1, 4, 4, 4}, {9, 4, 4, 4}});
}

TEST(Table, OfOnePointIsAConstant) {
  check({3}, {7}, {{-kInfinity, 7, 7, 7}, {3, 7, 7, 7}, {1e300, 7, 7, 7}});
}

TEST(Table, OfNaNIsNaN) {
  for (const TableKind kind :
       {TableKind::continuous, TableKind::extrapolate, TableKind::discrete}) {
    EXPECT_TRUE(std::isnan(at(kind, {0, 1, 2}, {1, 2, 4}, std::nan(""))));
    EXPECT_TRUE(std::isnan(at(kind, {0}, {1}, std::nan(""))));
  }
}

// A NaN among the points is no number for what lies in the segments beside it, and for nothing
// else.
TEST(Table, APointThatIsNaNConcernsItsSegmentsOnly) {
  const std::vector<double> y = {1, 2, std::nan(""), 4, 5};
  for (const std::vector<double>& x : {std::vector<double>{0, 1, 2, 3, 4}, {0, 1, 2, 3, 7}}) {
    for (const TableKind kind : {TableKind::continuous, TableKind::extrapolate}) {
      EXPECT_EQ(at(kind, x, y, 0.5), 1.5);
      EXPECT_TRUE(std::isnan(at(kind, x, y, 1)));  // the segment begins here
      EXPECT_TRUE(std::isnan(at(kind, x, y, 1.5)));
      EXPECT_TRUE(std::isnan(at(kind, x, y, 2)));
      EXPECT_TRUE(std::isnan(at(kind, x, y, 2.5)));
      EXPECT_EQ(at(kind, x, y, 3), 4);
      EXPECT_EQ(at(kind, x, y, x.back()), 5);
      EXPECT_EQ(at(kind, x, y, 0), 1);
    }
    EXPECT_EQ(at(TableKind::continuous, x, y, -9), 1);
    EXPECT_EQ(at(TableKind::continuous, x, y, 99), 5);
    EXPECT_EQ(at(TableKind::discrete, x, y, 1.9), 2);
    EXPECT_TRUE(std::isnan(at(TableKind::discrete, x, y, 2.5)));
    EXPECT_EQ(at(TableKind::discrete, x, y, 3), 4);
  }
}

// The point that a product gives does what a searched one does: for x as people write them (whole
// multiples of a decimal step), for other even x and for uneven ones; at every point exactly, next
// to it and elsewhere but for roundings.
TEST(Table, AProductServesAsWellAsASearch) {
  std::mt19937_64 random(1);
  const auto uniform = [&random] { return static_cast<double>(random() % 1000003) / 1000003.0; };
  std::size_t guessed = 0;
  for (int round = 0; round < 300; ++round) {
    const std::size_t points = 2 + random() % 40;
    const double first = std::ldexp(uniform() - 0.5, static_cast<int>(random() % 40));
    const double gap = std::ldexp(uniform() + 0.01, static_cast<int>(random() % 30) - 15);
    const double wobble = round % 3 == 1 ? 0.0 : 0.6;
    constexpr std::array<double, 4> kScale = {1, 10, 100, 1000};
    const double scale = kScale[random() % 4];
    const double step = 1.0 + static_cast<double>(random() % 50);
    const double start = step * (static_cast<double>(random() % 5) - 1);
    ir::Table table;
    for (std::size_t i = 0; i < points; ++i) {
      const auto at = static_cast<double>(i);
      table.x.push_back(round % 3 == 0 ? (start + step * at) / scale
                                       : first + gap * (at + wobble * (uniform() - 0.5)));
      table.y.push_back(uniform());
    }
    std::sort(table.x.begin(), table.x.end());
    const PreparedTable prepared(table);
    const TableView view = prepared.view();
    TableView searched = view;
    searched.per_x = 0;
    guessed += round % 3 == 0 && view.per_x != 0 ? 1 : 0;
    std::vector<double> arguments;
    for (const double x : table.x) {
      arguments.insert(arguments.end(),
                       {x, std::nextafter(x, -kInfinity), std::nextafter(x, kInfinity)});
    }
    const double span = table.x.back() - table.x.front();
    for (int k = 0; k < 100; ++k) {
      arguments.push_back(table.x.front() + span * (1.2 * uniform() - 0.1));
    }
    double steepest = 1;
    for (std::size_t i = 0; i + 1 < points; ++i) {
      const double slope = (table.y[i + 1] - table.y[i]) / (table.x[i + 1] - table.x[i]);
      steepest = std::max(steepest, std::fabs(slope));
    }
    for (const double a : arguments) {
      const double off = std::fabs(evaluate(view, a) - evaluate(searched, a));
      ASSERT_LE(off, 0x1p-50 * (1 + steepest * (std::fabs(a) + gap)))
          << "round " << round << ", at " << a;
    }
    for (std::size_t i = 0; i < points; ++i) {
      ASSERT_EQ(evaluate(view, table.x[i]), table.y[i]) << "round " << round << ", point " << i;
    }
  }
  EXPECT_EQ(guessed, 100u);
}

// A product that finds a point for every argument that has reached it, and for no other.
TEST(Table, EvenPointsBeginSegments) {
  const auto begins = [](TableKind kind, const std::vector<double>& x) {
    return PreparedTable({kind, x, std::vector<double>(x.size(), 1)}).view().begins;
  };
  for (const TableKind kind : {TableKind::continuous, TableKind::discrete}) {
    EXPECT_TRUE(begins(kind, {0, 1, 2, 3, 4}));
    EXPECT_FALSE(begins(kind, {0, 1.1, 2, 3, 4}));
    EXPECT_FALSE(begins(kind, {0, 1, 5}));
  }
  // Nothing lies between a little less than zero and zero, for sums of products.
  EXPECT_TRUE(begins(TableKind::continuous, {-1, 0, 1}));
  EXPECT_FALSE(begins(TableKind::discrete, {-1, 0, 1}));
  EXPECT_EQ(at(TableKind::discrete, {-1, 0, 1}, {1, 2, 3}, -1e-300), 1);
}

// Steps between even points, with a first point anywhere on the left or none, as a search finds
// them: at every point, next to it, elsewhere, and far away. Those of slopes, with a first point as
// far as can be, may come early, by roundings.
TEST(Table, EvenStepsAreWhatASearchFinds) {
  std::mt19937_64 random(2);
  const auto uniform = [&random] { return static_cast<double>(random() % 1000003) / 1000003.0; };
  std::size_t even = 0;
  std::size_t begins = 0;
  for (int round = 0; round < 200; ++round) {
    const std::size_t points = 2 + random() % 40;
    const double gap = std::ldexp(uniform() + 0.01, static_cast<int>(random() % 30) - 15);
    const double first = gap * (std::floor(9 * uniform()) - 4);
    ir::Table table;
    table.kind = TableKind::discrete;
    if (round % 2 == 1) {
      table.x.push_back(round % 4 == 1 ? std::numeric_limits<double>::lowest()
                                       : first - gap * (0.01 + 9 * uniform()));
      table.y.push_back(uniform());
    }
    for (std::size_t i = 0; i < points; ++i) {
      table.x.push_back(first + gap * static_cast<double>(i));
      table.y.push_back(i % 5 == 4 ? -0.0 : uniform() - 0.5);
    }
    const PreparedTable prepared(table);
    even += prepared.view().steps ? 1 : 0;
    begins += prepared.view().begins ? 1 : 0;
    std::vector<double> arguments = {kInfinity, -kInfinity, 1e300, -1e300, -0.0};
    for (const double x : table.x) {
      arguments.insert(arguments.end(),
                       {x, std::nextafter(x, -kInfinity), std::nextafter(x, kInfinity)});
    }
    for (int k = 0; k < 100; ++k) {
      arguments.push_back(first + gap * (static_cast<double>(points + 4) * uniform() - 2));
    }
    for (const double a : arguments) {
      const auto after = std::upper_bound(table.x.begin(), table.x.end(), a) - table.x.begin();
      const double found =
          table.y[static_cast<std::size_t>(std::max<std::ptrdiff_t>(1, after) - 1)];
      const double value = evaluate(prepared.view(), a);
      const auto next = static_cast<std::size_t>(after);
      const bool early = round % 4 == 1 && next < table.x.size() && value == table.y[next] &&
                         table.x[next] - a < 1e-12 * (gap + std::fabs(a));
      ASSERT_TRUE(value == found || early) << "round " << round << ", at " << a;
      ASSERT_FALSE(value == 0 && std::signbit(value));
    }
  }
  EXPECT_EQ(even, 200u);
  EXPECT_GE(begins, 50u);  // those of slopes
  EXPECT_LT(begins, 200u);
}

}  // namespace
}  // namespace shamal::machine
