#include "api/convert.h"

#include <fmt/format.h>

#include "cli/model_commands.h"
#include "cli/model_inputs.h"
#include "cli/output.h"

namespace shamal::cli {

namespace {

nlohmann::json to_json(const std::vector<model::Translation::Renamed>& renamed) {
  nlohmann::json list = nlohmann::json::object();
  for (const model::Translation::Renamed& one : renamed) {
    list[one.from] = one.to;
  }
  return list;
}

int convert(const api::ConvertRequest& request, const Common& common) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  const auto made = api::convert(request, sources, diagnostics);
  if (!made || !write_text(made->text, request.output, diagnostics)) {
    return fail(diagnostics, sources, common);
  }
  print_diagnostics(diagnostics, sources, common);
  if (common.json) {
    print_json({{"model", request.input},
                {"output", request.output},
                {"losses", made->losses},
                {"variables", to_json(made->variables)},
                {"elements", to_json(made->elements)}},
               diagnostics, sources);
    return kSuccess;
  }
  fmt::print("{} -> {}\n", request.input, request.output);
  for (const std::string& loss : made->losses) {
    fmt::print("loss: {}\n", loss);
  }
  if (!made->variables.empty() || !made->elements.empty()) {
    fmt::print("names: {} variables and {} elements are called otherwise; --json lists them\n",
               made->variables.size(), made->elements.size());
  }
  fmt::print("{} losses\n", made->losses.size());
  return kSuccess;
}

}  // namespace

std::function<int()> set_up_convert(CLI::App& app, const Common& common) {
  const auto request = std::make_shared<api::ConvertRequest>();
  app.add_option("model", request->input, "Model file")->required();
  app.add_option("-o,--output", request->output,
                 "File to write, not the model's own: .mdl for Vensim's language, .xmile or .stmx "
                 "for XMILE")
      ->required();
  app.add_flag("--flatten", request->flatten,
               "XMILE to XMILE: nest modules and included files in place");
  add_model_inputs(app, request->inputs);
  return [request, &common] { return convert(*request, common); };
}

}  // namespace shamal::cli
