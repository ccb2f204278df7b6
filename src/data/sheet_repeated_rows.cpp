// Rows that an OpenDocument sheet says once (table:number-rows-repeated), as office programs write
// rows that are alike [OpenDocument 1.2, part 1, 9.1.3 and 19.676]. liborcus reads the first of
// them only; here it is copied to the others.
#include <algorithm>
#include <charconv>
#include <stdexcept>

#include <fmt/format.h>
#include <orcus/zip_archive.hpp>
#include <orcus/zip_archive_stream.hpp>

#include "data/sheet_readers.h"
#include "data/sheet_xml.h"

namespace shamal::data {

namespace {

// At least 1, at most `most`.
std::uint32_t count(const Attributes& attributes, std::string_view name, std::uint32_t most) {
  const std::string_view text = value(attributes, name);
  std::uint64_t number = 1;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec == std::errc::result_out_of_range) {
    return most;
  }
  return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(number, 1, most));
}

class RepeatedRows : public Handler<RepeatedRows> {
 public:
  RepeatedRows(Workbook& workbook, std::size_t& left) : workbook_(workbook), left_(left) {}

  void element(std::string_view name, const Attributes& attributes) {
    if (name == "table") {
      sheet_ =
          std::find_if(workbook_.sheets.begin(), workbook_.sheets.end(),
                       [&](const Sheet& one) { return one.name == value(attributes, "name"); });
      row_ = 0;
      rows_ = 0;
    } else if (name == "table-row") {
      row_ = std::min(row_ + rows_, kMostRows);
      rows_ = count(attributes, "number-rows-repeated", kMostRows);
      column_ = 0;
    } else if (name == "table-cell" || name == "covered-table-cell") {
      const std::uint32_t columns = count(attributes, "number-columns-repeated", kMostColumns);
      if (rows_ > 1 && sheet_ != workbook_.sheets.end()) {
        copy(columns);
      }
      column_ = std::min(column_ + columns, kMostColumns);
    }
  }

 private:
  void copy(std::uint32_t columns) {
    for (std::uint32_t c = column_; c < std::min(column_ + columns, kMostColumns); ++c) {
      const SheetCell cell = row_ < kMostRows ? sheet_->at({row_, c}) : SheetCell{};
      for (std::uint32_t r = row_ + 1; r < std::min(row_ + rows_, kMostRows) && !cell.blank();
           ++r) {
        if (left_ == 0) {
          throw std::runtime_error(fmt::format("more than {} cells", kMostCells));
        }
        --left_;
        sheet_->set({r, c}, cell);
      }
    }
  }

  Workbook& workbook_;
  std::size_t& left_;
  std::vector<Sheet>::iterator sheet_ = workbook_.sheets.end();
  std::uint32_t row_ = 0;
  std::uint32_t rows_ = 0;  // that this one stands for
  std::uint32_t column_ = 0;
};

}  // namespace

void repeat_rows(std::string_view bytes, Workbook& workbook) {
  orcus::zip_archive_stream_blob stream(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                        bytes.size());
  orcus::zip_archive archive(&stream);
  archive.load();
  std::vector<unsigned char> content;
  if (!archive.read_file_entry("content.xml", content)) {
    return;
  }
  std::size_t left = kMostCells;
  for (const Sheet& sheet : workbook.sheets) {
    left -= std::min(left, sheet.cells());
  }
  RepeatedRows rows(workbook, left);
  parse(content, rows);
}

}  // namespace shamal::data
