// Are these results those? Our results against a vendor's, or two runs against each other.
//
// Series are paired by name as leniently as is safe: in the spelling of base::fold_name; failing
// that with the subscripts in another order, or without a unit in parentheses or braces at the end
// of a name, each only if it leaves one candidate. Values are compared at the times that both have.
//
// A value agrees if |result - expected| <= absolute + relative * |expected|. Both being not a
// number counts as agreement, as do equal infinities.
//
// Choosing tolerances: vendors export six significant digits, so that a correct result may differ
// by 5e-6 of its size from rounding alone; Vensim's single-precision runs add about 1e-6 of the
// largest value that entered a sum. 1e-5 relative is the tightest that rounding allows; values that
// cancel to nearly zero need an absolute tolerance of about 1e-6 of what cancelled.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "data/series.h"

namespace shamal::data {

struct Tolerance {
  double relative = 1e-5;
  double absolute = 0;
  double of_largest = 0;  // allowed at any time, as a part of the series' largest expected value
};

// Two values of one element at one time.
struct ValuePair {
  std::string element;  // "north,adult"; empty for a scalar
  double time = 0;      // not a number if neither side has times
  double result = 0;
  double expected = 0;

  double absolute() const;  // |result - expected|; infinite if one is not a number or infinite
  double relative() const;  // absolute() / |expected|; infinite if only expected is zero
};

// All elements of one variable.
struct VariableComparison {
  std::string name;        // as expected spells it
  std::size_t values = 0;  // compared
  std::size_t failures = 0;
  std::optional<ValuePair> worst_absolute;  // nothing if all are equal
  std::optional<ValuePair> worst_relative;  // of those beyond the absolute tolerance
  std::optional<ValuePair> first_failure;   // the earliest

  bool agrees() const { return failures == 0 && values > 0; }
};

struct Comparison {
  Tolerance tolerance;
  std::vector<VariableComparison> variables;  // in the order of the expected series
  std::vector<std::string> missing;           // expected, but not in the result
  // The same for the vendors' control variables (TIME STEP …), which other dialects lack: allowed.
  std::vector<std::string> missing_controls;
  std::vector<std::string> additional;  // in the result, but not expected: allowed
  std::size_t unmatched = 0;            // expected values at times that the result lacks

  bool passed() const;
  std::size_t values() const;
};

Comparison compare(const SeriesTable& result, const SeriesTable& expected, Tolerance tolerance);

// For people: the verdict, then each variable that differs, then what was not compared.
std::string print(const Comparison& comparison);

}  // namespace shamal::data
