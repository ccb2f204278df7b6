// Precedence climbing over the table of operators.h. The grammar, loosest first:
//
//   expression   = IF expression THEN expression ELSE expression | binary
//   binary       = operand { operator operand }            left-associative, by precedence
//   operand      = IF … (as far to the right as it goes) | unary
//   unary        = ( + | - | NOT ) unary | power
//   power        = postfix [ ^ unary ]                     so 2^-1 and 2^3^2 = 2^(3^2), -2^2 =
//   -(2^2) postfix      = primary { ' } primary      = number | ( expression ) | name [ subscripts
//   ] [ arguments ]
//
// After an error the parser goes on at the next comma, closing bracket, THEN or ELSE of the same
// level, where it knows again what the writer meant; nothing is reported twice for one token.
//
// Two limits protect every recursion over trees, here and in later stages: how deep the text nests,
// and how high the tree grows, which long chains such as a+b+c+… do without nesting.

#include "syntax/parse_expression.h"

#include <algorithm>

#include <fmt/format.h>

#include "syntax/characters.h"
#include "syntax/lexer.h"
#include "syntax/operators.h"

namespace shamal::syntax {

namespace {

using base::Code;

constexpr int kMaxNesting = 400;
constexpr int kMaxHeight = 1000;

struct Tree {
  Expr expr;
  int height = 1;
};

class Parser {
 public:
  Parser(const base::LocatedText& text, base::Diagnostics& diagnostics)
      : text_(text),
        diagnostics_(diagnostics),
        errors_before_(diagnostics.errors()),
        tokens_(read_tokens(text, diagnostics)) {}

  bool empty() const { return tokens_.size() == 1; }
  bool failed() const { return diagnostics_.errors() > errors_before_; }

  Expr run() {
    Tree tree = parse();
    while (!at(TokenKind::end)) {
      if (reported_ == 0) {
        unexpected();
      }
      skip_to_restart();
      if (at(TokenKind::end)) {
        break;
      }
      // What follows a stray bracket or comma is read for its own errors; that there are more such
      // brackets and commas is no news.
      advance();
      if (binary_row(Precedence::logical_or) != nullptr) {
        advance();
      }
      if (!at(TokenKind::end)) {
        parse();
      }
    }
    return std::move(tree.expr);
  }

 private:
  // --- tokens ---------------------------------------------------------------------------------

  const Token& token() const { return tokens_[next_]; }
  bool at(TokenKind kind) const { return token().kind == kind; }
  const Token& before() const { return tokens_[next_ - 1]; }

  void advance() {
    if (!at(TokenKind::end)) {
      ++next_;
    }
  }

  bool accept(TokenKind kind) {
    if (!at(kind)) {
      return false;
    }
    advance();
    return true;
  }

  // From a token to the last one that was taken.
  base::Span span_from(std::size_t first) const {
    const std::size_t last = next_ > first ? next_ - 1 : first;
    return text_.span(tokens_[first].begin, tokens_[last].end);
  }

  // --- errors ---------------------------------------------------------------------------------

  void report(Code code, std::size_t token_index, base::Span span, std::string what,
              std::string fix) {
    const bool known = tokens_[token_index].kind == TokenKind::invalid;
    if (known || reported_ == token_index + 1) {
      return;
    }
    reported_ = token_index + 1;
    diagnostics_.add(code, span, std::move(what), std::move(fix));
  }

  void unexpected(std::string fix = {}) {
    const Token& found = token();
    if (at(TokenKind::end)) {
      // Place it at the last character of the equation rather than on the markup behind it.
      const std::size_t end = next_ > 0 ? before().end : 0;
      report(Code::unexpected_token, next_, text_.span(end > 0 ? end - 1 : 0, end),
             "end of the equation", std::move(fix));
      return;
    }
    if (fix.empty()) {
      fix = guess_fix();
    }
    report(Code::unexpected_token, next_, text_.span(found.begin, found.end),
           fmt::format("\"{}\"",
                       std::string_view(text_.text).substr(found.begin, found.end - found.begin)),
           std::move(fix));
  }

