#include "api/document.h"

#include <filesystem>

#include <fmt/format.h>

#include "cli/model_commands.h"
#include "cli/model_inputs.h"
#include "cli/output.h"

namespace shamal::cli {

namespace {

struct Options {
  std::string model;
  std::string output;
  api::CompileInputs inputs;
};

int document(const Options& options, const Common& common) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  std::error_code ignored;
  if (std::filesystem::equivalent(options.model, options.output, ignored)) {
    diagnostics.add(base::Code::request_bad_value, {},
                    fmt::format("--output \"{}\" is the model itself", options.output),
                    "give the output another name: a model is not overwritten");
    return fail(diagnostics, sources, common);
  }
  const auto page = api::document(options.model, sources, diagnostics, options.inputs);
  if (!page || !write_text(*page, options.output, diagnostics)) {
    return fail(diagnostics, sources, common);
  }
  print_diagnostics(diagnostics, sources, common);
  if (common.json) {
    print_json({{"model", options.model}, {"output", options.output}, {"bytes", page->size()}},
               diagnostics, sources);
  } else {
    fmt::print("{} -> {}, {} KiB\n", options.model, options.output, (page->size() + 1023) / 1024);
  }
  return kSuccess;
}

}  // namespace

std::function<int()> set_up_document(CLI::App& app, const Common& common) {
  const auto options = std::make_shared<Options>();
  app.add_option("model", options->model, "Model file")->required();
  app.add_option("-o,--output", options->output, "HTML file to write")->required();
  add_model_inputs(app, options->inputs);
  return [options, &common] { return document(*options, common); };
}

}  // namespace shamal::cli
