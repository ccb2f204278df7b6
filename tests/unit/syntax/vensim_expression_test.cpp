#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/syntax/vensim_testing.h"

namespace shamal::syntax {

namespace {

TEST(VensimExpression, PrecedenceIsThatOfVensimsOutputs) {
  EXPECT_EQ(show_mdl("-2^2"), "(- (^ 2 2))");
  EXPECT_EQ(show_mdl("2^-1"), "(^ 2 (- 1))");
  EXPECT_EQ(show_mdl("a^b^c"), "(^ a (^ b c))");
  EXPECT_EQ(show_mdl("-a*b+c/d-e"), "(- (+ (* (- a) b) (/ c d)) e)");
  EXPECT_EQ(show_mdl(":NOT: a > b"), "(NOT (> a b))");
  EXPECT_EQ(show_mdl(":NOT: a = b :AND: c :OR: d"), "(OR (AND (NOT (= a b)) c) d)");
  EXPECT_EQ(show_mdl("a <> b + 1 :or: c >= d"), "(OR (<> a (+ b 1)) (>= c d))");
  EXPECT_EQ(show_mdl("(a + b) * +c"), "(* (+ a b) (+ c))");
}

TEST(VensimExpression, NamesMayHaveBlanksQuotesAndLettersOfAnyAlphabet) {
  EXPECT_EQ(show_mdl("net  income$ - time's up"), "(- net income$ time's up)");
  EXPECT_EQ(show_mdl("\"a \\\"b\\\" c\\n|~{\" + 1"), "(+ a \"b\" c\\n|~{ 1)");
  EXPECT_EQ(show_mdl("variable avec é à è / 2"), "(/ variable avec é à è 2)");
  EXPECT_EQ(show_mdl("a long \\\n\t\tname + 1"), "(+ a long name 1)");
  EXPECT_EQ(show_mdl("\"quoted and \\\n\t\tcontinued\""), "quoted and \t\tcontinued");
  EXPECT_EQ(show_mdl("a {first {inner} part} + 1 {second}"), "(+ a 1)");
}

TEST(VensimExpression, FunctionsAreNamesBeforeParentheses) {
  EXPECT_EQ(show_mdl("smooth n (a, 2, 0, 3)"), "smooth n(a 2 0 3)");
  EXPECT_EQ(show_mdl("MODULO(a, 2)"), "MODULO(a 2)");
  EXPECT_EQ(show_mdl("my table[A, B](Time)"), "my table[A B](Time)");
  EXPECT_EQ(show_mdl("SUM(a[Dim!, B])"), "SUM(a[Dim! B])");
  EXPECT_EQ(show_mdl("If  Then Else ( a > 1, b, c )"), "(IF (> a 1) b c)");
  EXPECT_EQ(show_mdl("GET DIRECT DATA('a|b.xls', ',', 'A', '')"),
            "GET DIRECT DATA('a|b.xls' ',' 'A' '')");
  EXPECT_EQ(show_mdl("SPLIT(a, b : rest, more)"), "SPLIT(a b :rest :more)");
}

TEST(VensimExpression, NumbersAndMissingValues) {
  EXPECT_EQ(show_mdl(".5 + 1.e3 - 3E-02"), "(- (+ .5 1.e3) 3E-02)");
  const ReadMdl read("x = :NA: ~~|");
  EXPECT_EQ(read.variable("x").equations[0].expr->number, -649037107316853453566312041152512.0);
  EXPECT_EQ(read.variable("x").equations[0].expr->text, "");
}

TEST(VensimExpression, ErrorsKnowTheirPlaces) {
  EXPECT_EQ(show_mdl("1 +"), "1:5: unexpected end of the equation\n");
  EXPECT_EQ(show_mdl("a * * b"), "1:7: unexpected \"*\" (write ^ for powers)\n");
  EXPECT_EQ(show_mdl("2 a"),
            "1:5: unexpected \"a\" (is an operator such as * missing before it?)\n");
  EXPECT_EQ(
      show_mdl("a\nb"),
      "2:1: unexpected \"b\" (a name ends with its line; is an operator or a comma missing?)\n");
  EXPECT_EQ(show_mdl("a == b"), "1:5: unexpected \"==\" (one = compares for equality)\n");
  EXPECT_EQ(show_mdl("a + b)"), "1:8: unexpected \")\" (nothing is open that it could close)\n");
  EXPECT_EQ(show_mdl("MAX(a, b"), "1:6: never closed: \"(\"\n");
  EXPECT_EQ(show_mdl("a[1]"),
            "1:5: unexpected \"1\" (a subscript is the name of a range or of an element)\n");
  EXPECT_EQ(show_mdl("a & b"),
            "1:5: unexpected character \"&\" (names with other characters than letters, digits, _, "
            "$ and ' need quotation marks)\n");
  EXPECT_EQ(show_mdl("1e999"),
            "1:3: malformed number \"1e999\" (the largest number is about 1.8e308)\n");
  EXPECT_EQ(show_mdl("IF THEN ELSE(a, b)"),
            "1:3: wrong number of arguments for \"IF THEN ELSE\": 2 given, 3 needed (write IF THEN "
            "ELSE(condition, value if true, value if false))\n");
  EXPECT_EQ(show_mdl("A FUNCTION OF(a, b)"),
            "1:3: equation left unfinished in \"x\" (write the equation)\n");
}

TEST(VensimExpression, OneMistakeDoesNotHideTheNext) {
  EXPECT_EQ(show_mdl("MAX(a *, / b) + MIN(c, *)"),
            "1:10: unexpected \",\"\n1:12: unexpected \"/\"\n1:26: unexpected \"*\"\n");
}

TEST(VensimExpression, DepthIsLimited) {
  const std::string deep = std::string(100'000, '(') + "1";
  EXPECT_EQ(show_mdl(deep),
            "1:403: nesting too deep in this equation: more than 400 levels (move parts of it into "
            "variables of their own)\n");
  std::string chain = "1";
  for (int i = 0; i < 5000; ++i) {
    chain += "+1";
  }
  EXPECT_THAT(show_mdl(chain), testing::HasSubstr("more than 1000 levels"));
  EXPECT_THAT(show_mdl(std::string(100'000, '-') + "1"), testing::HasSubstr("nesting too deep"));
  std::string nots;
  for (int i = 0; i < 10'000; ++i) {
    nots += ":NOT:";
  }
  EXPECT_THAT(show_mdl(nots + "1"), testing::HasSubstr("nesting too deep"));
}

}  // namespace

}  // namespace shamal::syntax
