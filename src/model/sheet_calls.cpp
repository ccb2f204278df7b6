#include "model/sheet_calls.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "base/names.h"

namespace shamal::model {

using base::Code;
using base::fold_name;
using data::Direction;
using syntax::Expr;
using syntax::ExprKind;

namespace {

// After these cells of one call without a number nobody reads on.
constexpr std::size_t kMostBadCells = 10;

std::vector<std::vector<double>> transposed(const std::vector<std::vector<double>>& rows) {
  std::vector<std::vector<double>> result(rows.front().size());
  for (const std::vector<double>& row : rows) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      result[column].push_back(row[column]);
    }
  }
  return result;
}

}  // namespace

GetFunction get_function(const Expr& expr) {
  if (expr.kind != ExprKind::call) {
    return GetFunction::none;
  }
  const std::string name = fold_name(expr.text);
  for (const std::string_view family : {"get_direct_", "get_xls_", "get_123_"}) {
    if (name.starts_with(family)) {
      const std::string what = name.substr(family.size());
      return what == "constants"   ? GetFunction::constants
             : what == "data"      ? GetFunction::data
             : what == "lookups"   ? GetFunction::lookups
             : what == "subscript" ? GetFunction::subscript
                                   : GetFunction::none;
    }
  }
  return GetFunction::none;
}

std::vector<std::string> SheetCalls::read_names(const Expr& call) {
  if (!check_arguments(call, 4, 5)) {
    return {};
  }
  const auto place = files_.find(call);
  const auto first = place ? find_cell(*place, call.args[2]) : std::nullopt;
  if (!first) {
    return {};
  }
  const std::string& last = call.args[3].text;
  std::vector<std::string> names;
  if (const auto row = data::read_row_number(last); row == first->row) {
    names = data::read_names(*place->sheet, *first, Direction::across);
  } else if (const auto column = data::read_column_name(last); column == first->column) {
    names = data::read_names(*place->sheet, *first, Direction::down);
  } else if (const auto end = find_cell(*place, call.args[3])) {
    names = data::read_names(*place->sheet, *first, *end);
  } else {
    return {};
  }
  if (names.empty()) {
    diagnostics_.add(Code::bad_cell_reference, call.span,
                     fmt::format("{}: no names from {} on", place->label, call.args[2].text));
  }
  for (std::string& name : names) {
    name = (call.args.size() > 4 ? call.args[4].text : "") + name;
  }
  return names;
}

std::optional<std::vector<std::vector<double>>> SheetCalls::read_constants(
    const Expr& call, const std::vector<std::uint32_t>& sizes) {
  if (!check_arguments(call, 3, 3)) {
    return std::nullopt;
  }
  if (sizes.size() > 2) {
    diagnostics_.add(Code::shape_mismatch, call.span,
                     fmt::format("{} ranges on the left of {}", sizes.size(), call.text),
                     "a sheet has rows and columns: write an equation for each element of the "
                     "first range");
    return std::nullopt;
  }
  const auto place = files_.find(call);
  Expr cell = call.args[2];
  const bool star = cell.text.ends_with('*');
  if (star) {
    cell.text.pop_back();
  }
  const auto first = place ? find_cell(*place, cell) : std::nullopt;
  if (!first) {
    return std::nullopt;
  }
  std::uint32_t rows = sizes.size() == 2 ? sizes[0] : 1;
  std::uint32_t columns = sizes.empty() ? 1 : sizes.back();
  if (star) {
    std::swap(rows, columns);
  }
  if (std::uint64_t{first->row} + rows > data::kMostRows ||
      std::uint64_t{first->column} + columns > data::kMostColumns) {
    diagnostics_.add(Code::bad_cell_reference, call.span,
                     fmt::format("{}: {} rows and {} columns from {} on are more than a sheet has",
                                 place->label, rows, columns, data::cell_name(*first)));
    return std::nullopt;
  }
  data::BadCells bad;
  auto numbers = data::read_numbers(*place->sheet, *first, rows, columns, bad);
  report(*place, call.span, bad);
  return star && !numbers.empty() ? transposed(numbers) : std::move(numbers);
}

