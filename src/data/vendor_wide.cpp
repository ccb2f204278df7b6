#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "data/delimited.h"
#include "data/vendor_readers.h"

namespace shamal::data {

namespace {

struct Time {
  double value = 0;
  double tolerance = 0;
};

class TableReader {
 public:
  explicit TableReader(base::Diagnostics& diagnostics)
      : diagnostics_(diagnostics), errors_before_(diagnostics.errors()) {}

  SeriesTable read(const std::vector<Row>& rows) {
    return is_time_across(rows.front()) ? read_across(rows) : read_down(rows);
  }

 private:
  // Whether the first row holds times: numbers, as far as it goes.
  static bool is_time_across(const Row& header) {
    std::size_t end = header.size();
    while (end > 1 && header[end - 1].text.empty()) {
      --end;
    }
    return end > 1 && std::all_of(header.begin() + 1, header.begin() + static_cast<long>(end),
                                  [](const Cell& cell) { return read_number(cell.text); });
  }

  SeriesTable read_down(const std::vector<Row>& rows) {
    const Row& header = rows.front();
    std::vector<Series> columns(header.size());
    for (std::size_t c = 1; c < header.size(); ++c) {
      columns[c].name = split_series_name(header[c].text);
    }
    for (std::size_t r = 1; r < rows.size() && !given_up(); ++r) {
      const Row& row = rows[r];
      const std::optional<Time> time = read_time(row.front(), header.front(), r == 1);
      if (!time && r == 1) {
        break;
      }
      for (std::size_t c = 1; time && c < row.size(); ++c) {
        if (row[c].text.empty()) {
          continue;
        }
        if (c >= header.size() || header[c].text.empty()) {
          fail(base::Code::bad_table, row[c], "there is no name above this value");
          break;
        }
        add(columns[c], *time, row[c]);
      }
    }
    if (header.size() < 2) {
      fail(base::Code::bad_table, header.front(), "it has a single column",
           "separate the columns by tabs, commas or semicolons.");
    }
    SeriesTable table;
    for (std::size_t c = 1; c < header.size(); ++c) {
      if (!header[c].text.empty()) {
        table.series.push_back(std::move(columns[c]));
      }
    }
    return table;
  }

  SeriesTable read_across(const std::vector<Row>& rows) {
    const Row& header = rows.front();
    SeriesTable table;
    for (std::size_t r = 1; r < rows.size() && !given_up(); ++r) {
      const Row& row = rows[r];
      if (row.front().text.empty()) {
        fail(base::Code::bad_table, row.front(), "this row has no name");
        continue;
      }
      Series series;
      series.name = split_series_name(row.front().text);
      for (std::size_t c = 1; c < row.size(); ++c) {
        if (row[c].text.empty()) {
          continue;
        }
        if (c >= header.size() || header[c].text.empty()) {
          fail(base::Code::bad_table, row[c], "there is no time above this value");
          break;
        }
        const std::string& text = header[c].text;
        add(series, {*read_number(text), written_tolerance(text)}, row[c]);
      }
      table.series.push_back(std::move(series));
    }
    return table;
  }

  std::optional<Time> read_time(const Cell& cell, const Cell& heading, bool first) {
    if (const auto value = read_number(cell.text)) {
      return Time{*value, written_tolerance(cell.text)};
    }
    if (first) {
      fail(base::Code::no_time_column, cell,
           fmt::format("below \"{}\" stands \"{}\"", heading.text, cell.text));
    } else {
      fail(base::Code::bad_cell, cell,
           cell.text.empty() ? "no time" : fmt::format("\"{}\" as a time", cell.text));
    }
    return std::nullopt;
  }

  void add(Series& series, Time time, const Cell& cell) {
    const std::optional<double> value = read_number(cell.text);
    if (!value) {
      fail(base::Code::bad_cell, cell, fmt::format("\"{}\"", cell.text),
           cell.text.find(',') == std::string::npos
               ? ""
               : "write numbers with a decimal point and without separators.");
      return;
    }
    series.times.push_back(time.value);
    series.values.push_back(*value);
    series.time_tolerance = std::max(series.time_tolerance, time.tolerance);
  }

  void fail(base::Code code, const Cell& cell, std::string what, std::string fix = {}) {
    diagnostics_.add(code, cell.span, std::move(what), std::move(fix));
  }

  bool given_up() const { return diagnostics_.errors() - errors_before_ >= kMostErrors; }

  base::Diagnostics& diagnostics_;
  std::size_t errors_before_;
};

}  // namespace

SeriesTable read_wide_table(const base::Sources& sources, base::FileId file,
                            base::Diagnostics& diagnostics) {
  const char separator = find_separator(sources.text(file));
  const std::vector<Row> rows = read_rows(sources, file, separator, diagnostics);
  if (rows.empty()) {
    diagnostics.add(base::Code::bad_table, {file, 0, 0}, "the file is empty");
    return {};
  }
  return TableReader(diagnostics).read(rows);
}

}  // namespace shamal::data
