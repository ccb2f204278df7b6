#include "api/reality.h"

#include <fmt/format.h>

#include "api/run.h"
#include "base/names.h"
#include "model/reality.h"

namespace shamal::api {

namespace {

using Verdict = CheckResult::Verdict;

std::string first_error(const base::Diagnostics& diagnostics) {
  for (const base::Diagnostic& diagnostic : diagnostics.sorted()) {
    const base::CodeRow& row = base::row(diagnostic.code);
    if (row.severity == base::Severity::error) {
      return fmt::format("{} {}", row.title, diagnostic.what);
    }
  }
  return "the changed model cannot be run";
}

// One of the ways to make the condition true; `ways` becomes their number.
CheckResult test(const syntax::RealityCheck& check, std::size_t way, std::size_t& ways,
                 const std::string& path, base::Sources& sources, CompileInputs inputs) {
  CheckResult result;
  result.name = base::display_name(check.name.text);
  result.verdict = Verdict::not_tested;
  inputs.edit = [&](syntax::ParsedModel& parsed, base::Sources& texts,
                    base::Diagnostics& problems) {
    const model::RealityEdit edit = model::apply_reality_check(check, way, parsed, texts, problems);
    ways = edit.ways;
    result.reason = edit.reason.value_or("");
    return !edit.reason;
  };
  base::Diagnostics diagnostics;
  const auto compiled = compile(path, sources, diagnostics, inputs);
  RunRequest request;
  request.columns = {model::kViolated};
  request.save_interval = compiled ? std::optional(compiled->model.sim.dt) : std::nullopt;
  const auto run_result = compiled ? run(*compiled, request, diagnostics) : std::nullopt;
  if (!run_result) {
    if (result.reason.empty()) {
      result.reason = first_error(diagnostics);
    }
    return result;
  }
  result.verdict = Verdict::passed;
  const data::Variable& violated = run_result->variables.front();
  const bool over_time = !violated.dimensions.empty() && violated.dimensions.front() == 0;
  const std::vector<double>& times = run_result->dimensions.front().values;
  const std::size_t elements = violated.values.size() / (over_time ? times.size() : 1);
  for (std::size_t i = 0; i < violated.values.size(); ++i) {
    if (violated.values[i] != 0) {
      result.verdict = Verdict::failed;
      result.time = times[over_time ? i / elements : 0];
      const auto named = find_variable(compiled->layout, model::kViolated, diagnostics);
      result.element = compiled->layout.element_label(*named->variable,
                                                      static_cast<std::uint32_t>(i % elements));
      break;
    }
  }
  return result;
}

}  // namespace

std::optional<std::vector<CheckResult>> test_reality(const std::string& path,
                                                     base::Sources& sources,
                                                     base::Diagnostics& diagnostics,
                                                     const CompileInputs& inputs) {
  const auto compiled = compile(path, sources, diagnostics, inputs);
  if (!compiled) {
    return std::nullopt;
  }
  std::vector<CheckResult> results;
  for (const syntax::RealityCheck& check : compiled->parsed.reality_checks) {
    if (check.kind == syntax::RealityCheck::Kind::constraint) {
      // The first way that does not pass tells.
      std::size_t ways = 1;
      CheckResult result;
      for (std::size_t way = 0; way < ways; ++way) {
        result = test(check, way, ways, path, sources, inputs);
        if (result.verdict != Verdict::passed) {
          break;
        }
      }
      results.push_back(std::move(result));
    }
  }
  return results;
}

}  // namespace shamal::api
