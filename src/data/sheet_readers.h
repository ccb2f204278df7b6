// The readers of spreadsheets; read_workbook chooses by a file's first bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "data/sheet.h"

namespace shamal::data {

// Cells of all sheets of a workbook together.
inline constexpr std::size_t kMostCells = 20'000'000;

// What a reader found wrong with a file, if it could not go on.
using SheetFault = std::optional<std::string>;

// Bytes that a zip archive says it will take when unpacked; nothing if it is not one.
std::optional<std::uint64_t> unpacked_size(std::string_view bytes);

// Throws if a part of the archive could lead its reader beyond its end.
void check_parts(std::string_view bytes);
SheetFault read_xlsx(std::string_view bytes, Workbook& workbook);
// Adds the texts that stand within their cells, which read_xlsx's library passes over. May throw.
void read_inline_texts(std::string_view bytes, Workbook& workbook);
// Adds the rows that stand for several, of which read_ods's library reads one. May throw.
void repeat_rows(std::string_view bytes, Workbook& workbook);
SheetFault read_ods(std::string_view bytes, Workbook& workbook);
SheetFault read_xls(std::string_view bytes, Workbook& workbook);

// One sheet without a name; `separator` 0 finds it out.
SheetFault read_delimited_sheet(std::string_view bytes, char separator, Workbook& workbook);

}  // namespace shamal::data
