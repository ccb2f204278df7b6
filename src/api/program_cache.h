// Programs kept between processes, so that a large model is read and compiled once for each change
// of its text.
//
// An entry is a file in a folder of the user's, named by what was asked for: this very executable,
// the model's path, and what came with it. It says which files were read and what they held; if any
// of them is different now, or another file is there, the model is compiled again. What the
// compiler had to say is kept with the program and said again. An entry that is damaged is as good
// as none.
#pragma once

#include <string>

#include "api/compile.h"
#include "ir/program_file.h"

namespace shamal::api {

// $SHAMAL_CACHE; else shamal in $XDG_CACHE_HOME, else in ~/.cache. Empty: nothing is kept, as when
// SHAMAL_CACHE is set to nothing.
std::string program_cache_folder();

// As compile(), by way of the folder. Kept are programs of kLeastKept instructions and more, the
// kMostKept that were made last; a folder that cannot be written is no error.
inline constexpr std::size_t kLeastKept = 1000;
inline constexpr std::size_t kMostKept = 32;
std::optional<Runnable> compile_cached(const std::string& path, base::Sources& sources,
                                       base::Diagnostics& diagnostics, const CompileInputs& inputs,
                                       const std::string& folder);

ir::ProgramFile program_file(Runnable compiled);

}  // namespace shamal::api
