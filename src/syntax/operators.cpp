#include "syntax/operators.h"

#include <array>
#include <cstdlib>

namespace shamal::syntax {

namespace {

constexpr std::array kBinary = {
    OperatorRow{Operator::logical_or, TokenKind::kw_or, Precedence::logical_or, "OR"},
    OperatorRow{Operator::logical_and, TokenKind::kw_and, Precedence::logical_and, "AND"},
    OperatorRow{Operator::equal, TokenKind::equal, Precedence::equality, "="},
    OperatorRow{Operator::not_equal, TokenKind::not_equal, Precedence::equality, "<>"},
    OperatorRow{Operator::less, TokenKind::less, Precedence::relation, "<"},
    OperatorRow{Operator::less_equal, TokenKind::less_equal, Precedence::relation, "<="},
    OperatorRow{Operator::greater, TokenKind::greater, Precedence::relation, ">"},
    OperatorRow{Operator::greater_equal, TokenKind::greater_equal, Precedence::relation, ">="},
    OperatorRow{Operator::add, TokenKind::plus, Precedence::sum, "+"},
    OperatorRow{Operator::subtract, TokenKind::minus, Precedence::sum, "-"},
    OperatorRow{Operator::multiply, TokenKind::times, Precedence::product, "*"},
    OperatorRow{Operator::divide, TokenKind::divide, Precedence::product, "/"},
    OperatorRow{Operator::divide, TokenKind::safe_divide, Precedence::product, "//"},
    OperatorRow{Operator::modulo, TokenKind::kw_mod, Precedence::product, "MOD"},
    OperatorRow{Operator::power, TokenKind::power, Precedence::power, "^"},
};

constexpr std::array kUnary = {
    OperatorRow{Operator::negate, TokenKind::minus, Precedence::unary, "-"},
    OperatorRow{Operator::plus, TokenKind::plus, Precedence::unary, "+"},
    OperatorRow{Operator::logical_not, TokenKind::kw_not, Precedence::unary, "NOT"},
};

}  // namespace

std::span<const OperatorRow> binary_operators() { return kBinary; }
std::span<const OperatorRow> unary_operators() { return kUnary; }

const OperatorRow& row(Operator op) {
  for (const OperatorRow& candidate : kBinary) {
    if (candidate.op == op) {
      return candidate;
    }
  }
  for (const OperatorRow& candidate : kUnary) {
    if (candidate.op == op) {
      return candidate;
    }
  }
  std::abort();  // every operator has a row
}

}  // namespace shamal::syntax
