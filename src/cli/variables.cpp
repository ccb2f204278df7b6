#include <fmt/format.h>

#include "api/compile.h"
#include "api/json.h"
#include "cli/model_inputs.h"
#include "cli/output.h"

namespace shamal::cli {

namespace {

struct Options {
  std::string model;
  api::CompileInputs inputs;
  std::string kind;
  bool hidden = false;
};

int variables(const Options& options, const Common& common) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  const auto compiled = api::compile(options.model, sources, diagnostics, options.inputs);
  if (!compiled) {
    return fail(diagnostics, sources, common);
  }
  print_diagnostics(diagnostics, sources, common);
  nlohmann::json list = nlohmann::json::array();
  for (const ir::LayoutVariable& variable : compiled->layout.variables) {
    if ((variable.hidden && !options.hidden) ||
        (!options.kind.empty() && ir::kind_name(variable.kind) != options.kind)) {
      continue;
    }
    if (common.json) {
      list.push_back(api::to_json(variable, compiled->layout));
      continue;
    }
    std::string dimensions;
    for (const std::uint32_t dimension : variable.dimensions) {
      dimensions += (dimensions.empty() ? "" : ",") + compiled->layout.dimensions[dimension].name;
    }
    fmt::print("{:<9}  {}{}  {}\n", ir::kind_name(variable.kind), variable.name,
               dimensions.empty() ? "" : fmt::format("[{}]", dimensions), variable.unit);
  }
  if (common.json) {
    print_json({{"model", options.model}, {"variables", list}}, diagnostics, sources);
  }
  return kSuccess;
}

}  // namespace

std::function<int()> set_up_variables(CLI::App& app, const Common& common) {
  const auto options = std::make_shared<Options>();
  app.add_option("model", options->model, "Model file")->required();
  add_model_inputs(app, options->inputs);
  app.add_option("--kind", options->kind, "Only those of this kind")
      ->check(CLI::IsMember({"stock", "flow", "auxiliary", "constant"}));
  app.add_flag("--hidden", options->hidden, "Also what builtins keep inside: stages of delays");
  return [options, &common] { return variables(*options, common); };
}

}  // namespace shamal::cli
