// Precedence and spelling of operators: the table of XMILE 1.0, 3.3.1, shared by the parser and the
// printer.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "syntax/ast.h"
#include "syntax/lexer.h"

namespace shamal::syntax {

// Higher binds tighter. All binary operators associate to the left except power, whose right
// operand may also carry a sign (2^-1).
enum class Precedence : std::uint8_t {
  conditional,  // IF … THEN … ELSE …
  logical_or,
  logical_and,
  equality,
  relation,
  sum,
  product,
  unary,  // + - NOT
  power,
  primary,  // names, numbers, calls, parentheses, and the transpose operator after them
};

struct OperatorRow {
  Operator op;
  TokenKind token;
  Precedence precedence;
  std::string_view text;
};

std::span<const OperatorRow> binary_operators();
std::span<const OperatorRow> unary_operators();

const OperatorRow& row(Operator op);

}  // namespace shamal::syntax
