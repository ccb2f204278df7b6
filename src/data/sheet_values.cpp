#include "data/sheet_values.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "data/delimited.h"

namespace shamal::data {

namespace {

std::string name_in(const SheetCell& cell) {
  return cell.number ? number_text(*cell.number, 15) : cell.text;
}

// Years, for one, are often kept as text.
std::optional<double> number_in(const SheetCell& cell) {
  if (cell.number) {
    return cell.number;
  }
  const auto read = read_number(cell.text);
  return read && std::isfinite(*read) ? read : std::nullopt;
}

CellPlace moved(CellPlace place, Direction direction, std::uint32_t by) {
  return direction == Direction::across ? CellPlace{place.row, place.column + by}
                                        : CellPlace{place.row + by, place.column};
}

}  // namespace

std::vector<std::vector<double>> read_numbers(const Sheet& sheet, CellPlace first,
                                              std::uint32_t rows, std::uint32_t columns,
                                              BadCells& bad) {
  std::vector<std::vector<double>> result(rows, std::vector<double>(columns, 0.0));
  for (std::uint32_t row = 0; row < rows; ++row) {
    for (std::uint32_t column = 0; column < columns; ++column) {
      const CellPlace place{first.row + row, first.column + column};
      if (const auto number = number_in(sheet.at(place))) {
        result[row][column] = *number;
      } else {
        bad.push_back(place);
      }
    }
  }
  return result;
}

Points read_points(const Sheet& sheet, const SeriesPlace& place, std::uint32_t series,
                   BadCells& bad) {
  const bool across = place.direction == Direction::across;
  const std::uint32_t begin = across ? place.first.column : place.first.row;
  const std::uint32_t end = across ? sheet.columns() : sheet.rows();
  const Direction beside = across ? Direction::down : Direction::across;
  const CellPlace first = moved(place.first, beside, series);
  std::map<double, double> points;
  for (std::uint32_t i = 0; begin + i < end && i < place.length; ++i) {
    const CellPlace x_place =
        across ? CellPlace{place.line, begin + i} : CellPlace{begin + i, place.line};
    const CellPlace y_place = moved(first, place.direction, i);
    const auto x = number_in(sheet.at(x_place));
    const auto y = number_in(sheet.at(y_place));
    if (x && y) {
      points[*x] = *y;
    } else if (x && !sheet.at(y_place).blank()) {
      bad.push_back(y_place);
    }
  }
  Points result;
  for (const auto& [x, y] : points) {
    result.x.push_back(x);
    result.y.push_back(y);
  }
  return result;
}

std::vector<std::string> read_names(const Sheet& sheet, CellPlace first, CellPlace last) {
  std::vector<std::string> result;
  for (std::uint32_t row = std::min(first.row, last.row);
       row <= std::max(first.row, last.row) && row < sheet.rows(); ++row) {
    for (std::uint32_t column = std::min(first.column, last.column);
         column <= std::max(first.column, last.column) && column < sheet.columns(); ++column) {
      if (const SheetCell& cell = sheet.at({row, column}); !cell.blank()) {
        result.push_back(name_in(cell));
      }
    }
  }
  return result;
}

std::vector<std::string> read_names(const Sheet& sheet, CellPlace first, Direction direction) {
  std::vector<std::string> result;
  for (CellPlace at = first; !sheet.at(at).blank(); at = moved(at, direction, 1)) {
    result.push_back(name_in(sheet.at(at)));
  }
  return result;
}

}  // namespace shamal::data
