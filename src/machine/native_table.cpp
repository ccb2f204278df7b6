#include "machine/native_table.h"

#include <cstring>

namespace shamal::machine {

namespace {

template <class Value>
NativeTable table_of(const TableView& table) {
  constexpr std::size_t kCount = kRowBytes / sizeof(Value);
  std::vector<Value> values;
  for (const double value : {table.least, table.most, table.per_x, table.shift, table.top}) {
    values.insert(values.end(), kCount, static_cast<Value>(value));
  }
  for (std::size_t i = 0; i < table.points; ++i) {
    const TablePoint& point = table.point[i];
    for (const double value : {point.x, point.y, point.left, point.right}) {
      values.push_back(static_cast<Value>(value));
    }
  }
  NativeTable made{std::vector<TablePoint>((values.size() + kCount - 1) / kCount), table.inside};
  std::memcpy(made.rows.data(), values.data(), values.size() * sizeof(Value));
  return made;
}

}  // namespace

NativeTable native_table(const TableView& table, bool single) {
  return single ? table_of<float>(table) : table_of<double>(table);
}

}  // namespace shamal::machine
