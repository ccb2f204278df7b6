// The pipeline from a model file to something that can be run. A newcomer's first file.
//
//   Source ─read→ ParsedModel ─resolve→ Model ─lower→ Program ─prepare→ Kernel ─simulate→ Dataset
#pragma once

#include <optional>
#include <string>

#include "base/diagnostics.h"
#include "ir/layout.h"
#include "ir/program.h"
#include "machine/kernel.h"
#include "model/model.h"
#include "syntax/parsed_model.h"

namespace shamal::api {

struct CompiledModel {
  std::string path;
  std::string sha256;  // of the texts of the model file and the files that it names, as read
  syntax::ParsedModel parsed;
  model::Model model;
  ir::Program program;
  ir::Layout layout;
  machine::Kernel kernel;
};

// Every problem of the file (and of the files that it names) is reported; nothing if one of them is
// an error.
std::optional<CompiledModel> compile(const std::string& path, base::Sources& sources,
                                     base::Diagnostics& diagnostics);

}  // namespace shamal::api
