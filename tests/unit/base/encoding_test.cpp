#include "base/encoding.h"

#include <gtest/gtest.h>

namespace shamal::base {
namespace {

TEST(ToUtf8, KeepsUtf8) {
  EXPECT_EQ(to_utf8("plain"), "plain");
  EXPECT_EQ(to_utf8("é €"), "é €");
  EXPECT_EQ(to_utf8(""), "");
}

TEST(ToUtf8, DropsTheByteOrderMark) { EXPECT_EQ(to_utf8("\xef\xbb\xbfTime"), "Time"); }

TEST(ToUtf8, ReadsLatin1AndWindows1252) {
  EXPECT_EQ(to_utf8("fran\xe7"
                    "ais"),
            "français");
  EXPECT_EQ(to_utf8("\x80 \x93quoted\x94 \xff"), "€ “quoted” ÿ");
  EXPECT_EQ(to_utf8("\x81"), "\xc2\x81");
}

TEST(ToUtf8, ReadsUtf16WithAByteOrderMark) {
  EXPECT_EQ(to_utf8(std::string("\xff\xfex\0\x3d\xd8\x00\xde", 8)), "x\xf0\x9f\x98\x80");
  EXPECT_EQ(to_utf8(std::string("\xfe\xff\0x\x20\xac\xd8\x00\0y", 10)), "x€\xef\xbf\xbdy");
  EXPECT_EQ(to_utf8("\xff\xfe"), "");
}

TEST(ToUtf8, ReadsUtf32WithAByteOrderMark) {
  EXPECT_EQ(to_utf8(std::string("\xff\xfe\0\0x\0\0\0\x00\xf6\x01\0", 12)), "x\xf0\x9f\x98\x80");
  EXPECT_EQ(to_utf8(std::string("\0\0\xfe\xff\0\0\0x\0\0\xd8\0\0\x11\0\0", 16)),
            "x\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(to_utf8(std::string("\xff\xfe\0\0\x41", 5)), "");  // cut within a character
}

TEST(ToUtf8, ReadsUtf16AndUtf32WithoutAByteOrderMark) {
  EXPECT_EQ(to_utf8(std::string("a\0=\0\xe9\0", 6)), "a=é");
  EXPECT_EQ(to_utf8(std::string("\0a\0=\x20\xac", 6)), "a=€");
  EXPECT_EQ(to_utf8(std::string("a\0\0\0\xe9\0\0\0", 8)), "aé");
  EXPECT_EQ(to_utf8(std::string("\0\0\0a\0\0\0\xe9", 8)), "aé");
}

TEST(IsUtf8, RefusesWhatIsNot) {
  EXPECT_TRUE(is_utf8("السكان"));
  EXPECT_FALSE(is_utf8("\xe9"));
  EXPECT_FALSE(is_utf8("\xc3"));
  EXPECT_FALSE(is_utf8("\xed\xa0\x80"));  // half of a surrogate pair
}

}  // namespace
}  // namespace shamal::base
