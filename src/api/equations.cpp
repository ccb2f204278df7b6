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

// Names as written; what parts them stands before a sign such as " + ", and between for a comma.
std::string words(const std::vector<syntax::Word>& list, std::string_view sign) {
  std::string text;
  for (const syntax::Word& word : list) {
    text += fmt::format("{}{}", text.empty() && sign == "," ? "" : sign, word.text);
  }
  return text;
}

bool is_number(const syntax::Expr& expr) {
  return expr.kind == syntax::ExprKind::number ||
         (expr.kind == syntax::ExprKind::unary && is_number(expr.args.front()));
}

// Formulas of single elements that are longer than a value each; more of them than this are
// counted.
constexpr std::size_t kFormulas = 12;

std::string equation_text(const syntax::VariableDecl& declared) {
  std::size_t tables = 0;
  std::size_t values = 0;
  std::string text;
  std::string formulas;
  std::size_t count = 0;
  for (const syntax::Equation& equation : declared.equations) {
    tables += equation.gf ? 1 : 0;
    if (!equation.expr) {
      continue;
    }
    if (equation.subscripts.empty()) {
      text = syntax::print(*equation.expr);
      if (equation.initial) {
        text += fmt::format("; at the start {}", syntax::print(*equation.initial));
      }
    } else if (is_number(*equation.expr)) {
      ++values;
    } else if (++count <= kFormulas) {
      formulas += fmt::format("{}[{}] {}", formulas.empty() ? "" : "; ",
                              words(equation.subscripts, ","), syntax::print(*equation.expr));
    }
  }
  const auto add = [&](const std::string& more) { text += (text.empty() ? "" : "; ") + more; };
  if (tables > 0) {
    text = fmt::format("{} of {}", tables == 1 ? "table" : fmt::format("{} tables", tables),
                       text.empty() ? "its argument" : text);
  }
  if (values > 0) {
    add(values == 1 ? "one value" : fmt::format("{} values, one an element", values));
  }
  if (count > 0) {
    add(formulas);
  }
  if (count > kFormulas) {
    add(fmt::format("and {} more", count - kFormulas));
  }
  if (!declared.inflows.empty() || !declared.outflows.empty()) {
    return fmt::format("{} at the start, then{}{}", text.empty() ? "as given" : text,
                       words(declared.inflows, " + "), words(declared.outflows, " − "));
  }
  return text;
}

}  // namespace

std::vector<ReportEquation> equations_of(const CompiledModel& compiled) {
  std::map<Place, const syntax::VariableDecl*> declared;
  const auto declare = [&](const syntax::ParsedModel& file) {
    for (const syntax::ModelDecl& model : file.models) {
      for (const syntax::VariableDecl& variable : model.variables) {
        declared[{variable.name.span.file, variable.name.span.begin}] = &variable;
      }
    }
  };
  declare(compiled.parsed);
  for (const auto& [path, file] : compiled.files) {
    declare(*file);
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
