// What Vensim's names are made of, shared by the layers that must not take a part of a name for
// something else.
#pragma once

#include <cstddef>
#include <string_view>

#include "syntax/characters.h"

namespace shamal::syntax {

// Letters, digits, _ and $ [Vensim reference manual, "Defining Macros" (22145)], letters of other
// alphabets, and the apostrophe behind the first letter (DimA').
constexpr bool is_vensim_name_character(char c) { return is_name_character(c) || c == '\''; }

constexpr bool begins_vensim_name(char c) { return is_name_character(c) && !is_digit(c); }

// Where quoted text that begins at `begin` ends: behind the next mark of the same kind on the same
// line; \" is part of a name. npos if it has no end.
constexpr std::size_t end_of_quoted(std::string_view text, std::size_t begin) {
  const char mark = text[begin];
  for (std::size_t at = begin + 1; at < text.size() && text[at] != '\n'; ++at) {
    if (mark == '"' && text[at] == '\\' && at + 1 < text.size() && text[at + 1] != '\n') {
      ++at;
    } else if (text[at] == mark) {
      return at + 1;
    }
  }
  return std::string_view::npos;
}

// Whether a line may begin at `at`. In files of old a carriage return alone ends a line.
constexpr bool begins_line(std::string_view text, std::size_t at) {
  return at == 0 || text[at - 1] == '\n' || text[at - 1] == '\r';
}

// Bytes of a continuation at `at`: a backslash that ends its line. 0 if there is none.
constexpr std::size_t continuation_length(std::string_view text, std::size_t at) {
  if (text[at] != '\\') {
    return 0;
  }
  std::size_t end = at + 1;
  while (end < text.size() && (text[end] == ' ' || text[end] == '\t')) {
    ++end;
  }
  const std::size_t line = end;
  while (end < text.size() && text[end] == '\r') {
    ++end;
  }
  if (end < text.size() && text[end] == '\n') {
    return end + 1 - at;
  }
  return end > line ? line + 1 - at : 0;
}

}  // namespace shamal::syntax