  std::string guess_fix() const {
    const TokenKind found = token().kind;
    const TokenKind last = next_ > 0 ? before().kind : TokenKind::invalid;
    const bool operand_before = last == TokenKind::number || last == TokenKind::name ||
                                last == TokenKind::right_parenthesis ||
                                last == TokenKind::right_bracket;
    if (operand_before && (found == TokenKind::number || found == TokenKind::name ||
                           found == TokenKind::left_parenthesis)) {
      return "is an operator such as * missing before it?";
    }
    if (found == TokenKind::equal && last == TokenKind::equal) {
      return "one = compares for equality";
    }
    if (found == TokenKind::times && last == TokenKind::times) {
      return "write ^ for powers";
    }
    if (found == TokenKind::equal && last == TokenKind::colon) {
      return "an equation is only its right-hand side";
    }
    if (found == TokenKind::right_parenthesis || found == TokenKind::right_bracket) {
      return "nothing is open that it could close";
    }
    return {};
  }

  // To the next token at which a surrounding construct can go on.
  void skip_to_restart() {
    int depth = 0;
    while (!at(TokenKind::end)) {
      switch (token().kind) {
        case TokenKind::left_parenthesis:
        case TokenKind::left_bracket:
          ++depth;
          break;
        case TokenKind::right_parenthesis:
        case TokenKind::right_bracket:
          if (depth-- == 0) {
            return;
          }
          break;
        case TokenKind::comma:
        case TokenKind::kw_then:
        case TokenKind::kw_else:
          if (depth == 0) {
            return;
          }
          break;
        default:
          break;
      }
      advance();
    }
  }

  Tree placeholder(std::size_t first) {
    Tree tree;
    tree.expr.span = span_from(first);
    return tree;
  }

  // The missing operand, or a token that cannot begin one.
  Tree missing_operand(std::string fix = {}) {
    const std::size_t first = next_;
    unexpected(std::move(fix));
    skip_to_restart();
    return placeholder(first);
  }

  void expect_closing(TokenKind kind, std::size_t opening, std::string_view shown) {
    if (accept(kind)) {
      return;
    }
    if (!at(TokenKind::end)) {
      unexpected();
      skip_to_restart();
      if (accept(kind)) {
        return;
      }
    }
    if (at(TokenKind::end)) {
      report(Code::unclosed, next_, text_.span(tokens_[opening].begin, tokens_[opening].end),
             fmt::format("\"{}\"", shown), {});
    }
  }

  Tree too_deep(std::size_t first) {
    if (!gave_up_) {
      gave_up_ = true;
      diagnostics_.add(Code::nesting_too_deep, text_.span(tokens_[first].begin, tokens_[first].end),
                       fmt::format("in this equation: more than {} levels",
                                   nesting_ > kMaxNesting ? kMaxNesting : kMaxHeight),
                       "move parts of it into variables of their own");
    }
    next_ = tokens_.size() - 1;
    reported_ = tokens_.size();
    return placeholder(first);
  }

  // --- trees ----------------------------------------------------------------------------------

  Tree make(ExprKind kind, std::size_t first, std::vector<Tree> parts,
            Operator op = Operator::add) {
    Tree tree;
    tree.expr.kind = kind;
    tree.expr.op = op;
    for (Tree& part : parts) {
      tree.height = std::max(tree.height, part.height + 1);
      tree.expr.args.push_back(std::move(part.expr));
    }
    tree.expr.span = span_from(first);
    if (tree.height > kMaxHeight) {
      return too_deep(first);
    }
    return tree;
  }

  template <typename... Trees>
  static std::vector<Tree> list(Trees&&... trees) {
    std::vector<Tree> result;
    (result.push_back(std::move(trees)), ...);
    return result;
  }

  // Counts one level of the recursion while it lives.
  struct Level {
    explicit Level(int& nesting) : nesting_(nesting) { ++nesting_; }
    ~Level() { --nesting_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;
    int& nesting_;
  };

  // --- the grammar ----------------------------------------------------------------------------

  Tree parse() {
    const Level level(nesting_);
    if (nesting_ > kMaxNesting) {
      return too_deep(next_);
    }
    return parse_binary(Precedence::logical_or);
  }

  const OperatorRow* binary_row(Precedence at_least) const {
    for (const OperatorRow& candidate : binary_operators()) {
      if (candidate.token == token().kind && candidate.precedence >= at_least) {
        return &candidate;
      }
    }
    return nullptr;
  }

