#include "syntax/vensim_lexer.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "syntax/numbers.h"
#include "syntax/vensim_characters.h"

namespace shamal::syntax {

namespace {

using base::Code;
using Kind = VensimTokenKind;

struct Symbol {
  std::string_view text;
  Kind kind;
};

// Longer ones before their beginnings.
constexpr std::array kSymbols = {
    Symbol{"<->", Kind::equivalence},
    Symbol{"<=", Kind::less_equal},
    Symbol{"<>", Kind::not_equal},
    Symbol{">=", Kind::greater_equal},
    Symbol{"==", Kind::twice_equal},
    Symbol{":=", Kind::data_equal},
    Symbol{"->", Kind::arrow},
    Symbol{"<", Kind::less},
    Symbol{">", Kind::greater},
    Symbol{"=", Kind::equal},
    Symbol{"+", Kind::plus},
    Symbol{"-", Kind::minus},
    Symbol{"*", Kind::times},
    Symbol{"/", Kind::divide},
    Symbol{"^", Kind::power},
    Symbol{"(", Kind::left_parenthesis},
    Symbol{")", Kind::right_parenthesis},
    Symbol{"[", Kind::left_bracket},
    Symbol{"]", Kind::right_bracket},
    Symbol{",", Kind::comma},
    Symbol{";", Kind::semicolon},
    Symbol{":", Kind::colon},
    Symbol{"!", Kind::bang},
};

// [Vensim reference manual, "Keywords"]. :SUPPLEMENTARY, :MACRO: and :END OF MACRO: stand outside
// of equations.
constexpr std::array kKeywords = {
    Symbol{"and", Kind::kw_and},
    Symbol{"or", Kind::kw_or},
    Symbol{"not", Kind::kw_not},
    Symbol{"na", Kind::kw_na},
    Symbol{"is", Kind::kw_is},
    Symbol{"except", Kind::kw_except},
    Symbol{"interpolate", Kind::kw_interpolate},
    Symbol{"raw", Kind::kw_raw},
    Symbol{"hold backward", Kind::kw_hold_backward},
    Symbol{"look forward", Kind::kw_look_forward},
    Symbol{"test input", Kind::kw_test_input},
    Symbol{"the condition", Kind::kw_the_condition},
    Symbol{"implies", Kind::kw_implies},
};

constexpr std::string_view kNoBreakSpace = "\xc2\xa0";

class Lexer {
 public:
  Lexer(const base::LocatedText& text, base::Diagnostics& diagnostics)
      : source_(text), text_(text.text), diagnostics_(diagnostics) {}

  std::vector<VensimToken> run() {
    while (skip_blanks()) {
      read_token();
    }
    add(Kind::end, text_.size());
    return std::move(tokens_);
  }

 private:
  std::string_view rest() const { return text_.substr(at_); }

  void error(Code code, std::size_t end, std::string what, std::string fix = {}) {
    diagnostics_.add(code, source_.span(at_, end), std::move(what), std::move(fix));
  }

  VensimToken& add(Kind kind, std::size_t end) {
    tokens_.push_back({kind, at_, end, 0, {}, line_break_});
    at_ = end;
    line_break_ = false;
    return tokens_.back();
  }

  // Bytes of the blank at `at`, which stays within its line; 0 if there is none.
  std::size_t inner_blank(std::size_t at) const {
    const std::string_view from = text_.substr(at);
    // Some editors leave control characters behind.
    constexpr char kDelete = '\x7f';
    if (from.starts_with(' ') || from.starts_with('\t') || from.starts_with(kDelete)) {
      return 1;
    }
    return from.starts_with(kNoBreakSpace) ? kNoBreakSpace.size() : 0;
  }

  // False at the end of the text.
  bool skip_blanks() {
    while (at_ < text_.size()) {
      if (const std::size_t length = inner_blank(at_); length > 0) {
        at_ += length;
      } else if (is_blank(text_[at_])) {
        line_break_ = true;
        ++at_;
      } else {
        return true;
      }
    }
    return false;
  }

