#include "data/sheet.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/names.h"

namespace shamal::data {

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::uint64_t key(CellPlace place) { return std::uint64_t{place.row} << 32 | place.column; }

bool same_name(std::string_view a, std::string_view b) {
  return base::fold_name(a) == base::fold_name(b);
}

}  // namespace

std::string column_name(std::uint32_t column) {
  std::string name;
  for (std::uint32_t rest = column + 1; rest > 0; rest = (rest - 1) / 26) {
    name.insert(name.begin(), static_cast<char>('A' + (rest - 1) % 26));
  }
  return name;
}

std::string cell_name(CellPlace place) {
  return column_name(place.column) + std::to_string(place.row + 1);
}

std::optional<std::uint32_t> read_column_name(std::string_view text) {
  if (text.starts_with('$')) {
    text.remove_prefix(1);
  }
  std::uint32_t column = 0;
  for (const char c : text) {
    if (!is_letter(c) || column > kMostColumns) {
      return std::nullopt;
    }
    column = column * 26 + static_cast<std::uint32_t>((c | 0x20) - 'a') + 1;
  }
  return column == 0 || column > kMostColumns ? std::nullopt : std::optional(column - 1);
}

std::optional<std::uint32_t> read_row_number(std::string_view text) {
  if (text.starts_with('$')) {
    text.remove_prefix(1);
  }
  std::uint32_t row = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), row);
  const bool good = error == std::errc() && end == text.data() + text.size() && row > 0;
  return good && row <= kMostRows ? std::optional(row - 1) : std::nullopt;
}

std::optional<CellPlace> read_cell_name(std::string_view text) {
  const std::size_t start = text.starts_with('$') ? 1 : 0;
  std::size_t letters = start;
  while (letters < text.size() && is_letter(text[letters])) {
    ++letters;
  }
  const auto column = read_column_name(text.substr(start, letters - start));
  const auto row = read_row_number(text.substr(letters));
  return column && row ? std::optional(CellPlace{*row, *column}) : std::nullopt;
}

const SheetCell& Sheet::at(CellPlace place) const {
  static const SheetCell kBlank;
  const auto found = cells_.find(key(place));
  return found == cells_.end() ? kBlank : found->second;
}

void Sheet::set(CellPlace place, SheetCell cell) {
  if (cell.number && !std::isfinite(*cell.number)) {
    cell = {std::nullopt, "not a finite number"};
  }
  if (!cell.blank()) {
    rows_ = std::max(rows_, place.row + 1);
    columns_ = std::max(columns_, place.column + 1);
    cells_[key(place)] = std::move(cell);
  }
}

const Sheet* Workbook::find_sheet(std::string_view name) const {
  const auto found = std::find_if(sheets.begin(), sheets.end(),
                                  [&](const Sheet& sheet) { return same_name(sheet.name, name); });
  return found == sheets.end() ? nullptr : &*found;
}

const RangeName* Workbook::find_name(std::string_view name, std::string_view sheet) const {
  const RangeName* of_workbook = nullptr;
  for (const RangeName& range : names) {
    if (!same_name(range.name, name)) {
      continue;
    }
    if (same_name(range.scope, sheet)) {
      return &range;
    }
    if (range.scope.empty()) {
      of_workbook = &range;
    }
  }
  return of_workbook;
}

std::optional<RangeName> read_range(std::string_view text) {
  RangeName range;
  // The sheet, in quotes (doubled within) if its name is not plain.
  std::size_t at = 0;
  if (text.starts_with('$')) {
    ++at;
  }
  if (at < text.size() && text[at] == '\'') {
    for (++at; at < text.size(); ++at) {
      if (text[at] == '\'') {
        if (at + 1 >= text.size() || text[at + 1] != '\'') {
          break;
        }
        ++at;
      }
      range.sheet += text[at];
    }
    ++at;
  } else {
    while (at < text.size() && text[at] != '!' && text[at] != '.' && text[at] != ':') {
      range.sheet += text[at++];
    }
  }
  if (at >= text.size() || (text[at] != '!' && text[at] != '.')) {
    return std::nullopt;
  }
  std::string_view cells = text.substr(at + 1);
  const std::size_t colon = std::min(cells.find(':'), cells.size());
  std::string_view last = cells.substr(std::min(colon + 1, cells.size()));
  // OpenDocument repeats the sheet before the last cell, or only its point.
  last.remove_prefix(std::min(last.find_last_of(".!") + 1, last.size()));
  const auto first_place = read_cell_name(cells.substr(0, colon));
  const auto last_place = last.empty() ? first_place : read_cell_name(last);
  if (!first_place || !last_place) {
    return std::nullopt;
  }
  range.first = {std::min(first_place->row, last_place->row),
                 std::min(first_place->column, last_place->column)};
  range.last = {std::max(first_place->row, last_place->row),
                std::max(first_place->column, last_place->column)};
  return range;
}

}  // namespace shamal::data
