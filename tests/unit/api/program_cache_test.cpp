// Programs kept between processes: an entry is used while nothing has changed, and only then.
#include "api/program_cache.h"

#include <filesystem>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "api/run.h"
#include "base/files.h"

namespace shamal::api {
namespace {

namespace fs = std::filesystem;

class ProgramCache : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() /
              fmt::format("shamal-cache-{}-{}", ::getpid(),
                          testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(folder_);
    write("c.csv", "name,value\nrate,2\n");
    write_model(1200, 1);
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) {
    base::Diagnostics diagnostics;
    ASSERT_TRUE(base::write_file(path(name), text, diagnostics));
  }
  // With a warning (W0117) and a number from another file.
  void write_model(int equations, int factor) {
    std::string text =
        "{UTF-8}\nrate = GET DIRECT CONSTANTS('c.csv', ',', 'B2') ~ ~ |\n"
        "f((0,0),(2,1),(1,3)) ~ ~ |\nlevel = INTEG(-level*f(rate)/100, 10) ~ ~ |\n";
    for (int i = 0; i < equations; ++i) {
      text += fmt::format("x{} = level*{} + rate + {} ~ ~ |\n", i, factor, i);
    }
    text +=
        "FINAL TIME = 4 ~ ~ |\nINITIAL TIME = 0 ~ ~ |\nTIME STEP = 1 ~ ~ |\nSAVEPER = TIME STEP ~ "
        "~ |\n";
    write("m.mdl", text);
  }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string cache() const { return path("cache"); }

  struct Answer {
    std::string messages;
    double last = 0;
    std::string sha256;
    bool operator==(const Answer&) const = default;
  };
  Answer answer(const std::string& folder) const {
    base::Sources sources;
    base::Diagnostics diagnostics;
    const auto compiled = compile_cached(path("m.mdl"), sources, diagnostics, {}, folder);
    if (!compiled) {
      return {base::print(diagnostics, sources), 0, ""};
    }
    RunRequest request;
    request.columns = {"x7"};
    const auto result = run(*compiled, request, diagnostics);
    return {base::print(diagnostics, sources), result ? result->variables[0].values.back() : 0,
            compiled->sha256};
  }
  // The only entry, and when it was written.
  std::pair<fs::path, fs::file_time_type> entry() const {
    std::vector<fs::path> found;
    for (const fs::directory_entry& at : fs::directory_iterator(cache())) {
      found.push_back(at.path());
    }
    EXPECT_EQ(found.size(), 1u);
    return {found.at(0), fs::last_write_time(found.at(0))};
  }

  fs::path folder_;
};

TEST_F(ProgramCache, AnswersAsTheCompilerDoes) {
  const Answer anew = answer("");
  EXPECT_NE(anew.messages.find("W0117"), std::string::npos) << anew.messages;
  EXPECT_FALSE(fs::exists(cache()));
  EXPECT_EQ(answer(cache()), anew);
  const auto kept = entry();
  EXPECT_EQ(answer(cache()), anew);
  EXPECT_EQ(entry(), kept);  // used, not made again
}

TEST_F(ProgramCache, ForgetsWhatHasChanged) {
  const Answer first = answer(cache());
  write_model(1200, 3);
  const Answer changed = answer(cache());
  EXPECT_NE(changed.last, first.last);
  EXPECT_EQ(changed, answer(""));
  write("c.csv", "name,value\nrate,1\n");
  EXPECT_NE(answer(cache()).last, changed.last);
  EXPECT_EQ(answer(cache()), answer(""));
  fs::remove(path("c.csv"));
  EXPECT_EQ(answer(cache()), answer(""));  // an error, which is not kept
}

TEST_F(ProgramCache, SurvivesDamage) {
  const Answer anew = answer(cache());
  const fs::path at = entry().first;
  base::Diagnostics diagnostics;
  const std::string whole = base::read_file(at.string(), diagnostics).value();
  for (const std::size_t size : {std::size_t{0}, std::size_t{10}, std::size_t{70}, std::size_t{90},
                                 std::size_t{500}, whole.size() - 1}) {
    write("cache/" + at.filename().string(), whole.substr(0, size));
    EXPECT_EQ(answer(cache()), anew) << size;
  }
  for (std::size_t place = 3; place < whole.size(); place += whole.size() / 50) {
    std::string other = whole;
    other[place] = static_cast<char>(other[place] ^ 1);
    write("cache/" + at.filename().string(), other);
    EXPECT_EQ(answer(cache()), anew) << place;
  }
}

TEST_F(ProgramCache, LeavesSmallModelsAlone) {
  write_model(10, 1);
  answer(cache());
  EXPECT_FALSE(fs::exists(cache()));
}

TEST_F(ProgramCache, KeepsTheLastOnes) {
  fs::create_directories(cache());
  for (std::size_t i = 0; i < kMostKept + 5; ++i) {
    write(fmt::format("cache/{}.program", i), "old");
  }
  answer(cache());
  EXPECT_EQ(static_cast<std::size_t>(
                std::distance(fs::directory_iterator(cache()), fs::directory_iterator())),
            kMostKept);
}

}  // namespace
}  // namespace shamal::api
