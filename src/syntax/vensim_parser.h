// Equations of Vensim's language: text to statement.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"
#include "base/source.h"
#include "syntax/parsed_model.h"
#include "syntax/vensim_lexer.h"

namespace shamal::syntax {

// What one entry of the file defines.
struct VensimStatement {
  enum class Kind { nothing, equation, dimension, reality_check };
  Kind kind = Kind::nothing;  // nothing: after errors that leave no name
  VariableDecl variable;      // equation: the variable with one equation; no units
  DimensionDecl dimension;
  RealityCheck check;
};

// :MACRO: NAME(inputs : outputs)
struct VensimMacroHeader {
  Word name;
  std::vector<Word> inputs;
  std::vector<Word> outputs;
};

// Elements that ranges such as (A1-A500) may still be expanded to in this file.
inline constexpr std::size_t kMaxVensimElements = 1'000'000;

// A recursive descent over the tokens of one entry. The members are defined by theme:
// vensim_parser.cpp (tokens and errors), vensim_expression.cpp, vensim_table.cpp (lookups and lists
// of numbers), vensim_range.cpp (subscript ranges), vensim_statement.cpp (the rest).
class VensimParser {
 public:
  // `elements_left` is the budget for the elements of subscript ranges.
  VensimParser(const base::LocatedText& text, base::Diagnostics& diagnostics,
               std::size_t& elements_left);

  VensimStatement parse_statement();
  std::optional<VensimMacroHeader> parse_macro_header();

 private:
  using Kind = VensimTokenKind;

  struct Tree {
    Expr expr;
    int height = 1;
  };

  // --- tokens and errors ------------------------------------------------------------------------

  const VensimToken& token() const { return tokens_[next_]; }
  const VensimToken& token(std::size_t ahead) const;
  bool at(Kind kind) const { return token().kind == kind; }
  bool at_name(std::string_view folded) const;  // a name of this text
  void advance();
  bool accept(Kind kind);
  base::Span span_from(std::size_t first) const;  // from a token to the last one that was taken
  Word take_word();                               // requires a name

  bool failed() const { return diagnostics_.errors() > errors_before_; }
  void error(base::Code code, base::Span span, std::string what, std::string fix = {});
  void unexpected(std::string fix = {});
  std::string guess_fix() const;
  void skip_to_restart();
  void expect_closing(Kind kind, std::size_t opening);
  void expect_end();

  // --- expressions ------------------------------------------------------------------------------

  Expr parse_expression();  // the number 0 after errors
  Tree parse_binary(int at_least);
  Tree parse_operand();
  Tree parse_power();
  Tree parse_primary();
  Tree parse_name();
  Tree parse_call(std::size_t first, Expr name);
  Tree parse_conditional(std::size_t first, Tree call);
  Tree parse_with_lookup(std::size_t first);
  Tree parse_tabbed_array(std::size_t first);
  Tree table_call(std::size_t first, std::string_view function, std::vector<Tree> args,
                  const std::vector<double>& numbers);
  std::vector<Expr> parse_subscripts();
  Tree parse_subscript();
  Tree make(ExprKind kind, std::size_t first, std::vector<Tree> args, Operator op);
  Tree placeholder(std::size_t first) const;
  Tree missing_operand(std::string fix = {});
  Tree too_deep(std::size_t first);

  // --- numbers ----------------------------------------------------------------------------------

  std::optional<double> parse_signed_number();
  std::optional<GraphicalFunction> parse_lookup(std::size_t opening);
  void parse_lookup_scale(GraphicalFunction& gf);
  std::optional<std::pair<double, double>> parse_point();
  bool fill_lookup(GraphicalFunction& gf, const std::vector<double>& numbers);
  std::optional<ConstantTable> parse_constant_list(const Expr& first_value, std::size_t first);

  // --- statements -------------------------------------------------------------------------------

  void parse_equation(VensimStatement& statement, Word name);
  void parse_left_side(VariableDecl& variable, Equation& equation);
  void parse_right_side(VariableDecl& variable, Equation& equation);
  void parse_lookup_definition(VariableDecl& variable, Equation& equation);
  void take_apart(Expr expr, VariableDecl& variable, Equation& equation);
  void parse_reality_check(VensimStatement& statement, Word name, std::vector<Word> subscripts);
  std::vector<Word> parse_subscript_words();
  std::vector<Word> parse_words(Kind closing, std::size_t opening);
  void parse_dimension(VensimStatement& statement, Word name);
  void parse_elements(std::vector<Word>& elements);
  void parse_numbered_elements(std::vector<Word>& elements);
  void parse_mappings(DimensionDecl& dimension);

  const base::LocatedText& text_;
  base::Diagnostics& diagnostics_;
  std::size_t errors_before_;
  std::size_t& elements_left_;
  std::vector<VensimToken> tokens_;
  std::size_t next_ = 0;
  std::size_t reported_ = 0;  // the last token with a diagnostic, counted from 1
  int nesting_ = 0;
  std::string owner_;  // the variable, for messages
  bool gave_up_ = false;
  std::optional<GraphicalFunction> with_lookup_;  // of the last of them
  ConstantTable tabbed_array_;                    // likewise
};

}  // namespace shamal::syntax
