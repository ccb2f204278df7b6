#include "data/delimited.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace shamal::data {
namespace {

using Texts = std::vector<std::vector<std::string>>;

Texts texts_of(const std::string& content, char separator = ',') {
  base::Sources sources;
  base::Diagnostics diagnostics;
  const base::FileId file = sources.add("t.csv", content);
  Texts result;
  for (const Row& row : read_rows(sources, file, separator, diagnostics)) {
    auto& texts = result.emplace_back();
    for (const Cell& cell : row) {
      texts.push_back(cell.text);
    }
  }
  EXPECT_TRUE(diagnostics.all().empty()) << base::print(diagnostics, sources);
  return result;
}

TEST(ReadRows, FollowsTheRfc) {
  EXPECT_EQ(texts_of("a,b\n1,2\n"), (Texts{{"a", "b"}, {"1", "2"}}));
  EXPECT_EQ(texts_of("\"a,b\",\"c \"\"d\"\"\"\n"), (Texts{{"a,b", "c \"d\""}}));
  EXPECT_EQ(texts_of("\"two\nlines\",x"), (Texts{{"two\nlines", "x"}}));
  EXPECT_EQ(texts_of("a,,\n"), (Texts{{"a", "", ""}}));
}

TEST(ReadRows, AcceptsEveryLineEndAndSkipsBlankLines) {
  EXPECT_EQ(texts_of("a,b\r\n1,2\r\n"), (Texts{{"a", "b"}, {"1", "2"}}));
  EXPECT_EQ(texts_of("a,b\r1,2"), (Texts{{"a", "b"}, {"1", "2"}}));
  EXPECT_EQ(texts_of("\n \na\n\n,\nb\n"), (Texts{{"a"}, {"b"}}));
  EXPECT_EQ(texts_of(""), Texts{});
}

TEST(ReadRows, TrimsBlanksButNotSeparators) {
  EXPECT_EQ(texts_of(" a , \"b\" ,c d\n"), (Texts{{"a", "b", "c d"}}));
  EXPECT_EQ(texts_of("a\t\tb c \t\n", '\t'), (Texts{{"a", "", "b c", ""}}));
}

TEST(ReadRows, QuotesInsideCellsAreText) {
  EXPECT_EQ(texts_of("5\" pipe,\"name\"[a]\n"), (Texts{{"5\" pipe", "\"name\"[a]"}}));
}

TEST(ReadRows, CellsKnowWhereTheyStand) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  const base::FileId file = sources.add("t.csv", "a, bc\n\"d\" ,e");
  const auto rows = read_rows(sources, file, ',', diagnostics);
  EXPECT_EQ(rows[0][1].span, (base::Span{file, 3, 5}));
  EXPECT_EQ(rows[1][0].span, (base::Span{file, 6, 9}));
}

TEST(ReadRows, ReportsAnOpenQuote) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  const base::FileId file = sources.add("t.csv", "a,b\n1,\"2\n");
  read_rows(sources, file, ',', diagnostics);
  EXPECT_EQ(base::print(diagnostics, sources),
            "t.csv:2:3: error[E0701]: table not understood: this quote is never closed\n"
            "     2 | 1,\"2\n"
            "       |   ^\n"
            "  why: a table has a row of names and rows of as many values.\n\n");
}

TEST(FindSeparator, LooksAtTheFirstLine) {
  EXPECT_EQ(find_separator("Time\ta,b\n1,2"), '\t');
  EXPECT_EQ(find_separator("Time,a;b,c"), ',');
  EXPECT_EQ(find_separator("Time;a;\"b,c,d\""), ';');
  EXPECT_EQ(find_separator("\n\nTime;a\n,,,"), ';');
  EXPECT_EQ(find_separator("Time"), ',');
}

TEST(ReadNumber, TakesWholeNumbersOnly) {
  EXPECT_EQ(read_number("1"), 1.0);
  EXPECT_EQ(read_number("+1"), 1.0);
  EXPECT_EQ(read_number("-2.5e+06"), -2.5e6);
  EXPECT_EQ(read_number(".5"), 0.5);
  EXPECT_EQ(read_number("inf"), std::numeric_limits<double>::infinity());
  EXPECT_EQ(read_number("1e999"), std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(read_number("NaN").value()));
  for (const char* text : {"", "+", "-", "+-1", "1,5", "1 2", "1e", "0x10", "one", "--1"}) {
    EXPECT_EQ(read_number(text), std::nullopt) << text;
  }
}

TEST(NumberText, HasAsManyDigitsAsItNeeds) {
  EXPECT_EQ(number_text(100, 15), "100");
  EXPECT_EQ(number_text(0.1, 15), "0.1");
  EXPECT_EQ(number_text(0.1 + 0.2, 15), "0.3");
  EXPECT_EQ(number_text(0.1 + 0.2, 17), "0.30000000000000004");
  EXPECT_EQ(number_text(1.0 / 3, 15), "0.333333333333333");
  EXPECT_EQ(number_text(1e22, 15), "1e+22");
  EXPECT_EQ(number_text(-0.0, 15), "-0");
  EXPECT_EQ(number_text(-std::numeric_limits<double>::quiet_NaN(), 15), "nan");
  EXPECT_EQ(number_text(-std::numeric_limits<double>::infinity(), 17), "-inf");
}

TEST(CellText, QuotesWhereNeeded) {
  EXPECT_EQ(cell_text("a b", ','), "a b");
  EXPECT_EQ(cell_text("a[b,c]", ','), "\"a[b,c]\"");
  EXPECT_EQ(cell_text("a[b,c]", '\t'), "a[b,c]");
  EXPECT_EQ(cell_text("a;b", ','), "\"a;b\"");
  EXPECT_EQ(cell_text("a;b", '\t'), "a;b");
  EXPECT_EQ(cell_text("say \"no\"", ','), "\"say \"\"no\"\"\"");
  EXPECT_EQ(cell_text(" a", ','), "\" a\"");
  EXPECT_EQ(cell_text("a\nb", ','), "\"a\nb\"");
}

}  // namespace
}  // namespace shamal::data
