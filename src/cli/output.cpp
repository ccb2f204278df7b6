#include "cli/output.h"

#include <cstdio>

#include <fmt/format.h>

#include "api/json.h"
#include "base/files.h"

namespace shamal::cli {

void print_diagnostics(const base::Diagnostics& diagnostics, const base::Sources& sources,
                       const Common& common) {
  if (!common.json) {
    fmt::print(stderr, "{}", base::print(diagnostics, sources));
  }
}

void print_json(nlohmann::json reply, const base::Diagnostics& diagnostics,
                const base::Sources& sources) {
  reply["diagnostics"] = api::to_json(diagnostics, sources);
  // Text that is not UTF-8 is shown as far as it is.
  fmt::print("{}\n", reply.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
}

int fail(const base::Diagnostics& diagnostics, const base::Sources& sources, const Common& common) {
  print_diagnostics(diagnostics, sources, common);
  if (common.json) {
    print_json(nlohmann::json::object(), diagnostics, sources);
  }
  return kModelErrors;
}

bool write_text(const std::string& text, const std::string& path, base::Diagnostics& diagnostics) {
  if (path.empty() || path == "-") {
    std::fwrite(text.data(), 1, text.size(), stdout);
    return std::fflush(stdout) == 0;
  }
  return base::write_file(path, text, diagnostics);
}

}  // namespace shamal::cli