  void read_token() {
    const char c = text_[at_];
    const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (is_digit(c) || (c == '.' && is_digit(next))) {
      read_number();
    } else if (c == '"' || c == '\'') {
      read_quoted();
    } else if (begins_vensim_name(c)) {
      read_name();
    } else if (c != ':' || !read_keyword()) {
      read_symbol();
    }
  }

  void read_symbol() {
    for (const Symbol& symbol : kSymbols) {
      if (rest().starts_with(symbol.text)) {
        add(symbol.kind, at_ + symbol.text.size());
        return;
      }
    }
    std::size_t end = at_ + 1;
    while (end < text_.size() && !begins_token(text_[end])) {
      ++end;
    }
    const std::string shown(text_.substr(at_, end - at_));
    error(Code::unexpected_character, end, fmt::format("\"{}\"", shown),
          "names with other characters than letters, digits, _, $ and ' need quotation marks");
    add(Kind::invalid, end);
  }

  static bool begins_token(char c) {
    return is_blank(c) || is_name_character(c) || c == '"' || c == '\'' ||
           std::any_of(kSymbols.begin(), kSymbols.end(),
                       [&](const Symbol& symbol) { return symbol.text[0] == c; });
  }

  void read_number() {
    const std::size_t end = at_ + number_length(rest());
    const auto value = read_unsigned_number(text_.substr(at_, end - at_));
    if (!value) {
      error(Code::bad_number, end, fmt::format("\"{}\"", text_.substr(at_, end - at_)),
            "the largest number is about 1.8e308");
    }
    add(Kind::number, end).number = value.value_or(0);
  }

  void read_quoted() {
    const bool is_name = text_[at_] == '"';
    const std::size_t end = end_of_quoted(text_, at_);
    if (end == std::string_view::npos) {
      error(Code::unclosed, at_ + 1, is_name ? "quoted name" : "string",
            fmt::format("end it with {}", text_[at_]));
      add(Kind::invalid, at_ + 1);
      return;
    }
    std::string content;
    for (std::size_t i = at_ + 1; i + 1 < end; ++i) {
      // Only \" stands for something else; "\n" shows as it is written in Vensim's own output.
      i += is_name && text_.substr(i).starts_with("\\\"") ? 1 : 0;
      content += text_[i];
    }
    add(is_name ? Kind::name : Kind::string, end).text = std::move(content);
  }

  void read_name() {
    std::string name;
    std::size_t at = at_;
    std::size_t end = at_;
    while (at < text_.size()) {
      if (const std::size_t blank = inner_blank(at); blank > 0) {
        at += blank;
      } else if (at > end ? is_name_character(text_[at]) : is_vensim_name_character(text_[at])) {
        name += at > end ? " " : "";
        name += text_[at];
        end = ++at;
      } else {
        break;
      }
    }
    add(Kind::name, end).text = std::move(name);
  }

  bool read_keyword() {
    const std::size_t close = text_.find_first_not_of(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ \t_\r\n", at_ + 1);
    if (close == std::string_view::npos || text_[close] != ':') {
      return false;
    }
    const std::string word = words(text_.substr(at_ + 1, close - at_ - 1));
    for (const Symbol& keyword : kKeywords) {
      if (keyword.text == word) {
        add(keyword.kind, close + 1);
        return true;
      }
    }
    return false;
  }

  // In lower case, one space between words.
  static std::string words(std::string_view text) {
    std::string result;
    for (const char c : ascii_lower(trimmed(text))) {
      if (!is_blank(c) && c != '_') {
        result += c;
      } else if (!result.ends_with(' ')) {
        result += ' ';
      }
    }
    return result;
  }

  const base::LocatedText& source_;
  std::string_view text_;
  base::Diagnostics& diagnostics_;
  std::vector<VensimToken> tokens_;
  std::size_t at_ = 0;
  bool line_break_ = false;
};

}  // namespace

std::vector<VensimToken> read_vensim_tokens(const base::LocatedText& text,
                                            base::Diagnostics& diagnostics) {
  return Lexer(text, diagnostics).run();
}

}  // namespace shamal::syntax
