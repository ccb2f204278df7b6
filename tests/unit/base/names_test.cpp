#include "base/names.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace shamal::base {
namespace {

TEST(FoldName, IgnoresCaseAndKindOfSpace) {
  const std::string folded = fold_name("room_temperature");
  for (const char* same :
       {"Room Temperature", "ROOM  \t TEMPERATURE", " room\ntemperature ",
        "Room\xc2\xa0Temperature", "Room\\nTemperature", "_room__temperature_"}) {
    EXPECT_EQ(fold_name(same), folded) << same;
  }
  EXPECT_NE(fold_name("roomtemperature"), folded);
}

TEST(FoldName, FoldsEveryScript) {
  EXPECT_EQ(fold_name("ÉNERGIE"), fold_name("énergie"));
  EXPECT_EQ(fold_name("ΑΒΓ"), fold_name("αβγ"));
  EXPECT_EQ(fold_name("Straße"), fold_name("STRASSE"));
  EXPECT_EQ(fold_name("السكان"), "السكان");
}

TEST(FoldName, KeepsBytesThatAreNotUtf8) { EXPECT_EQ(fold_name("a\xff"), "a\xff"); }

TEST(DisplayName, HasSingleSpaces) {
  EXPECT_EQ(display_name("__Room _\n Temperature "), "Room Temperature");
  EXPECT_EQ(display_name(""), "");
}

TEST(NearestName, FindsSlipsOfThePen) {
  const std::vector<std::string> names = {"Room Temperature", "Teacup Temperature", "Rate"};
  EXPECT_EQ(nearest_name("Room Temprature", names), "Room Temperature");
  EXPECT_EQ(nearest_name("rtae", names), "Rate");
  EXPECT_EQ(nearest_name("Population", names), std::nullopt);
  EXPECT_EQ(nearest_name("x", {}), std::nullopt);
}

RC_GTEST_PROP(FoldName, FoldingTwiceChangesNothing, (const std::string& name)) {
  RC_ASSERT(fold_name(fold_name(name)) == fold_name(name));
}

RC_GTEST_PROP(FoldName, TheDisplayedNameIsTheSameName, (const std::string& name)) {
  RC_ASSERT(fold_name(display_name(name)) == fold_name(name));
}

}  // namespace
}  // namespace shamal::base
