#include "base/source.h"

#include <gtest/gtest.h>

namespace shamal::base {
namespace {

TEST(Sources, PlacesCountFromOneInCharacters) {
  Sources sources;
  const FileId file = sources.add("m.mdl", "first\nÄrger = 1\r\nthird\rfourth");
  const std::uint32_t equals = 6 + 7;  // Ä takes two bytes
  const Place place = sources.place({file, equals, equals + 1});
  EXPECT_EQ(place.path, "m.mdl");
  EXPECT_EQ(place.line, 2u);
  EXPECT_EQ(place.column, 7u);
  EXPECT_EQ(place.width, 1u);
  EXPECT_EQ(place.text, "Ärger = 1");
}

TEST(Sources, EveryKindOfLineEndCounts) {
  Sources sources;
  const FileId file = sources.add("m", "a\nb\r\nc\rd");
  const std::string_view text = sources.text(file);
  const auto line_of = [&](char c) {
    const auto at = static_cast<std::uint32_t>(text.find(c));
    return sources.place({file, at, at + 1}).line;
  };
  EXPECT_EQ(line_of('a'), 1u);
  EXPECT_EQ(line_of('b'), 2u);
  EXPECT_EQ(line_of('c'), 3u);
  EXPECT_EQ(line_of('d'), 4u);
}

TEST(Sources, ASpanThatCrossesLinesIsShownOnItsFirst) {
  Sources sources;
  const FileId file = sources.add("m", "abc\ndef");
  const Place place = sources.place({file, 1, 6});
  EXPECT_EQ(place.line, 1u);
  EXPECT_EQ(place.width, 2u);
}

TEST(Sources, TheEndOfTheTextIsAPlace) {
  Sources sources;
  const FileId file = sources.add("m", "abc\n");
  EXPECT_EQ(sources.place({file, 4, 4}).line, 2u);
  EXPECT_EQ(sources.place({file, 99, 100}).line, 2u);
  EXPECT_EQ(sources.place({sources.add("empty", ""), 0, 0}).text, "");
}

TEST(LocatedText, SpansPointIntoTheFile) {
  LocatedText text;  // "a<b" as it stands in XML: a&lt;b
  text.text = "a<b";
  text.file = 3;
  text.offsets = {10, 11, 15, 16};
  EXPECT_EQ(text.span(1, 2), (Span{3, 11, 12}));
  EXPECT_EQ(text.span(), (Span{3, 10, 16}));
  EXPECT_EQ(text.span(3, 3), (Span{3, 16, 16}));
  EXPECT_EQ(text.span(2, 99), (Span{3, 15, 16}));
  EXPECT_FALSE(LocatedText{}.span().known());
}

}  // namespace
}  // namespace shamal::base
