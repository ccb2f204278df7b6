// The tokens of an equation in Vensim's language.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "base/source.h"

namespace shamal::syntax {

enum class VensimTokenKind : std::uint8_t {
  number,
  name,
  string,
  // operators
  plus,
  minus,
  times,
  divide,
  power,
  less,
  less_equal,
  greater,
  greater_equal,
  equal,
  not_equal,
  // between the sides of an equation
  twice_equal,
  data_equal,
  arrow,
  equivalence,
  // punctuation
  left_parenthesis,
  right_parenthesis,
  left_bracket,
  right_bracket,
  comma,
  semicolon,
  colon,
  bang,
  // keywords between colons, in any case
  kw_and,
  kw_or,
  kw_not,
  kw_na,
  kw_is,
  kw_except,
  kw_interpolate,
  kw_raw,
  kw_hold_backward,
  kw_look_forward,
  kw_test_input,
  kw_the_condition,
  kw_implies,
  // text that belongs to no token; it has been reported
  invalid,
  end,
};

struct VensimToken {
  VensimTokenKind kind = VensimTokenKind::end;
  std::size_t begin = 0;  // bytes of the text
  std::size_t end = 0;
  double number = 0;
  std::string text;         // of names and strings, without quotation marks
  bool line_break = false;  // stands between this token and the one before it
};

// All tokens, the last of kind `end`. Words that blanks separate are one name; the end of a line
// ends a name [Vensim reference manual, "Equation Format and Conventions" (22030)].
std::vector<VensimToken> read_vensim_tokens(const base::LocatedText& text,
                                            base::Diagnostics& diagnostics);

}  // namespace shamal::syntax