  Tree parse_binary(Precedence at_least) {
    const std::size_t first = next_;
    Tree left = parse_operand();
    // Powers were taken by the operand.
    while (const OperatorRow* found = binary_row(at_least)) {
      if (found->precedence == Precedence::power) {
        break;
      }
      advance();
      Tree right = parse_binary(static_cast<Precedence>(static_cast<int>(found->precedence) + 1));
      // Stella's a // b is SAFEDIV(a, b).
      const bool safe = found->token == TokenKind::safe_divide;
      left = make(safe ? ExprKind::call : ExprKind::binary, first,
                  list(std::move(left), std::move(right)), safe ? Operator::add : found->op);
      if (left.expr.kind == ExprKind::call) {
        left.expr.text = "SAFEDIV";
      }
    }
    return left;
  }

  Tree parse_operand() { return at(TokenKind::kw_if) ? parse_conditional() : parse_unary(); }

  Tree parse_conditional() {
    const std::size_t first = next_;
    advance();
    Tree condition = parse();
    if (!accept(TokenKind::kw_then)) {
      return missing_operand("write IF condition THEN value ELSE value");
    }
    Tree yes = parse();
    if (!accept(TokenKind::kw_else)) {
      return missing_operand("every IF needs an ELSE");
    }
    Tree no = parse();
    return make(ExprKind::conditional, first,
                list(std::move(condition), std::move(yes), std::move(no)));
  }

  Tree parse_unary() {
    for (const OperatorRow& candidate : unary_operators()) {
      if (candidate.token == token().kind) {
        const Level level(nesting_);
        if (nesting_ > kMaxNesting) {
          return too_deep(next_);
        }
        const std::size_t first = next_;
        advance();
        Tree operand = parse_operand();
        return make(ExprKind::unary, first, list(std::move(operand)), candidate.op);
      }
    }
    return parse_power();
  }

  Tree parse_power() {
    const std::size_t first = next_;
    Tree base = parse_postfix();
    if (!accept(TokenKind::power)) {
      return base;
    }
    const Level level(nesting_);
    if (nesting_ > kMaxNesting) {
      return too_deep(first);
    }
    Tree exponent = parse_operand();
    return make(ExprKind::binary, first, list(std::move(base), std::move(exponent)),
                Operator::power);
  }

  Tree parse_postfix() {
    const std::size_t first = next_;
    Tree tree = parse_primary();
    while (true) {
      if (accept(TokenKind::transpose)) {
        tree = make(ExprKind::transpose, first, list(std::move(tree)));
      } else if (at(TokenKind::kw_not) && ends_operand(tokens_[next_ + 1].kind)) {
        // xmutil writes Vensim's :NOT: behind its operand.
        advance();
        tree = make(ExprKind::unary, first, list(std::move(tree)), Operator::logical_not);
      } else {
        return tree;
      }
    }
  }

  static bool ends_operand(TokenKind kind) {
    switch (kind) {
      case TokenKind::end:
      case TokenKind::right_parenthesis:
      case TokenKind::comma:
      case TokenKind::kw_then:
      case TokenKind::kw_else:
      case TokenKind::kw_and:
      case TokenKind::kw_or:
        return true;
      default:
        return false;
    }
  }

  Tree parse_primary() {
    switch (token().kind) {
      case TokenKind::number:
        return parse_number();
      case TokenKind::name:
        return parse_name();
      case TokenKind::kw_mod:
        // MOD(a, b), as other languages have it; the name is resolved like any function's. And a
        // variable of that name, which xmutil lets be.
        if (const TokenKind next = tokens_[next_ + 1].kind;
            next == TokenKind::left_parenthesis || ends_operand(next)) {
          return parse_name();
        }
        return missing_operand();
      case TokenKind::left_parenthesis: {
        const std::size_t opening = next_;
        advance();
        Tree inner = parse();
        expect_closing(TokenKind::right_parenthesis, opening, "(");
        return inner;
      }
      default:
        return missing_operand();
    }
  }

