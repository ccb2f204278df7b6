#include "analysis/battery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/cards.h"

namespace shamal::analysis {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Read {
  base::Sources sources;
  base::Diagnostics diagnostics;
  std::optional<Battery> battery;
};

Study study_with_outcome() {
  Study study;
  Outcome outcome;
  outcome.id = "area";
  study.outcomes.push_back(outcome);
  Line line;
  line.id = "finance";
  study.lines.push_back(line);
  return study;
}

void read(std::string text, Read& into) {
  const base::FileId file = into.sources.add("checks.toml", std::move(text));
  into.battery = read_battery(into.sources, file, study_with_outcome(), into.diagnostics);
}

TEST(Battery, ReadsEveryKind) {
  Read it;
  read(R"([[check]]
id = "a"
title = "A"
group = "G"
set = ["x = 0"]
  [[check.expect]]
  variable = "y"
  at_most = 1
  from = "2014-01-01"
  [[check.expect]]
  variable = "y"
  not_above = "y"
  of_base = true
[[check]]
id = "b"
title = "B"
group = "G"
kind = "sign"
required = false
parameter = "x"
outcome = "area"
moves = "down"
[[check]]
id = "c"
title = "C"
group = "G"
kind = "steady"
variables = ["y"]
)",
       it);
  ASSERT_TRUE(it.battery) << base::print(it.diagnostics, it.sources);
  const std::vector<Check>& checks = it.battery->checks;
  ASSERT_EQ(checks.size(), 3u);
  EXPECT_EQ(checks[0].expectations.size(), 2u);
  EXPECT_EQ(checks[0].expectations[0].at_most, 1);
  EXPECT_TRUE(checks[0].expectations[1].of_base);
  EXPECT_EQ(checks[1].kind, Check::Kind::sign);
  EXPECT_FALSE(checks[1].rises);
  EXPECT_FALSE(checks[1].required);
  EXPECT_EQ(checks[2].variables.size(), 1u);
}

TEST(Battery, ReportsAllMistakesInOnePass) {
  Read it;
  read(R"([[check]]
id = "a"
title = "A"
group = "G"
  [[check.expect]]
  variable = "y"
[[check]]
id = "a"
title = "A"
group = "G"
kind = "sign"
parameter = "x"
outcome = "nothing"
moves = "sideways"
)",
       it);
  EXPECT_FALSE(it.battery);
  const std::string text = base::print(it.diagnostics, it.sources);
  EXPECT_THAT(text, HasSubstr("nothing is expected"));
  EXPECT_THAT(text, HasSubstr("two checks have the id \"a\""));
  EXPECT_THAT(text, HasSubstr("the study has no outcome \"nothing\""));
  EXPECT_THAT(text, HasSubstr("\"sideways\" is not a direction"));
}

TEST(Cards, AStatementHoldsSlotsAndNoFigures) {
  EXPECT_THAT(slots_of("from {before} to {now} a month"), ElementsAre("before", "now"));
  base::Sources sources;
  base::Diagnostics diagnostics;
  const base::FileId file = sources.add("cards.toml", R"([[card]]
line = "finance"
speaker = "S"
statement = "It fell by 50 to {now}."
source = "s"
)");
  SourceList keys;
  keys["s"] = {};
  EXPECT_FALSE(read_cards(sources, file, study_with_outcome(), {}, keys, diagnostics));
  const std::string text = base::print(diagnostics, sources);
  EXPECT_THAT(text, HasSubstr("the slot {now} has no [[card.figure]]"));
  EXPECT_THAT(text, HasSubstr("a statement holds a figure of its own"));
}

}  // namespace
}  // namespace shamal::analysis
