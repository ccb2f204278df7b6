// Bytes of an XML file as UTF-8, so that places in messages are places in text.
#pragma once

#include <string>
#include <string_view>

namespace shamal::syntax {

// The encoding that the XML declaration names, in lower case; empty if it names none.
std::string declared_encoding(std::string_view bytes);

// UTF-16 with a byte order mark, and what the declaration calls ISO-8859-1 or Windows-1252, is
// converted; a UTF-8 byte order mark is removed. Everything else is returned as it is: the reader
// finds out whether it is UTF-8.
std::string xml_to_utf8(std::string bytes);

}  // namespace shamal::syntax
