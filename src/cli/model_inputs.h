// Options of every command that compiles a model: what is brought along besides its file.
#pragma once

#include <CLI/CLI.hpp>

#include "api/compile.h"

namespace shamal::cli {

void add_model_inputs(CLI::App& app, api::CompileInputs& inputs);

}  // namespace shamal::cli
