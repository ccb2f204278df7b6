#include "model/data_points.h"

#include <gtest/gtest.h>

#include "machine/table.h"
#include "model/data_functions.h"

namespace shamal::model {
namespace {

using syntax::DataMode;
using syntax::GraphicalFunction;

constexpr double kStep = 0.25;

double at(const GraphicalFunction& gf, double time) {
  const machine::PreparedTable table(ir::Table{static_cast<ir::TableKind>(gf.kind), gf.x, gf.y});
  return machine::evaluate(table.view(), time);
}

GraphicalFunction points() {
  data::Series series;
  series.times = {4, 1, 2, 2};  // in any order; the last value of a time counts
  series.values = {40, 10, 99, 20};
  return points_of_series(series, {});
}

TEST(DataPoints, EachModeBetweenAndOutsideOfPoints) {
  struct Row {
    double time, interpolate, hold, forward, raw;
  };
  const double na = kVensimMissing;
  for (const Row& row : {Row{0, 10, 10, 10, na}, Row{1, 10, 10, 10, 10}, Row{1.5, 15, 10, 20, na},
                         Row{2, 20, 20, 20, 20}, Row{3, 30, 20, 40, na}, Row{4, 40, 40, 40, 40},
                         Row{5, 40, 40, 40, na}}) {
    EXPECT_EQ(at(data_lookup(points(), DataMode::interpolate, kStep), row.time), row.interpolate);
    EXPECT_EQ(at(data_lookup(points(), DataMode::hold_backward, kStep), row.time), row.hold);
    EXPECT_EQ(at(data_lookup(points(), DataMode::look_forward, kStep), row.time), row.forward);
    EXPECT_EQ(at(data_lookup(points(), DataMode::raw, kStep), row.time), row.raw) << row.time;
  }
}

TEST(DataPoints, RoundingOfTimeMovesNothing) {
  const double late = 2 + 1e-12;
  const double early = 2 - 1e-12;
  for (const double time : {late, early}) {
    EXPECT_EQ(at(data_lookup(points(), DataMode::hold_backward, kStep), time), 20);
    EXPECT_EQ(at(data_lookup(points(), DataMode::look_forward, kStep), time), 20);
    EXPECT_EQ(at(data_lookup(points(), DataMode::raw, kStep), time), 20);
    EXPECT_EQ(at(before_lookup(points(), kStep), time), 10);
  }
}

TEST(DataPoints, WhatTheFunctionsNeed) {
  const auto value = [](std::string_view suffix, double time) {
    for (const DataHelper& helper : data_helpers()) {
      if (helper.suffix == suffix) {
        return at(helper.make(points(), kStep), time);
      }
    }
    return -1.0;
  };
  EXPECT_EQ(value("first", 0), 1);
  EXPECT_EQ(value("last", 0), 4);
  EXPECT_EQ(value("total", 0), 3);
  EXPECT_EQ(value("count", 0.9), 0);
  EXPECT_EQ(value("count", 2), 2);
  EXPECT_EQ(value("sum", 3), 30);
  EXPECT_EQ(value("sum", 9), 70);
}

}  // namespace
}  // namespace shamal::model
