// A graphical function as code finds it in memory: a row with what TableView holds beside the
// points; the points; and the points once more, column by column. In single precision all values
// are half as large.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "machine/table.h"

namespace shamal::machine {

inline constexpr std::int32_t kRowBytes = 64;

struct alignas(kRowBytes) TableBytes {
  std::array<std::byte, kRowBytes> bytes;
};

struct NativeTable {
  std::vector<TableBytes> rows;
  bool inside = false;  // as in TableView
  bool begins = false;
  bool steps = false;
  // What look-ups of it ask of a point besides the value or slope on its right.
  bool wants_x() const { return !(begins && steps); }
  bool wants_y() const { return !steps; }
  bool wants_left() const { return !begins; }
  // Bytes from the first row to the columns x, y, left, right, and of each: whole rows.
  std::int32_t columns = 0;
  std::int32_t column_bytes = 0;
};

// Values in the first row.
enum TableConstant : std::int32_t { kLeast, kMost, kPerX, kShift, kTop, kTableConstants };

inline constexpr std::int32_t kPointsOffset = kRowBytes;  // of their first, from the first row

// Of evenly spaced points.
NativeTable native_table(const TableView& table, bool single);

}  // namespace shamal::machine
