// The levels of operators are those of vensim_expression.cpp, whose grammar this prints.
#include "syntax/print_vensim.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <fmt/format.h>

#include "base/names.h"
#include "syntax/numbers.h"
#include "syntax/print_marked.h"
#include "syntax/vensim_characters.h"

namespace shamal::syntax {

namespace {

enum Level { kOr = 1, kAnd, kNot, kRelation, kSum, kProduct, kSign, kPower, kPrimary };

struct OperatorRow {
  Operator op;
  Level level;
  std::string_view text;
};

constexpr std::array kOperators = {
    OperatorRow{Operator::logical_or, kOr, ":OR:"},
    OperatorRow{Operator::logical_and, kAnd, ":AND:"},
    OperatorRow{Operator::logical_not, kNot, ":NOT:"},
    OperatorRow{Operator::equal, kRelation, "="},
    OperatorRow{Operator::not_equal, kRelation, "<>"},
    OperatorRow{Operator::less, kRelation, "<"},
    OperatorRow{Operator::less_equal, kRelation, "<="},
    OperatorRow{Operator::greater, kRelation, ">"},
    OperatorRow{Operator::greater_equal, kRelation, ">="},
    OperatorRow{Operator::add, kSum, "+"},
    OperatorRow{Operator::subtract, kSum, "-"},
    OperatorRow{Operator::multiply, kProduct, "*"},
    OperatorRow{Operator::divide, kProduct, "/"},
    OperatorRow{Operator::negate, kSign, "-"},
    OperatorRow{Operator::plus, kSign, "+"},
    OperatorRow{Operator::power, kPower, "^"},
};

const OperatorRow& row(Operator op) {
  for (const OperatorRow& candidate : kOperators) {
    if (candidate.op == op) {
      return candidate;
    }
  }
  throw std::logic_error("an operator that Vensim's language lacks was to be printed");
}

Level level(const Expr& expr) {
  const bool has_operator = expr.kind == ExprKind::unary || expr.kind == ExprKind::binary;
  return has_operator ? row(expr.op).level : kPrimary;
}

class Printer {
 public:
  explicit Printer(bool marked = false) : marked_(marked) {}

  std::string print(const Expr& expr) {
    write(expr);
    return std::move(out_);
  }

 private:
  void write(const Expr& expr) {
    switch (expr.kind) {
      case ExprKind::number:
        out_ += !expr.text.empty() ? expr.text
                : expr.number < 0  ? std::string(":NA:")
                                   : write_number(expr.number);
        return;
      case ExprKind::name:
        write_name(expr);
        return;
      case ExprKind::call:
        write_name(expr);
        if (const std::string folded = base::fold_name(expr.text); folded == "with_lookup") {
          write_points(expr);
        } else if (folded == "tabbed_array") {
          write_numbers(expr);
        } else {
          write_arguments(expr);
        }
        return;
      case ExprKind::conditional:
        out_ += "IF THEN ELSE";
        write_arguments(expr);
        return;
      case ExprKind::unary:
        out_ += row(expr.op).text;
        out_ += expr.op == Operator::logical_not ? " " : "";
        // "--a" is valid but nobody's habit.
        write_within(expr.args[0], expr.op == Operator::logical_not ? kRelation : kPower);
        return;
      case ExprKind::binary:
        write_binary(expr);
        return;
      case ExprKind::string:
        out_ += '\'' + expr.text + '\'';
        return;
      case ExprKind::output:
        out_ += write_vensim_name(expr.text);
        write_subscripts(expr);
        return;
      case ExprKind::transpose:
      case ExprKind::wildcard:
      case ExprKind::range:
      case ExprKind::position:
        throw std::logic_error("a construct that Vensim's language lacks was to be printed");
    }
  }

  void write_name(const Expr& expr) {
    out_ += marked_ ? std::string(1, kNameBegins) : "";
    out_ += write_vensim_name(expr.text);
    out_ += marked_ ? std::string(1, kNameEnds) : "";
    write_subscripts(expr);
  }

