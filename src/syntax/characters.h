// Classes of characters in XMILE text. Bytes above 127 are part of UTF-8 sequences.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace shamal::syntax {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// What bare identifiers are made of (3.2.2.1).
constexpr bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

constexpr std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_blank(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

// Bytes of the UTF-8 sequence that begins with this byte; 1 for bytes that begin none.
constexpr std::size_t sequence_length(char first) {
  const auto byte = static_cast<unsigned char>(first);
  return byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
}

// Letters A to Z in lower case, all else as it is: for the keywords of the language.
std::string ascii_lower(std::string_view text);

void append_utf8(std::string& text, std::uint32_t code_point);

}  // namespace shamal::syntax
