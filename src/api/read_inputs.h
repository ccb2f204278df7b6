// The first step of compile(), for commands that look at a model without running it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/compile.h"
#include "base/diagnostics.h"
#include "syntax/parsed_model.h"

namespace shamal::api {

// A model file as read, and with what a request brings along.
struct ReadModel {
  syntax::ParsedModel written;            // as the file says it
  syntax::ParsedModel complete;           // with changes, and with the data that it names
  std::vector<std::string> fingerprints;  // of files that are no source texts
};

// Every problem of the file is reported; nothing if it could not be read, or data are missing.
std::optional<ReadModel> read_with_inputs(const std::string& path, base::Sources& sources,
                                          base::Diagnostics& diagnostics,
                                          const CompileInputs& inputs = {});

}  // namespace shamal::api
