// Expressions, by precedence climbing. The grammar, loosest first:
//
//   or       = and { :OR: and }
//   and      = not { :AND: not }
//   not      = :NOT: not | relation
//   relation = sum { ( = | < | > | <= | >= | <> ) sum }
//   sum      = product { ( + | - ) product }
//   product  = sign { ( * | / ) sign }
//   sign     = ( + | - ) sign | power
//   power    = primary [ ^ sign ]                    so -2^2 = -(2^2), 2^3^2 = 2^(3^2)
//   primary  = number | :NA: | string | ( or ) | name [ subscripts ] [ arguments ]
//
// Vensim's manual lists the operators in this order, except that it puts :NOT: and signs above all
// others ["Operators"]. Vensim itself does not: in the outputs that it wrote for the models
// "subscripted_logicals" and "arithmetics" of SDXorg/test-models, :NOT: Time > 5 is :NOT: (Time >
// 5) while :NOT: a :AND: b is (:NOT: a) :AND: b, and -Time^2 is -(Time^2).
//
// Two limits protect every recursion over trees, here and in later stages: how deep the text nests,
// and how high the tree grows, which long chains such as a+b+c+… do without nesting.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/names.h"
#include "syntax/vensim_parser.h"

namespace shamal::syntax {

using base::Code;

namespace {

constexpr int kMaxNesting = 400;
constexpr int kMaxHeight = 1000;

// :NA: is a number that marks missing data and can be compared [Vensim reference manual, ":NA:"].
// That it is -2^109 is Ventana's word in its forum (topic 4707) and by its own tests Simlin's.
constexpr double kMissing = -0x1p109;

enum Level { kOr = 1, kAnd, kRelation, kSum, kProduct, kPower };

struct OperatorLevel {
  VensimTokenKind token;
  Level level;
  Operator op;
};

constexpr std::array kOperators = {
    OperatorLevel{VensimTokenKind::kw_or, kOr, Operator::logical_or},
    OperatorLevel{VensimTokenKind::kw_and, kAnd, Operator::logical_and},
    OperatorLevel{VensimTokenKind::equal, kRelation, Operator::equal},
    OperatorLevel{VensimTokenKind::not_equal, kRelation, Operator::not_equal},
    OperatorLevel{VensimTokenKind::less, kRelation, Operator::less},
    OperatorLevel{VensimTokenKind::less_equal, kRelation, Operator::less_equal},
    OperatorLevel{VensimTokenKind::greater, kRelation, Operator::greater},
    OperatorLevel{VensimTokenKind::greater_equal, kRelation, Operator::greater_equal},
    OperatorLevel{VensimTokenKind::plus, kSum, Operator::add},
    OperatorLevel{VensimTokenKind::minus, kSum, Operator::subtract},
    OperatorLevel{VensimTokenKind::times, kProduct, Operator::multiply},
    OperatorLevel{VensimTokenKind::divide, kProduct, Operator::divide},
};

const OperatorLevel* find_operator(VensimTokenKind token, int at_least) {
  for (const OperatorLevel& row : kOperators) {
    if (row.token == token && row.level >= at_least) {
      return &row;
    }
  }
  return nullptr;
}

class Deeper {
 public:
  explicit Deeper(int& nesting) : nesting_(nesting) { ++nesting_; }
  ~Deeper() { --nesting_; }
  Deeper(const Deeper&) = delete;
  Deeper& operator=(const Deeper&) = delete;

