#include "syntax/parse_expression.h"

#include <gtest/gtest.h>

#include "unit/syntax/syntax_testing.h"

namespace shamal::syntax {
namespace {

struct TreeCase {
  const char* text;
  const char* tree;
};

// The table of operators in XMILE 1.0, 3.3.1, row by row and each against the next.
constexpr TreeCase kPrecedence[] = {
    {"a[1]'", "(' a[1])"},
    {"a'^2", "(^ (' a) 2)"},
    {"a''", "(' (' a))"},
    {"a^b^c", "(^ a (^ b c))"},
    {"(a^b)^c", "(^ (^ a b) c)"},
    {"-a^b", "(- (^ a b))"},
    {"-2^2", "(- (^ 2 2))"},
    {"2^-1", "(^ 2 (- 1))"},
    {"2^-a^b", "(^ 2 (- (^ a b)))"},
    {"30^ - 30^-cons", "(^ 30 (- (^ 30 (- cons))))"},
    {"(-3)^x", "(^ (- 3) x)"},
    {"- - + a", "(- (- (+ a)))"},
    {"NOT a^b", "(NOT (^ a b))"},
    {"-a*b", "(* (- a) b)"},
    {"NOT a*b", "(* (NOT a) b)"},
    {"NOT a = b", "(= (NOT a) b)"},
    {"a/-b", "(/ a (- b))"},
    {"a*b/c MOD d*e", "(* (MOD (/ (* a b) c) d) e)"},
    {"a+b*c-d/e", "(- (+ a (* b c)) (/ d e))"},
    {"a-b-c", "(- (- a b) c)"},
    {"a/b/c", "(/ (/ a b) c)"},
    {"a+b<c-d", "(< (+ a b) (- c d))"},
    {"a<b<=c>d>=e", "(>= (> (<= (< a b) c) d) e)"},
    {"a<b=c>d", "(= (< a b) (> c d))"},
    {"a=b<>c", "(<> (= a b) c)"},
    {"a=b AND c=d", "(AND (= a b) (= c d))"},
    {"a OR b AND c OR d", "(OR (OR a (AND b c)) d)"},
    {"NOT a AND NOT b", "(AND (NOT a) (NOT b))"},
    {"(x < 5) and (y >= 3)", "(AND (< x 5) (>= y 3))"},
    {"IF a OR b THEN c ELSE d + 1", "(IF (OR a b) c (+ d 1))"},
    {"IF a THEN b ELSE IF c THEN d ELSE e", "(IF a b (IF c d e))"},
    {"IF IF a THEN b ELSE c THEN d ELSE e", "(IF (IF a b c) d e)"},
    {"(IF a THEN b ELSE c) * 2", "(* (IF a b c) 2)"},
    {"1 + IF a THEN b ELSE c + 2", "(+ 1 (IF a b (+ c 2)))"},
    {"2 * -IF a THEN b ELSE c", "(* 2 (- (IF a b c)))"},
};

TEST(ParseExpression, FollowsThePrecedenceOfTheStandard) {
  for (const TreeCase& row : kPrecedence) {
    EXPECT_EQ(show(row.text), row.tree) << row.text;
  }
}

constexpr TreeCase kForms[] = {
    {"", "nothing"},
    {" \n\t", "nothing"},
    {"3.14", "3.14"},
    {"TIME", "TIME"},
    {"f()", "f()"},
    {"ABS(-x)", "ABS((- x))"},
    {"MAX(a, b + 1)", "MAX(a (+ b 1))"},
    {"cost_f(2003)", "cost_f(2003)"},
    {"table[A, 2](x)", "table[A 2](x)"},
    {"EXPRESSION MACRO(a, b)", "EXPRESSION MACRO(a b)"},
    {"MOD(a, b)", "MOD(a b)"},
    {"sales[Boston, dresses]", "sales[Boston dresses]"},
    {"A[1, *]", "A[1 *]"},
    {"A[1:3, *]", "A[(: 1 3) *]"},
    {"A[a+1:SIZE(A)]", "A[(: (+ a 1) SIZE(A))]"},
    {"A[DimM, @1, @2]", "A[DimM @1 @2]"},
    {"A[M, 1, N]'", "(' A[M 1 N])"},
    // Stella's names hold apostrophes.
    {"initial_farms'_size * a's", "(* initial_farms'_size a's)"},
    {"A' * B'", "(* (' A) (' B))"},
    {"SIZE(SELF[1, *])", "SIZE(SELF[1 *])"},
    {"A[Stage - 1]", "A[(- Stage 1)]"},
    {"((a))", "a"},
    // xmutil's form of Vensim's :NOT:
    {"( IF a not THEN 1 ELSE 0 )", "(IF (NOT a) 1 0)"},
    {"a not AND b", "(AND (NOT a) b)"},
};

TEST(ParseExpression, KnowsEveryForm) {
  for (const TreeCase& row : kForms) {
    EXPECT_EQ(show(row.text), row.tree) << row.text;
  }
}

TEST(ParseExpression, KeepsNumbersAsWritten) {
  const ParsedText parsed("1.50E+1");
  ASSERT_TRUE(parsed.expr);
  EXPECT_EQ(parsed.expr->text, "1.50E+1");
  EXPECT_EQ(parsed.expr->number, 15);
}

TEST(ParseExpression, GivesEveryNodeItsPlace) {
  const ParsedText parsed(" (a + b) * MAX(c, 2) ");
  ASSERT_TRUE(parsed.expr);
  const auto place = [](const Expr& expr) { return std::pair(expr.span.begin, expr.span.end); };
  EXPECT_EQ(place(*parsed.expr), std::pair(1u, 20u));
  const Expr& sum = parsed.expr->args[0];
  EXPECT_EQ(place(sum), std::pair(2u, 7u));
  EXPECT_EQ(place(sum.args[1]), std::pair(6u, 7u));
  const Expr& call = parsed.expr->args[1];
  EXPECT_EQ(place(call), std::pair(11u, 20u));
  EXPECT_EQ(place(call.args[0]), std::pair(15u, 16u));
}

// Each error, where it is and how it is worded.
constexpr TreeCase kErrors[] = {
    {"1 + #2", "E0101 4 unexpected character \"#\""},
    {"1 + * 2", "E0102 4 unexpected \"*\""},
    {"1 +", "E0102 2 unexpected end of the equation"},
    {"(1 + 2", "E0103 0 never closed: \"(\""},
    {"a[1", "E0103 1 never closed: \"[\""},
    {"(1 + 2]", "E0102 6 unexpected \"]\""},
    {"1 + 2)", "E0102 5 unexpected \")\""},
    {"1.5e+", "E0104 0 malformed number \"1.5e+\""},
    {"1e999", "E0104 0 malformed number \"1e999\""},
    {"???", "E0106 0 equation left unfinished in \"x\""},
    {"a { b", "E0103 2 never closed: comment \"{\""},
    {"\"a", "E0103 0 never closed: quotation mark"},
    {"\"a\\q\"", "E0101 2 unexpected character \"\\\" in a quoted name"},
    {"2 x", "E0102 2 unexpected \"x\""},
    {"2x", "E0102 1 unexpected \"x\""},
    {"IF a THEN b", "E0102 10 unexpected end of the equation"},
    {"IF a, b, c", "E0102 4 unexpected \",\""},
    {"a == b", "E0102 3 unexpected \"=\""},
    {"a ** b", "E0102 3 unexpected \"*\""},
    {"a != b", "E0101 2 unexpected character \"!=\""},
    {"a \xe2\x80\x93 b", "E0101 2 unexpected character \"\xe2\x80\x93\""},
    {"f(, 2)", "E0102 2 unexpected \",\""},
    {"f(1, )", "E0102 5 unexpected \")\""},
    {"A[@x]", "E0102 3 unexpected \"x\""},
    {"A[1][2]", "E0102 4 unexpected \"[\""},
    {"()", "E0102 1 unexpected \")\""},
    {"THEN", "E0102 0 unexpected \"THEN\""},
    // All that can be told apart.
    {"f(1 +, * 2) + (3",
     "E0102 5 unexpected \",\"; E0102 7 unexpected \"*\"; "
     "E0103 14 never closed: \"(\""},
    {"MAX(a b, 2 c, 3 (d)) + * e",
     "E0102 11 unexpected \"c\"; E0102 16 unexpected \"(\"; E0102 23 unexpected \"*\""},
    {"(1 + $) * (# + 2)", "E0101 11 unexpected character \"#\""},
};

TEST(ParseExpression, ReportsErrorsAtTheirPlaces) {
  for (const TreeCase& row : kErrors) {
    EXPECT_EQ(show(row.text), row.tree) << row.text;
    EXPECT_EQ(ParsedText(row.text).expr, std::nullopt) << row.text;
  }
}

TEST(ParseExpression, PrintsMessagesWithTheLineAndAFix) {
  EXPECT_EQ(ParsedText("(a - b) c * 2").messages(),
            "eqn:1:9: error[E0102]: unexpected \"c\"\n"
            "     1 | (a - b) c * 2\n"
            "       |         ^\n"
            "  why: the equation does not follow the grammar of expressions (XMILE 1.0, 3.3).\n"
            "  fix: is an operator such as * missing before it?\n\n");
  EXPECT_EQ(ParsedText("a != b").messages(),
            "eqn:1:3: error[E0101]: unexpected character \"!=\"\n"
            "     1 | a != b\n"
            "       |   ^^\n"
            "  why: an equation is made of names, numbers, operators and parentheses "
            "(XMILE 1.0, 3.3).\n"
            "  fix: write <> for \"not equal\"\n\n");
}

TEST(ParseExpression, LimitsNestingAndHeight) {
  const auto repeated = [](std::string_view piece, int times) {
    std::string text;
    for (int i = 0; i < times; ++i) {
      text += piece;
    }
    return text;
  };
  const auto code = [](const std::string& text) {
    const ParsedText parsed(text);
    return parsed.diagnostics.all().empty() ? std::string("fine") : parsed.summary().substr(0, 5);
  };
  EXPECT_EQ(code(repeated("(", 300) + "a" + repeated(")", 300)), "fine");
  EXPECT_EQ(code("a" + repeated("+a", 900)), "fine");
  for (const char* opening : {"(", "-", "NOT ", "a^", "f(", "a[", "IF ", "1+("}) {
    EXPECT_EQ(code(repeated(opening, 100'000) + "a"), "E0007") << opening;
  }
  EXPECT_EQ(code("a" + repeated("+a", 100'000)), "E0007");
  EXPECT_EQ(code("a" + repeated("'", 100'000)), "E0007");
  // One message, however much is wrong.
  EXPECT_EQ(ParsedText(repeated("(", 100'000)).diagnostics.all().size(), 1u);
}

}  // namespace
}  // namespace shamal::syntax
