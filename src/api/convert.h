// A model file in another language, or without its modules: what `shamal convert` writes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/compile.h"
#include "base/diagnostics.h"
#include "model/translate.h"

namespace shamal::api {

struct ConvertRequest {
  std::string input;
  std::string output;  // its ending tells the language
  bool flatten = false;
  CompileInputs inputs;
};

struct Conversion {
  std::string text;
  std::vector<std::string> losses;  // one sentence each
  std::vector<model::Translation::Renamed> variables;
  std::vector<model::Translation::Renamed> elements;
};

// Within one language the file is written as it was understood, modules, macros and data files
// included, unless it is to be flat; else it is translated. Nothing after errors. Does not write.
std::optional<Conversion> convert(const ConvertRequest& request, base::Sources& sources,
                                  base::Diagnostics& diagnostics);

}  // namespace shamal::api
