#include "analysis/reading.h"

#include <cmath>

#include <gtest/gtest.h>

namespace shamal::analysis {
namespace {

TEST(Reading, MeasuresAStraightPiecedCurve) {
  const std::vector<double> times = {0, 1, 2, 4};
  const std::vector<double> values = {0, 2, 1, 5};
  const auto read = [&](Measure measure, double from, double until, double level = 0) {
    return read_measure(measure, times, values, from, until, level);
  };
  EXPECT_EQ(read(Measure::value, 0.5, 0.5), 1);
  EXPECT_EQ(read(Measure::value, 4, 4), 5);
  EXPECT_TRUE(std::isnan(read(Measure::value, 5, 5)));
  EXPECT_EQ(read(Measure::change, 0.5, 3), 2);
  EXPECT_EQ(read(Measure::mean, 0, 2), 1.25);
  EXPECT_EQ(read(Measure::mean, 0.5, 1.5), (1.5 + 1.75) / 2);
  EXPECT_EQ(read(Measure::max, 0.5, 2), 2);
  EXPECT_EQ(read(Measure::max, 1.5, 3), 3);
  EXPECT_EQ(read(Measure::min, 1, 4), 1);
  EXPECT_EQ(read(Measure::rises_above, 0, 0, 1), 0.5);
  EXPECT_EQ(read(Measure::rises_above, 1.75, 0, 2), 2.5);
  EXPECT_EQ(read(Measure::falls_below, 1, 0, 1.5), 1.5);
  EXPECT_EQ(read(Measure::falls_below, 0, 0, 1), 0);  // is below from the beginning
  EXPECT_TRUE(std::isinf(read(Measure::rises_above, 0, 0, 6)));
}

TEST(Reading, WhatIsNoNumberIsNotPassedOver) {
  const std::vector<double> times = {0, 1, 2};
  const std::vector<double> values = {0, NAN, 2};
  for (const Measure measure : {Measure::mean, Measure::max, Measure::min}) {
    EXPECT_TRUE(std::isnan(read_measure(measure, times, values, 0, 2, 0)));
  }
  EXPECT_TRUE(std::isnan(read_measure(Measure::rises_above, times, values, 0, 0, 1)));
}

}  // namespace
}  // namespace shamal::analysis
