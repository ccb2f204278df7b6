// Damaged models never crash or hang the stages behind the reader: whatever still reads is
// resolved, lowered and verified, or refused with a message. Deterministic; meant to run under
// sanitizers too.

#include <random>

#include <gtest/gtest.h>

#include "ir/lower.h"
#include "model/resolve.h"
#include "support/model_generator.h"
#include "syntax/read_xmile.h"

namespace shamal {
namespace {

class Damager {
 public:
  explicit Damager(std::uint64_t seed) : random_(seed) {}

  // One or two changes of lines or words.
  std::string damage(std::string text) {
    for (std::size_t changes = below(3) == 0 ? 2 : 1; changes > 0; --changes) {
      const std::size_t at = below(text.size());
      switch (below(6)) {
        case 0: {  // a line lost
          const std::size_t begin = text.rfind('\n', at);
          const std::size_t end = text.find('\n', at);
          if (begin != std::string::npos && end != std::string::npos) {
            text.erase(begin, end - begin);
          }
          break;
        }
        case 1: {  // a line twice
          const std::size_t begin = text.rfind('\n', at);
          const std::size_t end = text.find('\n', at);
          if (begin != std::string::npos && end != std::string::npos) {
            text.insert(end, text.substr(begin, end - begin));
          }
          break;
        }
        case 2:  // one name for another
          replace(text, at, {"x1", "x2", "s0", "c0", "A", "B", "q", "TIME", "DT", "nowhere"});
          break;
        case 3:  // one function for another
          replace(text, at,
                  {"SUM", "MEAN", "MIN", "DELAY", "DELAYN", "SMTHN", "PREVIOUS", "INIT", "NORMAL",
                   "RANK", "SIZE", "STDDEV", "LOOKUP", "PULSE", "TREND"});
          break;
        case 4:  // one number for another
          replace(text, at, {"0", "-1", "1e308", "1e-320", "3", "999999999999"});
          break;
        default:  // one subscript for another
          replace(text, at,
                  {"[*]", "[A]", "[@1]", "[1:2]", "[q]", "[A - 1]", "[x0]", "'", "[*, B]"});
      }
    }
    return text;
  }

 private:
  std::size_t below(std::size_t n) { return n == 0 ? 0 : random_() % n; }

  static bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  }

  // Puts one of the words in place of the word at or after `at`.
  void replace(std::string& text, std::size_t at, std::initializer_list<const char*> words) {
    while (at < text.size() && !is_word(text[at])) {
      ++at;
    }
    std::size_t end = at;
    while (end < text.size() && is_word(text[end])) {
      ++end;
    }
    text.replace(at, end - at, *(words.begin() + below(words.size())));
  }

  std::mt19937_64 random_;
};

TEST(DamagedModels, AreRefusedOrCompiled) {
  std::size_t compiled = 0;
  std::size_t refused = 0;
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    const std::string text = Damager(seed).damage(testing::generate_model(seed % 200));
    base::Sources sources;
    base::Diagnostics diagnostics;
    const auto parsed =
        syntax::read_xmile(sources.add("damaged.xmile", text), sources, diagnostics);
    const auto model = parsed ? model::resolve(*parsed, sources, diagnostics) : std::nullopt;
    const auto lowered =
        model && !diagnostics.has_errors() ? ir::lower(*model, diagnostics) : std::nullopt;
    if (lowered) {
      ++compiled;
      ASSERT_EQ(ir::verify(lowered->program), std::vector<std::string>{}) << text;
    } else {
      ++refused;
      ASSERT_TRUE(diagnostics.has_errors()) << "refused without a word:\n" << text;
      ASSERT_FALSE(base::print(diagnostics, sources).empty());
    }
  }
  EXPECT_GT(compiled, 300u);
  EXPECT_GT(refused, 300u);
}

}  // namespace
}  // namespace shamal