  Tree parse_number() {
    const std::size_t first = next_;
    Tree tree;
    tree.expr.kind = ExprKind::number;
    tree.expr.number = token().number;
    tree.expr.text = text_.text.substr(token().begin, token().end - token().begin);
    advance();
    tree.expr.span = span_from(first);
    return tree;
  }

  Tree parse_name() {
    const std::size_t first = next_;
    Tree tree;
    tree.expr.kind = ExprKind::name;
    tree.expr.text = at(TokenKind::kw_mod) ? "MOD" : token().name;
    advance();
    if (at(TokenKind::left_bracket)) {
      const std::size_t opening = next_;
      advance();
      tree.expr.subscripts = parse_list(tree, TokenKind::right_bracket, opening, "[",
                                        [this] { return parse_subscript(); });
    }
    if (at(TokenKind::left_parenthesis)) {
      const std::size_t opening = next_;
      advance();
      tree.expr.kind = ExprKind::call;
      if (!accept(TokenKind::right_parenthesis)) {
        tree.expr.args = parse_list(tree, TokenKind::right_parenthesis, opening, "(",
                                    [this] { return parse(); });
      }
    }
    tree.expr.span = span_from(first);
    if (tree.height > kMaxHeight) {
      return too_deep(first);
    }
    return tree;
  }

  // Items between commas up to the closing bracket.
  template <typename ParseItem>
  std::vector<Expr> parse_list(Tree& owner, TokenKind closing, std::size_t opening,
                               std::string_view shown, ParseItem parse_item) {
    std::vector<Expr> items;
    do {
      Tree item = parse_item();
      owner.height = std::max(owner.height, item.height + 1);
      items.push_back(std::move(item.expr));
      if (!at(TokenKind::comma) && !at(closing) && !at(TokenKind::end)) {
        unexpected();
        skip_to_restart();
      }
    } while (accept(TokenKind::comma));
    expect_closing(closing, opening, shown);
    return items;
  }

  Tree parse_subscript() {
    const std::size_t first = next_;
    if (at(TokenKind::times)) {
      advance();
      Tree all = make(ExprKind::wildcard, first, {});
      if (!accept(TokenKind::colon)) {
        return all;
      }
      // *:Part, the elements of a dimension that are also in another one
      Tree part = parse();
      return make(ExprKind::range, first, list(std::move(all), std::move(part)));
    }
    if (accept(TokenKind::at)) {
      if (!at(TokenKind::number)) {
        return missing_operand("write the number of a dimension, as in @1");
      }
      Tree tree = make(ExprKind::position, first, {});
      tree.expr.number = token().number;
      advance();
      tree.expr.span = span_from(first);
      return tree;
    }
    Tree from = parse();
    if (!accept(TokenKind::colon)) {
      return from;
    }
    Tree to = parse();
    return make(ExprKind::range, first, list(std::move(from), std::move(to)));
  }

  const base::LocatedText& text_;
  base::Diagnostics& diagnostics_;
  std::size_t errors_before_;
  std::vector<Token> tokens_;
  std::size_t next_ = 0;
  std::size_t reported_ = 0;  // the last token with a diagnostic, counted from 1
  int nesting_ = 0;
  bool gave_up_ = false;
};

}  // namespace

std::optional<Expr> parse_expression(const base::LocatedText& text, base::Diagnostics& diagnostics,
                                     std::string_view owner) {
  if (trimmed(text.text) == "???") {
    const std::size_t at = text.text.find('?');
    diagnostics.add(Code::unfinished_equation, text.span(at, at + 3), std::string(owner),
                    "write the equation");
    return std::nullopt;
  }
  // xmutil keeps what it could not translate in a comment behind a 0.
  if (const std::size_t at = text.text.find("0{GET"); at != std::string::npos) {
    const std::size_t end = text.text.find('}', at);
    diagnostics.add(Code::unfinished_equation,
                    text.span(at, end == std::string::npos ? text.text.size() : end + 1),
                    std::string(owner), "write the numbers that this function read");
    return std::nullopt;
  }
  Parser parser(text, diagnostics);
  if (parser.empty()) {
    return std::nullopt;
  }
  Expr expr = parser.run();
  if (parser.failed()) {
    return std::nullopt;
  }
  return expr;
}

}  // namespace shamal::syntax
