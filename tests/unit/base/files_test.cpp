#include "base/files.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

namespace shamal::base {
namespace {

namespace fs = std::filesystem;

class FilesTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        fs::temp_directory_path() / ("shamal-files-" + std::to_string(::getpid()) + "-" +
                                     testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string in_folder(const std::string& name) const { return (folder_ / name).string(); }
  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder_), fs::directory_iterator{}));
  }
  std::string message() const {
    return diagnostics_.all().empty() ? "" : print(diagnostics_.all().front(), sources_);
  }

  fs::path folder_;
  Sources sources_;
  Diagnostics diagnostics_;
};

TEST_F(FilesTest, WhatIsWrittenIsRead) {
  const std::string bytes("one\r\n\0two", 9);
  ASSERT_TRUE(write_file(in_folder("a.bin"), bytes, diagnostics_)) << message();
  EXPECT_EQ(read_file(in_folder("a.bin"), diagnostics_), bytes);
  EXPECT_EQ(files(), 1u);
}

TEST_F(FilesTest, WritingReplaces) {
  ASSERT_TRUE(write_file(in_folder("a"), "a longer text", diagnostics_));
  ASSERT_TRUE(write_file(in_folder("a"), "", diagnostics_));
  EXPECT_EQ(read_file(in_folder("a"), diagnostics_), "");
  EXPECT_EQ(files(), 1u);
}

TEST_F(FilesTest, SymbolicLinksStayLinks) {
  ASSERT_TRUE(write_file(in_folder("real"), "old", diagnostics_));
  fs::create_symlink("real", folder_ / "link");
  ASSERT_TRUE(write_file(in_folder("link"), "new", diagnostics_));
  EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
  EXPECT_EQ(read_file(in_folder("real"), diagnostics_), "new");
}

TEST_F(FilesTest, DevicesAreWrittenDirectly) {
  EXPECT_TRUE(write_file("/dev/null", "text", diagnostics_)) << message();
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST_F(FilesTest, AReplacementThatIsNotCommittedLeavesTheTarget) {
  ASSERT_TRUE(write_file(in_folder("a"), "old", diagnostics_));
  {
    Replacement half(in_folder("a"));
    std::ofstream(half.path()) << "half";
    EXPECT_EQ(files(), 2u);
  }
  EXPECT_EQ(files(), 1u);
  EXPECT_EQ(read_file(in_folder("a"), diagnostics_), "old");
}

TEST_F(FilesTest, SaysWhyAFileCannotBeRead) {
  EXPECT_EQ(read_file(in_folder("none.mdl"), diagnostics_), std::nullopt);
  EXPECT_EQ(message(), "error[E0001]: cannot read \"" + in_folder("none.mdl") +
                           "\": No such file or directory\n"
                           "  why: the file must exist and be readable.\n");
}

TEST_F(FilesTest, AFolderIsNoFile) {
  EXPECT_EQ(read_file(folder_.string(), diagnostics_), std::nullopt);
  EXPECT_NE(message().find("Is a directory"), std::string::npos) << message();
}

TEST_F(FilesTest, PointsAtThePlaceThatNamedTheFile) {
  const FileId file = sources_.add("main.xmile", "resource=none.xmile");
  EXPECT_EQ(read_file(in_folder("none.xmile"), diagnostics_, {file, 9, 19}), std::nullopt);
  EXPECT_EQ(message().substr(0, 32), "main.xmile:1:10: error[E0001]: c");
}

TEST_F(FilesTest, SaysWhyAFileCannotBeWritten) {
  EXPECT_FALSE(write_file(in_folder("no/such/folder.csv"), "text", diagnostics_));
  EXPECT_EQ(message(), "error[E0703]: cannot write \"" + in_folder("no/such/folder.csv") +
                           "\": No such file or directory\n"
                           "  why: results are written beside the target and renamed, so both "
                           "must be possible.\n");
}

TEST(Sha256, AgreesWithTheStandard) {
  // FIPS 180-4, examples.
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

}  // namespace
}  // namespace shamal::base
