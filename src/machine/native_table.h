// A graphical function as code finds it in memory: what TableView holds, each value as often as a
// vector register may take it, then the points. In single precision all are half as large.
#pragma once

#include <cstdint>
#include <vector>

#include "machine/table.h"

namespace shamal::machine {

struct NativeTable {
  std::vector<TablePoint> rows;
  bool inside = false;  // as in TableView
};

// Rows before the points.
enum TableRow : std::int32_t { kLeast, kMost, kPerX, kShift, kTop, kPoints };
inline constexpr std::int32_t kRowBytes = 32;
static_assert(sizeof(TablePoint) == kRowBytes);

// Of evenly spaced points.
NativeTable native_table(const TableView& table, bool single);

}  // namespace shamal::machine
