// Vensim models of others, and damaged ones.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "unit/syntax/vensim_testing.h"

namespace shamal::syntax {

namespace {

namespace fs = std::filesystem;

const fs::path kCorpus = fs::path(SHAMAL_SOURCE_DIR) / "tests" / "fuzz" / "corpus" / "vensim";
// The public conformance models lie beside the project, and may be absent.
const fs::path kPublic = fs::path(SHAMAL_SOURCE_DIR) / ".." / "shared" / "conformance";

std::vector<fs::path> models(const fs::path& folder) {
  std::vector<fs::path> paths;
  if (fs::is_directory(folder)) {
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.path().extension() == ".mdl") {
        paths.push_back(entry.path());
      }
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string content(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return base::to_utf8({std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()});
}

TEST(VensimCorpus, EveryModelReadsWithoutAMessage) {
  for (const fs::path& folder : {kCorpus, kPublic}) {
    const std::vector<fs::path> paths = models(folder);
    if (paths.empty()) {
      std::cout << "NOT RUN: " << folder.filename() << " is not there.\n";
    }
    for (const fs::path& path : paths) {
      const ReadMdl read(content(path));
      EXPECT_EQ(read.messages(), "") << path;
      EXPECT_GT(read.root().variables.size(), 0u) << path;
    }
  }
}

// Reading is a function of the text: of the line ends it is not.
TEST(VensimCorpus, LineEndsDoNotMatter) {
  for (const fs::path& path : models(kCorpus)) {
    const std::string text = content(path);
    std::string windows;
    for (const char c : text) {
      windows += c == '\n' ? "\r\n" : std::string(1, c);
    }
    auto expected = *ReadMdl(text).model;
    auto read = *ReadMdl(windows).model;
    for (ParsedModel* model : {&expected, &read}) {
      model->models[0].views.clear();
      std::erase_if(model->models[0].variables,
                    [](const VariableDecl& v) { return v.doc.find('\n') != std::string::npos; });
    }
    EXPECT_EQ(read, expected) << path;
  }
}

// Whatever the damage: no crash, an end, and every place within the file.
TEST(VensimCorpus, DamagedModelsAreReported) {
  std::vector<std::string> seeds;
  for (const fs::path& path : models(kCorpus)) {
    seeds.push_back(content(path));
  }
  ASSERT_FALSE(seeds.empty());
  constexpr std::string_view kBytes = "()[]{}<>\"'=+-*/^,;:|~\\!. \t\n019eAz\xc3";
  std::mt19937 random(20240229);
  const auto below = [&](std::size_t n) { return random() % std::max<std::size_t>(n, 1); };
  for (int round = 0; round < 3000; ++round) {
    std::string text = seeds[below(seeds.size())];
    for (std::size_t edits = 1 + below(8); edits > 0; --edits) {
      const std::size_t at = below(text.size());
      const std::size_t length = below(20);
      switch (below(5)) {
        case 0:
          text.erase(at, length);
          break;
        case 1:
          text.insert(at, 1, kBytes[below(kBytes.size())]);
          break;
        case 2:
          text.insert(at, text.substr(below(text.size()), length * 5));
          break;
        case 3:
          text.insert(at, std::string(below(600), kBytes[below(kBytes.size())]));
          break;
        default:
          text[std::min(at, text.size() - 1)] = kBytes[below(kBytes.size())];
      }
    }
    const ReadMdl read(base::to_utf8(text));
    ASSERT_TRUE(read.model);
    const std::size_t size = read.sources.text(0).size();
    for (const base::Diagnostic& diagnostic : read.diagnostics.all()) {
      ASSERT_LE(diagnostic.span.begin, diagnostic.span.end);
      ASSERT_LE(diagnostic.span.end, size);
    }
    read.messages();
  }
}

}  // namespace

}  // namespace shamal::syntax
