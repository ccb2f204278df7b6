#include "syntax/print_expression.h"

#include <limits>

#include <gtest/gtest.h>

#include "unit/syntax/syntax_testing.h"

namespace shamal::syntax {
namespace {

std::string printed(std::string_view text) {
  const ParsedText parsed(text);
  return parsed.expr ? print(*parsed.expr) : parsed.summary();
}

TEST(PrintExpression, UsesParenthesesWhereTheyAreNeeded) {
  EXPECT_EQ(printed("((a+(b*c)))"), "a + b * c");
  EXPECT_EQ(printed("(a+b)*c"), "(a + b) * c");
  EXPECT_EQ(printed("a-(b-c)"), "a - (b - c)");
  EXPECT_EQ(printed("(a-b)-c"), "a - b - c");
  EXPECT_EQ(printed("(a^b)^c"), "(a ^ b) ^ c");
  EXPECT_EQ(printed("a^(b^c)"), "a ^ b ^ c");
  EXPECT_EQ(printed("-(a^b)"), "-a ^ b");
  EXPECT_EQ(printed("(-a)^b"), "(-a) ^ b");
  EXPECT_EQ(printed("a or (b and c)"), "a OR b AND c");
  EXPECT_EQ(printed("(a+b)'"), "(a + b)'");
}

TEST(PrintExpression, UsesParenthesesWhereReadersWouldStumble) {
  EXPECT_EQ(printed("a^-b"), "a ^ (-b)");
  EXPECT_EQ(printed("a - -b"), "a - (-b)");
  EXPECT_EQ(printed("--a"), "-(-a)");
  EXPECT_EQ(printed("not a = b"), "(NOT a) = b");
  EXPECT_EQ(printed("a and not b"), "a AND NOT b");
  EXPECT_EQ(printed("1 + if a then b else c"), "1 + (IF a THEN b ELSE c)");
  EXPECT_EQ(printed("if a then b else if c then d else e"), "IF a THEN b ELSE IF c THEN d ELSE e");
}

TEST(PrintExpression, WritesSubscriptsAndNames) {
  EXPECT_EQ(printed("\"x y\"[1:3,*,@2,\"A B\"]+sub.\"a b\"(1,2)"),
            "\"x y\"[1:3, *, @2, \"A B\"] + sub.\"a b\"(1, 2)");
}

TEST(PrintExpression, WritesNumbersThatWereComputed) {
  const auto number = [](double value) {
    Expr expr;
    expr.number = value;
    return print(expr);
  };
  EXPECT_EQ(number(0.1), "0.1");
  EXPECT_EQ(number(1e-7), "1e-07");
  EXPECT_EQ(number(-2), "(-2)");
  EXPECT_EQ(number(std::numeric_limits<double>::infinity()), "INF");
  EXPECT_EQ(number(std::numeric_limits<double>::quiet_NaN()), "NAN");
}

}  // namespace
}  // namespace shamal::syntax
