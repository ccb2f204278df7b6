#include "data/series_name.h"

#include <gtest/gtest.h>

namespace shamal::data {
namespace {

using Subscripts = std::vector<std::string>;

struct Spelling {
  const char* text;
  SeriesName name;
};

class SplitSeriesName : public testing::TestWithParam<Spelling> {};

TEST_P(SplitSeriesName, UnderstandsVendors) {
  EXPECT_EQ(split_series_name(GetParam().text), GetParam().name) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    All, SplitSeriesName,
    testing::Values(Spelling{"Population", {"Population", {}}},
                    Spelling{" Final Time ", {"Final Time", {}}},
                    Spelling{"Inflow A[Entry 1,Column 1]", {"Inflow A", {"Entry 1", "Column 1"}}},
                    Spelling{"f[A1, B1]", {"f", {"A1", "B1"}}}, Spelling{"f [ A1 ]", {"f", {"A1"}}},
                    Spelling{"\"100% true\"", {"100% true", {}}},
                    Spelling{"\"name\"[a, b]", {"name", {"a", "b"}}},
                    Spelling{"\"name [x]\" [a]", {"name [x]", {"a"}}},
                    Spelling{"\"with \\\"Quotes\\\" in 'it' and \\ backslashes\"",
                             {"with \"Quotes\" in 'it' and \\ backslashes", {}}},
                    Spelling{"x[\"a,b\",c]", {"x", {"a,b", "c"}}},
                    Spelling{"DOLLAR SIGN$", {"DOLLAR SIGN$", {}}},
                    Spelling{"finance.Cash[north]", {"finance.Cash", {"north"}}},
                    // not subscripts
                    Spelling{"x[a", {"x[a", {}}}, Spelling{"x[a] now", {"x[a] now", {}}},
                    Spelling{"[a]", {"[a]", {}}}, Spelling{"\"open", {"\"open", {}}},
                    Spelling{"", {"", {}}}));

TEST(JoinSeriesName, QuotesOnlyWhatWouldBeMisread) {
  EXPECT_EQ(join_series_name("Inflow A", Subscripts{"Entry 1", "x"}), "Inflow A[Entry 1,x]");
  EXPECT_EQ(join_series_name("Flow w/ division, lists", Subscripts{}), "Flow w/ division, lists");
  EXPECT_EQ(join_series_name("a [b]", Subscripts{"c,d"}), "\"a [b]\"[\"c,d\"]");
  EXPECT_EQ(join_series_name("5\" pipe", Subscripts{}), "\"5\\\" pipe\"");
}

}  // namespace
}  // namespace shamal::data
