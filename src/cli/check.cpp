#include <fmt/format.h>

#include "api/compile.h"
#include "cli/model_inputs.h"
#include "cli/output.h"

namespace shamal::cli {

namespace {

struct Options {
  std::string model;
  api::CompileInputs inputs;
  bool strict = false;
};

int check(const Options& options, const Common& common) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  const auto compiled = api::compile(options.model, sources, diagnostics, options.inputs);
  print_diagnostics(diagnostics, sources, common);
  const bool passed = compiled && !(options.strict && diagnostics.warnings() > 0);
  nlohmann::json reply = {{"model", options.model},
                          {"passed", passed},
                          {"errors", diagnostics.errors()},
                          {"warnings", diagnostics.warnings()}};
  if (compiled) {
    std::size_t stocks = 0;
    std::size_t shown = 0;
    std::size_t without_unit = 0;
    std::size_t elements = 0;
    for (const ir::LayoutVariable& variable : compiled->layout.variables) {
      if (variable.hidden || variable.alias) {
        continue;
      }
      ++shown;
      elements += variable.count;
      stocks += variable.kind == ir::VariableKind::stock ? 1 : 0;
      without_unit += variable.unit.empty() ? 1 : 0;
    }
    const model::SimSpecs& sim = compiled->model.sim;
    reply["variables"] = shown;
    reply["stocks"] = stocks;
    reply["elements"] = elements;
    reply["without_unit"] = without_unit;
    reply["dimensions"] = compiled->layout.dimensions.size();
    if (!common.json) {
      fmt::print(
          "{}  {} variables ({} stocks, {} dimensions, {} array elements in all)  {} dt={} "
          "{} to {} {}\n",
          options.model, shown, stocks, compiled->layout.dimensions.size(), elements, sim.method,
          sim.dt, sim.start, sim.stop, sim.time_unit);
      if (without_unit > 0) {
        fmt::print("units: {} of {} variables have none, and are not checked\n", without_unit,
                   shown);
      }
    }
  }
  if (common.json) {
    print_json(std::move(reply), diagnostics, sources);
  } else {
    fmt::print("{} errors, {} warnings\n", diagnostics.errors(), diagnostics.warnings());
  }
  return passed ? kSuccess : kModelErrors;
}

}  // namespace

std::function<int()> set_up_check(CLI::App& app, const Common& common) {
  const auto options = std::make_shared<Options>();
  app.add_option("model", options->model, "Model file")->required();
  add_model_inputs(app, options->inputs);
  app.add_flag("--strict", options->strict, "Fail on warnings too, such as units that disagree");
  return [options, &common] { return check(*options, common); };
}

}  // namespace shamal::cli
