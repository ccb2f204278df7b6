#include "machine/native_table.h"

#include <cstring>

namespace shamal::machine {

namespace {

template <class Value>
NativeTable table_of(const TableView& table) {
  constexpr std::size_t kCount = kRowBytes / sizeof(Value);
  static_assert(static_cast<std::size_t>(kTableConstants) <= kCount);
  std::vector<Value> values;
  const auto fill_row = [&] { values.resize((values.size() + kCount - 1) / kCount * kCount); };
  for (const double value : {table.least, table.most, table.per_x, table.shift, table.top}) {
    values.push_back(static_cast<Value>(value));
  }
  fill_row();
  for (std::size_t i = 0; i < table.points; ++i) {
    const TablePoint& point = table.point[i];
    for (const double value : {point.x, point.y, point.left, point.right}) {
      values.push_back(static_cast<Value>(value));
    }
  }
  fill_row();
  const std::size_t columns = values.size();
  for (const auto column :
       {&TablePoint::x, &TablePoint::y, &TablePoint::left, &TablePoint::right}) {
    for (std::size_t i = 0; i < table.points; ++i) {
      values.push_back(static_cast<Value>(table.point[i].*column));
    }
    fill_row();
  }
  NativeTable made;
  made.rows.resize(values.size() / kCount);
  std::memcpy(made.rows.data(), values.data(), values.size() * sizeof(Value));
  made.inside = table.inside;
  made.begins = table.begins;
  made.steps = table.steps;
  made.columns = static_cast<std::int32_t>(columns * sizeof(Value));
  made.column_bytes = static_cast<std::int32_t>((values.size() - columns) / 4 * sizeof(Value));
  return made;
}

}  // namespace

NativeTable native_table(const TableView& table, bool single) {
  return single ? table_of<float>(table) : table_of<double>(table);
}

}  // namespace shamal::machine
