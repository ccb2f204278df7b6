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

struct Wide {
  std::size_t width = 0;  // bytes of a unit: 2 or 4; 0 for other texts
  bool big_endian = false;
  std::size_t mark = 0;  // bytes of the byte order mark
};

Wide wide_form(std::string_view bytes) {
  using namespace std::string_view_literals;
  if (bytes.starts_with("\xff\xfe\0\0"sv)) {
    return {4, false, 4};
  }
  if (bytes.starts_with("\0\0\xfe\xff"sv)) {
    return {4, true, 4};
  }
  if (bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff")) {
    return {2, bytes.starts_with("\xfe"), 2};
  }
  if (bytes.size() < 4) {
    return {};
  }
  const auto zeros = [&](bool a, bool b, bool c, bool d) {
    return (bytes[0] == 0) == a && (bytes[1] == 0) == b && (bytes[2] == 0) == c &&
           (bytes[3] == 0) == d;
  };
  return zeros(false, true, true, true)    ? Wide{4, false, 0}
         : zeros(true, true, true, false)  ? Wide{4, true, 0}
         : zeros(false, true, false, true) ? Wide{2, false, 0}
         : zeros(true, false, true, false) ? Wide{2, true, 0}
                                           : Wide{};
}

std::string wide_to_utf8(std::string_view bytes, const Wide& form) {
  constexpr std::uint32_t kReplacement = 0xfffd;
  const auto unit = [&](std::size_t i) {
    std::uint32_t value = 0;
    for (std::size_t b = 0; b < form.width; ++b) {
      const std::size_t place = form.big_endian ? b : form.width - 1 - b;
      value = value << 8 | static_cast<unsigned char>(bytes[i + place]);
    }
    return value;
  };
  std::string text;
  text.reserve(bytes.size() / form.width);
  for (std::size_t i = form.mark; i + form.width <= bytes.size(); i += form.width) {
    std::uint32_t point = unit(i);
    const bool high = form.width == 2 && point >= 0xd800 && point < 0xdc00;
    const std::uint32_t low = high && i + 4 <= bytes.size() ? unit(i + 2) : 0;
    if (low >= 0xdc00 && low < 0xe000) {
      point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
      i += 2;
    } else if ((point >= 0xd800 && point < 0xe000) || point > 0x10ffff) {
      point = kReplacement;
    }
    append(text, point);
  }
  return text;
}

}  // namespace

bool is_wide(std::string_view bytes) { return wide_form(bytes).width != 0; }

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
  if (const Wide form = wide_form(bytes); form.width != 0) {
    return wide_to_utf8(bytes, form);
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
