// Q = QUEUE FIFO(inflow, outflow, profile, initial, age range) [Vensim Reference Manual, QUEUE
// Functions] becomes Q = INTEG(inflow - outflow, initial). The four numbers are kept as variables
// beside Q, "Q <inflow>" and so on, which QUEUE AGE …(Q, …) hands to its procedure
// (procedure_queue.cpp).
#include "model/queue_functions.h"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include "base/names.h"
#include "syntax/make_expression.h"

namespace shamal::model {

using base::fold_name;
using syntax::Equation;
using syntax::Expr;
using syntax::ExprKind;
using syntax::VariableDecl;
namespace make = syntax::make;

namespace {

constexpr std::size_t kProfile = 2;  // of the arguments
constexpr std::array<std::string_view, 5> kParts = {"inflow", "outflow", "", "initial",
                                                    "age range"};

struct Question {
  std::string_view name;
  std::size_t arguments;  // the queue's name included
};

constexpr std::array kQuestions = {Question{"queue_age_average", 2},
                                   Question{"queue_age_in_range", 3},
                                   Question{"queue_age_oldest", 1}};

bool is_call(const Expr& expr, std::string_view folded) {
  return expr.kind == ExprKind::call && fold_name(expr.text) == folded;
}

std::string part_name(const std::string& queue, std::size_t part) {
  return fmt::format("{} <{}>", queue, kParts[part]);
}

class Queues {
 public:
  Queues(const syntax::ParsedModel& parsed, syntax::ModelDecl& model,
         base::Diagnostics& diagnostics)
      : parsed_(parsed), model_(model), diagnostics_(diagnostics) {}

  void run() {
    for (VariableDecl& variable : model_.variables) {
      if (std::any_of(variable.equations.begin(), variable.equations.end(),
                      [](const Equation& equation) {
                        return equation.expr && is_call(*equation.expr, "queue_fifo");
                      })) {
        write_out(variable);
      }
    }
    for (auto* const variables : {&model_.variables, &made_}) {
      for (VariableDecl& variable : *variables) {
        for (Equation& equation : variable.equations) {
          for (auto* const expr : {&equation.expr, &equation.rate, &equation.initial}) {
            if (*expr) {
              answer(**expr);
            }
          }
        }
      }
    }
    std::move(made_.begin(), made_.end(), std::back_inserter(model_.variables));
  }

 private:
  void refuse(Expr& call, std::string_view problem) {
    diagnostics_.add(base::Code::unsupported_function, call.span,
                     fmt::format("\"{}\": {}", base::display_name(call.text), problem));
    call = make::number(0, call.span);
  }

  // What is wrong with the equations of a queue; empty if nothing is.
  std::string problem_of(const VariableDecl& variable) const {
    const auto& methods = parsed_.sim_specs.methods;
    if (!methods.empty() && methods.front().text != "euler") {
      return "it works with Euler's method only";
    }
    const std::optional<Expr>& first = variable.equations.front().expr;
    for (const Equation& equation : variable.equations) {
      if (!equation.expr || !is_call(*equation.expr, "queue_fifo")) {
        return "the other equations of the variable must be queues too";
      }
      const std::vector<Expr>& args = equation.expr->args;
      if (args.size() != kParts.size() || args[kProfile].kind != ExprKind::name) {
        return "it needs an inflow, an outflow, a lookup, an initial value and an age range";
      }
      if (!(args[kProfile] == first->args[kProfile])) {
        return "all equations of the variable must name the same lookup";
      }
    }
    return {};
  }

  void write_out(VariableDecl& variable) {
    const std::string problem = problem_of(variable);
    if (!problem.empty()) {
      for (Equation& equation : variable.equations) {
        if (equation.expr && is_call(*equation.expr, "queue_fifo")) {
          refuse(*equation.expr, problem);
        }
      }
      return;
    }
    const std::string queue = variable.name.text;
    profiles_.emplace(fold_name(queue), variable.equations.front().expr->args[kProfile]);
    variable.kind = syntax::VariableKind::stock;
    for (std::size_t part = 0; part < kParts.size(); ++part) {
      if (part == kProfile) {
        continue;
      }
      VariableDecl decl;
      decl.name = {part_name(queue, part), variable.name.span};
      for (const Equation& equation : variable.equations) {
        Equation made;
        made.subscripts = equation.subscripts;
        made.except = equation.except;
        made.span = equation.span;
        made.expr = equation.expr->args[part];
        decl.equations.push_back(std::move(made));
      }
      made_.push_back(std::move(decl));
    }
    for (Equation& equation : variable.equations) {
      std::vector<Expr> left;
      for (const syntax::Word& word : equation.subscripts) {
        left.push_back(make::name(word.text));
        left.back().span = word.span;
      }
      const auto part = [&](std::size_t which) {
        Expr named = make::name(part_name(queue, which), left);
        named.span = equation.expr->span;
        return named;
      };
      equation.rate = make::binary(syntax::Operator::subtract, part(0), part(1));
      Expr initial = part(3);
      equation.expr = std::move(initial);
    }
  }

  void answer(Expr& expr) {
    for (Expr& arg : expr.args) {
      answer(arg);
    }
    if (is_call(expr, "queue_fifo")) {
      return refuse(expr, "it must be all of an equation");
    }
    const auto question =
        std::find_if(kQuestions.begin(), kQuestions.end(),
                     [&](const Question& one) { return is_call(expr, one.name); });
    if (question == kQuestions.end()) {
      return;
    }
    const auto profile =
        expr.args.size() == question->arguments && expr.args[0].kind == ExprKind::name
            ? profiles_.find(fold_name(expr.args[0].text))
            : profiles_.end();
    if (profile == profiles_.end()) {
      return refuse(expr, "its first argument is a variable that QUEUE FIFO defines");
    }
    const Expr queue = expr.args[0];
    std::vector<Expr> args;
    for (std::size_t part = 0; part < kParts.size(); ++part) {
      args.push_back(part == kProfile ? profile->second
                                      : make::name(part_name(queue.text, part), queue.subscripts));
      args.back().span = expr.span;
    }
    args.insert(args.end(), expr.args.begin() + 1, expr.args.end());
    expr.args = std::move(args);
  }

  const syntax::ParsedModel& parsed_;
  syntax::ModelDecl& model_;
  base::Diagnostics& diagnostics_;
  std::map<std::string, Expr> profiles_;
  std::vector<VariableDecl> made_;
};

}  // namespace

void rewrite_queues(const syntax::ParsedModel& parsed, syntax::ModelDecl& model,
                    base::Diagnostics& diagnostics) {
  Queues(parsed, model, diagnostics).run();
}

}  // namespace shamal::model
