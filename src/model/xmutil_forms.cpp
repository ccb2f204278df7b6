#include "model/xmutil_forms.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/names.h"
#include "model/builtins.h"

namespace shamal::model {

using base::fold_name;
using syntax::Equation;
using syntax::Expr;
using syntax::ExprKind;
using syntax::VariableDecl;

namespace {

// Functions whose last two arguments stand the other way round in Vensim.
constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kOfAnOrder = {
    {{"delayn", "DELAY N"}, {"smthn", "SMOOTH N"}}};

// Vensim's functions of arrays that have another name in XMILE.
constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kOfArrays = {
    {{"vmin", "MIN"}, {"vmax", "MAX"}}};

class Restorer {
 public:
  Restorer(syntax::ParsedModel& parsed, bool by_xmutil) : parsed_(parsed), by_xmutil_(by_xmutil) {
    for (const syntax::ModelDecl& model : parsed.models) {
      for (const VariableDecl& variable : model.variables) {
        variables_.insert(fold_name(variable.name.text));
      }
    }
    for (const syntax::MacroDecl& macro : parsed.macros) {
      macros_.insert(fold_name(macro.name.text));
    }
  }

  void run() {
    for (syntax::ModelDecl& model : parsed_.models) {
      for (VariableDecl& variable : model.variables) {
        for (Equation& equation : variable.equations) {
          for (auto* const expr : {&equation.expr, &equation.initial}) {
            if (*expr) {
              restore(**expr);
            }
          }
        }
      }
    }
  }

 private:
  void restore(Expr& expr) {
    for (auto* const list : {&expr.args, &expr.subscripts}) {
      for (Expr& inner : *list) {
        restore(inner);
      }
    }
    if (expr.kind != ExprKind::call || macros_.contains(fold_name(expr.text))) {
      return;
    }
    const std::string folded = fold_name(expr.text);
    for (const auto& [written, meant] : kOfAnOrder) {
      if (by_xmutil_ && folded == written && expr.args.size() == 4) {
        expr.text = meant;
        std::swap(expr.args[2], expr.args[3]);
      }
    }
    if (folded == "lookup" && expr.args.size() == 2 && expr.args[0].kind == ExprKind::name &&
        expr.args[0].subscripts.empty()) {
      restore_call(expr);
    }
  }

  void restore_call(Expr& expr) const {
    const std::string named = fold_name(expr.args[0].text);
    if (variables_.contains(named)) {
      return;
    }
    const auto of_arrays = std::find_if(kOfArrays.begin(), kOfArrays.end(),
                                        [&](const auto& row) { return row.first == named; });
    if (of_arrays == kOfArrays.end() && find_builtin(named, Origin::vensim) == nullptr) {
      return;
    }
    expr.text = of_arrays == kOfArrays.end() ? expr.args[0].text : of_arrays->second;
    expr.args.erase(expr.args.begin());
  }

  syntax::ParsedModel& parsed_;
  bool by_xmutil_ = false;
  std::set<std::string> variables_;
  std::set<std::string> macros_;
};

bool is_stand_in(const Equation& equation) {
  return equation.gf && equation.expr && equation.expr->kind == ExprKind::name &&
         fold_name(equation.expr->text) == "time" && equation.gf->x == std::vector<double>{0, 1} &&
         equation.gf->y == std::vector<double>{1, 1};
}

}  // namespace

void restore_xmutil_forms(syntax::ParsedModel& parsed, base::Diagnostics& diagnostics) {
  if (parsed.dialect != syntax::Dialect::xmile) {
    return;
  }
  const bool by_xmutil = origin_of(parsed.header.vendor, parsed.header.product) == Origin::vensim;
  Restorer(parsed, by_xmutil).run();
  if (!by_xmutil) {
    return;
  }
  for (const syntax::ModelDecl& model : parsed.models) {
    for (const VariableDecl& variable : model.variables) {
      if (std::any_of(variable.equations.begin(), variable.equations.end(), is_stand_in)) {
        diagnostics.add(base::Code::stand_in, variable.name.span,
                        fmt::format("\"{}\"", base::display_name(variable.name.text)),
                        "put the data in place of the points (0, 1) and (1, 1)");
      }
    }
  }
}

}  // namespace shamal::model
