#include <algorithm>

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/files.h"
#include "data/delimited.h"
#include "data/sheet_readers.h"

namespace shamal::data {

namespace {

// What a workbook may unpack to; real ones stay far below.
constexpr std::uint64_t kMostUnpacked = std::uint64_t{1} << 29;

constexpr std::string_view kZip = "PK\x03\x04";
constexpr std::string_view kCompoundFile = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

SheetFault read_zipped(std::string_view bytes, Workbook& workbook) {
  const auto size = unpacked_size(bytes);
  if (!size) {
    return "the zip archive is damaged";
  }
  if (*size > kMostUnpacked) {
    return fmt::format("it unpacks to {} bytes; {} are allowed", *size, kMostUnpacked);
  }
  // The first entry of an OpenDocument file is its media type, unpacked.
  const bool open_document =
      bytes.substr(0, 200).find("opendocument.spreadsheet") != std::string_view::npos;
  return open_document ? read_ods(bytes, workbook) : read_xlsx(bytes, workbook);
}

}  // namespace

SheetFault read_delimited_sheet(std::string_view bytes, char separator, Workbook& workbook) {
  const std::string text = base::to_utf8(std::string(bytes));
  Sheet& sheet = workbook.sheets.emplace_back();
  base::Sources sources;
  base::Diagnostics problems;
  const base::FileId file = sources.add(workbook.path, text);
  const char by = separator == 0 ? find_separator(text) : separator;
  std::size_t cells = 0;
  std::uint32_t within = 0;  // line ends inside of cells so far
  for (const Row& row : read_rows(sources, file, by, problems)) {
    const std::uint32_t line = sources.place(row.front().span).line - 1 - within;
    for (std::uint32_t column = 0; column < row.size(); ++column) {
      const std::string& content = row[column].text;
      if (line >= kMostRows || column >= kMostColumns || ++cells > kMostCells) {
        return "too many cells";
      }
      const auto number = read_number(content);
      sheet.set({line, column}, {number, number ? "" : content});
      within += static_cast<std::uint32_t>(std::count(content.begin(), content.end(), '\n'));
    }
  }
  if (problems.has_errors()) {
    return "a quotation mark has no partner";
  }
  return std::nullopt;
}

std::optional<Workbook> read_workbook(const std::string& path, std::string bytes, char separator,
                                      base::Span named_at, base::Diagnostics& diagnostics) {
  Workbook workbook;
  workbook.path = path;
  const std::string_view view = bytes;
  const SheetFault fault = view.starts_with(kZip) ? read_zipped(view, workbook)
                           : view.starts_with(kCompoundFile)
                               ? read_xls(view, workbook)
                               : read_delimited_sheet(view, separator, workbook);
  if (fault) {
    diagnostics.add(base::Code::bad_spreadsheet, named_at, fmt::format("{}: {}", path, *fault));
    return std::nullopt;
  }
  return workbook;
}

std::optional<Workbook> load_workbook(const std::string& path, char separator, base::Span named_at,
                                      base::Diagnostics& diagnostics) {
  std::optional<std::string> bytes = base::read_file(path, diagnostics, named_at);
  if (!bytes) {
    return std::nullopt;
  }
  return read_workbook(path, std::move(*bytes), separator, named_at, diagnostics);
}

}  // namespace shamal::data
