#include "units/unit_syntax.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include <fmt/format.h>

namespace shamal::units {

namespace {

constexpr int kDeepestNesting = 100;
constexpr int kLargestWrittenExponent = 1000;

bool is_space(char c) { return static_cast<unsigned char>(c) <= ' '; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_name_character(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return letter || is_digit(c) || static_cast<unsigned char>(c) > 127 ||
         std::string_view("_$%#&.'").find(c) != std::string_view::npos;
}

// What stands at a place, for messages: one character, whole if it is UTF-8.
std::string_view character_at(std::string_view text, std::size_t i) {
  std::size_t end = i + 1;
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) {
    ++end;
  }
  return text.substr(i, end - i);
}

class Reader {
 public:
  Reader(const base::LocatedText& located, base::Diagnostics& diagnostics)
      : located_(located), text_(located.text), diagnostics_(diagnostics) {}

  std::optional<std::vector<WrittenFactor>> read() {
    std::vector<WrittenFactor> factors;
    if (!read_product(factors)) {
      return std::nullopt;
    }
    skip_spaces();
    if (at_ < text_.size()) {
      if (text_[at_] == ')') {
        fail(at_, at_ + 1, "this parenthesis closes nothing");
      } else {
        fail_here("expected *, / or ^");
      }
      return std::nullopt;
    }
    return factors;
  }

 private:
  bool read_product(std::vector<WrittenFactor>& factors) {
    if (!read_factor(factors, Exponent{})) {
      return false;
    }
    for (;;) {
      skip_spaces();
      if (at_ == text_.size()) {
        return true;
      }
      const char c = text_[at_];
      if (c != '*' && c != '/' && c != '-') {
        return true;
      }
      last_operator_ = at_++;
      if (!read_factor(factors, Exponent{c == '/' ? -1 : 1, 1})) {
        return false;
      }
    }
  }

  // Appends the factor to the power `sign`, which is 1 or -1.
  bool read_factor(std::vector<WrittenFactor>& factors, Exponent sign) {
    const std::size_t first = factors.size();
    if (!read_primary(factors)) {
      return false;
    }
    skip_spaces();
    Exponent exponent{};
    const bool caret = text_.substr(at_).starts_with("^");
    const bool stars = text_.substr(at_).starts_with("**");
    if (caret || stars) {
      last_operator_ = at_;
      at_ += caret ? 1 : 2;
      const std::optional<Exponent> written = read_exponent();
      if (!written) {
        return false;
      }
      exponent = *written;
    }
    for (std::size_t i = first; i < factors.size(); ++i) {
      factors[i].exponent = factors[i].exponent * exponent * sign;
    }
    return true;
  }

  bool read_primary(std::vector<WrittenFactor>& factors) {
    skip_spaces();
    if (at_ == text_.size()) {
      return fail_missing_name();
    }
    const char c = text_[at_];
    if (c == '(') {
      return read_parentheses(factors);
    }
    if (c == '"') {
      return read_quoted(factors);
    }
    if (is_digit(c)) {
      return read_one();
    }
    if (is_name_character(c)) {
      read_name(factors);
      return true;
    }
    if (std::string_view("*/^-)").find(c) != std::string_view::npos) {
      return fail_missing_name();
    }
    return fail_here("expected the name of a unit");
  }

  bool read_parentheses(std::vector<WrittenFactor>& factors) {
    const std::size_t open = at_++;
    last_operator_.reset();
    if (++depth_ > kDeepestNesting) {
      return fail(open, open + 1,
                  fmt::format("more than {} parentheses inside each other", kDeepestNesting));
    }
    if (!read_product(factors)) {
      return false;
    }
    --depth_;
    skip_spaces();
    if (at_ == text_.size()) {
      return fail(open, open + 1, "this parenthesis is never closed");
    }
    if (text_[at_] != ')') {
      return fail_here("expected *, /, ^ or a closing parenthesis");
    }
    ++at_;
    return true;
  }

  bool read_quoted(std::vector<WrittenFactor>& factors) {
    const std::size_t open = at_;
    const std::size_t close = text_.find('"', open + 1);
    if (close == std::string_view::npos) {
      return fail(open, open + 1, "this quote is never closed");
    }
    const std::string_view name = text_.substr(open + 1, close - open - 1);
    if (std::all_of(name.begin(), name.end(), is_space)) {
      return fail(open, close + 1, "there is no name between the quotes");
    }
    factors.push_back({std::string(name), Exponent{}});
    at_ = close + 1;
    return true;
  }

