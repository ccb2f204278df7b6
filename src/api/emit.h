// A model as one of the stages sees it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "api/compile.h"
#include "base/diagnostics.h"

namespace shamal::api {

struct EmitStage {
  std::string_view name;
  std::string_view summary;
};

std::span<const EmitStage> emit_stages();
std::string emit_stages_help();

// Nothing after errors, which are reported. Requires a stage of the table.
std::optional<std::string> emit(const std::string& path, std::string_view stage,
                                base::Sources& sources, base::Diagnostics& diagnostics,
                                const CompileInputs& inputs = {});

// The program as bytes (ir/program_file.h), for a web page; with it come the model's own times.
// Nothing after errors, which are reported.
std::optional<std::string> emit_bytes(const std::string& path, base::Sources& sources,
                                      base::Diagnostics& diagnostics,
                                      const CompileInputs& inputs = {});

}  // namespace shamal::api
