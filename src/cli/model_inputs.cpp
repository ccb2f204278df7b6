#include "cli/model_inputs.h"

#include "api/program_cache.h"

namespace shamal::cli {

void add_model_inputs(CLI::App& app, api::CompileInputs& inputs) {
  const auto add_list = [&](const char* name, std::vector<std::string>& into, const char* text) {
    app.add_option(name, into, text)
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  };
  add_list(
      "--changes", inputs.changes,
      "Changes file (Vensim's .cin): other values for constants and look-ups; may be repeated, "
      "the last change wins, --set after all of them");
  add_list(
      "--data", inputs.data,
      "File with values of data variables: a .dat, .tab, .csv, .vdf or .nc of another run; may "
      "be repeated, the last one wins");
  add_list("--file-tag", inputs.file_tags,
           "File that the model names by a tag: \"?prices=prices.xlsx\"; may be repeated");
  app.add_option("--data-dir", inputs.data_folder,
                 "Folder of the spreadsheets that the model names; default: the model's own");
}

void add_cache_option(CLI::App& app, std::string& folder) {
  folder = api::program_cache_folder();
  app.add_flag_callback(
      "--no-cache", [&folder] { folder.clear(); },
      "Read and compile the model anew. Otherwise programs of large models are kept, in "
      "$SHAMAL_CACHE or ~/.cache/shamal, and taken from there while no file has changed");
}

}  // namespace shamal::cli
