// Printing and reading again is the identity, for expressions and for whole files.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "property/xmile_generate.h"
#include "syntax/parse_expression.h"
#include "syntax/print_expression.h"
#include "syntax/read_xmile.h"
#include "syntax/readers.h"
#include "syntax/write_xmile.h"

namespace shamal::syntax {
namespace {

namespace fs = std::filesystem;

struct Read {
  explicit Read(std::string text) {
    const base::FileId file = sources.add("again.xmile", std::move(text));
    model = read_xmile(file, sources, diagnostics);
  }
  base::Sources sources;
  base::Diagnostics diagnostics;
  std::optional<ParsedModel> model;
};

RC_GTEST_PROP(XmileRoundTrip, Expressions, ()) {
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  const int depth = *rc::gen::inRange(1, 9);
  for (std::uint64_t i = 0; i < 100; ++i) {
    const Expr expr = testing::XmileGenerator(seed + i).expression(depth);
    const std::string text = print(expr);
    base::Sources sources;
    base::Diagnostics diagnostics;
    const base::FileId file = sources.add("eqn", text);
    const auto again = parse_expression(base::located(text, file, 0), diagnostics);
    RC_ASSERT(base::print(diagnostics, sources) == "");
    RC_ASSERT(again.has_value());
    if (!(*again == expr)) {
      RC_LOG() << text << "\n" << print(*again) << "\n";
      RC_FAIL("another tree");
    }
    // Every node's place is the text that makes it.
    RC_ASSERT(again->span.begin <= again->span.end);
    RC_ASSERT(again->span.end <= text.size());
  }
}

RC_GTEST_PROP(XmileRoundTrip, GeneratedModels, ()) {
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  for (std::uint64_t i = 0; i < 10; ++i) {
    const ParsedModel model = testing::XmileGenerator(seed + i).model();
    const std::string text = write_xmile(model);
    const Read again(text);
    RC_ASSERT(!again.diagnostics.has_errors());
    RC_ASSERT(again.model.has_value());
    if (!(*again.model == model)) {
      RC_LOG() << text << "\n----\n" << write_xmile(*again.model) << "\n";
      RC_FAIL("another model");
    }
    RC_ASSERT(write_xmile(*again.model) == text);
  }
}

std::size_t check_folder(const fs::path& folder) {
  std::size_t count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string path = entry.path().string();
    if (!entry.is_regular_file() || find_reader(path) == nullptr) {
      continue;
    }
    base::Sources sources;
    base::Diagnostics diagnostics;
    const auto model = read_model_file(path, sources, diagnostics);
    if (!model || model->dialect != Dialect::xmile) {
      continue;  // what cannot be read, or be said in XMILE, is no matter of writing
    }
    ++count;
    const Read again(write_xmile(*model));
    EXPECT_EQ(base::print(again.diagnostics, again.sources), "") << path;
    EXPECT_TRUE(again.model == model) << path;
  }
  return count;
}

TEST(XmileRoundTrip, OwnModels) {
  const fs::path source(SHAMAL_SOURCE_DIR);
  EXPECT_GT(check_folder(source / "models"), 0u);
  EXPECT_GT(check_folder(source / "src" / "model" / "stdlib"), 0u);
}

TEST(XmileRoundTrip, PublicModels) {
  const fs::path folder = fs::path(SHAMAL_SOURCE_DIR) / ".." / "shared" / "conformance";
  if (!fs::exists(folder)) {
    std::cout << "NOT RUN: ../shared/conformance is not there; the public models were not tried.\n";
    return;
  }
  EXPECT_GT(check_folder(folder), 80u);
}

}  // namespace
}  // namespace shamal::syntax
