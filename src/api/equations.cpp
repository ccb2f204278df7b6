#include "api/equations.h"

#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "ir/layout.h"
#include "syntax/print_expression.h"

namespace shamal::api {

namespace {

using Place = std::pair<base::FileId, std::uint32_t>;

// What the variable reads, once each, in order of name.
std::map<model::VariableId, std::set<std::string>> uses_of(const model::Model& model) {
  const auto owner = [&](model::VariableId id) {
    while (model.variables[id].alias_of != model::kNone) {
      id = model.variables[id].alias_of;
    }
    const model::Variable& variable = model.variables[id];
    return variable.hidden && variable.owner != model::kNone ? variable.owner : id;
  };
  std::map<model::VariableId, std::set<std::string>> uses;
  std::vector<model::NodeId> open;
  for (const model::Assignment& assignment : model.assignments) {
    const model::VariableId target = owner(assignment.target);
    open = {assignment.expr, assignment.start_expr};
    while (!open.empty()) {
      const model::NodeId id = open.back();
      open.pop_back();
      if (id == model::kNone) {
        continue;
      }
      const model::Node& node = model.nodes[id];
      if (node.kind == model::NodeKind::reference) {
        const model::VariableId used = owner(model.references[node.index].variable);
        if (used != target && !model.variables[used].hidden) {
          uses[target].insert(model.variables[used].name);
        }
      }
      for (std::size_t i = 0; i < node.arity; ++i) {
        open.push_back(node.args[i]);
      }
    }
  }
  return uses;
}

std::string words(const std::vector<syntax::Word>& list, std::string_view sign) {
  std::string text;
  for (const syntax::Word& word : list) {
    text += fmt::format(" {} {}", sign, word.text);
  }
  return text;
}

std::string equation_text(const syntax::VariableDecl& declared) {
  std::size_t tables = 0;
  std::size_t values = 0;
  std::string text;
  for (const syntax::Equation& equation : declared.equations) {
    if (equation.gf) {
      ++tables;
    } else if (equation.expr) {
      ++values;
    }
    if (equation.expr && declared.equations.size() == 1) {
      text = syntax::print(*equation.expr);
    }
  }
  if (tables > 0) {
    text = tables == 1 ? fmt::format("table of {}", text.empty() ? "its argument" : text)
                       : fmt::format("{} tables, one an element", tables);
  } else if (values > 1) {
    text = fmt::format("{} values, one an element", values);
  }
  if (!declared.inflows.empty() || !declared.outflows.empty()) {
    return fmt::format("{} at the start, then{}{}", text.empty() ? "as given" : text,
                       words(declared.inflows, "+"), words(declared.outflows, "−"));
  }
  return text;
}

}  // namespace

std::vector<ReportEquation> equations_of(const CompiledModel& compiled) {
  std::map<Place, const syntax::VariableDecl*> declared;
  for (const syntax::ModelDecl& model : compiled.parsed.models) {
    for (const syntax::VariableDecl& variable : model.variables) {
      declared[{variable.name.span.file, variable.name.span.begin}] = &variable;
    }
  }
  const auto uses = uses_of(compiled.model);
  std::vector<ReportEquation> result;
  for (model::VariableId id = 0; id < compiled.model.variables.size(); ++id) {
    const model::Variable& variable = compiled.model.variables[id];
    if (variable.hidden || variable.alias_of != model::kNone) {
      continue;
    }
    ReportEquation made;
    made.name = variable.name;
    made.kind = variable.constant                     ? "constant"
                : variable.kind == model::Kind::stock ? "stock"
                : variable.kind == model::Kind::flow  ? "flow"
                                                      : "auxiliary";
    for (const model::DimensionId dimension : variable.dimensions) {
      made.dimensions +=
          (made.dimensions.empty() ? "" : " × ") + compiled.model.dimensions[dimension].name;
    }
    made.unit = variable.unit_text;
    made.doc = variable.doc;
    const auto found = declared.find({variable.span.file, variable.span.begin});
    if (found != declared.end()) {
      made.text = equation_text(*found->second);
    }
    if (const auto used = uses.find(id); used != uses.end()) {
      made.uses.assign(used->second.begin(), used->second.end());
    }
    result.push_back(std::move(made));
  }
  return result;
}

}  // namespace shamal::api
