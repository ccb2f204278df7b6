#include "api/json.h"

#include <cmath>

namespace shamal::api {

using nlohmann::json;

namespace {

// JSON has no infinities; they and missing numbers become null.
json number(double value) { return std::isfinite(value) ? json(value) : json(nullptr); }

json to_json(const std::optional<data::ValuePair>& pair) {
  if (!pair) {
    return nullptr;
  }
  return {{"element", pair->element},
          {"time", number(pair->time)},
          {"result", number(pair->result)},
          {"expected", number(pair->expected)},
          {"absolute", number(pair->absolute())},
          {"relative", number(pair->relative())}};
}

}  // namespace

json to_json(const base::Diagnostics& diagnostics, const base::Sources& sources) {
  json list = json::array();
  for (const base::Diagnostic& diagnostic : diagnostics.sorted()) {
    const base::CodeRow& row = base::row(diagnostic.code);
    std::string message(row.title);
    if (!diagnostic.what.empty()) {
      message += " " + diagnostic.what;
    }
    json entry = {
        {"code", row.id},     {"name", row.name}, {"severity", severity_name(row.severity)},
        {"message", message}, {"why", row.why},   {"fix", diagnostic.fix}};
    if (diagnostic.span.known()) {
      const base::Place place = sources.place(diagnostic.span);
      entry["file"] = place.path;
      entry["line"] = place.line;
      entry["column"] = place.column;
    }
    list.push_back(std::move(entry));
  }
  return list;
}

json to_json(const data::Comparison& comparison) {
  json variables = json::array();
  for (const data::VariableComparison& variable : comparison.variables) {
    variables.push_back({{"name", variable.name},
                         {"agrees", variable.agrees()},
                         {"values", variable.values},
                         {"failures", variable.failures},
                         {"worst_absolute", to_json(variable.worst_absolute)},
                         {"worst_relative", to_json(variable.worst_relative)},
                         {"first_failure", to_json(variable.first_failure)}});
  }
  return {{"passed", comparison.passed()},
          {"rtol", comparison.tolerance.relative},
          {"atol", comparison.tolerance.absolute},
          {"values", comparison.values()},
          {"variables", variables},
          {"missing", comparison.missing},
          {"missing_controls", comparison.missing_controls},
          {"additional", comparison.additional},
          {"unmatched", comparison.unmatched}};
}

json to_json(const ir::LayoutVariable& variable, const ir::Layout& layout) {
  json dimensions = json::array();
  for (const std::uint32_t dimension : variable.dimensions) {
    dimensions.push_back(layout.dimensions[dimension].name);
  }
  json entry = {{"name", variable.name},      {"kind", ir::kind_name(variable.kind)},
                {"unit", variable.unit},      {"dimensions", dimensions},
                {"elements", variable.count}, {"doc", variable.doc}};
  if (variable.range) {
    entry["range"] = {number(variable.range->first), number(variable.range->second)};
  }
  return entry;
}

}  // namespace shamal::api
