#include "api/emit.h"

#include <array>

#include <fmt/format.h>

#include "cli/model_inputs.h"
#include "cli/output.h"

namespace shamal::cli {

namespace {

// The one stage that is no text.
constexpr const char* kBytes = "bytes";

struct Options {
  std::string model;
  api::CompileInputs inputs;
  std::string stage = "model";
  std::string output;
};

int emit(const Options& options, const Common& common) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  const bool bytes = options.stage == kBytes;
  const auto text =
      bytes ? api::emit_bytes(options.model, sources, diagnostics, options.inputs)
            : api::emit(options.model, options.stage, sources, diagnostics, options.inputs);
  if (!text) {
    return fail(diagnostics, sources, common);
  }
  print_diagnostics(diagnostics, sources, common);
  if (common.json && !bytes) {
    print_json({{"model", options.model}, {"stage", options.stage}, {"text", *text}}, diagnostics,
               sources);
    return kSuccess;
  }
  return write_text(*text, options.output, diagnostics) ? kSuccess
                                                        : fail(diagnostics, sources, common);
}

}  // namespace

std::function<int()> set_up_emit(CLI::App& app, const Common& common) {
  const auto options = std::make_shared<Options>();
  app.add_option("model", options->model, "Model file")->required();
  add_model_inputs(app, options->inputs);
  std::vector<std::string> stages;
  for (const api::EmitStage& stage : api::emit_stages()) {
    stages.emplace_back(stage.name);
  }
  stages.emplace_back(kBytes);
  app.add_option("--stage", options->stage,
                 api::emit_stages_help() + "; bytes (the program for a web page)")
      ->check(CLI::IsMember(stages))
      ->default_val("model");
  app.add_option("-o,--output", options->output, "File to write; default: standard output");
  return [options, &common] { return emit(*options, common); };
}

}  // namespace shamal::cli
