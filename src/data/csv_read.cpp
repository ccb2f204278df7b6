#include <algorithm>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/names.h"
#include "data/csv.h"
#include "data/delimited.h"
#include "data/series_name.h"
#include "data/vendor_readers.h"

namespace shamal::data {

namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

// The rows of a table as numbers, run after run.
struct Table {
  std::vector<std::string> runs;  // empty: a single run without a name
  std::vector<double> times;
  bool has_time = false;
  std::vector<SeriesName> names;             // of the columns of values
  std::vector<std::vector<double>> columns;  // runs × times each
};

class TableReader {
 public:
  TableReader(const std::vector<Row>& rows, base::Diagnostics& diagnostics)
      : rows_(rows), header_(rows.front()), diagnostics_(diagnostics) {
    has_run_ = base::fold_name(header_.front().text) == "run";
    const std::size_t next = has_run_ ? 1 : 0;
    table_.has_time = !has_run_ || (header_.size() > next &&
                                    base::fold_name(header_[next].text) == base::fold_name("time"));
    first_ = next + (table_.has_time ? 1 : 0);
  }

  Table read() {
    for (std::size_t c = first_; c < header_.size(); ++c) {
      if (header_[c].text.empty()) {
        fail(base::Code::bad_table, header_[c], "this column has no name");
      }
      table_.names.push_back(split_series_name(header_[c].text));
    }
    table_.columns.resize(table_.names.size());
    const std::size_t errors_before = diagnostics_.errors();
    for (std::size_t r = 1; r < rows_.size(); ++r) {
      read_row(rows_[r]);
      if (diagnostics_.errors() - errors_before >= kMostErrors) {
        return std::move(table_);
      }
    }
    finish_run(rows_.back());
    return std::move(table_);
  }

 private:
  void read_row(const Row& row) {
    if (has_run_ && (table_.runs.empty() || row.front().text != table_.runs.back())) {
      finish_run(row);
      table_.runs.push_back(row.front().text);
    }
    if (table_.has_time) {
      read_time(row);
    }
    ++rows_of_run_;
    for (std::size_t c = first_; c < std::max(row.size(), header_.size()); ++c) {
      double value = kMissing;
      if (c < row.size() && !row[c].text.empty()) {
        if (c >= header_.size()) {
          fail(base::Code::bad_table, row[c], "there is no name above this value");
          return;
        }
        const std::optional<double> number = read_number(row[c].text);
        if (!number) {
          fail(base::Code::bad_cell, row[c], fmt::format("\"{}\"", row[c].text));
        }
        value = number.value_or(kMissing);
      }
      if (c < header_.size()) {
        table_.columns[c - first_].push_back(value);
      }
    }
  }

  // The first run says which times there are.
  void read_time(const Row& row) {
    const std::size_t column = first_ - 1;
    const Cell& cell = column < row.size() ? row[column] : row.back();
    const std::optional<double> time = read_number(cell.text);
    if (!time) {
      fail(base::Code::no_time_column, cell,
           fmt::format("below \"{}\" stands \"{}\"", header_[column].text, cell.text));
    } else if (table_.runs.size() <= 1) {
      table_.times.push_back(*time);
    } else if (rows_of_run_ < table_.times.size() && table_.times[rows_of_run_] != *time) {
      fail(base::Code::bad_table, cell,
           fmt::format("run \"{}\" has other times than run \"{}\"", table_.runs.back(),
                       table_.runs.front()));
    }
  }

  // All runs have as many rows.
  void finish_run(const Row& row) {
    const std::size_t wanted = table_.has_time ? table_.times.size() : 1;
    if (table_.runs.size() > 1 && rows_of_run_ != wanted) {
      fail(base::Code::bad_table, row.front(),
           fmt::format("run \"{}\" has {} rows, run \"{}\" has {}", table_.runs.back(),
                       rows_of_run_, table_.runs.front(), wanted));
    }
    rows_of_run_ = 0;
  }

  void fail(base::Code code, const Cell& cell, std::string what) {
    diagnostics_.add(code, cell.span, std::move(what));
  }

