#include "syntax/lexer.h"

#include <array>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "syntax/characters.h"
#include "syntax/names.h"
#include "syntax/numbers.h"

namespace shamal::syntax {

namespace {

using base::Code;

struct Symbol {
  std::string_view text;
  TokenKind kind;
};

// Longer ones before their beginnings.
constexpr std::array kSymbols = {
    Symbol{"<=", TokenKind::less_equal},
    Symbol{"<>", TokenKind::not_equal},
    Symbol{">=", TokenKind::greater_equal},
    Symbol{"<", TokenKind::less},
    Symbol{">", TokenKind::greater},
    Symbol{"=", TokenKind::equal},
    Symbol{"+", TokenKind::plus},
    Symbol{"-", TokenKind::minus},
    Symbol{"*", TokenKind::times},
    Symbol{"//", TokenKind::safe_divide},
    Symbol{"/", TokenKind::divide},
    Symbol{"^", TokenKind::power},
    Symbol{"(", TokenKind::left_parenthesis},
    Symbol{")", TokenKind::right_parenthesis},
    Symbol{"[", TokenKind::left_bracket},
    Symbol{"]", TokenKind::right_bracket},
    Symbol{",", TokenKind::comma},
    Symbol{":", TokenKind::colon},
    Symbol{"@", TokenKind::at},
    Symbol{"'", TokenKind::transpose},
};

constexpr std::array kKeywords = {
    Symbol{"if", TokenKind::kw_if},     Symbol{"then", TokenKind::kw_then},
    Symbol{"else", TokenKind::kw_else}, Symbol{"and", TokenKind::kw_and},
    Symbol{"or", TokenKind::kw_or},     Symbol{"not", TokenKind::kw_not},
    Symbol{"mod", TokenKind::kw_mod},
};

struct Foreign {
  std::string_view text;
  std::string_view fix;
};

// Operators of other languages, and what typesetting makes of ours.
constexpr std::array kForeign = {
    Foreign{"!=", "write <> for \"not equal\""},
    Foreign{"!", "write NOT for logical negation"},
    Foreign{"&&", "write AND"},
    Foreign{"||", "write OR"},
    Foreign{"%", "write MOD for the remainder, or / 100 for a percentage"},
    Foreign{";", "write a comma between arguments"},
    Foreign{"\xe2\x80\x93", "write a hyphen (-) for minus"},  // en dash
    Foreign{"\xe2\x80\x94", "write a hyphen (-) for minus"},  // em dash
    Foreign{"\xe2\x88\x92", "write a hyphen (-) for minus"},  // minus sign
    Foreign{"\xc3\x97", "write * for multiplication"},        // multiplication sign
    Foreign{"\xc3\xb7", "write / for division"},              // division sign
    Foreign{"\xe2\x89\xa4", "write <="},
    Foreign{"\xe2\x89\xa5", "write >="},
    Foreign{"\xe2\x89\xa0", "write <>"},
    Foreign{"\xe2\x80\x9c", "write straight quotation marks (\")"},  // left quotation mark
    Foreign{"\xe2\x80\x9d", "write straight quotation marks (\")"},  // right quotation mark
};

constexpr std::string_view kNoBreakSpace = "\xc2\xa0";

class Lexer {
 public:
  Lexer(const base::LocatedText& text, base::Diagnostics& diagnostics)
      : source_(text), text_(text.text), diagnostics_(diagnostics) {}

  std::vector<Token> run() {
    while (skip_blanks()) {
      read_token();
    }
    add(TokenKind::end, text_.size(), text_.size());
    return std::move(tokens_);
  }

 private:
  std::string_view rest() const { return text_.substr(at_); }

  void error(Code code, std::size_t begin, std::size_t end, std::string what,
             std::string fix = {}) {
    diagnostics_.add(code, source_.span(begin, end), std::move(what), std::move(fix));
  }

  Token& add(TokenKind kind, std::size_t begin, std::size_t end) {
    tokens_.push_back({kind, begin, end, 0, {}});
    at_ = end;
    return tokens_.back();
  }

  // False at the end of the text.
  bool skip_blanks() {
    while (at_ < text_.size()) {
      if (is_blank(text_[at_])) {
        ++at_;
      } else if (rest().starts_with(kNoBreakSpace)) {
        at_ += kNoBreakSpace.size();
      } else if (text_[at_] == '{') {
        skip_comment();
      } else {
        return true;
      }
    }
    return false;
  }

  void skip_comment() {
    const std::size_t close = text_.find('}', at_);
    if (close == std::string_view::npos) {
      error(Code::unclosed, at_, at_ + 1, "comment \"{\"", "end the comment with }");
      at_ = text_.size();
    } else {
      at_ = close + 1;
    }
  }

