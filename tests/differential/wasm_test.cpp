// The WebAssembly build gives the bits of the native one, over golden and published models and the
// campaign model. It runs in Node, and in headless Chromium; tools/build wasm makes it.
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/emit.h"
#include "sim/c_interface.h"

namespace shamal {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = SHAMAL_SOURCE_DIR;

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// Every variable of so many runs, by the same calls that wasm_run.mjs makes.
std::string native(const std::string& program, std::uint32_t runs, std::uint64_t first_run,
                   std::uint64_t seed) {
  ShamalModel* const model =
      shamal_open(program.data(), static_cast<std::uint32_t>(program.size()));
  if (model == nullptr) {
    return "not opened";
  }
  for (std::uint32_t v = 0; v < shamal_variables(model); ++v) {
    const std::string name(shamal_variable_name(model, v), shamal_variable_name_length(model, v));
    if (shamal_find(model, name.data(), static_cast<std::uint32_t>(name.size())) == v) {
      shamal_save(model, shamal_variable_base(model, v), shamal_variable_count(model, v));
    }
  }
  std::string result;
  if (shamal_run(model, runs, first_run, seed) == 0) {
    result.assign(reinterpret_cast<const char*>(shamal_result(model)),
                  sizeof(double) * runs * shamal_times(model) * shamal_columns(model));
  }
  shamal_close(model);
  return result;
}

// NaNs count as equal whatever their sign and payload, which WebAssembly leaves open.
std::size_t differences(const std::string& a, const std::string& b) {
  std::size_t count = 0;
  for (std::size_t i = 0; i + sizeof(double) <= a.size(); i += sizeof(double)) {
    double x = 0;
    double y = 0;
    std::memcpy(&x, a.data() + i, sizeof x);
    std::memcpy(&y, b.data() + i, sizeof y);
    const bool both_nan = x != x && y != y;
    count += std::memcmp(&x, &y, sizeof x) != 0 && !both_nan ? 1 : 0;
  }
  return count;
}

std::string shell_word(const std::string& path) { return "'" + path + "' "; }

const char* const kModels[] = {"tests/stages/teacup.xmile", "tests/stages/regions.xmile",
                               "models/levant/levant.xmile"};

TEST(WebAssembly, GivesTheBitsOfTheNativeBuild) {
  const fs::path wasm = kRoot / "build/wasm/shamal.wasm";
  if (!fs::exists(wasm)) {
    GTEST_SKIP() << "no build/wasm/shamal.wasm: tools/install_dependencies --wasm and tools/build "
                    "wasm make it";
  }
  const fs::path folder = fs::path(testing::TempDir()) / "shamal_wasm";
  fs::create_directories(folder);
  ASSERT_EQ(std::system("command -v chromium >/dev/null"), 0)
      << "no Chromium: tools/install_dependencies --wasm installs it";
  for (const char* const path : kModels) {
    SCOPED_TRACE(path);
    base::Sources sources;
    base::Diagnostics diagnostics;
    const auto program = api::emit_bytes((kRoot / path).string(), sources, diagnostics);
    ASSERT_TRUE(program) << base::print(diagnostics, sources);
    std::ofstream(folder / "program", std::ios::binary) << *program;
    const std::string expected = native(*program, 5, 3, 11);
    ASSERT_FALSE(expected.empty());
    for (const char* const script : {"wasm_run.mjs", "wasm_browser.mjs"}) {
      SCOPED_TRACE(script);
      const std::string command =
          "node " + shell_word((kRoot / "tests/differential" / script).string()) +
          shell_word(wasm.string()) + shell_word((folder / "program").string()) + "5 3 11 " +
          shell_word((folder / "result").string()) + "2>" +
          shell_word((folder / "errors").string());
      fs::remove(folder / "result");
      ASSERT_EQ(std::system(command.c_str()), 0) << read(folder / "errors");
      const std::string result = read(folder / "result");
      ASSERT_EQ(result.size(), expected.size());
      EXPECT_EQ(differences(result, expected), 0u) << "of " << result.size() / sizeof(double);
    }
  }
}

}  // namespace
}  // namespace shamal