  const std::vector<Row>& rows_;
  const Row& header_;
  base::Diagnostics& diagnostics_;
  bool has_run_ = false;
  std::size_t first_ = 0;  // column of values
  std::size_t rows_of_run_ = 0;
  Table table_;
};

// The columns of one variable.
struct Group {
  std::string name;
  std::vector<std::size_t> columns;
};

// Columns of the same name and number of subscripts, in order of their first.
std::vector<Group> group_columns(const Table& table) {
  std::vector<Group> groups;
  std::map<std::pair<std::string, std::size_t>, std::size_t> index;
  for (std::size_t c = 0; c < table.names.size(); ++c) {
    const SeriesName& name = table.names[c];
    const auto [entry, added] =
        index.try_emplace({base::fold_name(name.base), name.subscripts.size()}, groups.size());
    if (added) {
      groups.push_back({name.base, {}});
    }
    groups[entry->second].columns.push_back(c);
  }
  return groups;
}

using Labels = std::vector<std::string>;

// The element names along each dimension in order of appearance, if the columns are one for each
// combination of them, the last varying fastest.
std::optional<std::vector<Labels>> find_axes(const Table& table, const Group& group) {
  std::vector<Labels> axes(table.names[group.columns.front()].subscripts.size());
  for (const std::size_t column : group.columns) {
    for (std::size_t d = 0; d < axes.size(); ++d) {
      const std::string& label = table.names[column].subscripts[d];
      if (std::ranges::find(axes[d], label) == axes[d].end()) {
        axes[d].push_back(label);
      }
    }
  }
  std::size_t combinations = 1;
  for (const Labels& axis : axes) {
    if (axis.size() > group.columns.size()) {
      return std::nullopt;
    }
    combinations *= axis.size();
    if (combinations > group.columns.size()) {
      return std::nullopt;
    }
  }
  if (combinations != group.columns.size()) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < group.columns.size(); ++i) {
    std::size_t rest = i;
    for (std::size_t d = axes.size(); d-- > 0;) {
      if (table.names[group.columns[i]].subscripts[d] != axes[d][rest % axes[d].size()]) {
        return std::nullopt;
      }
      rest /= axes[d].size();
    }
  }
  return axes;
}

class DatasetBuilder {
 public:
  explicit DatasetBuilder(const Table& table) : table_(table) {}

  Dataset build() {
    if (!table_.runs.empty()) {
      outer_.push_back(add_dimension(run_dimension()));
    }
    if (table_.has_time) {
      Dimension time;
      time.name = kTimeDimension;
      time.size = table_.times.size();
      time.values = table_.times;
      outer_.push_back(add_dimension(std::move(time)));
    }
    for (const Group& group : group_columns(table_)) {
      if (const auto axes = find_axes(table_, group)) {
        add_variable(group.name, *axes, group.columns);
      } else {
        for (const std::size_t column : group.columns) {
          const SeriesName& name = table_.names[column];
          add_variable(join_series_name(name.base, name.subscripts), {}, {column});
        }
      }
    }
    return std::move(dataset_);
  }

 private:
  // Runs that are merely counted have no labels.
  Dimension run_dimension() const {
    Dimension run;
    run.name = kRunDimension;
    run.size = table_.runs.size();
    for (std::size_t i = 0; i < table_.runs.size(); ++i) {
      if (table_.runs[i] != std::to_string(i + 1)) {
        run.labels = table_.runs;
      }
    }
    return run;
  }

  void add_variable(std::string name, const std::vector<Labels>& axes,
                    const std::vector<std::size_t>& columns) {
    Variable variable;
    variable.name = std::move(name);
    variable.dimensions = outer_;
    for (const Labels& labels : axes) {
      variable.dimensions.push_back(dimension_of(labels));
    }
    const std::size_t rows = table_.columns[columns.front()].size();
    variable.values.reserve(rows * columns.size());
    for (std::size_t row = 0; row < rows; ++row) {
      for (const std::size_t column : columns) {
        variable.values.push_back(table_.columns[column][row]);
      }
    }
    dataset_.variables.push_back(std::move(variable));
  }

  std::uint32_t dimension_of(const Labels& labels) {
    const auto known = by_labels_.find(labels);
    if (known != by_labels_.end()) {
      return known->second;
    }
    Dimension dimension;
    dimension.name = fmt::format("dim{}", by_labels_.size() + 1);
    dimension.size = labels.size();
    dimension.labels = labels;
    return by_labels_[labels] = add_dimension(std::move(dimension));
  }

  std::uint32_t add_dimension(Dimension dimension) {
    dataset_.dimensions.push_back(std::move(dimension));
    return static_cast<std::uint32_t>(dataset_.dimensions.size() - 1);
  }

  const Table& table_;
  Dataset dataset_;
  std::vector<std::uint32_t> outer_;  // run and time
  std::map<Labels, std::uint32_t> by_labels_;
};

}  // namespace

std::optional<Dataset> read_csv(const base::Sources& sources, base::FileId file,
                                base::Diagnostics& diagnostics) {
  const std::size_t errors_before = diagnostics.errors();
  const char separator = find_separator(sources.text(file));
  const std::vector<Row> rows = read_rows(sources, file, separator, diagnostics);
  if (rows.empty()) {
    diagnostics.add(base::Code::bad_table, {file, 0, 0}, "the file is empty");
    return std::nullopt;
  }
  const Table table = TableReader(rows, diagnostics).read();
  if (diagnostics.errors() > errors_before) {
    return std::nullopt;
  }
  return DatasetBuilder(table).build();
}

}  // namespace shamal::data
