// Runs a fuzz target without libFuzzer, on the same inputs every time.
//
//   fuzz_smoke_<name> [folder of seeds]
//
// First every seed as it stands, then inputs made from the seeds by a few random edits: overwrite,
// insert, remove, repeat, splice. Ordinary builds and the sanitizer build run this as a test; the
// search for new inputs is libFuzzer's (preset `fuzz`), and what it finds becomes a seed.
//
// The input at work is kept in the file `<program>.input`, which is removed at the end: after a
// crash it is the input that caused it.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr int kRounds = 3000;
constexpr auto kTimeLimit = std::chrono::seconds(15);
constexpr std::size_t kMaxSize = 1 << 14;

// Bytes that matter to the grammars at hand, and some that matter to none.
constexpr std::string_view kAlphabet =
    "()[]{}<>\"'=+-*/^,;:|~\\!&#%_ \t\r\n.0123456789eEaZ\x80\xff";

std::vector<std::string> read_seeds(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  if (std::filesystem::is_directory(folder)) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (entry.is_regular_file()) paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> seeds;
  for (const auto& path : paths) {
    std::ifstream in(path, std::ios::binary);
    seeds.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  if (seeds.empty()) seeds.emplace_back();
  return seeds;
}

class Mutator {
 public:
  explicit Mutator(const std::vector<std::string>& seeds) : seeds_(seeds) {}

  std::string next() {
    std::string text = seeds_[below(seeds_.size())];
    for (std::size_t edits = 1 + below(6); edits > 0; --edits) edit(text);
    if (text.size() > kMaxSize) text.resize(kMaxSize);
    return text;
  }

 private:
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }

  void edit(std::string& text) {
    const std::size_t at = below(text.size() + 1);
    const std::size_t length = std::min(text.size() - at, 1 + below(16));
    switch (below(5)) {
      case 0:
        if (at < text.size()) text[at] = kAlphabet[below(kAlphabet.size())];
        break;
      case 1:
        for (std::size_t n = 1 + below(4); n > 0; --n) {
          text.insert(at, 1, kAlphabet[below(kAlphabet.size())]);
        }
        break;
      case 2:
        text.erase(at, length);
        break;
      case 3: {
        const std::string piece = text.substr(at, length);
        for (std::size_t n = 1 + below(64); n > 0; --n) text.insert(at, piece);
        break;
      }
      default: {
        const std::string& other = seeds_[below(seeds_.size())];
        text = text.substr(0, at) + other.substr(below(other.size() + 1));
      }
    }
  }

  const std::vector<std::string>& seeds_;
  std::mt19937_64 random_{20140919};
};

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> seeds = read_seeds(argc > 1 ? argv[1] : "");
  const std::string kept = std::string(argv[0]) + ".input";
  const auto try_input = [&](const std::string& text) {
    std::ofstream(kept, std::ios::binary) << text;
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  };

  for (const std::string& seed : seeds) try_input(seed);
  Mutator mutator(seeds);
  const auto start = std::chrono::steady_clock::now();
  int round = 0;
  while (round < kRounds && std::chrono::steady_clock::now() - start < kTimeLimit) {
    try_input(mutator.next());
    ++round;
  }
  std::filesystem::remove(kept);
  std::printf("%zu seeds and %d edited inputs\n", seeds.size(), round);
}
