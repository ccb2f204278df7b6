#include "syntax/numbers.h"

#include <fast_float/fast_float.h>
#include <fmt/format.h>

#include "syntax/characters.h"

namespace shamal::syntax {

namespace {

std::size_t digits(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && is_digit(text[end])) {
    ++end;
  }
  return end - at;
}

}  // namespace

std::size_t number_length(std::string_view text) {
  const std::size_t whole = digits(text, 0);
  std::size_t end = whole;
  if (end < text.size() && text[end] == '.') {
    const std::size_t fraction = digits(text, end + 1);
    if (whole + fraction == 0) {
      return 0;
    }
    end += 1 + fraction;
  }
  if (end == 0 || end >= text.size() || (text[end] != 'e' && text[end] != 'E')) {
    return end;
  }
  std::size_t exponent = end + 1;
  if (exponent < text.size() && (text[exponent] == '+' || text[exponent] == '-')) {
    ++exponent;
  }
  const std::size_t count = digits(text, exponent);
  return count == 0 ? end : exponent + count;
}

std::optional<double> read_unsigned_number(std::string_view text) {
  if (text.empty() || number_length(text) != text.size()) {
    return std::nullopt;
  }
  double value = 0;
  const auto result = fast_float::from_chars(text.data(), text.data() + text.size(), value);
  // Too large is infinite; what is too small for a double is rounded to zero as usual.
  const bool finite = value <= std::numeric_limits<double>::max();
  if (!finite || result.ptr != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

std::optional<double> read_number(std::string_view text) {
  text = trimmed(text);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) {
    text.remove_prefix(1);
  }
  const auto value = read_unsigned_number(text);
  return value && negative ? -*value : value;
}

std::string write_number(double value) { return fmt::format("{}", value); }

}  // namespace shamal::syntax
