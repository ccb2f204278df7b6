// Identifiers as text: with and without quotation marks (XMILE 1.0, 3.2.2.1).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace shamal::syntax {

// Keywords are reserved in any mixture of cases, but not between quotation marks.
bool is_keyword(std::string_view text);

// Whether the name can stand in an equation without quotation marks.
bool is_bare_name(std::string_view name);

// "name" with quotation marks and escapes.
std::string quote(std::string_view name);

// A name, possibly qualified, as it stands in an equation: quoted only where it must be. Parsing
// the result gives a name of the same text.
std::string write_name(std::string_view name);

// The text of a name in an attribute or in an element such as <inflow>: blanks at the ends,
// quotation marks around it and escapes are no part of it. A backslash that begins no escape stands
// for itself.
std::string read_plain_name(std::string_view written);

// The inverse, for attributes: spaces need no quotation marks there.
std::string write_plain_name(std::string_view name);

}  // namespace shamal::syntax
