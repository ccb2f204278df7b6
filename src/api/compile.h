// The pipeline from a model file to something that can be run. A newcomer's first file.
//
//   Source ─read→ ParsedModel ─resolve→ Model ─lower→ Program ─prepare→ Kernel ─simulate→ Dataset
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "ir/layout.h"
#include "ir/program.h"
#include "machine/kernel.h"
#include "model/model.h"
#include "model/resolve.h"
#include "syntax/parsed_model.h"

namespace shamal::api {

// The times of a model's own runs.
struct RunTimes {
  double start = 0;
  double stop = 0;
  double dt = 1;
  double save_interval = 1;
  std::string method;
  std::string time_unit;
  // Variables that give these times anew at each step (Vensim); empty: none.
  std::string dt_by;
  std::string stop_by;
  std::string save_by;
};

// What a run takes of a compiled model: what api/program_cache.h keeps.
struct Runnable {
  std::string path;
  std::string sha256;  // of the texts of the model file and the files that it names, as read
  std::string name;
  RunTimes times;
  ir::Program program;
  ir::Layout layout;
  machine::Kernel kernel;
};

struct CompiledModel : Runnable {
  syntax::ParsedModel parsed;  // as the file says it
  model::ModelFiles files;     // and those that its modules name
  model::Model model;
};

// What a request brings along besides the model file.
struct CompileInputs {
  std::vector<std::string> changes;    // Vensim's changes files (.cin); the last change wins
  std::vector<std::string> data;       // results that data variables take their values from
  std::vector<std::string> file_tags;  // "?name=path": a file that the model names by a tag
  std::string data_folder;             // where the files lie that the model names; empty: beside it
  // What else is changed of what the file says, after everything above; false: not compiled.
  std::function<bool(syntax::ParsedModel&, base::Sources&, base::Diagnostics&)> edit;
};

// Every problem of the file (and of the files that it names) is reported; nothing if one of them is
// an error.
std::optional<CompiledModel> compile(const std::string& path, base::Sources& sources,
                                     base::Diagnostics& diagnostics,
                                     const CompileInputs& inputs = {});

// What follows reading, for a model that was changed in memory: the file, and those that it names
// as far as they are known. `path` names it in messages; there is no hash of a text.
std::optional<CompiledModel> compile_parsed(const std::string& path, syntax::ParsedModel parsed,
                                            base::Sources& sources, base::Diagnostics& diagnostics,
                                            model::ModelFiles files = {});

}  // namespace shamal::api
