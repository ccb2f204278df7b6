// Every diagnostic has a broken input and the exact text that is printed for it.
//
// A case is named after its code: E0201.xmile (or another ending) is what `shamal check` is given,
// unless E0201.cmd says what to run instead, in this folder; E0201.expected is what must appear on
// standard error. SHAMAL_ACCEPT=1 rewrites the expected texts, to be looked at before they are
// committed. Codes that no input of this size can provoke are named below, with the reason.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/diagnostics.h"

namespace {

namespace fs = std::filesystem;

const fs::path kFolder = fs::path(SHAMAL_SOURCE_DIR) / "tests" / "errors";

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string run(const std::string& arguments) {
  const std::string command =
      "cd '" + kFolder.string() + "' && '" + SHAMAL_PROGRAM + "' " + arguments + " 2>&1 >/dev/null";
  FILE* pipe = popen(command.c_str(), "r");
  std::string text;
  char buffer[4096];
  for (std::size_t n; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
    text.append(buffer, n);
  }
  pclose(pipe);
  return text;
}

// Codes without a case, and why.
const std::map<std::string, std::string> kWithoutCase = {
    {"E0006", "needs a file beyond the size limit; tests/unit/syntax reads one from memory"},
    {"E0704", "needs a failure inside the netCDF library; tests/unit/data provokes one"},
};

class EveryCode : public testing::TestWithParam<shamal::base::CodeRow> {};

TEST_P(EveryCode, HasItsMessage) {
  const std::string id(GetParam().id);
  const auto without = kWithoutCase.find(id);
  if (without != kWithoutCase.end()) {
    return;
  }
  std::string arguments;
  if (fs::exists(kFolder / (id + ".cmd"))) {
    arguments = read(kFolder / (id + ".cmd"));
    while (!arguments.empty() && arguments.back() == '\n') {
      arguments.pop_back();
    }
    // @TMP@ is a folder that the case may write to.
    const fs::path folder = fs::path(testing::TempDir()) / "shamal_errors";
    fs::create_directories(folder);
    if (const std::size_t at = arguments.find("@TMP@"); at != std::string::npos) {
      arguments.replace(at, 5, folder.string());
    }
  } else {
    ASSERT_TRUE(fs::exists(kFolder / (id + ".xmile"))) << "no broken input for " << id;
    arguments = "check " + id + ".xmile";
  }
  const std::string printed = run(arguments);
  const fs::path expected = kFolder / (id + ".expected");
  if (std::getenv("SHAMAL_ACCEPT") != nullptr) {
    std::ofstream(expected, std::ios::binary) << printed;
  }
  EXPECT_NE(printed.find("[" + id + "]"), std::string::npos) << printed;
  EXPECT_EQ(printed, read(expected));
}

INSTANTIATE_TEST_SUITE_P(Errors, EveryCode,
                         testing::ValuesIn(shamal::base::diagnostic_codes().begin(),
                                           shamal::base::diagnostic_codes().end()),
                         [](const auto& row) { return std::string(row.param.id); });

// The files that a study names have forms of their own: studies/NAME.toml is reported on, and
// studies/NAME.expected is what must appear.
class EveryStudy : public testing::TestWithParam<std::string> {};

TEST_P(EveryStudy, HasItsMessage) {
  const std::string name = "studies/" + GetParam();
  const std::string printed = run("validate --draws 2 " + name + ".toml");
  const fs::path expected = kFolder / (name + ".expected");
  if (std::getenv("SHAMAL_ACCEPT") != nullptr) {
    std::ofstream(expected, std::ios::binary) << printed;
  }
  EXPECT_NE(printed, "");
  EXPECT_EQ(printed, read(expected));
}

std::vector<std::string> broken_studies() {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(kFolder / "studies")) {
    if (entry.path().extension() == ".expected") {
      names.push_back(entry.path().stem().string());
    }
  }
  return names;
}

INSTANTIATE_TEST_SUITE_P(Errors, EveryStudy, testing::ValuesIn(broken_studies()),
                         [](const auto& name) { return name.param; });

TEST(Errors, OnePassReportsAllOfThem) {
  const std::string printed = run("check several.xmile");
  for (const char* id : {"E0201", "E0202", "E0101", "E0301", "E0105"}) {
    EXPECT_NE(printed.find(id), std::string::npos) << id << " is missing from:\n" << printed;
  }
}

}  // namespace
