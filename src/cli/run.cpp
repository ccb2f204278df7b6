#include "api/run.h"

#include <fmt/format.h>

#include "api/program_cache.h"
#include "cli/model_inputs.h"
#include "cli/output.h"
#include "data/csv.h"
#include "data/netcdf.h"

namespace shamal::cli {

namespace {

struct Options {
  std::string model;
  std::string output;
  api::CompileInputs inputs;
  std::string cache;  // folder of kept programs
  api::RunRequest request;
};

// A flag that was not given leaves the model's own value.
void add_number(CLI::App& app, const std::string& name, std::optional<double>& target,
                const std::string& text) {
  app.add_option_function<double>(
      name, [&target](double value) { target = value; }, text);
}

int run(Options& options, const Common& common) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  const auto compiled =
      api::compile_cached(options.model, sources, diagnostics, options.inputs, options.cache);
  if (!compiled) {
    return fail(diagnostics, sources, common);
  }
  options.request.command = common.command_line;
  if (!api::add_save_lists(compiled->layout, options.request, sources, diagnostics)) {
    return fail(diagnostics, sources, common);
  }
  const auto result = api::run(*compiled, options.request, diagnostics);
  if (!result) {
    return fail(diagnostics, sources, common);
  }
  const bool netcdf = options.output.ends_with(".nc") || options.output.ends_with(".nc4");
  const bool to_stdout = options.output.empty() || options.output == "-";
  bool written = true;
  if (netcdf) {
    written = data::write_netcdf(*result, options.output, diagnostics);
  } else if (!(to_stdout && common.json)) {
    written = write_text(data::results_text(*result, options.output), options.output, diagnostics);
  }
  print_diagnostics(diagnostics, sources, common);
  if (common.json) {
    nlohmann::json reply = {{"model", options.model}, {"output", options.output}};
    reply["attributes"] = result->attributes;
    if (to_stdout) {
      // Without a file the reply holds the results themselves.
      nlohmann::json values = nlohmann::json::object();
      for (const data::Variable& variable : result->variables) {
        nlohmann::json dimensions = nlohmann::json::array();
        for (const std::uint32_t d : variable.dimensions) {
          dimensions.push_back(result->dimensions[d].name);
        }
        values[variable.name] = {{"dimensions", dimensions}, {"values", variable.values}};
      }
      nlohmann::json dimensions = nlohmann::json::object();
      for (const data::Dimension& dimension : result->dimensions) {
        dimensions[dimension.name] = dimension.labels.empty() ? nlohmann::json(dimension.values)
                                                              : nlohmann::json(dimension.labels);
      }
      reply["dimensions"] = dimensions;
      reply["variables"] = values;
    }
    print_json(std::move(reply), diagnostics, sources);
  }
  return written ? kSuccess : kModelErrors;
}

}  // namespace

std::function<int()> set_up_run(CLI::App& app, const Common& common) {
  const auto options = std::make_shared<Options>();
  api::RunRequest& request = options->request;
  app.add_option("model", options->model, "Model file")->required();
  app.add_option("-o,--output", options->output,
                 "File for the results: .csv, .tab, .tsv, .dat as Vensim writes it, or .nc for "
                 "netCDF-4; default: CSV on standard output");
  add_model_inputs(app, options->inputs);
  add_cache_option(app, options->cache);
  app.add_option("--savelist", request.save_lists,
                 "File with variables to save, one a line, as Vensim's .lst; may be repeated")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("--set", request.settings,
                 "Change a constant: \"Name=3\" or \"Name[element,element]=3\"; may be repeated, "
                 "the last one wins")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  add_number(app, "--start", request.start, "Start time");
  add_number(app, "--stop", request.stop, "Stop time");
  add_number(app, "--dt", request.dt, "Integration step");
  add_number(app, "--save-interval", request.save_interval, "Time between saved results");
  app.add_option_function<std::string>(
      "--method", [&request](const std::string& name) { request.method = name; },
      "Integration method: euler, rk2, rk4 or rk45");
  app.add_option("--columns,--save", request.columns,
                 "Variables to save, or single elements \"Name[a]\"; default: every variable. "
                 "Repeat the option, or separate names with ';'")
      ->expected(1)
      ->delimiter(';')
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_flag("--hidden", request.hidden, "Save also what builtins keep inside: stages of delays");
  app.add_option("--seed", request.seed, "Seed of random numbers")->default_val(0);
  app.add_option(
         "--backend", request.backend,
         "machine, avx2 (nothing newer), rows (without machine code), or reference (slow; the "
         "definition of what the machine does)")
      ->default_val("machine");
  return [options, &common] { return run(*options, common); };
}

}  // namespace shamal::cli
