#include <cstdio>
#include <exception>
#include <vector>

#include <fmt/format.h>

#include "api/version.h"
#include "cli/model_commands.h"
#include "cli/predict.h"

namespace shamal::cli {

namespace {

constexpr Command kCommands[] = {
    {"check", "Report every problem of a model: syntax, names, shapes, units.",
     "shamal check teacup.xmile", set_up_check},
    {"test", "Test the reality checks of a Vensim model, each in a run of its own.",
     "shamal test model.mdl", set_up_test},
    {"run", "Simulate a model and write its results.",
     "shamal run teacup.xmile --set \"Room Temperature=20\" -o teacup.csv", set_up_run},
    {"compare", "Compare results with a vendor's or another run's.",
     "shamal compare teacup.csv expected.tab --rtol 1e-5", set_up_compare},
    {"emit", "Print a model as one of the stages of compilation sees it.",
     "shamal emit teacup.xmile --stage=ir", set_up_emit},
    {"variables", "List the variables of a model.", "shamal variables teacup.xmile --kind constant",
     set_up_variables},
    {"convert", "Write a model in the other language, or without its modules.",
     "shamal convert teacup.xmile -o teacup.mdl", set_up_convert},
    {"document", "Write a page that documents a model: equations, links, diagrams, problems.",
     "shamal document teacup.xmile -o teacup.html", set_up_document},
    {"causes", "Show what a variable depends on.",
     "shamal causes teacup.xmile \"Teacup Temperature\" --depth 3", set_up_causes},
    {"uses", "Show what depends on a variable.", "shamal uses teacup.xmile \"Room Temperature\"",
     set_up_uses},
    {"diff", "Tell what differs between two versions of a model.", "shamal diff old.mdl new.mdl",
     set_up_diff},
    {"functions", "List the functions of the equation languages, by dialect.",
     "shamal functions > functions.md", set_up_functions},
    {"report", "Run a study's model and write a page that holds it against observations.",
     "shamal report models/levant/study.toml -o out/levant/index.html", set_up_report},
    {"validate", "Run a study's battery of checks over draws of its priors.",
     "shamal validate models/levant/study.toml --draws 1000", set_up_validate},
    {"ensemble", "Run a model many times with values of its constants that a design chooses.",
     "shamal ensemble teacup.xmile --runs 10000 --vary \"Room Temperature=uniform(15,25)\" "
     "-o teacup.nc",
     set_up_ensemble},
    {"fit", "Find what priors, model and observations of a study say about its parameters.",
     "shamal fit models/levant/study.toml --chains 4 --draws 1000 -o fit.nc", set_up_fit},
    {"predict",
     "Say what the posterior draws of a study foretell, and score them on what was held out.",
     "shamal predict models/levant/study.toml --from 2018-01-01 --until 2020-12-31 --forecast "
     "out/forecast.csv",
     set_up_predict},
    {"merge", "Join the files of an ensemble's shards.", "shamal merge a.nc b.nc -o all.nc",
     set_up_merge},
};

constexpr const char* kExitCodes =
    "Exit codes: 0 success; 1 results or models differ (compare, diff), a check fails (validate, "
    "test) or ranks are uneven (fit --sbc); 2 errors in a model, in data or in the request, "
    "described "
    "on stderr; 3 command line not understood; 4 a defect of Shamal; 5 interrupted, what was done "
    "is "
    "kept (ensemble, fit).";

int run_main(int argc, char** argv) {
  CLI::App app("Shamal: an open campaign laboratory, and an engine for system dynamics models.",
               "shamal");
  app.set_version_flag("--version", std::string(api::version()));
  app.require_subcommand(1);
  app.footer(kExitCodes);
  Common common;
  for (int i = 0; i < argc; ++i) {
    common.command_line += (i > 0 ? " " : "") + std::string(i == 0 ? "shamal" : argv[i]);
  }
  std::vector<std::pair<CLI::App*, std::function<int()>>> actions;
  for (const Command& command : kCommands) {
    CLI::App* sub = app.add_subcommand(std::string(command.name), std::string(command.summary));
    sub->footer(fmt::format("Example:\n  {}\n\n{}", command.example, kExitCodes));
    sub->add_flag("--json", common.json, "Machine-readable output, diagnostics included");
    actions.emplace_back(sub, command.set_up(*sub, common));
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? kSuccess : kUsage;
  }
  for (const auto& [sub, action] : actions) {
    if (sub->parsed()) {
      return action();
    }
  }
  return kUsage;
}

}  // namespace

std::span<const Command> commands() { return kCommands; }

}  // namespace shamal::cli

int main(int argc, char** argv) {
  try {
    return shamal::cli::run_main(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "shamal: {}\n", error.what());
    return shamal::cli::kDefect;
  }
}
