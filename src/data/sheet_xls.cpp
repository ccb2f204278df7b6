// Workbooks of Excel before 2007 (.xls) by FreeXL, which reads files by path only: the bytes are
// put into a temporary one. It gives no names of ranges.
#include <cstdlib>
#include <filesystem>
#include <memory>

#include <fcntl.h>
#include <fmt/format.h>
#include <freexl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "data/sheet_readers.h"

namespace shamal::data {

namespace {

// A file in memory, with a path as long as this object lives.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : descriptor_(memfd_create("workbook", MFD_CLOEXEC)) {
    while (good() && !bytes.empty()) {
      const ssize_t written = write(descriptor_, bytes.data(), bytes.size());
      if (written <= 0) {
        close(descriptor_);
        descriptor_ = -1;
        return;
      }
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  ~MemoryFile() {
    if (good()) {
      close(descriptor_);
    }
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  bool good() const { return descriptor_ >= 0; }
  std::string path() const { return fmt::format("/proc/self/fd/{}", descriptor_); }

 private:
  int descriptor_;
};

SheetCell cell_of(const FreeXL_CellValue& value) {
  switch (value.type) {
    case FREEXL_CELL_INT:
      return {static_cast<double>(value.value.int_value), {}};
    case FREEXL_CELL_DOUBLE:
      return {value.value.double_value, {}};
    case FREEXL_CELL_TEXT:
    case FREEXL_CELL_SST_TEXT:
    case FREEXL_CELL_DATE:
    case FREEXL_CELL_DATETIME:
    case FREEXL_CELL_TIME:
      return {std::nullopt, value.value.text_value == nullptr ? "" : value.value.text_value};
    default:
      return {};
  }
}

SheetFault read_sheets(const void* handle, Workbook& workbook) {
  unsigned int sheets = 0;
  if (const int code = freexl_get_info(handle, FREEXL_BIFF_SHEET_COUNT, &sheets);
      code != FREEXL_OK) {
    return fmt::format("FreeXL error {}", code);
  }
  std::size_t left = kMostCells;
  for (unsigned int s = 0; s < sheets; ++s) {
    const char* name = nullptr;
    unsigned int rows = 0;
    unsigned short columns = 0;
    if (freexl_get_worksheet_name(handle, static_cast<unsigned short>(s), &name) != FREEXL_OK ||
        freexl_select_active_worksheet(handle, static_cast<unsigned short>(s)) != FREEXL_OK ||
        freexl_worksheet_dimensions(handle, &rows, &columns) != FREEXL_OK) {
      continue;
    }
    Sheet& sheet = workbook.sheets.emplace_back();
    sheet.name = name == nullptr ? "" : name;
    for (unsigned int row = 0; row < rows && row < kMostRows; ++row) {
      for (unsigned short column = 0; column < columns && column < kMostColumns; ++column) {
        FreeXL_CellValue value;
        if (freexl_get_cell_value(handle, row, column, &value) != FREEXL_OK) {
          continue;
        }
        if (left-- == 0) {
          return fmt::format("more than {} cells", kMostCells);
        }
        sheet.set({row, column}, cell_of(value));
      }
    }
  }
  return std::nullopt;
}

}  // namespace

SheetFault read_xls(std::string_view bytes, Workbook& workbook) {
  const MemoryFile file(bytes);
  if (!file.good()) {
    return "no memory for a copy of it";
  }
  const void* handle = nullptr;
  const int code = freexl_open(file.path().c_str(), &handle);
  SheetFault fault = code == FREEXL_OK ? read_sheets(handle, workbook)
                                       : SheetFault(fmt::format("FreeXL error {}", code));
  freexl_close(handle);
  return fault;
}

}  // namespace shamal::data
