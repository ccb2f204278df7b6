#include "base/encoding.h"

#include <array>
#include <cstdint>

#include <utf8proc.h>

namespace shamal::base {

namespace {

// Windows-1252, 0x80 to 0x9f; the other bytes are their own code points. The five that it leaves
// undefined become the control characters of Latin-1.
constexpr std::array<std::uint16_t, 32> kWindows1252 = {
    0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008d, 0x017d, 0x008f, 0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178};

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

void append(std::string& text, std::uint32_t point) {
  std::array<utf8proc_uint8_t, 4> encoded;
  const auto width = utf8proc_encode_char(static_cast<utf8proc_int32_t>(point), encoded.data());
  text.append(reinterpret_cast<const char*>(encoded.data()), static_cast<std::size_t>(width));
}

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
    append(text, point);
  }
  return text;
}

}  // namespace

bool is_utf16(std::string_view bytes) {
  return bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff");
}

bool is_utf8(std::string_view bytes) {
  const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(bytes.data());
  auto left = static_cast<utf8proc_ssize_t>(bytes.size());
  while (left > 0) {
    utf8proc_int32_t point = 0;
    const utf8proc_ssize_t width = utf8proc_iterate(at, left, &point);
    if (width <= 0) {
      return false;
    }
    at += width;
    left -= width;
  }
  return true;
}

std::string to_utf8(std::string bytes) {
  if (is_utf16(bytes)) {
    return utf16_to_utf8(std::string_view(bytes).substr(2), bytes.starts_with("\xfe"));
  }
  if (is_utf8(bytes)) {
    if (bytes.starts_with(kByteOrderMark)) {
      bytes.erase(0, kByteOrderMark.size());
    }
    return bytes;
  }
  std::string text;
  text.reserve(bytes.size() + bytes.size() / 8);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    const bool special = byte >= 0x80 && byte < 0xa0;
    append(text, special ? kWindows1252[byte - 0x80u] : byte);
  }
  return text;
}

}  // namespace shamal::base