  // "1", the only number that is a unit.
  bool read_one() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_name_character(text_[at_])) {
      ++at_;
    }
    const std::string_view word = text_.substr(begin, at_ - begin);
    if (word == "1") {
      return true;
    }
    return fail(begin, at_, fmt::format("\"{}\" is not the name of a unit", word),
                "units carry no factors: multiply in the equation, and keep 1 for \"no unit\".");
  }

  void read_name(std::vector<WrittenFactor>& factors) {
    const std::size_t begin = at_;
    std::size_t end = at_;
    while (at_ < text_.size() && (is_name_character(text_[at_]) || is_space(text_[at_]))) {
      if (!is_space(text_[at_])) {
        end = at_ + 1;
      }
      ++at_;
    }
    factors.push_back({std::string(text_.substr(begin, end - begin)), Exponent{}});
  }

  std::optional<Exponent> read_exponent() {
    skip_spaces();
    std::size_t parentheses = 0;
    while (at_ < text_.size() && text_[at_] == '(') {
      ++parentheses;
      ++at_;
      skip_spaces();
    }
    if (at_ == text_.size()) {
      fail(*last_operator_, at_, "no exponent follows");
      return std::nullopt;
    }
    const std::size_t begin = at_;
    if (at_ < text_.size() && (text_[at_] == '-' || text_[at_] == '+')) {
      ++at_;
      skip_spaces();
    }
    const std::size_t digits = at_;
    while (at_ < text_.size() && is_digit(text_[at_])) {
      ++at_;
    }
    const bool broken = at_ < text_.size() &&
                        (is_name_character(text_[at_]) || (parentheses > 0 && text_[at_] == '/'));
    if (at_ == digits || broken) {
      // Underlines the whole of what was meant as a number: "0.5", "1/2".
      while (at_ < text_.size() &&
             (is_name_character(text_[at_]) || (parentheses > 0 && text_[at_] == '/'))) {
        ++at_;
      }
      fail(begin, std::max(at_, begin + 1), "an exponent is a whole number");
      return std::nullopt;
    }
    int magnitude = 0;
    const auto parsed = std::from_chars(text_.data() + digits, text_.data() + at_, magnitude);
    if (parsed.ec != std::errc() || magnitude > kLargestWrittenExponent) {
      fail(begin, at_, fmt::format("an exponent is at most {}", kLargestWrittenExponent));
      return std::nullopt;
    }
    for (; parentheses > 0; --parentheses) {
      skip_spaces();
      if (at_ == text_.size() || text_[at_] != ')') {
        fail_here("expected a closing parenthesis after the exponent");
        return std::nullopt;
      }
      ++at_;
    }
    return Exponent{text_[begin] == '-' ? -magnitude : magnitude, 1};
  }

  void skip_spaces() {
    while (at_ < text_.size() && is_space(text_[at_])) {
      ++at_;
    }
  }

  bool fail_missing_name() {
    if (last_operator_) {
      return fail(*last_operator_, *last_operator_ + 1,
                  fmt::format("no unit follows \"{}\"", text_[*last_operator_]));
    }
    return fail_here("expected the name of a unit");
  }

  // At the next character, which is named in the message.
  bool fail_here(std::string_view expected) {
    skip_spaces();
    if (at_ == text_.size()) {
      const std::size_t last = text_.find_last_not_of(" \t\r\n");
      const std::size_t end = last == std::string_view::npos ? 0 : last + 1;
      return fail(end == 0 ? 0 : end - 1, end, fmt::format("{}, not the end", expected));
    }
    const std::string_view found = character_at(text_, at_);
    return fail(at_, at_ + found.size(), fmt::format("{}, not \"{}\"", expected, found));
  }

  bool fail(std::size_t begin, std::size_t end, std::string what, std::string fix = {}) {
    diagnostics_.add(base::Code::unit_syntax, located_.span(begin, end), std::move(what),
                     std::move(fix));
    return false;
  }

  const base::LocatedText& located_;
  std::string_view text_;
  base::Diagnostics& diagnostics_;
  std::size_t at_ = 0;
  std::optional<std::size_t> last_operator_;  // that something must follow
  int depth_ = 0;
};

}  // namespace

std::optional<std::vector<WrittenFactor>> read_unit(const base::LocatedText& text,
                                                    base::Diagnostics& diagnostics) {
  return Reader(text, diagnostics).read();
}

std::string written_name(std::string_view name) {
  const bool plain = !name.empty() && !is_digit(name.front()) &&
                     std::all_of(name.begin(), name.end(),
                                 [](char c) { return is_name_character(c) || is_space(c); });
  return plain ? std::string(name) : fmt::format("\"{}\"", name);
}

}  // namespace shamal::units
