// Unit equations as they are written: the grammar, without knowledge of any unit.
//
//   unit     := factor { ("*" | "-" | "/") factor }         left to right
//   factor   := primary [ ("^" | "**") exponent ]
//   primary  := "1" | name | '"' anything '"' | "(" unit ")"
//   exponent := [ "+" | "-" ] digits | "(" exponent ")"
//   name     := letters, digits, _ $ % # & . ' and characters above 127, with spaces between them;
//               the first is not a digit
//
// XMILE 1.0, 3.3.6 has * - / ^ and parentheses; ** and the additional characters of names are
// what files in the wild contain. A "-" between units multiplies ("person-month").
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"
#include "base/source.h"
#include "units/unit.h"

namespace shamal::units {

struct WrittenFactor {
  std::string name;
  Exponent exponent;
};

// The names of a unit equation in order, "1" left out. Nothing if the text does not follow the
// grammar, which adds one unit_syntax.
std::optional<std::vector<WrittenFactor>> read_unit(const base::LocatedText& text,
                                                    base::Diagnostics& diagnostics);

// The name such that read_unit reads it back as one name: in quotes where it needs them.
std::string written_name(std::string_view name);

}  // namespace shamal::units
