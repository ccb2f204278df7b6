// Each stage's text for small models. tests/stages/<model>.<stage>.expected holds what
// `shamal emit --stage=<stage>` prints; SHAMAL_ACCEPT=1 rewrites it, to be looked at.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "api/emit.h"

namespace {

namespace fs = std::filesystem;
using namespace shamal;

TEST(Stages, PrintWhatTheyPrinted) {
  const fs::path folder = fs::path(SHAMAL_SOURCE_DIR) / "tests" / "stages";
  std::size_t compared = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".xmile") {
      continue;
    }
    for (const api::EmitStage& stage : api::emit_stages()) {
      SCOPED_TRACE(entry.path().filename().string() + " " + std::string(stage.name));
      base::Sources sources;
      base::Diagnostics diagnostics;
      const auto text = api::emit(entry.path().string(), stage.name, sources, diagnostics);
      ASSERT_TRUE(text) << base::print(diagnostics, sources);
      fs::path expected = entry.path();
      expected.replace_extension("." + std::string(stage.name) + ".expected");
      if (std::getenv("SHAMAL_ACCEPT") != nullptr) {
        std::ofstream(expected, std::ios::binary) << *text;
      }
      std::ifstream in(expected, std::ios::binary);
      std::ostringstream wanted;
      wanted << in.rdbuf();
      EXPECT_EQ(*text, wanted.str());
      ++compared;
    }
  }
  EXPECT_GE(compared, api::emit_stages().size());
}

}  // namespace
