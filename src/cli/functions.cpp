#include "api/functions.h"

#include <fmt/format.h>

#include "cli/output.h"

namespace shamal::cli {

namespace {

int functions(const Common& common) {
  if (!common.json) {
    fmt::print("{}", api::print_functions());
    return kSuccess;
  }
  nlohmann::json list = nlohmann::json::array();
  for (const api::FunctionRow& row : api::functions()) {
    list.push_back({{"name", row.name},
                    {"dialect", row.dialect},
                    {"signature", row.signature},
                    {"meaning", row.meaning},
                    {"source", row.source}});
  }
  print_json({{"functions", list}, {"refused", api::refused_functions()}}, base::Diagnostics(),
             base::Sources());
  return kSuccess;
}

}  // namespace

std::function<int()> set_up_functions(CLI::App&, const Common& common) {
  return [&common] { return functions(common); };
}

}  // namespace shamal::cli
