// The standard library of models, as text.
//
// Builtins with memory (SMOOTH, DELAY, TREND ...) are written as small XMILE models in
// `src/model/stdlib/`. The build puts their text into the library, so that a program needs no
// files beside itself to resolve them; `cmake/embed.cmake` writes the definition.
#pragma once

#include <span>
#include <string_view>

namespace shamal::model {

struct StdlibFile {
  std::string_view name;  // file name within src/model/stdlib, e.g. "smth3.xmile"
  std::string_view text;  // the file as it stands, UTF-8
};

// Every file of the folder, sorted by name; empty when the folder holds none.
std::span<const StdlibFile> stdlib_files();

}  // namespace shamal::model
