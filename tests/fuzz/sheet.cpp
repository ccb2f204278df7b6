// Any bytes as a spreadsheet: its cells and names read.
#include <cstdint>
#include <string>

#include "data/sheet_values.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace shamal;
  base::Diagnostics diagnostics;
  const auto workbook = data::read_workbook(
      "a", std::string(reinterpret_cast<const char*>(data), size), '\0', {}, diagnostics);
  if (workbook) {
    data::BadCells bad;
    for (const data::Sheet& sheet : workbook->sheets) {
      data::read_points(sheet, {data::Direction::across, 0, {1, 1}, data::kMostRows}, 0, bad);
      data::read_names(sheet, {0, 0}, data::Direction::down);
    }
  }
  return 0;
}
