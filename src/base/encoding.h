// Bytes of a text file as UTF-8, whatever program wrote them.
#pragma once

#include <string>
#include <string_view>

namespace shamal::base {

bool is_utf8(std::string_view bytes);

// Whether a byte order mark says so.
bool is_utf16(std::string_view bytes);

// The same text as UTF-8 without a byte order mark. UTF-16 has one; its unpaired surrogates become
// the replacement character. Bytes that are not UTF-8 are taken for
// Windows-1252, in which older versions of Vensim and spreadsheets write, and of which Latin-1 is
// a part.
std::string to_utf8(std::string bytes);

}  // namespace shamal::base
