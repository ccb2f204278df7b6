// Workbooks of Excel before 2007 (.xls) by FreeXL, which reads files by path only: the bytes are
// put into a file in memory. It gives no names of ranges.
//
// FreeXL 1.0.6 believes what a damaged file says of its own lengths and reads outside of its
// buffers (found by tests/fuzz/sheet.cpp). So it runs in a process of its own, which writes what it
// finds into another file in memory, a record a sheet or cell, and "end" last; whatever happens to
// that process, the file is then read or refused.
#include <algorithm>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <fmt/format.h>
#include <freexl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "data/sheet_readers.h"

namespace shamal::data {

namespace {

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor, bytes.data(), bytes.size());
    if (written <= 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// A file in memory, with a path as long as this object lives.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes)
      : descriptor_(memfd_create("workbook", MFD_CLOEXEC)),
        good_(descriptor_ >= 0 && write_all(descriptor_, bytes)) {}
  ~MemoryFile() {
    if (descriptor_ >= 0) {
      close(descriptor_);
    }
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  bool good() const { return good_; }
  int descriptor() const { return descriptor_; }
  std::string path() const { return fmt::format("/proc/self/fd/{}", descriptor_); }

  std::string contents() const {
    std::string bytes(static_cast<std::size_t>(std::max<off_t>(0, lseek(descriptor_, 0, SEEK_END))),
                      '\0');
    std::size_t have = 0;
    while (have < bytes.size()) {
      const ssize_t got =
          pread(descriptor_, bytes.data() + have, bytes.size() - have, static_cast<off_t>(have));
      if (got <= 0) {
        break;
      }
      have += static_cast<std::size_t>(got);
    }
    bytes.resize(have);
    return bytes;
  }

 private:
  int descriptor_;
  bool good_;
};

// ---- records, between the two processes

enum class Record : std::uint8_t { sheet, number, text, fault, end };

struct RecordHead {
  Record kind = Record::end;
  CellPlace place;           // of a cell
  double number = 0;         // of a number
  std::uint32_t length = 0;  // of the text that follows
};

class RecordWriter {
 public:
  explicit RecordWriter(int descriptor) : descriptor_(descriptor) {}

  void add(RecordHead head, std::string_view text = {}) {
    head.length = static_cast<std::uint32_t>(text.size());
    char bytes[sizeof head];
    std::memcpy(bytes, &head, sizeof head);
    waiting_.append(bytes, sizeof head).append(text);
    if (waiting_.size() > kMostWaiting) {
      flush();
    }
  }
  void flush() {
    good_ = good_ && write_all(descriptor_, waiting_);
    waiting_.clear();
  }
  bool good() const { return good_; }

 private:
  static constexpr std::size_t kMostWaiting = 1 << 16;
  int descriptor_;
  std::string waiting_;
  bool good_ = true;
};

SheetFault take(std::string_view records, Workbook& workbook) {
  while (records.size() >= sizeof(RecordHead)) {
    RecordHead head;
    std::memcpy(&head, records.data(), sizeof head);
    records.remove_prefix(sizeof head);
    if (head.length > records.size()) {
      break;
    }
    const std::string_view text = records.substr(0, head.length);
    records.remove_prefix(head.length);
    switch (head.kind) {
      case Record::sheet:
        workbook.sheets.emplace_back().name = text;
        break;
      case Record::number:
      case Record::text:
        if (workbook.sheets.empty() || head.place.row >= kMostRows ||
            head.place.column >= kMostColumns) {
          return "FreeXL fails on it";
        }
        workbook.sheets.back().set(head.place, head.kind == Record::number
                                                   ? SheetCell{head.number, {}}
                                                   : SheetCell{std::nullopt, std::string(text)});
        break;
      case Record::fault:
        return std::string(text);
      case Record::end:
        return std::nullopt;
      default:
        return "FreeXL fails on it";
    }
  }
  return "FreeXL fails on it";
}

// ---- the process that reads

void add_cell(CellPlace place, const FreeXL_CellValue& value, RecordWriter& into) {
  switch (value.type) {
    case FREEXL_CELL_INT:
      into.add({Record::number, place, static_cast<double>(value.value.int_value)});
      break;
    case FREEXL_CELL_DOUBLE:
      into.add({Record::number, place, value.value.double_value});
      break;
    case FREEXL_CELL_TEXT:
    case FREEXL_CELL_SST_TEXT:
    case FREEXL_CELL_DATE:
    case FREEXL_CELL_DATETIME:
    case FREEXL_CELL_TIME:
      into.add({Record::text, place},
               value.value.text_value == nullptr ? "" : value.value.text_value);
      break;
    default:
      break;
  }
}

SheetFault read_sheets(const void* handle, RecordWriter& into) {
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
    into.add({Record::sheet, {}}, name == nullptr ? "" : name);
    for (unsigned int row = 0; row < rows && row < kMostRows; ++row) {
      for (unsigned short column = 0; column < columns && column < kMostColumns; ++column) {
        FreeXL_CellValue value;
        if (freexl_get_cell_value(handle, row, column, &value) != FREEXL_OK) {
          continue;
        }
        if (left-- == 0) {
          return fmt::format("more than {} cells", kMostCells);
        }
        add_cell({row, column}, value, into);
      }
    }
  }
  return std::nullopt;
}

// What the library prints when it dies tells the user nothing; its time is bounded.
[[noreturn]] void read_and_leave(const MemoryFile& file, const MemoryFile& found) {
  const int nowhere = open("/dev/null", O_WRONLY);
  dup2(nowhere, STDOUT_FILENO);
  dup2(nowhere, STDERR_FILENO);
  constexpr rlim_t kMostSeconds = 60;
  const rlimit seconds{kMostSeconds, kMostSeconds};
  setrlimit(RLIMIT_CPU, &seconds);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);

  RecordWriter into(found.descriptor());
  const void* handle = nullptr;
  const int code = freexl_open(file.path().c_str(), &handle);
  const SheetFault fault = code == FREEXL_OK ? read_sheets(handle, into)
                                             : SheetFault(fmt::format("FreeXL error {}", code));
  into.add({fault ? Record::fault : Record::end, {}}, fault.value_or(""));
  into.flush();
  _exit(into.good() ? 0 : 1);
}

}  // namespace

SheetFault read_xls(std::string_view bytes, Workbook& workbook) {
  const MemoryFile file(bytes);
  const MemoryFile found({});
  if (!file.good() || !found.good()) {
    return "no memory for a copy of it";
  }
  const pid_t reader = fork();
  if (reader == 0) {
    read_and_leave(file, found);
  }
  int status = 0;
  if (reader < 0 || waitpid(reader, &status, 0) != reader) {
    return "no process to read it in";
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    return "FreeXL fails on it";
  }
  return take(found.contents(), workbook);
}

}  // namespace shamal::data
