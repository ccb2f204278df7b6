#include "syntax/xml_encoding.h"

#include "base/encoding.h"
#include "syntax/characters.h"

namespace shamal::syntax {

std::string declared_encoding(std::string_view bytes) {
  const std::size_t start = bytes.starts_with("\xef\xbb\xbf") ? 3 : 0;
  bytes.remove_prefix(start);
  if (!bytes.starts_with("<?xml")) {
    return {};
  }
  const std::string_view declaration = bytes.substr(0, bytes.find("?>"));
  std::size_t at = declaration.find("encoding");
  if (at == std::string_view::npos) {
    return {};
  }
  at = declaration.find_first_of("\"'", at);
  if (at == std::string_view::npos) {
    return {};
  }
  const std::size_t end = declaration.find(declaration[at], at + 1);
  return ascii_lower(declaration.substr(at + 1, end - at - 1));
}

std::string xml_to_utf8(std::string bytes) {
  if (base::is_wide(bytes)) {
    return base::to_utf8(std::move(bytes));
  }
  if (bytes.starts_with("\xef\xbb\xbf")) {
    bytes.erase(0, 3);
    return bytes;
  }
  const std::string encoding = declared_encoding(bytes);
  if (encoding == "iso-8859-1" || encoding == "latin1" || encoding == "windows-1252" ||
      encoding == "cp1252") {
    return base::to_utf8(std::move(bytes));
  }
  return bytes;
}

}  // namespace shamal::syntax
