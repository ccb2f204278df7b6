// Laws of comparison: it finds a planted difference, and nothing else.
#include <algorithm>
#include <cmath>
#include <random>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "data/compare.h"

namespace shamal::data {
namespace {

constexpr Tolerance kTolerance{.relative = 1e-5, .absolute = 1e-8};

// Series over one set of times, arrays among them, no two of the same name.
SeriesTable any_table() {
  std::vector<double> times;
  for (int i = *rc::gen::inRange(1, 6); i > 0; --i) {
    times.insert(times.begin(), i / 4.0);
  }
  SeriesTable table;
  const int variables = *rc::gen::inRange(1, 5);
  for (int v = 0; v < variables; ++v) {
    const bool array = *rc::gen::arbitrary<bool>();
    for (const char* element : {"north", "south"}) {
      Series series;
      series.name.base = "Name of " + std::to_string(v);
      if (array) {
        series.name.subscripts = {element, "adult"};
      }
      series.times = times;
      for (std::size_t i = 0; i < times.size(); ++i) {
        series.values.push_back(*rc::gen::inRange(-1000, 1000) / 8.0);
      }
      table.series.push_back(std::move(series));
      if (!array) {
        break;
      }
    }
  }
  return table;
}

// The same results as another program would write them.
SeriesTable disguised(SeriesTable table) {
  const bool swapped = *rc::gen::arbitrary<bool>();
  const bool shouting = *rc::gen::arbitrary<bool>();
  const bool with_units = *rc::gen::arbitrary<bool>();
  for (Series& series : table.series) {
    std::string& base = series.name.base;
    if (shouting) {
      std::ranges::transform(base, base.begin(), [](char c) {
        return c == ' ' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      });
    }
    base += with_units ? " (people/month)" : "";
    if (swapped) {
      std::ranges::reverse(series.name.subscripts);
    }
    for (double& value : series.values) {
      value *= 1 + *rc::gen::inRange(-9, 10) * 1e-6;
    }
  }
  std::mt19937 order(*rc::gen::arbitrary<std::uint32_t>());
  std::shuffle(table.series.begin(), table.series.end(), order);
  return table;
}

RC_GTEST_PROP(CompareLaws, TheSameResultsPassInAnyDisguise, ()) {
  const SeriesTable expected = any_table();
  const Comparison comparison = compare(disguised(expected), expected, kTolerance);
  RC_ASSERT(comparison.passed());
  RC_ASSERT(comparison.unmatched == 0u);
  RC_ASSERT(comparison.additional.empty());
}

RC_GTEST_PROP(CompareLaws, FindsThePlantedDifferenceAndNothingElse, ()) {
  const SeriesTable expected = any_table();
  SeriesTable result = disguised(expected);
  Series& series = result.series[*rc::gen::inRange<std::size_t>(0, result.series.size())];
  const std::size_t at = *rc::gen::inRange<std::size_t>(0, series.values.size());
  series.values[at] += 0.01 * std::max(1.0, std::abs(series.values[at]));

  const Comparison comparison = compare(result, expected, kTolerance);
  RC_ASSERT(!comparison.passed());
  RC_ASSERT(comparison.missing.empty());
  std::size_t failures = 0;
  for (const VariableComparison& variable : comparison.variables) {
    failures += variable.failures;
    if (variable.failures > 0) {
      RC_ASSERT(variable.first_failure->time == series.times[at]);
      RC_ASSERT(variable.first_failure->result == series.values[at]);
      RC_ASSERT(variable.worst_absolute->result == series.values[at]);
    }
  }
  RC_ASSERT(failures == 1u);
}

RC_GTEST_PROP(CompareLaws, AMissingSeriesIsFound, ()) {
  const SeriesTable expected = any_table();
  SeriesTable result = expected;
  const std::size_t lost = *rc::gen::inRange<std::size_t>(0, result.series.size());
  result.series.erase(result.series.begin() + static_cast<std::ptrdiff_t>(lost));
  const Comparison comparison = compare(result, expected, kTolerance);
  RC_ASSERT(!comparison.passed());
  RC_ASSERT(comparison.missing.size() == 1u);
  // The other way round it is merely additional.
  RC_ASSERT(compare(expected, result, kTolerance).passed());
}

}  // namespace
}  // namespace shamal::data
