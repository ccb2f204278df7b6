#include "api/battery/static.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "api/report/sources.h"

namespace shamal::api {

namespace {

using Status = CheckResult::Status;

CheckResult verdict(std::string id, std::string title, std::string text, std::uint64_t looked_at,
                    const std::set<std::string>& bad, std::string_view good) {
  CheckResult result{std::move(id),
                     std::move(title),
                     "Structure",
                     std::move(text),
                     true,
                     bad.empty() ? Status::passed : Status::failed,
                     looked_at,
                     bad.size(),
                     {}};
  if (bad.empty()) {
    result.finding = fmt::format("{} of {} {}", looked_at, looked_at, good);
    return result;
  }
  std::string names;
  std::size_t shown = 0;
  for (const std::string& name : bad) {
    if (shown++ == 6) {
      names += " …";
      break;
    }
    names += (names.empty() ? "" : ", ") + name;
  }
  result.finding = fmt::format("{} of {} do not: {}", bad.size(), looked_at, names);
  return result;
}

// Numbers that an equation may hold without a name: they are part of its form.
bool is_plain(double value) { return value == 0 || value == 1 || value == -1 || value == 2; }

// Variables whose equations hold other numbers; constants are numbers by nature.
std::set<std::string> with_literals(const model::Model& model) {
  std::set<std::string> found;
  std::vector<model::NodeId> open;
  for (const model::Assignment& assignment : model.assignments) {
    const model::Variable* variable = &model.variables[assignment.target];
    if (variable->constant) {
      continue;
    }
    if (variable->hidden && variable->owner != model::kNone) {
      variable = &model.variables[variable->owner];
    }
    open = {assignment.expr};
    while (!open.empty()) {
      const model::NodeId id = open.back();
      open.pop_back();
      if (id == model::kNone) {
        continue;
      }
      const model::Node& node = model.nodes[id];
      if (node.kind == model::NodeKind::constant && node.index == 0 && !is_plain(node.value)) {
        found.insert(variable->name);
      }
      for (std::size_t i = 0; i < node.arity; ++i) {
        open.push_back(node.args[i]);
      }
    }
  }
  return found;
}

}  // namespace

std::vector<CheckResult> check_statically(const CompiledModel& compiled,
                                          const analysis::StudyFiles& files,
                                          const base::Diagnostics& diagnostics) {
  std::set<std::string> units;
  for (const base::Diagnostic& diagnostic : diagnostics.all()) {
    const std::string_view id = base::row(diagnostic.code).id;
    if (id.size() == 5 && id[1] == '0' && id[2] == '5') {  // W05xx: units
      units.insert(diagnostic.what);
    }
  }
  std::set<std::string> without_unit;
  std::set<std::string> without_range;
  std::set<std::string> without_origin;
  std::set<std::string> without_doc;
  std::uint64_t variables = 0;
  std::uint64_t constants = 0;
  std::uint64_t uncertain = 0;
  for (const ir::LayoutVariable& variable : compiled.layout.variables) {
    if (variable.hidden || variable.alias) {
      continue;
    }
    ++variables;
    if (variable.unit.empty()) {
      without_unit.insert(variable.name);
    }
    if (variable.doc.empty()) {
      without_doc.insert(variable.name);
    }
    if (variable.kind != ir::VariableKind::constant) {
      continue;
    }
    ++constants;
    if (report::read_origin(variable.doc, files.sources).basis == report::Basis::none) {
      without_origin.insert(variable.name);
    }
    // Arrays of data (people, areas) come from tables and have no range of their own.
    if (variable.count == 1) {
      ++uncertain;
      if (!variable.range) {
        without_range.insert(variable.name);
      }
    }
  }
  std::vector<CheckResult> results;
  results.push_back(verdict("T-01", "Units agree in every equation",
                            "Dimensional consistency over the whole model.", variables, units,
                            "variables agree"));
  results.push_back(verdict("T-03a", "Every variable has a unit", "", variables, without_unit,
                            "variables have one"));
  results.push_back(verdict("T-03b", "Every variable says what it is", "", variables, without_doc,
                            "variables do"));
  results.push_back(verdict("T-03c", "Every constant names its source or says that it is assumed",
                            "", constants, without_origin, "constants do"));
  results.push_back(verdict("T-03d", "Every single constant has a range", "", uncertain,
                            without_range, "constants have one"));
  results.push_back(verdict("T-03e", "No equation holds a number of its own",
                            "0, 1, −1 and 2 may stand in an equation; everything else has a name.",
                            variables - constants, with_literals(compiled.model),
                            "equations hold none"));
  return results;
}

}  // namespace shamal::api
