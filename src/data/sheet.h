// Spreadsheets: sheets of cells, and names for parts of them, whatever the file's format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/diagnostics.h"

namespace shamal::data {

// Counted from 0: B12 is row 11, column 1.
struct CellPlace {
  std::uint32_t row = 0;
  std::uint32_t column = 0;

  bool operator==(const CellPlace&) const = default;
};

// Excel's limits, which are the largest of the formats that are read.
inline constexpr std::uint32_t kMostRows = 1'048'576;
inline constexpr std::uint32_t kMostColumns = 16'384;

// "B12". Requires a place within the limits.
std::string cell_name(CellPlace place);
std::string column_name(std::uint32_t column);

// Case and the $ of absolute references say nothing. Nothing if the whole text is not one, or lies
// beyond the limits.
std::optional<CellPlace> read_cell_name(std::string_view text);
std::optional<std::uint32_t> read_column_name(std::string_view text);
std::optional<std::uint32_t> read_row_number(std::string_view text);

// A number, or a text, or neither: blank.
struct SheetCell {
  std::optional<double> number;
  std::string text;

  bool blank() const { return !number && text.empty(); }
};

class Sheet {
 public:
  std::string name;

  // The blank cell where nothing was set.
  const SheetCell& at(CellPlace place) const;
  void set(CellPlace place, SheetCell cell);  // requires a place within the limits

  // One more than the last row and column with a cell that is not blank.
  std::uint32_t rows() const { return rows_; }
  std::uint32_t columns() const { return columns_; }
  std::size_t cells() const { return cells_.size(); }

 private:
  std::unordered_map<std::uint64_t, SheetCell> cells_;
  std::uint32_t rows_ = 0;
  std::uint32_t columns_ = 0;
};

// A name for a block of cells; one of a single sheet is meant there before one of the workbook.
struct RangeName {
  std::string name;
  std::string scope;  // the sheet that it belongs to, or empty
  std::string sheet;
  CellPlace first;
  CellPlace last;
};

struct Workbook {
  std::string path;
  std::vector<Sheet> sheets;
  std::vector<RangeName> names;

  // Without regard to case.
  const Sheet* find_sheet(std::string_view name) const;
  const RangeName* find_name(std::string_view name, std::string_view sheet) const;
};

// "Sheet!$B$4:$G$4", "'A b'!B4", "$Sheet1.$A$1:.$B$2" (OpenDocument); nothing for other formulas.
std::optional<RangeName> read_range(std::string_view text);

// .xlsx, .xlsm, .ods and .xls by their content; anything else is text with delimiters, a workbook
// of one sheet. `separator` is for those, 0 finds it out. `named_at` is the place that named the
// file. Nothing after an error: cannot_read_file, file_too_large, bad_spreadsheet.
std::optional<Workbook> load_workbook(const std::string& path, char separator, base::Span named_at,
                                      base::Diagnostics& diagnostics);

// The same for bytes at hand; `path` is for messages.
std::optional<Workbook> read_workbook(const std::string& path, std::string bytes, char separator,
                                      base::Span named_at, base::Diagnostics& diagnostics);

}  // namespace shamal::data
