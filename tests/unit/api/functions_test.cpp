#include "api/functions.h"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

namespace shamal::api {
namespace {

TEST(Functions, AreThoseOfTheDocumentation) {
  std::ifstream file(SHAMAL_SOURCE_DIR "/docs/functions.md");
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), print_functions())
      << "run: build/release/shamal functions > docs/functions.md";
}

TEST(Functions, AreDescribed) {
  for (const FunctionRow& row : functions()) {
    EXPECT_FALSE(row.signature.empty()) << row.name;
    EXPECT_FALSE(row.meaning.empty()) << row.name;
    EXPECT_FALSE(row.source.empty()) << row.name;
  }
}

}  // namespace
}  // namespace shamal::api
