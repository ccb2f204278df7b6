#include "syntax/lexer.h"

#include <gtest/gtest.h>

#include "syntax/names.h"
#include "syntax/numbers.h"
#include "unit/syntax/syntax_testing.h"

namespace shamal::syntax {
namespace {

std::vector<Token> tokens(std::string_view text) {
  base::Diagnostics diagnostics;
  auto result = read_tokens(base::located(text, 0, 0), diagnostics);
  EXPECT_TRUE(diagnostics.all().empty()) << text;
  return result;
}

std::string name_of(std::string_view text) {
  const auto result = tokens(text);
  return result.size() == 2 && result[0].kind == TokenKind::name ? result[0].name
                                                                 : "no single name";
}

TEST(Lexer, ReadsTheSampleNumbersOfTheStandard) {
  const auto result = tokens("0 1 .375 14. 6E5 8.123e-10");
  ASSERT_EQ(result.size(), 7u);
  const double expected[] = {0, 1, .375, 14, 6e5, 8.123e-10};
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(result[i].kind, TokenKind::number);
    EXPECT_EQ(result[i].number, expected[i]);
  }
}

TEST(Lexer, ReadsNamesWithAndWithoutQuotationMarks) {
  EXPECT_EQ(name_of("Cash_Balance"), "Cash_Balance");
  EXPECT_EQ(name_of("draining2"), "draining2");
  EXPECT_EQ(name_of("\"wom multiplier\""), "wom multiplier");
  EXPECT_EQ(name_of("\"revenue\\ngap\""), "revenue\ngap");
  EXPECT_EQ(name_of("\"say \\\"a\\\\b\\\"\""), "say \"a\\b\"");
  EXPECT_EQ(name_of("Größe$2"), "Größe$2");
  EXPECT_EQ(name_of("  x  "), "x");
}

TEST(Lexer, ReadsQualifiedNames) {
  EXPECT_EQ(name_of("isee.utils.find"), "isee.utils.find");
  EXPECT_EQ(name_of(".Root_Output"), ".Root_Output");
  EXPECT_EQ(name_of("\"sub model\".\"x-y\""), "sub model.x-y");
  EXPECT_EQ(name_of("Location.Boston"), "Location.Boston");
}

TEST(Lexer, JoinsBareNamesThatOnlyBlanksSeparate) {
  EXPECT_EQ(name_of("EXPRESSION MACRO"), "EXPRESSION MACRO");
  EXPECT_EQ(name_of("net\n  new \xc2\xa0 orders"), "net new orders");
  EXPECT_EQ(name_of("a {the first} b"), "a b");
  EXPECT_EQ(tokens("\"a\" b").size(), 3u);
}

TEST(Lexer, KnowsKeywordsInAnyCaseButNotInQuotationMarks) {
  const auto result = tokens("iF Then eLSe AND or nOt Mod");
  ASSERT_EQ(result.size(), 8u);
  EXPECT_EQ(result[0].kind, TokenKind::kw_if);
  EXPECT_EQ(result[1].kind, TokenKind::kw_then);
  EXPECT_EQ(result[2].kind, TokenKind::kw_else);
  EXPECT_EQ(result[3].kind, TokenKind::kw_and);
  EXPECT_EQ(result[4].kind, TokenKind::kw_or);
  EXPECT_EQ(result[5].kind, TokenKind::kw_not);
  EXPECT_EQ(result[6].kind, TokenKind::kw_mod);
  EXPECT_EQ(name_of("\"IF\""), "IF");
  EXPECT_EQ(name_of("iffy"), "iffy");
  EXPECT_EQ(name_of("mod.rate"), "mod.rate");
}

TEST(Lexer, SkipsComments) {
  EXPECT_EQ(show("a*b { take product of a and b } + c { then add c }"), "(+ (* a b) c)");
  EXPECT_EQ(show("{ nothing }"), "nothing");
}

TEST(Names, AreQuotedOnlyWhereNeeded) {
  EXPECT_EQ(write_name("Cash_Balance"), "Cash_Balance");
  EXPECT_EQ(write_name("Cash Balance"), "\"Cash Balance\"");
  EXPECT_EQ(write_name("_x"), "\"_x\"");
  EXPECT_EQ(write_name("$"), "\"$\"");
  EXPECT_EQ(write_name("2nd"), "\"2nd\"");
  EXPECT_EQ(write_name("If"), "\"If\"");
  EXPECT_EQ(write_name("a\"b\\c\nd"), "\"a\\\"b\\\\c\\nd\"");
  EXPECT_EQ(write_name("sub model.x"), "\"sub model\".x");
  EXPECT_EQ(write_name(".x"), ".x");
  EXPECT_EQ(write_name("v1.5"), "\"v1.5\"");
  EXPECT_EQ(write_name("U.S. debt"), "\"U.S. debt\"");
  EXPECT_EQ(write_name(""), "\"\"");
}

TEST(Names, InAttributesLoseTheirQuotationMarksAndEscapes) {
  EXPECT_EQ(read_plain_name(" \"a b\" "), "a b");
  EXPECT_EQ(read_plain_name("revenue\\ngap"), "revenue\ngap");
  EXPECT_EQ(read_plain_name("C:\\temp"), "C:\\temp");
  for (const std::string name : {"a", "a b", "\"", "\"a\"", "a\\nb", "a\nb", "\\", " a ", "a\\"}) {
    EXPECT_EQ(read_plain_name(write_plain_name(name)), name);
  }
  EXPECT_EQ(write_plain_name("say \"a\""), "say \"a\"");
}

TEST(Numbers, AreReadWholeOrNotAtAll) {
  EXPECT_EQ(read_number(" +8.5e-1\n"), 0.85);
  EXPECT_EQ(read_number("-.5"), -0.5);
  for (const char* text :
       {"", "-", ".", "e5", "1e", "1e+", "0x10", "inf", "nan", "1 2", "1e999", "--1"}) {
    EXPECT_EQ(read_number(text), std::nullopt) << text;
  }
  EXPECT_EQ(read_number("1e-999"), 0);
}

}  // namespace
}  // namespace shamal::syntax
