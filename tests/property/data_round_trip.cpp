// Laws of the file formats: what is written is read back.
#include <algorithm>
#include <bit>
#include <cmath>
#include <filesystem>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <unistd.h>

#include "data/csv.h"
#include "data/netcdf.h"
#include "data/vendor_table.h"

namespace shamal::data {
namespace {

// Of every kind: small, huge, subnormal, infinite; not-a-number is left out where == decides.
double any_number() {
  return *rc::gen::oneOf(rc::gen::arbitrary<double>(),
                         rc::gen::map(rc::gen::inRange(-1000, 1000), [](int n) { return n / 8.0; }),
                         rc::gen::map(rc::gen::arbitrary<std::uint64_t>(), [](std::uint64_t bits) {
                           const auto value = std::bit_cast<double>(bits);
                           return std::isnan(value) ? 0.0 : value;
                         }));
}

std::vector<double> any_numbers(std::size_t count) {
  std::vector<double> values(count);
  std::generate(values.begin(), values.end(), any_number);
  return values;
}

std::string any_word(std::string_view alphabet) {
  return *rc::gen::nonEmpty(
      rc::gen::container<std::string>(rc::gen::elementOf(std::string(alphabet))));
}

// Names that files have trouble with, made different by a number. They are no numbers themselves:
// a row of those holds times.
std::string any_name(std::size_t number) {
  return any_word("ab ,;\"[](){}\\/%$.'-\t") + "n" + std::to_string(number);
}

Dimension any_dimension(std::string name, std::size_t size) {
  Dimension dimension;
  dimension.name = std::move(name);
  dimension.size = size;
  return dimension;
}

// Dimensions run, time and up to two of elements; variables over some of them.
Dataset any_dataset(bool every_variable_has_time) {
  Dataset dataset;
  const std::size_t runs = *rc::gen::inRange<std::size_t>(1, 4);
  dataset.dimensions.push_back(any_dimension("run", runs));
  Dimension time = any_dimension("time", *rc::gen::inRange<std::size_t>(1, 5));
  for (std::size_t i = 0; i < time.size; ++i) {
    time.values.push_back(static_cast<double>(i) / 8);
  }
  dataset.dimensions.push_back(std::move(time));
  for (std::size_t d = *rc::gen::inRange<std::size_t>(0, 3); d > 0; --d) {
    Dimension dimension = any_dimension(any_name(d), *rc::gen::inRange<std::size_t>(1, 4));
    for (std::size_t i = 0; i < dimension.size; ++i) {
      dimension.labels.push_back(any_name(10 * d + i));
    }
    dataset.dimensions.push_back(std::move(dimension));
  }
  const std::size_t variables = *rc::gen::inRange<std::size_t>(1, 5);
  for (std::size_t v = 0; v < variables; ++v) {
    Variable variable;
    variable.name = any_name(v);
    for (std::uint32_t d = 0; d < dataset.dimensions.size(); ++d) {
      const bool fixed = every_variable_has_time && d < 2;
      if (fixed || *rc::gen::arbitrary<bool>()) {
        variable.dimensions.push_back(d);
      }
    }
    variable.values = any_numbers(dataset.element_count(variable));
    dataset.variables.push_back(std::move(variable));
  }
  return dataset;
}

// What a table keeps: names of dimensions and of runs are not in it.
void expect_same_values(const Dataset& a, const Dataset& b) {
  RC_ASSERT(a.variables.size() == b.variables.size());
  for (std::size_t i = 0; i < a.variables.size(); ++i) {
    RC_ASSERT(a.variables[i].name == b.variables[i].name);
    RC_ASSERT(a.variables[i].values == b.variables[i].values);
  }
}

RC_GTEST_PROP(CsvLaws, WhatIsWrittenIsRead, ()) {
  const Dataset dataset = any_dataset(true);
  const CsvFormat format{.separator = *rc::gen::element(',', '\t'), .digits = 17};
  const std::string text = csv_text(dataset, format);
  base::Sources sources;
  base::Diagnostics diagnostics;
  const auto read = read_csv(sources, sources.add("t.csv", text), diagnostics);
  RC_ASSERT(read.has_value());
  expect_same_values(*read, dataset);
  RC_ASSERT(csv_text(*read, format) == text);
}

RC_GTEST_PROP(CsvLaws, FifteenDigitsAreStable, ()) {
  const std::string once = csv_text(any_dataset(false));
  base::Sources sources;
  base::Diagnostics diagnostics;
  const auto read = read_csv(sources, sources.add("t.csv", once), diagnostics);
  RC_ASSERT(read.has_value());
  RC_ASSERT(csv_text(*read) == once);
}

RC_GTEST_PROP(CsvLaws, TheVendorReaderReadsWhatWeWrite, ()) {
  Dataset dataset = any_dataset(true);
  // Vendors' tables have one run.
  dataset.dimensions[0].size = 1;
  for (Variable& variable : dataset.variables) {
    variable.values.resize(dataset.element_count(variable));
  }
  base::Sources sources;
  base::Diagnostics diagnostics;
  const base::FileId file =
      sources.add("t.csv", csv_text(dataset, {.separator = ',', .digits = 17}));
  const auto read = read_vendor_table(sources, file, diagnostics);
  RC_ASSERT(read.has_value());
  SeriesTable expected = series_of(dataset);
  for (std::size_t i = 0; i < read->series.size(); ++i) {
    expected.series[i].time_tolerance = read->series[i].time_tolerance;
  }
  RC_ASSERT(read->series == expected.series);
}

RC_GTEST_PROP(CsvLaws, NoTextBreaksTheReaders, ()) {
  const auto text =
      *rc::gen::container<std::string>(rc::gen::elementOf(std::string("Timx01.e-,;\t\n\r\"[]\\ ")));
  base::Sources sources;
  base::Diagnostics diagnostics;
  const base::FileId file = sources.add("t.csv", text);
  const auto dataset = read_csv(sources, file, diagnostics);
  RC_ASSERT(dataset.has_value() == !diagnostics.has_errors());
  base::Diagnostics others;
  const auto table = read_vendor_table(sources, file, others);
  RC_ASSERT(table.has_value() == !others.has_errors());
}

RC_GTEST_PROP(SeriesNameLaws, WhatIsJoinedSplits, ()) {
  SeriesName name{any_name(1), {}};
  for (std::size_t i = *rc::gen::inRange<std::size_t>(0, 3); i > 0; --i) {
    name.subscripts.push_back(any_name(i));
  }
  RC_ASSERT(split_series_name(join_series_name(name.base, name.subscripts)) == name);
}

RC_GTEST_PROP(NetcdfLaws, WhatIsWrittenIsRead, ()) {
  Dataset dataset = any_dataset(false);
  dataset.attributes["title"] = any_name(1);
  for (Variable& variable : dataset.variables) {
    variable.unit = *rc::gen::element<std::string>("", "month", "people/month", "1", "%%", "Dmnl");
    variable.kind = *rc::gen::element<std::string>("", "stock", "flow");
    variable.doc = any_name(1);
  }
  const std::string path = (std::filesystem::temp_directory_path() /
                            ("shamal-property-" + std::to_string(::getpid()) + ".nc"))
                               .string();
  base::Diagnostics diagnostics;
  const bool written = write_netcdf(dataset, path, diagnostics);
  const auto read = read_netcdf(path, diagnostics);
  std::filesystem::remove(path);
  RC_ASSERT(written);
  RC_ASSERT(read.has_value());
  RC_ASSERT(*read == dataset);
}

}  // namespace
}  // namespace shamal::data
