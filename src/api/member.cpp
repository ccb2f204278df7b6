#include "api/member.h"

#include <utility>

#include <fmt/format.h>

#include "api/run.h"
#include "base/names.h"
#include "data/series_name.h"

namespace shamal::api {

namespace {

// The declaration of a variable, by the place of its name.
syntax::VariableDecl* find_declaration(syntax::ParsedModel& parsed, const base::Span& name) {
  for (syntax::ModelDecl& model : parsed.models) {
    for (syntax::VariableDecl& variable : model.variables) {
      if (variable.name.span.file == name.file && variable.name.span.begin == name.begin) {
        return &variable;
      }
    }
  }
  return nullptr;
}

bool names_element(const syntax::Equation& equation, const std::vector<std::string>& subscripts) {
  if (equation.subscripts.size() != subscripts.size()) {
    return false;
  }
  for (std::size_t i = 0; i < subscripts.size(); ++i) {
    if (base::fold_name(equation.subscripts[i].text) != base::fold_name(subscripts[i])) {
      return false;
    }
  }
  return true;
}

// How many tables were changed.
std::size_t change(syntax::VariableDecl& variable, const std::vector<std::string>& subscripts,
                   const analysis::Timeline& timeline) {
  std::size_t changed = 0;
  for (syntax::Equation& equation : variable.equations) {
    if (equation.gf && (subscripts.empty() || names_element(equation, subscripts))) {
      syntax::GraphicalFunction table;
      table.x = timeline.times;
      table.y = timeline.values;
      table.span = equation.gf->span;
      equation.gf = std::move(table);
      ++changed;
    }
  }
  return changed;
}

}  // namespace

std::optional<CompiledModel> compile_member(const CompiledModel& model,
                                            const analysis::Member& member, base::Sources& sources,
                                            base::Diagnostics& diagnostics) {
  syntax::ParsedModel changed = model.parsed;
  const std::size_t errors = diagnostics.errors();
  for (const analysis::Timeline& timeline : member.timelines) {
    const analysis::PlacedText& written = timeline.variable;
    const auto named = find_variable(model.layout, written.text, diagnostics, written.span);
    if (!named) {
      continue;
    }
    const data::SeriesName name = data::split_series_name(written.text);
    std::size_t tables = 0;
    for (const model::Variable& variable : model.model.variables) {
      if (base::fold_name(variable.name) == base::fold_name(named->variable->name)) {
        if (syntax::VariableDecl* found = find_declaration(changed, variable.span)) {
          tables = change(*found, name.subscripts, timeline);
        }
        break;
      }
    }
    if (tables == 0) {
      diagnostics.add(base::Code::study_key, written.span,
                      fmt::format("\"{}\" is not a timeline", written.text),
                      "name a variable that is a graphical function of time");
    }
  }
  if (diagnostics.errors() > errors) {
    return std::nullopt;
  }
  return compile_parsed(model.path, std::move(changed), sources, diagnostics);
}

}  // namespace shamal::api
