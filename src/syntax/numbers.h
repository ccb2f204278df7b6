// Numbers in files: always the US English form of XMILE 1.0, 3.2.1, whatever the locale.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace shamal::syntax {

// How many bytes at the start of `text` have the form of an unsigned number: digits with an
// optional point and a complete exponent. Zero if there is none.
std::size_t number_length(std::string_view text);

// The value of text that is one unsigned number and nothing else. Nothing if it is not, or if it
// lies beyond the largest double.
std::optional<double> read_unsigned_number(std::string_view text);

// The same for a number with an optional sign and blanks around it, as in attributes and lists.
std::optional<double> read_number(std::string_view text);

// The shortest text that reads as the same value again. Requires a finite value.
std::string write_number(double value);

}  // namespace shamal::syntax
