#include <algorithm>

#include <fmt/format.h>

#include "api/reality.h"
#include "cli/model_inputs.h"
#include "cli/output.h"

namespace shamal::cli {

namespace {

using Verdict = api::CheckResult::Verdict;

struct Options {
  std::string model;
  api::CompileInputs inputs;
};

std::string_view word(Verdict verdict) {
  return verdict == Verdict::passed   ? "passed"
         : verdict == Verdict::failed ? "FAILED"
                                      : "NOT TESTED";
}

std::string text_of(const api::CheckResult& result) {
  std::string text = fmt::format("{:<10}  {}", word(result.verdict), result.name);
  if (result.verdict == Verdict::failed) {
    text += result.element.empty() ? "" : fmt::format("[{}]", result.element);
    text += fmt::format(": first at time {}", result.time);
  }
  return text + (result.reason.empty() ? "" : fmt::format(": {}", result.reason));
}

int test(const Options& options, const Common& common) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  const auto results = api::test_reality(options.model, sources, diagnostics, options.inputs);
  if (!results) {
    return fail(diagnostics, sources, common);
  }
  const auto count = [&](Verdict verdict) {
    return std::count_if(results->begin(), results->end(),
                         [&](const api::CheckResult& result) { return result.verdict == verdict; });
  };
  const auto failed = count(Verdict::failed);
  const auto skipped = count(Verdict::not_tested);
  if (common.json) {
    nlohmann::json list = nlohmann::json::array();
    for (const api::CheckResult& result : *results) {
      nlohmann::json row = {{"name", result.name}, {"verdict", word(result.verdict)}};
      if (result.verdict == Verdict::failed) {
        row["time"] = result.time;
        row["element"] = result.element;
      }
      if (!result.reason.empty()) {
        row["reason"] = result.reason;
      }
      list.push_back(std::move(row));
    }
    print_json({{"model", options.model}, {"checks", list}}, base::Diagnostics(), sources);
  } else {
    for (const api::CheckResult& result : *results) {
      fmt::print("{}\n", text_of(result));
    }
    fmt::print("{} reality checks: {} passed, {} failed, {} not tested\n", results->size(),
               count(Verdict::passed), failed, skipped);
  }
  return failed > 0 ? kDiffers : skipped > 0 ? kModelErrors : kSuccess;
}

}  // namespace

std::function<int()> set_up_test(CLI::App& app, const Common& common) {
  const auto options = std::make_shared<Options>();
  app.add_option("model", options->model, "Vensim model with reality checks")->required();
  add_model_inputs(app, options->inputs);
  return [options, &common] { return test(*options, common); };
}

}  // namespace shamal::cli
