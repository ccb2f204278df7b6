// Text cut into rows of cells: CSV as RFC 4180 has it, and the same with tabs or semicolons.
//
// Lenient where vendors are: lines may end in \n, \r\n or \r; the last may lack its end; spaces
// around a quoted cell are ignored. A quote inside a cell that does not begin with one is a quote.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"
#include "base/source.h"

namespace shamal::data {

struct Cell {
  std::string text;  // quotes removed, blanks at the ends removed
  base::Span span;   // as it stands in the file, with its quotes
};

using Row = std::vector<Cell>;

// The separator that the first line with text speaks for: a tab if it has one outside quotes, or
// else whichever of comma and semicolon it has more of.
char find_separator(std::string_view text);

// All lines with text in them. Adds bad_table for a quote that never closes.
std::vector<Row> read_rows(const base::Sources& sources, base::FileId file, char separator,
                           base::Diagnostics& diagnostics);

// A decimal number as programs write them: 1, -2.5e+06, .5, inf, nan. Nothing if the whole text is
// not one.
std::optional<double> read_number(std::string_view text);

// The shortest text with at most `digits` significant digits that is as near to the value as any
// such text; 17 digits give every value back exactly. "nan" and "inf" for those.
std::string number_text(double value, int digits);

// The text as a cell: in quotes if it holds a quote, a line end, blanks at an end, or what a reader
// might take for the separator.
std::string cell_text(std::string_view text, char separator);

}  // namespace shamal::data
