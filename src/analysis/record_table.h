// A table of text cells under a row of names, in a comma-separated file: what the files of
// observations and of sources are.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"
#include "base/source.h"
#include "data/delimited.h"

namespace shamal::analysis {

struct RecordTable {
  data::Row names;
  std::vector<std::string> keys;  // of the names, as they are looked up
  std::vector<data::Row> rows;    // each as long as `names`

  std::optional<std::size_t> column(std::string_view name) const;
};

// Adds bad_table for a file without names, for a row of another length (which is left out), for a
// quote that never closes, and for each name of `required` that is missing.
RecordTable read_record_table(const base::Sources& sources, base::FileId file,
                              std::initializer_list<std::string_view> required,
                              base::Diagnostics& diagnostics);

}  // namespace shamal::analysis