 private:
  int& nesting_;
};

}  // namespace

Expr VensimParser::parse_expression() {
  const std::size_t errors = diagnostics_.errors();
  Tree tree = parse_binary(kOr);
  return diagnostics_.errors() > errors ? placeholder(next_).expr : std::move(tree.expr);
}

VensimParser::Tree VensimParser::make(ExprKind kind, std::size_t first, std::vector<Tree> args,
                                      Operator op) {
  Tree tree;
  tree.expr.kind = kind;
  tree.expr.op = op;
  for (Tree& arg : args) {
    tree.height = std::max(tree.height, arg.height + 1);
    tree.expr.args.push_back(std::move(arg.expr));
  }
  tree.expr.span = span_from(first);
  return tree.height > kMaxHeight ? too_deep(first) : tree;
}

// For what could not be understood: the number 0.
VensimParser::Tree VensimParser::placeholder(std::size_t first) const {
  Tree tree;
  tree.expr.span = span_from(std::min(first, tokens_.size() - 1));
  return tree;
}

VensimParser::Tree VensimParser::missing_operand(std::string fix) {
  const std::size_t first = next_;
  unexpected(std::move(fix));
  skip_to_restart();
  return placeholder(first);
}

VensimParser::Tree VensimParser::too_deep(std::size_t first) {
  if (!gave_up_) {
    gave_up_ = true;
    error(Code::nesting_too_deep, text_.span(tokens_[first].begin, tokens_[first].end),
          fmt::format("in this equation: more than {} levels",
                      nesting_ > kMaxNesting ? kMaxNesting : kMaxHeight),
          "move parts of it into variables of their own");
  }
  next_ = tokens_.size() - 1;
  reported_ = next_ + 1;
  return placeholder(first);
}

VensimParser::Tree VensimParser::parse_binary(int at_least) {
  const std::size_t first = next_;
  const Deeper deeper(nesting_);
  if (nesting_ > kMaxNesting) {
    return too_deep(first);
  }
  Tree left = parse_operand();
  while (const OperatorLevel* found = find_operator(token().kind, at_least)) {
    advance();
    std::vector<Tree> args;
    args.push_back(std::move(left));
    args.push_back(parse_binary(found->level + 1));
    left = make(ExprKind::binary, first, std::move(args), found->op);
  }
  return left;
}

VensimParser::Tree VensimParser::parse_operand() {
  const std::size_t first = next_;
  const bool negation = at(Kind::kw_not);
  if (!negation && !at(Kind::minus) && !at(Kind::plus)) {
    return parse_power();
  }
  const Deeper deeper(nesting_);
  if (nesting_ > kMaxNesting) {
    return too_deep(first);
  }
  const Operator op = negation          ? Operator::logical_not
                      : at(Kind::minus) ? Operator::negate
                                        : Operator::plus;
  advance();
  std::vector<Tree> args;
  args.push_back(negation ? parse_binary(kRelation) : parse_operand());
  return make(ExprKind::unary, first, std::move(args), op);
}

VensimParser::Tree VensimParser::parse_power() {
  const std::size_t first = next_;
  Tree base = parse_primary();
  if (!accept(Kind::power)) {
    return base;
  }
  const Deeper deeper(nesting_);
  if (nesting_ > kMaxNesting) {
    return too_deep(first);
  }
  std::vector<Tree> args;
  args.push_back(std::move(base));
  args.push_back(parse_operand());
  return make(ExprKind::binary, first, std::move(args), Operator::power);
}

VensimParser::Tree VensimParser::parse_primary() {
  const std::size_t first = next_;
  Tree tree;
  switch (token().kind) {
    case Kind::number:
      tree.expr.number = token().number;
      tree.expr.text = text_.text.substr(token().begin, token().end - token().begin);
      advance();
      break;
    case Kind::kw_na:
      tree.expr.number = kMissing;  // without text, so that other dialects can print it
      advance();
      break;
    case Kind::string:
      tree.expr.kind = ExprKind::string;
      tree.expr.text = token().text;
      advance();
      break;
    case Kind::left_parenthesis: {
      advance();
      Tree inner = parse_binary(kOr);
      expect_closing(Kind::right_parenthesis, first);
      return inner;
    }
    case Kind::name:
      return parse_name();
    default:
      return missing_operand();
  }
  tree.expr.span = span_from(first);
  return tree;
}

VensimParser::Tree VensimParser::parse_name() {
  const std::size_t first = next_;
  Tree tree;
  tree.expr.kind = ExprKind::name;
  tree.expr.text = token().text;
  advance();
  if (at(Kind::left_bracket)) {
    tree.expr.subscripts = parse_subscripts();
    tree.height = 2;
  }
  tree.expr.span = span_from(first);
  return at(Kind::left_parenthesis) ? parse_call(first, std::move(tree.expr)) : tree;
}

// Functions are known only by the parenthesis that follows; what they mean is for later stages,
// except for those with a grammar of their own.
VensimParser::Tree VensimParser::parse_call(std::size_t first, Expr name) {
  const std::string folded = base::fold_name(name.text);
  if (folded == "with_lookup") {
    return parse_with_lookup(first);
  }
  if (folded == "tabbed_array") {
    return parse_tabbed_array(first);
  }
  const std::size_t opening = next_;
  advance();
  Tree call;
  call.expr = std::move(name);
  call.expr.kind = ExprKind::call;
  if (folded == "a_function_of") {
    // What the sketch editor writes for a variable that has causes and no equation yet.
    error(Code::unfinished_equation, call.expr.span, fmt::format("\"{}\"", owner_),
          "write the equation");
  }
  if (!accept(Kind::right_parenthesis)) {
    bool outputs = false;
    do {
      Tree argument;
      if (outputs && at(Kind::name)) {
        const std::size_t name_at = next_;
        argument.expr.kind = ExprKind::output;
        argument.expr.text = take_word().text;
        if (at(Kind::left_bracket)) {
          argument.expr.subscripts = parse_subscripts();
        }
        argument.expr.span = span_from(name_at);
      } else {
        argument = parse_binary(kOr);
      }
      call.height = std::max(call.height, argument.height + 1);
      call.expr.args.push_back(std::move(argument.expr));
      outputs = outputs || at(Kind::colon);
    } while (accept(Kind::comma) || accept(Kind::colon));
    expect_closing(Kind::right_parenthesis, opening);
  }
  call.expr.span = span_from(first);
  if (call.height > kMaxHeight) {
    return too_deep(first);
  }
  return folded == "if_then_else" ? parse_conditional(first, std::move(call)) : call;
}

VensimParser::Tree VensimParser::parse_conditional(std::size_t first, Tree call) {
  if (call.expr.args.size() != 3) {
    error(Code::wrong_argument_count, text_.span(tokens_[first].begin, tokens_[first].end),
          fmt::format("\"IF THEN ELSE\": {} given, 3 needed", call.expr.args.size()),
          "write IF THEN ELSE(condition, value if true, value if false)");
    return placeholder(first);
  }
  call.expr.kind = ExprKind::conditional;
  call.expr.text.clear();
  return call;
}

// WITH LOOKUP(x, ([(0,0)-(10,10)],(0,0),(10,10))): a call with x and then the points, each x before
// its y; the table also waits in with_lookup_.
VensimParser::Tree VensimParser::parse_with_lookup(std::size_t first) {
  const std::size_t opening = next_;
  advance();
  std::vector<Tree> args;
  args.push_back(parse_binary(kOr));
  if (accept(Kind::comma) && at(Kind::left_parenthesis)) {
    const std::size_t table = next_;
    advance();
    with_lookup_ = parse_lookup(table);
  } else {
    unexpected("write WITH LOOKUP(x, ((x1,y1),(x2,y2)))");
    skip_to_restart();
  }
  expect_closing(Kind::right_parenthesis, opening);
  std::vector<double> numbers;
  for (std::size_t i = 0; with_lookup_ && i < with_lookup_->x.size(); ++i) {
    numbers.insert(numbers.end(), {with_lookup_->x[i], with_lookup_->y[i]});
  }
  return table_call(first, "WITH LOOKUP", std::move(args), numbers);
}

std::vector<Expr> VensimParser::parse_subscripts() {
  const std::size_t opening = next_;
  advance();
  std::vector<Expr> subscripts;
  do {
    subscripts.push_back(parse_subscript().expr);
  } while (accept(Kind::comma));
  expect_closing(Kind::right_bracket, opening);
  return subscripts;
}

VensimParser::Tree VensimParser::parse_subscript() {
  if (!at(Kind::name)) {
    return missing_operand("a subscript is the name of a range or of an element");
  }
  const std::size_t first = next_;
  Tree tree;
  tree.expr.kind = ExprKind::name;
  tree.expr.text = take_word().text;
  tree.expr.bang = accept(Kind::bang);
  tree.expr.span = span_from(first);
  return tree;
}

}  // namespace shamal::syntax
