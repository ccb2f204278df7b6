// The project's own golden models: each <name>.xmile beside its <name>.csv, whose values were
// worked out by hand or by independent arithmetic. docs/semantics.md names what each one pins.

#include <filesystem>

#include <gtest/gtest.h>

#include "api/compile.h"
#include "api/run.h"
#include "data/compare.h"
#include "data/vendor_table.h"

namespace {

namespace fs = std::filesystem;
using namespace shamal;

TEST(Golden, OwnModelsGiveTheirTables) {
  std::size_t models = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(SHAMAL_SOURCE_DIR) / "tests/golden")) {
    const fs::path table = entry.path();
    if (table.extension() != ".csv") {
      continue;
    }
    fs::path model = table;
    model.replace_extension(".xmile");
    SCOPED_TRACE(model.filename());
    base::Sources sources;
    base::Diagnostics diagnostics;
    const auto compiled = api::compile(model.string(), sources, diagnostics);
    ASSERT_TRUE(compiled) << base::print(diagnostics, sources);
    const auto expected = data::load_vendor_table(table.string(), sources, diagnostics);
    ASSERT_TRUE(expected) << base::print(diagnostics, sources);
    for (const char* backend : {"machine", "reference"}) {
      api::RunRequest request;
      request.backend = backend;
      const auto result = api::run(*compiled, request, diagnostics);
      ASSERT_TRUE(result) << base::print(diagnostics, sources);
      const auto comparison = data::compare(data::series_of(*result), *expected, {1e-13, 1e-14});
      EXPECT_TRUE(comparison.passed()) << backend << "\n" << data::print(comparison);
    }
    ++models;
  }
  EXPECT_GE(models, 7u);
}

}  // namespace
