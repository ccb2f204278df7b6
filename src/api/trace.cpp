#include "api/trace.h"

#include <set>

#include <fmt/format.h>

#include "api/read_inputs.h"
#include "base/names.h"
#include "model/outline.h"

namespace shamal::api {

namespace {

std::string kind_of(const model::Outline& outline, const model::OutlineEntry& entry) {
  if (entry.variable == model::kNone) {
    return "graphical";
  }
  const model::Variable& variable = outline.model.variables[entry.variable];
  if (variable.alias_of != model::kNone) {
    return "input";
  }
  return variable.kind == model::Kind::stock  ? "stock"
         : variable.kind == model::Kind::flow ? "flow"
         : variable.constant                  ? "constant"
                                              : "auxiliary";
}

class Tracer {
 public:
  Tracer(const model::Outline& outline, TraceDirection direction, std::size_t depth)
      : outline_(outline), direction_(direction), deepest_(depth) {}

  std::vector<TraceRow> run(std::size_t entry) {
    visit(entry, 0, false);
    return std::move(rows_);
  }

 private:
  void visit(std::size_t e, std::size_t depth, bool start_only) {
    const model::OutlineEntry& entry = outline_.entries[e];
    TraceRow row;
    row.variable = entry.name;
    row.kind = kind_of(outline_, entry);
    row.unit = entry.decl.units ? entry.decl.units->text : "";
    row.depth = depth;
    row.start_only = start_only;
    const bool leads_on =
        direction_ == TraceDirection::causes ? !entry.causes.empty() : !entry.uses.empty();
    row.above = leads_on && depth < deepest_ && !seen_.insert(e).second;
    rows_.push_back(row);
    if (row.above || depth == deepest_) {
      return;
    }
    if (direction_ == TraceDirection::causes) {
      for (const model::OutlineCause& cause : entry.causes) {
        visit(cause.entry, depth + 1, cause.start_only);
      }
      return;
    }
    for (const std::size_t use : entry.uses) {
      bool only = false;
      for (const model::OutlineCause& cause : outline_.entries[use].causes) {
        only = cause.entry == e ? cause.start_only : only;
      }
      visit(use, depth + 1, only);
    }
  }

  const model::Outline& outline_;
  TraceDirection direction_;
  std::size_t deepest_;
  std::set<std::size_t> seen_;
  std::vector<TraceRow> rows_;
};

}  // namespace

std::optional<std::vector<TraceRow>> trace(const std::string& path, std::string_view variable,
                                           TraceDirection direction, std::size_t depth,
                                           base::Sources& sources, base::Diagnostics& diagnostics,
                                           const CompileInputs& inputs) {
  const auto read = read_with_inputs(path, sources, diagnostics, inputs);
  if (!read || diagnostics.has_errors()) {
    return std::nullopt;
  }
  const auto outline = model::make_outline(read->complete, sources, diagnostics);
  if (!outline) {
    return std::nullopt;
  }
  const std::size_t entry = model::find_entry(*outline, variable);
  if (entry == outline->entries.size()) {
    std::vector<std::string> names;
    for (const model::OutlineEntry& one : outline->entries) {
      names.push_back(one.name);
    }
    const auto near = base::nearest_name(variable, names);
    diagnostics.add(base::Code::request_unknown_variable, {}, fmt::format("\"{}\"", variable),
                    near ? fmt::format("did you mean \"{}\"?", *near)
                         : "name it with its module: \"module.variable\"");
    return std::nullopt;
  }
  return Tracer(*outline, direction, depth).run(entry);
}

}  // namespace shamal::api
