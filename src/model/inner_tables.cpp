#include "model/inner_tables.h"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/names.h"
#include "model/sheet_calls.h"
#include "syntax/make_expression.h"

namespace shamal::model {

using syntax::Equation;
using syntax::Expr;
using syntax::ExprKind;
using syntax::VariableDecl;
using syntax::VariableKind;

namespace {

enum class Inner { none, look_up, numbers, data, read_look_up };

Inner inner(const Expr& expr) {
  if (expr.kind != ExprKind::call) {
    return Inner::none;
  }
  const std::string folded = base::fold_name(expr.text);
  const GetFunction get = get_function(expr);
  return folded == "with_lookup"       ? Inner::look_up
         : folded == "tabbed_array"    ? Inner::numbers
         : get == GetFunction::data    ? Inner::data
         : get == GetFunction::lookups ? Inner::read_look_up
                                       : Inner::none;
}

class InnerTables {
 public:
  explicit InnerTables(std::vector<VariableDecl>& variables) : variables_(variables) {}

  void run() {
    for (VariableDecl& variable : variables_) {
      count_ = 0;
      for (Equation& equation : variable.equations) {
        owner_ = &variable;
        equation_ = &equation;
        for (auto* const expr : {&equation.expr, &equation.rate, &equation.initial}) {
          if (*expr) {
            const bool alone = expr == &equation.expr && !equation.rate && !equation.gf;
            take_out(**expr, alone && inner(**expr) != Inner::none);
          }
        }
      }
    }
    std::move(made_.begin(), made_.end(), std::back_inserter(variables_));
  }

 private:
  // `stays`: the expression is the whole equation, which defines what the variable is.
  void take_out(Expr& expr, bool stays) {
    for (Expr& arg : expr.args) {
      take_out(arg, false);
    }
    const Inner kind = stays ? Inner::none : inner(expr);
    if (kind == Inner::none) {
      return;
    }
    ++count_;
    VariableDecl made;
    made.name = {fmt::format("{} <table{}>", owner_->name.text,
                             count_ > 1 ? fmt::format(" {}", count_) : ""),
                 expr.span};
    Equation equation;
    equation.span = expr.span;
    if (kind != Inner::look_up) {
      equation.subscripts = equation_->subscripts;
    }
    Expr use = syntax::make::name(made.name.text, as_names(equation.subscripts));
    switch (kind) {
      case Inner::look_up: {
        made.kind = VariableKind::graphical;
        equation.gf = points(expr);
        std::vector<Expr> args;
        args.push_back(std::move(expr.args.front()));
        use = syntax::make::call(made.name.text, std::move(args));
        break;
      }
      case Inner::numbers:
        equation.constants = numbers(expr);
        break;
      default:
        made.kind = kind == Inner::read_look_up ? VariableKind::graphical : VariableKind::auxiliary;
        made.data = kind == Inner::data;
        made.data_mode = made.data ? owner_->data_mode : std::nullopt;
        equation.expr = expr;
    }
    use.span = expr.span;
    made.equations.push_back(std::move(equation));
    made_.push_back(std::move(made));
    expr = std::move(use);
  }

  static std::vector<Expr> as_names(const std::vector<syntax::Word>& subscripts) {
    std::vector<Expr> names;
    for (const syntax::Word& word : subscripts) {
      names.push_back(syntax::make::name(word.text));
      names.back().span = word.span;
    }
    return names;
  }

  static syntax::GraphicalFunction points(const Expr& call) {
    syntax::GraphicalFunction gf;
    gf.span = call.span;
    for (std::size_t i = 1; i + 1 < call.args.size(); i += 2) {
      gf.x.push_back(call.args[i].number);
      gf.y.push_back(call.args[i + 1].number);
    }
    return gf;
  }

  static syntax::ConstantTable numbers(const Expr& call) {
    syntax::ConstantTable table;
    table.span = call.span;
    table.rows.emplace_back();
    for (const Expr& arg : call.args) {
      table.rows.back().push_back(arg.number);
    }
    return table;
  }

  std::vector<VariableDecl>& variables_;
  std::vector<VariableDecl> made_;
  const VariableDecl* owner_ = nullptr;
  const Equation* equation_ = nullptr;
  int count_ = 0;  // of the owner's
};

}  // namespace

void rewrite_inner_tables(std::vector<VariableDecl>& variables) { InnerTables(variables).run(); }

}  // namespace shamal::model
