#include "syntax/xml_encoding.h"

#include "base/encoding.h"
#include "syntax/characters.h"

namespace shamal::syntax {

namespace {

// Unpaired surrogates become the replacement character.
std::string utf16_to_utf8(std::string_view bytes, bool big_endian) {
  constexpr std::uint32_t kReplacement = 0xfffd;
  const auto unit = [&](std::size_t i) {
    const auto first = static_cast<unsigned char>(bytes[i]);
    const auto second = static_cast<unsigned char>(bytes[i + 1]);
    return static_cast<std::uint32_t>(big_endian ? first << 8 | second : second << 8 | first);
  };
  std::string text;
  text.reserve(bytes.size() / 2);
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    std::uint32_t point = unit(i);
    const bool high = point >= 0xd800 && point < 0xdc00;
    const std::uint32_t low = high && i + 3 < bytes.size() ? unit(i + 2) : 0;
    if (low >= 0xdc00 && low < 0xe000) {
      point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
      i += 2;
    } else if (point >= 0xd800 && point < 0xe000) {
      point = kReplacement;
    }
    append_utf8(text, point);
  }
  return text;
}

}  // namespace

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
  const std::string_view view = bytes;
  if (view.starts_with("\xff\xfe") || view.starts_with("\xfe\xff")) {
    return utf16_to_utf8(view.substr(2), view.starts_with("\xfe"));
  }
  if (view.starts_with("\xef\xbb\xbf")) {
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