  void read_token() {
    const char c = text_[at_];
    const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (is_digit(c) || (c == '.' && is_digit(next))) {
      read_number_token();
      return;
    }
    for (const Foreign& foreign : kForeign) {
      if (rest().starts_with(foreign.text)) {
        refuse(foreign.text.size(), std::string(foreign.fix));
        return;
      }
    }
    if (is_name_character(c) || c == '"' || (c == '.' && begins_name(next))) {
      read_name_token();
      return;
    }
    for (const Symbol& symbol : kSymbols) {
      if (rest().starts_with(symbol.text)) {
        add(symbol.kind, at_, at_ + symbol.text.size());
        return;
      }
    }
    refuse(sequence_length(c), {});
  }

  void refuse(std::size_t size, std::string fix) {
    const std::size_t end = std::min(at_ + size, text_.size());
    error(Code::unexpected_character, at_, end, fmt::format("\"{}\"", text_.substr(at_, end - at_)),
          std::move(fix));
    add(TokenKind::invalid, at_, end);
  }

  static bool begins_name(char c) { return (is_name_character(c) && !is_digit(c)) || c == '"'; }

  void read_number_token() {
    const std::size_t begin = at_;
    std::size_t end = begin + number_length(rest());
    const auto value = read_unsigned_number(text_.substr(begin, end - begin));
    // An exponent without digits ("1.5e+"), but not a name that happens to begin with e ("2 eggs").
    const bool cut = end < text_.size() && (text_[end] == 'e' || text_[end] == 'E') &&
                     (end + 1 == text_.size() || !is_name_character(text_[end + 1]));
    if (cut) {
      ++end;
      end += end < text_.size() && (text_[end] == '+' || text_[end] == '-') ? 1 : 0;
    }
    if (cut || !value) {
      const std::string written(text_.substr(begin, end - begin));
      error(Code::bad_number, begin, end, fmt::format("\"{}\"", written),
            cut ? "write the exponent, as in 1.5e+3" : "the largest number is about 1.8e308");
    }
    add(TokenKind::number, begin, end).number = value.value_or(0);
  }

  bool goes_on(std::size_t at) const {
    return at < text_.size() && is_name_character(text_[at]) &&
           !text_.substr(at).starts_with(kNoBreakSpace);
  }

  // name, "name", name.name, .name. Stella writes farms'_size without quotation marks; behind an
  // apostrophe that transposes stands no name.
  void read_name_token() {
    const std::size_t begin = at_;
    std::string name;
    bool quoted = false;
    if (text_[at_] == '.') {
      name = '.';
      ++at_;
    }
    while (true) {
      if (text_[at_] == '"') {
        quoted = true;
        read_quoted(name);
      } else {
        const std::size_t from = at_;
        while (goes_on(at_) || (at_ > from && rest().starts_with('\'') && goes_on(at_ + 1))) {
          ++at_;
        }
        name += text_.substr(from, at_ - from);
      }
      const bool qualified =
          at_ + 1 < text_.size() && text_[at_] == '.' && begins_name(text_[at_ + 1]);
      if (!qualified) {
        break;
      }
      name += '.';
      ++at_;
    }
    const std::optional<TokenKind> keyword = quoted ? std::nullopt : find_keyword(name);
    if (keyword) {
      add(*keyword, begin, at_);
      return;
    }
    // Two bare names in a row are one.
    const bool joins = !quoted && bare_name_before_;
    if (joins && !tokens_.empty() && tokens_.back().kind == TokenKind::name) {
      Token& before = tokens_.back();
      before.name += ' ';
      before.name += name;
      before.end = at_;
      return;
    }
    add(TokenKind::name, begin, at_).name = std::move(name);
    bare_name_before_ = !quoted;
  }

  static std::optional<TokenKind> find_keyword(std::string_view name) {
    const std::string lower = ascii_lower(name);
    for (const Symbol& keyword : kKeywords) {
      if (keyword.text == lower) {
        return keyword.kind;
      }
    }
    return std::nullopt;
  }

  void read_quoted(std::string& name) {
    const std::size_t open = at_++;
    while (at_ < text_.size() && text_[at_] != '"') {
      const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
      if (text_[at_] != '\\') {
        name += text_[at_++];
      } else if (next == 'n' || next == '"' || next == '\\') {
        name += next == 'n' ? '\n' : next;
        at_ += 2;
      } else {
        error(Code::unexpected_character, at_, at_ + 1, "\"\\\" in a quoted name",
              "write \\\\ for a backslash; only \\\", \\n and \\\\ are escapes");
        name += text_[at_++];
      }
    }
    if (at_ == text_.size()) {
      error(Code::unclosed, open, open + 1, "quotation mark", "end the name with \"");
    } else {
      ++at_;
    }
  }

  const base::LocatedText& source_;
  std::string_view text_;
  base::Diagnostics& diagnostics_;
  std::size_t at_ = 0;
  bool bare_name_before_ = false;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> read_tokens(const base::LocatedText& text, base::Diagnostics& diagnostics) {
  return Lexer(text, diagnostics).run();
}

}  // namespace shamal::syntax
