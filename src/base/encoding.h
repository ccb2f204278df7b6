// Bytes of a text file as UTF-8, whatever program wrote them.
#pragma once

#include <string>
#include <string_view>

namespace shamal::base {

bool is_utf8(std::string_view bytes);

// Whether the bytes are UTF-16 or UTF-32: by a byte order mark, or by the zero bytes of the first
// characters, which no other text has.
bool is_wide(std::string_view bytes);

// The same text as UTF-8 without a byte order mark. In UTF-16 and UTF-32 unpaired surrogates, and
// numbers that are no character, become the replacement character. Other bytes that are not UTF-8
// are taken for Windows-1252, in which older versions of Vensim and spreadsheets write, and of
// which Latin-1 is a part.
std::string to_utf8(std::string bytes);

}  // namespace shamal::base