  void write_subscripts(const Expr& expr) {
    if (!expr.subscripts.empty()) {
      out_ += '[';
      for (const Expr& subscript : expr.subscripts) {
        out_ += &subscript == expr.subscripts.data() ? "" : ",";
        out_ += write_vensim_name(subscript.text);
        out_ += subscript.bang ? "!" : "";
      }
      out_ += ']';
    }
  }

  void write_arguments(const Expr& expr) {
    out_ += '(';
    bool outputs = false;
    for (const Expr& argument : expr.args) {
      if (&argument != expr.args.data()) {
        const bool first_output = argument.kind == ExprKind::output && !outputs;
        outputs = outputs || first_output;
        out_ += first_output ? " : " : ", ";
        out_ += kMayBreak;
      }
      write(argument);
    }
    out_ += ')';
  }

  // WITH LOOKUP: its arguments are x and the points.
  void write_points(const Expr& expr) {
    out_ += '(';
    write(expr.args.front());
    out_ += ", (";
    for (std::size_t i = 1; i + 1 < expr.args.size(); i += 2) {
      out_ += i > 1 ? std::string(",") + kMayBreak : "";
      out_ += fmt::format("({},{})", write_vensim_number(expr.args[i].number),
                          write_vensim_number(expr.args[i + 1].number));
    }
    out_ += "))";
  }

  // TABBED ARRAY: one row says the same as several.
  void write_numbers(const Expr& expr) {
    out_ += '(';
    for (const Expr& argument : expr.args) {
      out_ += &argument == expr.args.data() ? "" : "\t";
      out_ += write_vensim_number(argument.number);
    }
    out_ += ')';
  }

  void write_binary(const Expr& expr) {
    const OperatorRow& op = row(expr.op);
    const bool power = op.level == kPower;
    // A sign or :NOT: on the left takes no less than its own level; on the right it would have to
    // stand in parentheses within sums and products.
    write_within(expr.args[0], power ? kPrimary : op.level);
    const bool tight = op.level == kProduct || power;
    out_ += tight ? "" : " ";
    out_ += op.text;
    out_ += tight ? "" : " ";
    out_ += kMayBreak;
    const Level right = power ? kPower : static_cast<Level>(op.level + 1);
    const bool sign = !power && level(expr.args[1]) == kSign;
    write_within(expr.args[1], sign ? kPrimary : right);
  }

  void write_within(const Expr& expr, Level at_least) {
    const bool parentheses = level(expr) < at_least;
    out_ += parentheses ? "(" : "";
    write(expr);
    out_ += parentheses ? ")" : "";
  }

  std::string out_;
  bool marked_;
};

bool is_bare(std::string_view name) {
  if (name.empty() || !begins_vensim_name(name.front()) || name.front() == '\'' ||
      name.back() == ' ' || name.find("  ") != std::string_view::npos ||
      name.find("\xc2\xa0") != std::string_view::npos) {
    return false;
  }
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool blank = name[i] == ' ';
    // An apostrophe belongs to a name only within a word.
    const bool quote = name[i] == '\'' && name[i - 1] == ' ';
    if (!blank && (!is_vensim_name_character(name[i]) || quote)) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::string write_vensim_name(std::string_view name) {
  if (is_bare(name)) {
    return std::string(name);
  }
  std::string result = "\"";
  for (const char c : name) {
    result += c == '"' ? "\\\"" : c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return result + '"';
}

std::string write_vensim_number(double value) {
  return value == -0x1p109 ? std::string(":NA:") : write_number(value);
}

std::string print_vensim(const Expr& expr) { return Printer().print(expr); }

std::string print_vensim_marked(const Expr& expr) {
  std::string text = Printer(true).print(expr);
  std::erase(text, kMayBreak);
  return text;
}

}  // namespace shamal::syntax
