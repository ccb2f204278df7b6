// The tokens of an equation (XMILE 1.0, 3.2 and 3.3).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "base/source.h"

namespace shamal::syntax {

enum class TokenKind : std::uint8_t {
  number,
  name,
  // operators
  plus,
  minus,
  times,
  divide,
  safe_divide,  // Stella's //
  power,
  less,
  less_equal,
  greater,
  greater_equal,
  equal,
  not_equal,
  // punctuation
  left_parenthesis,
  right_parenthesis,
  left_bracket,
  right_bracket,
  comma,
  colon,
  at,
  transpose,
  // keywords, in any case
  kw_if,
  kw_then,
  kw_else,
  kw_and,
  kw_or,
  kw_not,
  kw_mod,
  // a character that belongs to no token; it has been reported
  invalid,
  end,
};

struct Token {
  TokenKind kind = TokenKind::end;
  std::size_t begin = 0;  // bytes of the text
  std::size_t end = 0;
  double number = 0;
  std::string name;  // without quotation marks and escapes; qualified names joined by dots
};

// All tokens, the last of kind `end`. Comments are skipped. Names that are separated by nothing but
// blanks are one name: no valid equation has two operands side by side, and xmutil writes the names
// of Vensim's macros in this way.
std::vector<Token> read_tokens(const base::LocatedText& text, base::Diagnostics& diagnostics);

}  // namespace shamal::syntax
