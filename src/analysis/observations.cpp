#include "analysis/observations.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "analysis/record_table.h"
#include "base/names.h"

namespace shamal::analysis {

namespace {

using base::Code;

// The cells of one row by the name of their column; a column that the table lacks is empty.
class Record {
 public:
  Record(const RecordTable& table, const data::Row& cells) : table_(table), cells_(cells) {}

  const data::Cell& cell(std::string_view name) const {
    static const data::Cell kNone;
    const std::optional<std::size_t> column = table_.column(name);
    return column ? cells_[*column] : kNone;
  }
  const std::string& text(std::string_view name) const { return cell(name).text; }

  base::Span span() const {
    return {cells_.front().span.file, cells_.front().span.begin, cells_.back().span.end};
  }

 private:
  const RecordTable& table_;
  const data::Row& cells_;
};

std::optional<double> read_number(const data::Cell& cell, base::Diagnostics& diagnostics) {
  if (cell.text.empty()) {
    return std::nullopt;
  }
  const std::optional<double> value = data::read_number(cell.text);
  if (!value || !std::isfinite(*value)) {
    diagnostics.add(Code::bad_cell, cell.span, fmt::format("\"{}\" is not a number", cell.text),
                    "write digits with a point for decimals and nothing between thousands");
    return std::nullopt;
  }
  return value;
}

void check_series(const ChartSeries& wanted, const Observations& observations,
                  base::Diagnostics& diagnostics) {
  if (!find_observations(observations, wanted.series.text, wanted.region.text).empty()) {
    return;
  }
  std::set<std::string> regions;
  std::set<std::string> names;
  const std::string series = base::fold_name(wanted.series.text);
  for (const Observation& row : observations.usable) {
    names.insert(row.series);
    if (row.series_key == series) {
      regions.insert(row.region);
    }
  }
  if (!regions.empty()) {
    diagnostics.add(Code::study_series, wanted.region.span,
                    fmt::format("\"{}\" in \"{}\"", wanted.series.text, wanted.region.text),
                    fmt::format("regions of this series are {}", fmt::join(regions, ", ")));
    return;
  }
  const std::vector<std::string> candidates(names.begin(), names.end());
  const std::optional<std::string> near = base::nearest_name(wanted.series.text, candidates);
  diagnostics.add(Code::study_series, wanted.series.span, fmt::format("\"{}\"", wanted.series.text),
                  near ? fmt::format("did you mean \"{}\"?", *near) : std::string());
}

}  // namespace

void Observation::name(std::string of_series, std::string of_region) {
  series = std::move(of_series);
  region = std::move(of_region);
  series_key = base::fold_name(series);
  region_key = base::fold_name(region);
}

Observations read_observations(const base::Sources& sources, base::FileId file,
                               const Calendar& calendar, base::Diagnostics& diagnostics) {
  const RecordTable table = read_record_table(
      sources, file, {"date", "region", "series", "value", "unit", "source"}, diagnostics);
  Observations result;
  for (const data::Row& cells : table.rows) {
    const Record row(table, cells);
    const std::optional<Period> period = read_period(row.text("date"));
    const std::size_t errors = diagnostics.errors();
    const std::optional<double> value = read_number(row.cell("value"), diagnostics);
    const std::optional<double> low = read_number(row.cell("low"), diagnostics);
    const std::optional<double> high = read_number(row.cell("high"), diagnostics);
    if (diagnostics.errors() > errors) {
      continue;
    }
    if (!period || !value) {
      result.unusable.push_back(
          {row.text("date"), row.text("region"), row.text("series"), row.text("value"),
           !value                     ? "there is no value"
           : row.text("date").empty() ? "there is no date"
                                      : "the date is not one that can be placed in time",
           row.text("source"), row.span()});
      continue;
    }
    Observation entry;
    entry.date = row.text("date");
    entry.time = extent(calendar, *period);
    entry.name(row.text("series"), row.text("region"));
    entry.value = *value;
    entry.low = low;
    entry.high = high;
    entry.unit = row.text("unit");
    entry.source = row.text("source");
    entry.line = row.text("line");
    entry.error_class = row.text("error_class");
    entry.window = row.text("window");
    entry.span = row.span();
    entry.source_span = row.cell("source").span;
    result.usable.push_back(std::move(entry));
  }
  return result;
}

SourceList read_sources(const base::Sources& sources, base::FileId file,
                        base::Diagnostics& diagnostics) {
  const RecordTable table = read_record_table(sources, file, {"key", "citation"}, diagnostics);
  SourceList result;
  for (const data::Row& cells : table.rows) {
    const Record row(table, cells);
    const std::string& key = row.text("key");
    const bool added = result
                           .try_emplace(key, SourceEntry{key, row.text("citation"), row.text("url"),
                                                         row.text("licence"), row.span()})
                           .second;
    if (key.empty() || !added) {
      diagnostics.add(Code::bad_table, row.span(),
                      key.empty() ? "this source has no key"
                                  : fmt::format("two sources have the key \"{}\"", key));
    }
  }
  return result;
}

std::vector<const Observation*> find_observations(const Observations& observations,
                                                  std::string_view series,
                                                  std::string_view region) {
  const std::string series_key = base::fold_name(series);
  const std::string region_key = base::fold_name(region);
  std::vector<const Observation*> result;
  for (const Observation& row : observations.usable) {
    if (row.series_key == series_key && (region.empty() || row.region_key == region_key)) {
      result.push_back(&row);
    }
  }
  std::stable_sort(result.begin(), result.end(), [](const Observation* a, const Observation* b) {
    return a->time.middle < b->time.middle;
  });
  return result;
}

void check_observations(const Study& study, const Observations& observations,
                        const SourceList& sources, base::Diagnostics& diagnostics) {
  for (const Line& line : study.lines) {
    for (const Chart& chart : line.charts) {
      for (const ChartSeries& series : chart.series) {
        check_series(series, observations, diagnostics);
      }
    }
  }
  std::vector<std::string> keys;
  for (const auto& [key, entry] : sources) {
    keys.push_back(key);
  }
  const double calibration_end = study.calendar.time(study.calibration_end);
  for (const Observation& row : observations.usable) {
    const std::string_view window = row.time.middle <= calibration_end ? "calibration" : "holdout";
    if (!row.window.empty() && row.window != window) {
      diagnostics.add(
          Code::study_window, row.span,
          fmt::format("\"{}\" of {} is marked \"{}\"", row.series, row.date, row.window),
          fmt::format("calibration ends on {}, so write \"{}\" or nothing",
                      iso_date(study.calibration_end), window));
    }
  }
  std::set<std::string_view> reported;
  for (const Observation& row : observations.usable) {
    if (sources.contains(row.source) || !reported.insert(row.source).second) {
      continue;
    }
    const std::optional<std::string> near = base::nearest_name(row.source, keys);
    diagnostics.add(Code::study_source, row.source_span, fmt::format("\"{}\"", row.source),
                    near ? fmt::format("did you mean \"{}\"?", *near)
                         : "add a row with this key to the sources table");
  }
}

}  // namespace shamal::analysis
