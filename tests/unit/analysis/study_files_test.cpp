#include "analysis/study_files.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace shamal::analysis {
namespace {

class StudyFilesTest : public testing::Test {
 protected:
  StudyFilesTest() {
    std::string pattern = testing::TempDir() + "study_XXXXXX";
    folder_ = mkdtemp(pattern.data());
    write("study.toml",
          "[study]\nname = \"a\"\ntitle = \"A\"\nsummary = \"S\"\nmodel = \"a.xmile\"\n"
          "time_origin = \"2014-01-01\"\ncalibration_end = \"2014-12-31\"\n"
          "observations = \"observations.csv\"\nsources = \"sources.csv\"\n");
    write("observations.csv", "date,region,series,value,unit,source\n2014,Iraq,x,1,km2,a\n");
    write("sources.csv", "key,citation\na,An author\n");
  }
  ~StudyFilesTest() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
  }

  std::optional<StudyFiles> load() {
    return load_study((folder_ / "study.toml").string(), sources_, diagnostics_);
  }

  std::filesystem::path folder_;
  base::Sources sources_;
  base::Diagnostics diagnostics_;
};

TEST_F(StudyFilesTest, ReadsWhatTheStudyNames) {
  const std::optional<StudyFiles> files = load();
  ASSERT_TRUE(files) << base::print(diagnostics_, sources_);
  EXPECT_EQ(files->observations.usable.size(), 1u);
  EXPECT_EQ(files->sources.at("a").citation, "An author");
  EXPECT_EQ(files->regions, "");
}

TEST_F(StudyFilesTest, SaysWhereAMissingFileIsNamed) {
  std::filesystem::remove(folder_ / "sources.csv");
  EXPECT_FALSE(load());
  ASSERT_EQ(diagnostics_.errors(), 1u);
  EXPECT_EQ(diagnostics_.all()[0].code, base::Code::cannot_read_file);
  EXPECT_EQ(sources_.place(diagnostics_.all()[0].span).line, 9u);
}

TEST_F(StudyFilesTest, ChecksTheFilesAgainstEachOther) {
  write("sources.csv", "key,citation\nb,Another\n");
  EXPECT_FALSE(load());
  ASSERT_EQ(diagnostics_.errors(), 1u);
  EXPECT_EQ(diagnostics_.all()[0].code, base::Code::study_source);
}

}  // namespace
}  // namespace shamal::analysis
