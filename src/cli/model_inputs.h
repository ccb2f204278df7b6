// Options of every command that compiles a model: what is brought along besides its file.
#pragma once

#include <CLI/CLI.hpp>

#include "api/compile.h"

namespace shamal::cli {

void add_model_inputs(CLI::App& app, api::CompileInputs& inputs);

// --no-cache: `folder`, where programs are kept (api/program_cache.h), becomes empty.
void add_cache_option(CLI::App& app, std::string& folder);

}  // namespace shamal::cli
