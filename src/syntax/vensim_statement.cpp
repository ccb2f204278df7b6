// One entry of a file: which variable, range or check it defines.
//
//   equation = name [ subscripts ] { mode | :EXCEPT: subscripts { , subscripts } } right side
//   mode     = :INTERPOLATE: | :HOLD BACKWARD: | :LOOK FORWARD: | :RAW:
//   right    = nothing                               data, read from a file
//            | = expression or constants
//            | == the same, for a constant that cannot be changed
//            | := expression of data
//            | :IS: string
//            | ( lookup ) | ( GET … LOOKUPS( … ) )
//   check    = name [ subscripts ] ( :TEST INPUT: … | :THE CONDITION: … )
//
// [Vensim reference manual, "Operators", "Data Equations", "Keywords", "Reality Check Equations"]
#include <fmt/format.h>

#include "base/names.h"
#include "syntax/characters.h"
#include "syntax/vensim_parser.h"

namespace shamal::syntax {

using base::Code;

namespace {

bool is_call(const Expr& expr, std::string_view folded) {
  return expr.kind == ExprKind::call && base::fold_name(expr.text) == folded;
}

// GET DIRECT LOOKUPS, GET XLS LOOKUPS, GET 123 LOOKUPS.
bool reads_lookup(const Expr& expr) {
  const std::string folded = expr.kind == ExprKind::call ? base::fold_name(expr.text) : "";
  return folded.starts_with("get_") && folded.ends_with("_lookups");
}

std::optional<DataMode> data_mode(VensimTokenKind kind) {
  switch (kind) {
    case VensimTokenKind::kw_interpolate:
      return DataMode::interpolate;
    case VensimTokenKind::kw_hold_backward:
      return DataMode::hold_backward;
    case VensimTokenKind::kw_look_forward:
      return DataMode::look_forward;
    case VensimTokenKind::kw_raw:
      return DataMode::raw;
    default:
      return std::nullopt;
  }
}

}  // namespace

VensimStatement VensimParser::parse_statement() {
  VensimStatement statement;
  if (!at(Kind::name)) {
    unexpected("an equation begins with the name of the variable that it defines");
    return statement;
  }
  Word name = take_word();
  if (at(Kind::colon) || at(Kind::equivalence)) {
    parse_dimension(statement, std::move(name));
  } else {
    parse_equation(statement, std::move(name));
  }
  return statement;
}

void VensimParser::parse_equation(VensimStatement& statement, Word name) {
  Equation equation;
  if (at(Kind::left_bracket)) {
    equation.subscripts = parse_subscript_words();
  }
  if (at(Kind::kw_test_input) || at(Kind::kw_the_condition)) {
    parse_reality_check(statement, std::move(name), std::move(equation.subscripts));
    return;
  }
  statement.kind = VensimStatement::Kind::equation;
  VariableDecl& variable = statement.variable;
  owner_ = name.text;
  variable.name = std::move(name);
  parse_left_side(variable, equation);
  parse_right_side(variable, equation);
  expect_end();
  if (failed() && !equation.gf) {
    equation.expr = Expr{};
  }
  equation.span = text_.span();
  variable.equations.push_back(std::move(equation));
}

// What stands between the subscripts and the right side, in any order.
void VensimParser::parse_left_side(VariableDecl& variable, Equation& equation) {
  while (true) {
    if (const auto mode = data_mode(token().kind)) {
      variable.data_mode = *mode;
      variable.data = true;
      advance();
    } else if (accept(Kind::kw_except)) {
      do {
        if (!at(Kind::left_bracket)) {
          unexpected("write :EXCEPT: [A1], [A2]");
          return;
        }
        equation.except.push_back(parse_subscript_words());
      } while (accept(Kind::comma));
    } else {
      return;
    }
  }
}

void VensimParser::parse_right_side(VariableDecl& variable, Equation& equation) {
  if (at(Kind::end)) {
    variable.data = true;
    return;
  }
  if (at(Kind::left_parenthesis)) {
    parse_lookup_definition(variable, equation);
    return;
  }
  const Kind assignment = token().kind;
  if (assignment != Kind::equal && assignment != Kind::twice_equal &&
      assignment != Kind::data_equal && assignment != Kind::kw_is) {
    unexpected("write = between the two sides of an equation");
    return;
  }
  variable.unchangeable = assignment == Kind::twice_equal;
  variable.data = variable.data || assignment == Kind::data_equal;
  advance();
  if (at(Kind::end)) {
    error(Code::empty_equation, variable.name.span, fmt::format("\"{}\"", variable.name.text),
          "write the right side of the equation");
    return;
  }
  const std::size_t first = next_;
  Expr expr = parse_expression();
  if (at(Kind::comma) || at(Kind::semicolon)) {
    equation.constants = parse_constant_list(expr, first);
  } else {
    take_apart(std::move(expr), variable, equation);
  }
}

// NAME( … ), at the parenthesis.
void VensimParser::parse_lookup_definition(VariableDecl& variable, Equation& equation) {
  variable.kind = VariableKind::graphical;
  const std::size_t opening = next_;
  advance();
  if (at(Kind::name)) {
    Expr source = parse_expression();
    expect_closing(Kind::right_parenthesis, opening);
    equation.expr = std::move(source);
  } else {
    equation.gf = parse_lookup(opening);
  }
}

// The functions that define what kind of variable it is. They stand first and alone [Vensim
// reference manual, "INTEG", "ACTIVE INITIAL", "WITH LOOKUP"]; elsewhere they are ordinary calls,
// which later stages refuse but for WITH LOOKUP and TABBED ARRAY (model/inner_tables.h).
void VensimParser::take_apart(Expr expr, VariableDecl& variable, Equation& equation) {
  const bool integral = is_call(expr, "integ");
  if (integral || is_call(expr, "active_initial")) {
    if (expr.args.size() != 2) {
      error(Code::wrong_argument_count, expr.span,
            fmt::format("\"{}\": {} given, 2 needed", expr.text, expr.args.size()));
      return;
    }
    (integral ? equation.rate : equation.expr) = std::move(expr.args[0]);
    (integral ? equation.expr : equation.initial) = std::move(expr.args[1]);
    variable.kind = integral ? VariableKind::stock : VariableKind::auxiliary;
    return;
  }
  if (is_call(expr, "tabbed_array")) {
    equation.constants = std::move(tabbed_array_);
    return;
  }
  if (reads_lookup(expr)) {
    variable.kind = VariableKind::graphical;
  }
  if (is_call(expr, "with_lookup")) {
    equation.gf = std::move(with_lookup_);
    Expr argument = std::move(expr.args[0]);
    expr = std::move(argument);
  }
  equation.expr = std::move(expr);
}

void VensimParser::parse_reality_check(VensimStatement& statement, Word name,
                                       std::vector<Word> subscripts) {
  statement.kind = VensimStatement::Kind::reality_check;
  RealityCheck& check = statement.check;
  check.kind =
      at(Kind::kw_test_input) ? RealityCheck::Kind::test_input : RealityCheck::Kind::constraint;
  check.name = std::move(name);
  check.subscripts = std::move(subscripts);
  check.text = trimmed(std::string_view(text_.text).substr(token().begin));
  std::erase(check.text, '\r');  // the line ends of other systems say nothing
}

// Words in brackets. On this side "!" says nothing (unverified).
std::vector<Word> VensimParser::parse_subscript_words() {
  const std::size_t opening = next_;
  advance();
  return parse_words(Kind::right_bracket, opening);
}

std::vector<Word> VensimParser::parse_words(Kind closing, std::size_t opening) {
  std::vector<Word> words;
  do {
    if (at(Kind::name)) {
      words.push_back(take_word());
      accept(Kind::bang);
    } else {
      missing_operand("a name is needed, which begins with a letter");
    }
  } while (accept(Kind::comma));
  if (closing == Kind::right_bracket || !at(Kind::colon)) {
    expect_closing(closing, opening);
  }
  return words;
}

std::optional<VensimMacroHeader> VensimParser::parse_macro_header() {
  if (!at(Kind::name) || token(1).kind != Kind::left_parenthesis) {
    if (at(Kind::name)) {
      advance();
    }
    unexpected("write :MACRO: NAME(input, input)");
    return std::nullopt;
  }
  VensimMacroHeader header;
  header.name = take_word();
  const std::size_t opening = next_;
  advance();
  if (!accept(Kind::right_parenthesis)) {
    header.inputs = parse_words(Kind::right_parenthesis, opening);
    if (accept(Kind::colon)) {
      header.outputs = parse_words(Kind::right_parenthesis, opening);
      if (at(Kind::colon)) {
        unexpected();
      }
    }
  }
  expect_end();
  return header;
}

}  // namespace shamal::syntax
