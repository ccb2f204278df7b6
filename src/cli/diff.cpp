#include "api/diff.h"

#include <fmt/format.h>

#include "cli/model_commands.h"
#include "cli/output.h"

namespace shamal::cli {

namespace {

struct Options {
  std::string before;
  std::string after;
};

int diff(const Options& options, const Common& common) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  const auto changes = api::diff_models(options.before, options.after, sources, diagnostics);
  if (!changes) {
    return fail(diagnostics, sources, common);
  }
  if (common.json) {
    static constexpr const char* kKinds[] = {"added", "removed", "renamed", "changed"};
    nlohmann::json list = nlohmann::json::array();
    for (const api::ModelChange& change : *changes) {
      nlohmann::json row = {{"change", kKinds[static_cast<int>(change.kind)]},
                            {"what", change.what},
                            {"name", change.name}};
      if (change.kind == api::ModelChange::Kind::changed) {
        row["aspect"] = change.aspect;
        row["before"] = change.before;
      }
      if (change.kind == api::ModelChange::Kind::changed ||
          change.kind == api::ModelChange::Kind::renamed) {
        row["after"] = change.after;
      }
      list.push_back(std::move(row));
    }
    print_json({{"before", options.before}, {"after", options.after}, {"differences", list}},
               diagnostics, sources);
  } else {
    fmt::print("{}", api::print(*changes));
  }
  return changes->empty() ? kSuccess : kDiffers;
}

}  // namespace

std::function<int()> set_up_diff(CLI::App& app, const Common& common) {
  const auto options = std::make_shared<Options>();
  app.add_option("old", options->before, "Model file")->required();
  app.add_option("new", options->after, "Another version of it")->required();
  return [options, &common] { return diff(*options, common); };
}

}  // namespace shamal::cli
