#include "syntax/print_expression.h"

#include <cmath>

#include "syntax/names.h"
#include "syntax/numbers.h"
#include "syntax/operators.h"
#include "syntax/print_marked.h"

namespace shamal::syntax {

namespace {

std::string number_text(const Expr& expr) {
  if (!expr.text.empty()) {
    return expr.text;
  }
  if (std::isnan(expr.number)) {
    return "NAN";
  }
  if (std::isinf(expr.number)) {
    return expr.number > 0 ? "INF" : "(-INF)";
  }
  const std::string text = write_number(expr.number);
  return std::signbit(expr.number) ? "(" + text + ")" : text;
}

Precedence precedence(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::unary:
    case ExprKind::binary:
      return row(expr.op).precedence;
    case ExprKind::conditional:
      return Precedence::conditional;
    default:
      return Precedence::primary;
  }
}

class Printer {
 public:
  explicit Printer(std::string& out, bool marked = false) : out_(out), marked_(marked) {}

  void print(const Expr& expr) {
    switch (expr.kind) {
      case ExprKind::number:
        out_ += number_text(expr);
        break;
      case ExprKind::name:
        print_name(expr);
        break;
      case ExprKind::call:
        print_name(expr);
        out_ += '(';
        print_list(expr.args);
        out_ += ')';
        break;
      case ExprKind::unary: {
        const bool word = expr.op == Operator::logical_not;
        out_ += row(expr.op).text;
        out_ += word ? " " : "";
        // "--a" and "-+a" are valid but nobody's habit.
        print_within(expr.args[0], Precedence::power);
        break;
      }
      case ExprKind::binary:
        print_binary(expr);
        break;
      case ExprKind::conditional:
        out_ += "IF ";
        print_within(expr.args[0], Precedence::logical_or);
        out_ += " THEN ";
        print_within(expr.args[1], Precedence::logical_or);
        out_ += " ELSE ";
        print(expr.args[2]);
        break;
      case ExprKind::transpose:
        print_within(expr.args[0], Precedence::primary);
        out_ += '\'';
        break;
      case ExprKind::string:
        out_ += '\'' + expr.text + '\'';
        break;
      case ExprKind::output:
        out_ += ": " + write_name(expr.text);
        break;
      case ExprKind::wildcard:
        out_ += '*';
        break;
      case ExprKind::range:
        print(expr.args[0]);
        out_ += ':';
        print(expr.args[1]);
        break;
      case ExprKind::position:
        out_ += '@' + write_number(expr.number);
        break;
    }
  }

 private:
  void print_name(const Expr& expr) {
    // The parser takes MOD( for a call of that name.
    const bool mod = expr.kind == ExprKind::call && expr.subscripts.empty() && expr.text == "MOD";
    out_ += marked_ ? std::string(1, kNameBegins) : "";
    out_ += mod ? expr.text : write_name(expr.text);
    out_ += marked_ ? std::string(1, kNameEnds) : "";
    out_ += expr.bang ? "!" : "";
    if (!expr.subscripts.empty()) {
      out_ += '[';
      print_list(expr.subscripts);
      out_ += ']';
    }
  }

  void print_list(const std::vector<Expr>& items) {
    for (std::size_t i = 0; i < items.size(); ++i) {
      out_ += i > 0 ? ", " : "";
      print(items[i]);
    }
  }

  void print_binary(const Expr& expr) {
    const OperatorRow& op = row(expr.op);
    const bool logical = op.precedence <= Precedence::logical_and;
    const auto tighter = static_cast<Precedence>(static_cast<int>(op.precedence) + 1);
    const Expr& left = expr.args[0];
    const Expr& right = expr.args[1];
    const bool negated = left.kind == ExprKind::unary && left.op == Operator::logical_not;
    if (op.precedence == Precedence::power) {
      print_within(left, Precedence::primary);
    } else {
      print_within(left, negated && !logical ? Precedence::primary : op.precedence);
    }
    out_ += ' ';
    out_ += op.text;
    out_ += ' ';
    if (op.precedence == Precedence::power) {
      print_within(right, Precedence::power);
    } else {
      const bool sign =
          right.kind == ExprKind::unary && !(logical && right.op == Operator::logical_not);
      print_within(right, sign ? Precedence::primary : tighter);
    }
  }

  void print_within(const Expr& expr, Precedence at_least) {
    const bool parentheses = precedence(expr) < at_least;
    out_ += parentheses ? "(" : "";
    print(expr);
    out_ += parentheses ? ")" : "";
  }

  std::string& out_;
  bool marked_;
};

}  // namespace

std::string print(const Expr& expr) {
  std::string text;
  Printer(text).print(expr);
  return text;
}

std::string print_marked(const Expr& expr) {
  std::string text;
  Printer(text, true).print(expr);
  return text;
}

}  // namespace shamal::syntax