std::optional<std::vector<data::Points>> SheetCalls::read_series(
    const Expr& call, const std::vector<std::string>& labels) {
  if (!check_arguments(call, 4, 4)) {
    return std::nullopt;
  }
  const auto place = files_.find(call);
  const auto cells = place ? find_series(*place, call) : std::nullopt;
  if (!cells) {
    return std::nullopt;
  }
  std::vector<data::Points> result;
  data::BadCells bad;
  for (std::uint32_t i = 0; i < labels.size(); ++i) {
    result.push_back(data::read_points(*place->sheet, *cells, i, bad));
  }
  bool none = true;
  for (std::uint32_t i = 0; i < labels.size(); ++i) {
    none = none && (labels[i].empty() || result[i].x.empty());
  }
  for (std::uint32_t i = 0; i < labels.size(); ++i) {
    if (result[i].x.empty() && !labels[i].empty()) {
      no_points(none ? Code::no_data : Code::no_points, *place, *cells, i, labels[i], call.span);
      result[i] = {{0}, {std::numeric_limits<double>::quiet_NaN()}};
    }
  }
  report(*place, call.span, bad);
  return result;
}

void SheetCalls::no_points(Code code, const DataFiles::Place& place, const data::SeriesPlace& cells,
                           std::uint32_t series, const std::string& label, base::Span span) {
  const bool across = cells.direction == Direction::across;
  const data::CellPlace first = across
                                    ? data::CellPlace{cells.first.row + series, cells.first.column}
                                    : data::CellPlace{cells.first.row, cells.first.column + series};
  diagnostics_.add(
      code, span,
      fmt::format("\"{}\": {}, no number from {} on that stands to a number in {} {}", label,
                  place.label, data::cell_name(first), across ? "row" : "column",
                  across ? std::to_string(cells.line + 1) : data::column_name(cells.line)));
}

bool SheetCalls::check_arguments(const Expr& call, std::size_t fewest, std::size_t most) {
  if (call.args.size() < fewest || call.args.size() > most) {
    diagnostics_.add(
        Code::wrong_argument_count, call.span,
        fmt::format("\"{}\": {} given, {} needed", call.text, call.args.size(), fewest));
    return false;
  }
  for (const Expr& argument : call.args) {
    if (argument.kind != ExprKind::string) {
      diagnostics_.add(Code::bad_value, argument.span, fmt::format("an argument of {}", call.text),
                       "write it between quotation marks: 'B2'");
      return false;
    }
  }
  return true;
}

std::optional<data::CellPlace> SheetCalls::find_cell(const DataFiles::Place& place,
                                                     const Expr& written) {
  if (const auto cell = data::read_cell_name(written.text)) {
    return cell;
  }
  if (const data::RangeName* range = place.workbook->find_name(written.text, place.sheet->name)) {
    return range->first;
  }
  unknown_place(place, written, "a cell (B2), or a name that the workbook defines");
  return std::nullopt;
}

std::optional<data::SeriesPlace> SheetCalls::find_series(const DataFiles::Place& place,
                                                         const Expr& call) {
  const Expr& line = call.args[2];
  data::SeriesPlace result;
  if (const auto row = data::read_row_number(line.text)) {
    result.line = *row;
  } else if (const auto column = data::read_column_name(line.text);
             column && place.workbook->find_name(line.text, place.sheet->name) == nullptr) {
    result.direction = data::Direction::down;
    result.line = *column;
  } else if (const data::RangeName* range =
                 place.workbook->find_name(line.text, place.sheet->name)) {
    const bool down = range->first.column == range->last.column;
    result.direction = down ? data::Direction::down : data::Direction::across;
    result.line = down ? range->first.column : range->first.row;
    result.length = down ? range->last.row - range->first.row + 1
                         : range->last.column - range->first.column + 1;
  } else {
    unknown_place(place, line, "a row (2), a column (B), or a name that the workbook defines");
    return std::nullopt;
  }
  const auto first = find_cell(place, call.args[3]);
  if (!first) {
    return std::nullopt;
  }
  result.first = *first;
  return result;
}

void SheetCalls::unknown_place(const DataFiles::Place& place, const Expr& written,
                               const char* fix) {
  diagnostics_.add(Code::bad_cell_reference, written.span,
                   fmt::format("{}: \"{}\"", place.label, written.text), fix);
}

void SheetCalls::report(const DataFiles::Place& place, base::Span span, const data::BadCells& bad) {
  for (std::size_t i = 0; i < std::min(bad.size(), kMostBadCells); ++i) {
    const data::SheetCell& cell = place.sheet->at(bad[i]);
    const std::string rest = i + 1 == kMostBadCells && bad.size() > kMostBadCells
                                 ? fmt::format(" (and {} more)", bad.size() - kMostBadCells)
                                 : "";
    diagnostics_.add(
        Code::not_a_number_cell, span,
        fmt::format("{}, cell {} {}{}", place.label, data::cell_name(bad[i]),
                    cell.blank() ? "is blank" : fmt::format("holds \"{}\"", cell.text), rest));
  }
}

}  // namespace shamal::model
