// shamal causes and shamal uses.
#include "api/trace.h"

#include <fmt/format.h>

#include "cli/model_commands.h"
#include "cli/model_inputs.h"
#include "cli/output.h"

namespace shamal::cli {

namespace {

struct Options {
  std::string model;
  std::string variable;
  std::size_t depth = 1;
  api::TraceDirection direction = api::TraceDirection::causes;
  api::CompileInputs inputs;
};

int trace(const Options& options, const Common& common) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  const auto rows = api::trace(options.model, options.variable, options.direction, options.depth,
                               sources, diagnostics, options.inputs);
  if (!rows) {
    return fail(diagnostics, sources, common);
  }
  print_diagnostics(diagnostics, sources, common);
  nlohmann::json list = nlohmann::json::array();
  for (const api::TraceRow& row : *rows) {
    if (common.json) {
      list.push_back({{"variable", row.variable},
                      {"kind", row.kind},
                      {"unit", row.unit},
                      {"depth", row.depth},
                      {"start_only", row.start_only},
                      {"above", row.above}});
      continue;
    }
    fmt::print("{}{}  ({}{}{}){}\n", std::string(2 * row.depth, ' '), row.variable, row.kind,
               row.unit.empty() ? "" : ", ", row.unit,
               row.above        ? "  see above"
               : row.start_only ? "  at the start only"
                                : "");
  }
  if (common.json) {
    const bool causes = options.direction == api::TraceDirection::causes;
    print_json({{"model", options.model}, {causes ? "causes" : "uses", list}}, diagnostics,
               sources);
  }
  return kSuccess;
}

std::function<int()> set_up(CLI::App& app, const Common& common, api::TraceDirection direction) {
  const auto options = std::make_shared<Options>();
  options->direction = direction;
  app.add_option("model", options->model, "Model file")->required();
  app.add_option("variable", options->variable,
                 "Name of a variable; with its module if several have it")
      ->required();
  app.add_option("--depth", options->depth, "How many steps to follow")
      ->default_val(1)
      ->check(CLI::Range(1, 1000));
  add_model_inputs(app, options->inputs);
  return [options, &common] { return trace(*options, common); };
}

}  // namespace

std::function<int()> set_up_causes(CLI::App& app, const Common& common) {
  return set_up(app, common, api::TraceDirection::causes);
}

std::function<int()> set_up_uses(CLI::App& app, const Common& common) {
  return set_up(app, common, api::TraceDirection::uses);
}

}  // namespace shamal::cli
