#include "api/report/text.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "base/files.h"
#include "data/delimited.h"

namespace shamal::api::report {

namespace {

// Digits with separators between thousands: "1234567.5" to "1 234 567.5".
std::string with_separators(std::string_view digits) {
  const std::size_t whole = std::min(digits.find('.'), digits.size());
  std::string result;
  for (std::size_t i = 0; i < whole; ++i) {
    if (i > 0 && (whole - i) % 3 == 0) {
      result += kThinSpace;
    }
    result += digits[i];
  }
  result += digits.substr(whole);
  return result;
}

std::string superscript(int value) {
  constexpr std::array<std::string_view, 10> kDigits = {"⁰", "¹", "²", "³", "⁴",
                                                        "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string result = value < 0 ? "⁻" : "";
  for (const char c : std::to_string(std::abs(value))) {
    result += kDigits[static_cast<std::size_t>(c - '0')];
  }
  return result;
}

}  // namespace

std::string escape(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        // Control characters have no place in a page.
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') {
          result += c;
        }
    }
  }
  return result;
}

std::string anchor(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool upper = c >= 'A' && c <= 'Z';
    const bool kept = upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (kept) {
      result += upper ? static_cast<char>(c - 'A' + 'a') : c;
    } else if (!result.empty() && result.back() != '-') {
      result += '-';
    }
  }
  while (!result.empty() && result.back() == '-') {
    result.pop_back();
  }
  return result;
}

std::string decimal_text(double value, int decimals) {
  if (!std::isfinite(value)) {
    return std::string(kDash);
  }
  const std::string digits = fmt::format("{:.{}f}", std::abs(value), decimals);
  const bool zero = digits.find_first_not_of("0.") == std::string::npos;
  return (value < 0 && !zero ? std::string(kMinus) : std::string()) + with_separators(digits);
}

std::string number_text(double value, int significant) {
  if (!std::isfinite(value)) {
    return std::string(kDash);
  }
  if (value == 0) {
    return "0";
  }
  // Rounding first: 9.996 to three digits is 10.0.
  const std::string scientific = fmt::format("{:.{}e}", std::abs(value), significant - 1);
  const std::size_t mark = scientific.find('e');
  const int exponent = std::stoi(scientific.substr(mark + 1));
  std::string digits;
  if (exponent < -4 || exponent > 14) {
    digits = scientific.substr(0, mark);
  } else {
    const double rounded = std::stod(scientific);
    digits = fmt::format("{:.{}f}", rounded, std::max(0, significant - 1 - exponent));
  }
  if (digits.find('.') != std::string::npos) {
    digits.erase(digits.find_last_not_of('0') + 1);
    if (digits.back() == '.') {
      digits.pop_back();
    }
  }
  std::string result = value < 0 ? std::string(kMinus) : std::string();
  result += with_separators(digits);
  if (exponent < -4 || exponent > 14) {
    result += " × 10" + superscript(exponent);
  }
  return result;
}

std::string number_text(const std::optional<double>& value, int significant) {
  return value ? number_text(*value, significant) : std::string(kDash);
}

std::string percent_text(double share) {
  if (!std::isfinite(share)) {
    return std::string(kDash);
  }
  const double percent = share * 100;
  const bool fine = std::abs(percent) < 9.95 && std::abs(percent - std::round(percent)) > 0.05;
  return decimal_text(percent, fine ? 1 : 0) + "%";
}

std::string percent_text(const std::optional<double>& share) {
  return share ? percent_text(*share) : std::string(kDash);
}

std::string count_text(std::size_t count, std::string_view singular, std::string_view plural) {
  return fmt::format("{} {}", with_separators(std::to_string(count)),
                     count == 1 ? singular : plural);
}

std::string step_text(std::string_view step) {
  const std::optional<double> value = data::read_number(step);
  if (value && *value > 0 && *value < 1) {
    const double parts = std::round(1 / *value);
    if (std::abs(parts * *value - 1) < 1e-9) {
      return fmt::format("1/{}", parts);
    }
  }
  return std::string(step);
}

std::string method_text(std::string_view method) {
  std::string name(method);
  const bool initials = name.starts_with("rk");
  for (std::size_t i = 0; i < name.size() && (initials || i == 0); ++i) {
    if (name[i] >= 'a' && name[i] <= 'z') {
      name[i] = static_cast<char>(name[i] - 'a' + 'A');
    }
  }
  return name;
}

std::string pixels(double value) {
  const double rounded = std::round(value * 10) / 10;
  return fmt::format("{}", rounded == 0 ? 0.0 : rounded);
}

std::string content_hash(std::string_view text) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::string hex = base::sha256(text);
  std::string bits;  // the bytes of the hash
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bits += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  std::string result;
  for (std::size_t i = 0; i < bits.size(); i += 3) {
    std::uint32_t group = 0;
    const std::size_t count = std::min<std::size_t>(3, bits.size() - i);
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (k < count ? static_cast<unsigned char>(bits[i + k]) : 0u);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      result += k <= count ? kAlphabet[group >> (18 - 6 * k) & 63] : '=';
    }
  }
  return "'sha256-" + result + "'";
}

}  // namespace shamal::api::report
