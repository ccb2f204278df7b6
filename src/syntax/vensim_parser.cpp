// Tokens and errors of the parser.
//
// After an error the parser goes on at the next comma or closing bracket of the same level; nothing
// is reported twice for one token.
#include "syntax/vensim_parser.h"

#include <fmt/format.h>

#include "base/names.h"

namespace shamal::syntax {

using base::Code;

VensimParser::VensimParser(const base::LocatedText& text, base::Diagnostics& diagnostics,
                           std::size_t& elements_left)
    : text_(text),
      diagnostics_(diagnostics),
      errors_before_(diagnostics.errors()),
      elements_left_(elements_left),
      tokens_(read_vensim_tokens(text, diagnostics)) {}

const VensimToken& VensimParser::token(std::size_t ahead) const {
  return tokens_[std::min(next_ + ahead, tokens_.size() - 1)];
}

bool VensimParser::at_name(std::string_view folded) const {
  return at(Kind::name) && base::fold_name(token().text) == folded;
}

void VensimParser::advance() {
  if (!at(Kind::end)) {
    ++next_;
  }
}

bool VensimParser::accept(Kind kind) {
  if (!at(kind)) {
    return false;
  }
  advance();
  return true;
}

base::Span VensimParser::span_from(std::size_t first) const {
  const std::size_t last = next_ > first ? next_ - 1 : first;
  return text_.span(tokens_[first].begin, tokens_[last].end);
}

Word VensimParser::take_word() {
  Word word{token().text, text_.span(token().begin, token().end)};
  advance();
  return word;
}

void VensimParser::error(Code code, base::Span span, std::string what, std::string fix) {
  diagnostics_.add(code, span, std::move(what), std::move(fix));
}

void VensimParser::unexpected(std::string fix) {
  const bool known = at(Kind::invalid) || reported_ == next_ + 1;
  reported_ = next_ + 1;
  if (known) {
    return;
  }
  const VensimToken& found = token();
  if (at(Kind::end)) {
    // At the last character of the equation rather than on what follows it.
    const std::size_t end = next_ > 0 ? tokens_[next_ - 1].end : 0;
    error(Code::unexpected_token, text_.span(end > 0 ? end - 1 : 0, end), "end of the equation",
          std::move(fix));
    return;
  }
  const std::string_view shown =
      std::string_view(text_.text).substr(found.begin, found.end - found.begin);
  error(Code::unexpected_token, text_.span(found.begin, found.end), fmt::format("\"{}\"", shown),
        fix.empty() ? guess_fix() : std::move(fix));
}

std::string VensimParser::guess_fix() const {
  const Kind found = token().kind;
  const Kind last = next_ > 0 ? tokens_[next_ - 1].kind : Kind::invalid;
  const bool operand_before = last == Kind::number || last == Kind::name ||
                              last == Kind::right_parenthesis || last == Kind::right_bracket;
  if (operand_before && found == Kind::name && token().line_break && last == Kind::name) {
    return "a name ends with its line; is an operator or a comma missing?";
  }
  if (operand_before &&
      (found == Kind::number || found == Kind::name || found == Kind::left_parenthesis)) {
    return "is an operator such as * missing before it?";
  }
  if (found == Kind::twice_equal) {
    return "one = compares for equality";
  }
  if (found == Kind::times && last == Kind::times) {
    return "write ^ for powers";
  }
  if (found == Kind::right_parenthesis || found == Kind::right_bracket) {
    return "nothing is open that it could close";
  }
  return {};
}

void VensimParser::skip_to_restart() {
  int depth = 0;
  for (; !at(Kind::end); advance()) {
    const Kind kind = token().kind;
    if (kind == Kind::left_parenthesis || kind == Kind::left_bracket) {
      ++depth;
    } else if (kind == Kind::right_parenthesis || kind == Kind::right_bracket) {
      if (depth == 0) {
        return;
      }
      --depth;
    } else if (depth == 0 && (kind == Kind::comma || kind == Kind::semicolon)) {
      return;
    }
  }
}

void VensimParser::expect_closing(Kind kind, std::size_t opening) {
  if (accept(kind)) {
    return;
  }
  if (!at(Kind::end)) {
    unexpected();
    skip_to_restart();
    if (accept(kind)) {
      return;
    }
  }
  if (at(Kind::end) && reported_ != next_ + 1) {
    reported_ = next_ + 1;
    error(Code::unclosed, text_.span(tokens_[opening].begin, tokens_[opening].end),
          kind == Kind::right_bracket ? "\"[\"" : "\"(\"");
  }
}

void VensimParser::expect_end() {
  while (!at(Kind::end)) {
    if (reported_ == 0) {
      unexpected();
    }
    advance();
  }
}

}  // namespace shamal::syntax
