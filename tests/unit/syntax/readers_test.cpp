#include "syntax/readers.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "unit/syntax/syntax_testing.h"

namespace shamal::syntax {
namespace {

TEST(Readers, AreFoundByTheEndingOfTheName) {
  for (const char* path : {"a.xmile", "b/C.STMX", "d.itmx", "e.xml"}) {
    ASSERT_NE(find_reader(path), nullptr) << path;
    EXPECT_EQ(find_reader(path)->name, "XMILE");
  }
  EXPECT_EQ(find_reader("a.docx"), nullptr);
  EXPECT_EQ(find_reader("xmile"), nullptr);
}

TEST(Readers, HaveNoEndingTwice) {
  std::vector<std::string_view> seen;
  for (const ReaderRow& reader : readers()) {
    EXPECT_FALSE(reader.name.empty());
    for (const std::string_view extension : reader.extensions) {
      EXPECT_TRUE(extension.starts_with('.'));
      EXPECT_EQ(std::find(seen.begin(), seen.end(), extension), seen.end()) << extension;
      seen.push_back(extension);
    }
  }
}

TEST(Readers, SayWhichFormatsThereAre) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  EXPECT_FALSE(read_model_file("model.dat", sources, diagnostics));
  ASSERT_EQ(diagnostics.all().size(), 1u);
  EXPECT_EQ(diagnostics.all()[0].what, "of \"model.dat\"");
  EXPECT_TRUE(diagnostics.all()[0].fix.starts_with(
      "models are read from XMILE (.xmile, .stmx, .itmx, .xml)"));
}

TEST(Readers, ReadFilesInTheirEncoding) {
  const auto path = std::filesystem::temp_directory_path() / "shamal_readers_test.xmile";
  std::ofstream(path, std::ios::binary)
      << "<?xml version='1.0' encoding='windows-1252'?>\n"
      << with_variables("<aux name='caf\xe9'><eqn>1 +</eqn></aux>");
  base::Sources sources;
  base::Diagnostics diagnostics;
  const auto model = read_model_file(path.string(), sources, diagnostics);
  std::filesystem::remove(path);
  ASSERT_TRUE(model);
  EXPECT_EQ(model->models[0].variables[0].name.text, "café");
  ASSERT_EQ(diagnostics.all().size(), 1u);
  const base::Place place = sources.place(diagnostics.all()[0].span);
  EXPECT_EQ(place.line, 4u);
  EXPECT_EQ(place.column, 25u);
}

TEST(Readers, ReportFilesThatAreNotThere) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  EXPECT_FALSE(read_model_file("no/such.xmile", sources, diagnostics));
  ASSERT_EQ(diagnostics.all().size(), 1u);
  EXPECT_EQ(diagnostics.all()[0].code, base::Code::cannot_read_file);
}

}  // namespace
}  // namespace shamal::syntax
