// Numbers, series and names out of the cells of a sheet, as Vensim's GET functions mean them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/sheet.h"

namespace shamal::data {

// A cell that should hold a number and does not.
using BadCells = std::vector<CellPlace>;

enum class Direction : std::uint8_t { across, down };

// A block of cells, rows × columns; as 0 where there is no number, which is noted.
std::vector<std::vector<double>> read_numbers(const Sheet& sheet, CellPlace first,
                                              std::uint32_t rows, std::uint32_t columns,
                                              BadCells& bad);

// Series that run along their x (times, mostly) lie beside each other.
struct SeriesPlace {
  Direction direction = Direction::across;
  std::uint32_t line = 0;  // the row, or column, of x
  CellPlace first;         // the first value of the first series
  std::uint32_t length = kMostRows;
};

struct Points {
  std::vector<double> x;  // strictly ascending
  std::vector<double> y;
};

// Points with a number for x and a number for y; others are left out. A y that is a text is noted.
// Of points with one x the last counts.
Points read_points(const Sheet& sheet, const SeriesPlace& place, std::uint32_t series,
                   BadCells& bad);

// Texts and numbers from one cell to another, blanks left out; without the last one, up to the
// first blank.
std::vector<std::string> read_names(const Sheet& sheet, CellPlace first, CellPlace last);
std::vector<std::string> read_names(const Sheet& sheet, CellPlace first, Direction direction);

}  // namespace shamal::data
