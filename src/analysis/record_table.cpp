#include "analysis/record_table.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/names.h"

namespace shamal::analysis {

using base::Code;

std::optional<std::size_t> RecordTable::column(std::string_view name) const {
  const auto found = std::find(keys.begin(), keys.end(), base::fold_name(name));
  return found == keys.end() ? std::nullopt
                             : std::optional(static_cast<std::size_t>(found - keys.begin()));
}

RecordTable read_record_table(const base::Sources& sources, base::FileId file,
                              std::initializer_list<std::string_view> required,
                              base::Diagnostics& diagnostics) {
  std::vector<data::Row> rows = data::read_rows(sources, file, ',', diagnostics);
  RecordTable table;
  if (rows.empty()) {
    diagnostics.add(Code::bad_table, {file, 0, 0}, "the file is empty");
    return table;
  }
  table.names = std::move(rows.front());
  for (const data::Cell& name : table.names) {
    table.keys.push_back(base::fold_name(name.text));
  }
  const base::Span header{file, table.names.front().span.begin, table.names.back().span.end};
  for (const std::string_view name : required) {
    if (!table.column(name)) {
      diagnostics.add(Code::bad_table, header, fmt::format("there is no column \"{}\"", name),
                      fmt::format("name a column \"{}\" in the first row", name));
    }
  }
  for (std::size_t i = 1; i < rows.size(); ++i) {
    data::Row& row = rows[i];
    if (row.size() == table.names.size()) {
      table.rows.push_back(std::move(row));
      continue;
    }
    diagnostics.add(Code::bad_table, {file, row.front().span.begin, row.back().span.end},
                    fmt::format("this row has {} values and the first row names {} columns",
                                row.size(), table.names.size()),
                    "put quotes around a text that contains a comma");
  }
  return table;
}

}  // namespace shamal::analysis
