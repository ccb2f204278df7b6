#include "base/diagnostics.h"

#include <set>

#include <gtest/gtest.h>

namespace shamal::base {
namespace {

TEST(DiagnosticCodes, EveryRowIsWellFormed) {
  std::set<std::string_view> ids;
  for (const CodeRow& code : diagnostic_codes()) {
    EXPECT_TRUE(ids.insert(code.id).second) << code.id << " is used twice";
    EXPECT_EQ(code.id.size(), 5u) << code.id;
    EXPECT_EQ(code.id.front(), code.severity == Severity::error ? 'E' : 'W') << code.id;
    EXPECT_FALSE(code.title.empty()) << code.id;
    EXPECT_TRUE(code.why.ends_with('.')) << code.id;
    EXPECT_EQ(row(code.code).id, code.id);
  }
}

TEST(Diagnostics, PrintWhereWhatWhyAndFix) {
  Sources sources;
  const FileId file = sources.add("teacup.mdl", "heat =\n  (Tea - Rom) / Time\n");
  Diagnostics diagnostics;
  diagnostics.add(Code::unknown_name, {file, 16, 19}, "\"Rom\"", "did you mean \"Room\"?");
  EXPECT_EQ(print(diagnostics, sources),
            "teacup.mdl:2:10: error[E0201]: unknown name \"Rom\"\n"
            "     2 |   (Tea - Rom) / Time\n"
            "       |          ^^^\n"
            "  why: a name in an equation must be a variable, a dimension or a builtin of this "
            "model.\n"
            "  fix: did you mean \"Room\"?\n"
            "\n");
}

TEST(Diagnostics, CountBySeverityAndSortByPlace) {
  Sources sources;
  const FileId file = sources.add("m", "0123456789");
  Diagnostics diagnostics;
  diagnostics.add(Code::unknown_name, {file, 5, 6}, "second");
  diagnostics.add(Code::unit_mismatch, {file, 1, 2}, "first");
  diagnostics.add(Code::unknown_name, {file, 5, 6}, "second");
  EXPECT_EQ(diagnostics.errors(), 1u);
  EXPECT_EQ(diagnostics.warnings(), 1u);
  EXPECT_EQ(diagnostics.sorted().front().what, "first");
}

TEST(Diagnostics, LongLinesAreCutAroundThePlace) {
  Sources sources;
  const FileId file = sources.add("m", std::string(5000, 'x') + "!" + std::string(5000, 'y'));
  Diagnostics diagnostics;
  diagnostics.add(Code::unexpected_character, {file, 5000, 5001}, "\"!\"");
  const std::string text = print(diagnostics, sources);
  EXPECT_LT(text.size(), 500u);
  EXPECT_NE(text.find('!'), std::string::npos);
}

}  // namespace
}  // namespace shamal::base
