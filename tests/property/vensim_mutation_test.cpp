// Damaged models in Vensim's language never crash or hang the stages behind the reader: whatever
// still reads is resolved, lowered and verified, or refused with a message. Deterministic; meant to
// run under sanitizers too.

#include <random>

#include <gtest/gtest.h>

#include "ir/lower.h"
#include "model/resolve.h"
#include "syntax/read_vensim.h"

namespace shamal {
namespace {

// Something of everything: ranges, mappings, exceptions, lists, lookups, macros, memory.
constexpr const char* kModel = R"({UTF-8}
A: A1, A2, A3 -> (C: C1, C2, C3) ~~|
Sub: A2, A3 ~~|
B: (B1-B3) -> A ~~|
C: C1, C2, C3 ~~|
Other <-> A ~~|
All: Sub, A1 ~~|
:MACRO: GROW(rate, first : twice)
GROW = INTEG(rate, first) ~~|
twice = 2 * GROW + TIME STEP$ ~~|
:END OF MACRO:
:MACRO: READ(table, x)
READ = table(x) + GROW(x, 1) ~~|
:END OF MACRO:
table((0,0),(5,10),(10,10)) ~~|
tables[A1]([(0,0)-(10,10)],(0,1),(10,2)) ~~|
tables[Sub]((0,3),(10,4)) ~~|
list[A] = 1, 2, 3 ~~|
grid[A, B] = 1, 2, 3; 4, 5, 6; 7, 8, 9; ~~|
tab[A, C] = TABBED ARRAY(1 2 3
4 5 6
7 8 9) ~~|
level[A] = INTEG(list[A] - level[A] / 3, list[A]) ~~|
mixed[A1] = INTEG(1, level[A2]) ~~|
mixed[Sub] = 4, 5 ~~|
some[A, B] :EXCEPT: [A1, B1], [Sub, B2] = grid[A, B] * Time ~~|
some[A1, B1] = 2 ~~|
some[Sub, B2] = SMOOTH(level[Sub], 3) ~~|
hole[A1, B1] = 1 ~~|
hole[A2, B2] = hole[A1, B1] ~~|
mapped[A] = list[A] + SUM(grid[A, B!]) + MAX(grid[A1, B], 2) ~~|
onto[C] = list[A] ~~|
pairs = SUM(list[A!] * grid[Sub!, B!]) + VMAX(level[All!]) + ELMCOUNT(Sub) ~~|
where[A] = IF THEN ELSE(A = A2 :OR: :NOT: Time > 3, A, A3) ~~|
read[A] = tables[A](Time) + table(level[A]) + READ(tables[A], list[A]) ~~|
inline = WITH LOOKUP(Time, ((0,0),(10,1))) ~~|
grown = GROW(2, 3 : double) ~~|
memory[A] = DELAY FIXED(level[A], 2, 0) + SAMPLE IF TRUE(Time = 3, level[A], 1) ~~|
slow = DELAY N(pairs, 4, 1, 3) + SMOOTH3I(pairs, 2, 1) + TREND(pairs, 3, 0.1) ~~|
start[A] = INITIAL(level[A]) + INITIAL(some[A, B1]) ~~|
active = ACTIVE INITIAL(active lag + 1, 2) ~~|
active lag = DELAY1(active, 2) ~~|
shift[Sub] = shift[A1] + list[Sub] ~~|
shift[A1] = double ~~|
INITIAL TIME = 0 ~ Month ~ |
FINAL TIME = 10 ~ Month ~ |
TIME STEP = 0.5 ~ Month ~ |
SAVEPER = TIME STEP ~ Month ~ |
)";

class Damager {
 public:
  explicit Damager(std::uint64_t seed) : random_(seed) {}

  // One or two changes of lines or words.
  std::string damage(std::string text) {
    for (std::size_t changes = below(3) == 0 ? 2 : 1; changes > 0; --changes) {
      const std::size_t at = below(text.size());
      switch (below(5)) {
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
          replace(text, at,
                  {"A", "A1", "Sub", "B", "B1", "C", "Other", "list", "level", "grid", "pairs",
                   "table", "hole", "Time", "GROW", "READ", "nowhere"});
          break;
        case 3:  // one function for another
          replace(text, at,
                  {"SUM", "VMAX", "INTEG", "INITIAL", "GROW", "READ", "tables", "ELMCOUNT",
                   "ACTIVE INITIAL", "DELAY N", "SMOOTH", "TREND", "XIDZ", "TABBED ARRAY"});
          break;
        default:  // one number for another
          replace(text, at, {"0", "-1", "1e308", "1e-320", "3", "999999999999", ":NA:"});
      }
    }
    return text;
  }

 private:
  std::size_t below(std::size_t n) { return n == 0 ? 0 : random_() % n; }

  static bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

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

// True if it compiled.
bool compile(const std::string& text) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  const auto parsed = syntax::read_vensim(sources.add("damaged.mdl", text), sources, diagnostics);
  const auto model = parsed ? model::resolve(*parsed, sources, diagnostics) : std::nullopt;
  const auto lowered =
      model && !diagnostics.has_errors() ? ir::lower(*model, diagnostics) : std::nullopt;
  const std::string messages = base::print(diagnostics, sources);
  if (lowered) {
    EXPECT_EQ(ir::verify(lowered->program), std::vector<std::string>{}) << text;
  } else {
    EXPECT_TRUE(diagnostics.has_errors()) << "refused without a word:\n" << text;
    EXPECT_FALSE(messages.empty());
  }
  return lowered.has_value();
}

TEST(DamagedVensimModels, AreRefusedOrCompiled) {
  ASSERT_TRUE(compile(kModel));
  std::size_t compiled = 0;
  std::size_t refused = 0;
  for (std::uint64_t seed = 1; seed <= 700 && !testing::Test::HasFailure(); ++seed) {
    ++(compile(Damager(seed).damage(kModel)) ? compiled : refused);
  }
  EXPECT_GT(compiled, 70u);
  EXPECT_GT(refused, 70u);
}

// Each macro calls the one before twice: the uses would be 2^40.
TEST(DamagedVensimModels, AFloodOfMacrosIsRefused) {
  std::string text = "{UTF-8}\n:MACRO: M0(x) M0 = INTEG(x, 1) ~~| :END OF MACRO:\n";
  for (int i = 1; i <= 40; ++i) {
    const std::string name = "M" + std::to_string(i);
    const std::string before = "M" + std::to_string(i - 1);
    text += ":MACRO: " + name + "(x) " + name + " = " + before + "(x) + " + before +
            "(2 * x) ~~| :END OF MACRO:\n";
  }
  text += "y = M40(1) ~~|\nINITIAL TIME = 0 ~~|\nFINAL TIME = 1 ~~|\nTIME STEP = 1 ~~|\n";
  EXPECT_FALSE(compile(text));
}

}  // namespace
}  // namespace shamal
