// Model files by the endings of their names.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/diagnostics.h"
#include "base/source.h"
#include "syntax/parsed_model.h"

namespace shamal::syntax {

struct ReaderRow {
  std::string_view name;                         // for people: "XMILE"
  std::span<const std::string_view> extensions;  // lower case, with the dot
  std::string (*to_text)(std::string bytes);     // UTF-8, if the reader can make it so
  std::optional<ParsedModel> (*read)(base::FileId, const base::Sources&, base::Diagnostics&);
};

std::span<const ReaderRow> readers();

// The reader for a file of this name, in any case of letters; null if there is none.
const ReaderRow* find_reader(std::string_view path);

// Loads the file, adds its text to the sources and reads it.
std::optional<ParsedModel> read_model_file(const std::string& path, base::Sources& sources,
                                           base::Diagnostics& diagnostics);

}  // namespace shamal::syntax
