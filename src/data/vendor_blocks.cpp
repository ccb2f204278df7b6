#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "data/delimited.h"
#include "data/vendor_readers.h"

namespace shamal::data {

namespace {

// A line cut at its first tab, or at its first blank if it has none.
struct Line {
  std::string_view whole;  // without blanks at the ends
  std::string_view first;
  std::string_view second;  // may be empty
  bool tab = false;

  // A name may be anything but this: a time, and a value if it is not missing.
  bool holds_value() const {
    return read_number(first) && (tab || second.empty() || read_number(second));
  }
};

std::string_view without_blanks(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  const std::size_t last = text.find_last_not_of(" \t");
  return last == std::string_view::npos ? std::string_view() : text.substr(begin, last + 1 - begin);
}

// The next line that is not blank, from `at` on, which moves behind it.
std::optional<Line> next_line(std::string_view text, std::size_t& at) {
  while (at < text.size()) {
    const std::size_t end = std::min(text.find_first_of("\r\n", at), text.size());
    Line line;
    line.whole = without_blanks(text.substr(at, end - at));
    at = end + 1;
    if (line.whole.empty()) {
      continue;
    }
    std::size_t gap = line.whole.find('\t');
    line.tab = gap != std::string_view::npos;
    if (!line.tab) {
      gap = std::min(line.whole.find(' '), line.whole.size());
    }
    line.first = without_blanks(line.whole.substr(0, gap));
    line.second = without_blanks(line.whole.substr(gap));
    return line;
  }
  return std::nullopt;
}

}  // namespace

bool is_block_text(std::string_view text) {
  std::size_t at = 0;
  bool name = false;
  while (const std::optional<Line> line = next_line(text, at)) {
    if (line->holds_value() && !line->second.empty()) {
      return name;
    }
    if (line->tab) {
      return false;
    }
    name = true;
  }
  return false;
}

SeriesTable read_blocks(const base::Sources& sources, base::FileId file,
                        base::Diagnostics& diagnostics) {
  const std::string_view text = sources.text(file);
  const auto span_of = [&](std::string_view part) {
    const auto begin = static_cast<std::uint32_t>(part.data() - text.data());
    return base::Span{file, begin, begin + static_cast<std::uint32_t>(part.size())};
  };
  SeriesTable table;
  const std::size_t errors_before = diagnostics.errors();
  std::size_t at = 0;
  while (const std::optional<Line> line = next_line(text, at)) {
    if (!line->holds_value()) {
      table.series.push_back({split_series_name(line->whole), {}, {}, 0});
      continue;
    }
    if (line->second.empty()) {
      continue;
    }
    const std::optional<double> value = read_number(line->second);
    if (!value) {
      diagnostics.add(base::Code::bad_cell, span_of(line->second),
                      fmt::format("\"{}\"", line->second));
      if (diagnostics.errors() - errors_before >= kMostErrors) {
        break;
      }
      continue;
    }
    if (table.series.empty()) {
      diagnostics.add(base::Code::bad_table, span_of(line->whole),
                      "there is no name above these values");
      break;
    }
    Series& series = table.series.back();
    series.times.push_back(*read_number(line->first));
    series.values.push_back(*value);
    series.time_tolerance = std::max(series.time_tolerance, written_tolerance(line->first));
  }
  return table;
}

}  // namespace shamal::data
