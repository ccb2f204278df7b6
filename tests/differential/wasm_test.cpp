// The WebAssembly build gives the bits of the native one, with code of its own for loop nests and
// without. It runs in Node, and in headless Chromium; tools/build wasm makes it.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <sstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "api/emit.h"
#include "differential/programs_generator.h"
#include "ir/program_file.h"
#include "machine/x86_body.h"
#include "sim/c_interface.h"
#include "support/program_builder.h"
#include "support/quotients.h"

namespace shamal {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = SHAMAL_SOURCE_DIR;
constexpr std::uint32_t kRuns = 21;
constexpr std::uint64_t kFirstRun = 3;
constexpr std::uint64_t kSeed = 11;

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// A program, what each of its runs sets, and what it gives natively.
struct Case {
  std::string name;
  std::string program;
  std::vector<std::pair<std::string, std::vector<double>>> set;
  std::vector<std::string> saved;
  std::string expected;
};

std::string native(const Case& of) {
  ShamalModel* const model =
      shamal_open(of.program.data(), static_cast<std::uint32_t>(of.program.size()));
  if (model == nullptr) {
    return "not opened";
  }
  const auto find = [&](const std::string& name) {
    return shamal_find(model, name.data(), static_cast<std::uint32_t>(name.size()));
  };
  for (const std::string& name : of.saved) {
    shamal_save(model, shamal_variable_base(model, find(name)),
                shamal_variable_count(model, find(name)));
  }
  for (const auto& [name, values] : of.set) {
    shamal_set(model, shamal_variable_base(model, find(name)), values.data(), kRuns);
  }
  std::string result;
  if (shamal_run(model, kRuns, kFirstRun, kSeed) == 0) {
    result.assign(reinterpret_cast<const char*>(shamal_result(model)),
                  sizeof(double) * kRuns * shamal_times(model) * shamal_columns(model));
  }
  shamal_close(model);
  return result;
}

// Saves every variable, and lets every third constant of one element differ from run to run.
Case make_case(const std::string& name, const ir::ProgramFile& file) {
  Case made{name, ir::write_program(file), {}, {}, {}};
  std::map<std::string, const ir::LayoutVariable*> first_of;
  std::size_t constants = 0;
  for (const ir::LayoutVariable& variable : file.layout.variables) {
    if (!first_of.emplace(variable.name, &variable).second) {
      continue;
    }
    made.saved.push_back(variable.name);
    const bool set = variable.kind == ir::VariableKind::constant && variable.count == 1 &&
                     !variable.structural && constants++ % 3 == 0;
    for (const ir::Constant& constant : file.program.constants) {
      if (set && constant.slot == variable.base) {
        auto& [of, values] = made.set.emplace_back(variable.name, std::vector<double>{});
        for (std::uint32_t run = 0; run < kRuns; ++run) {
          values.push_back(constant.value * (1 + run / 64.0));
        }
      }
    }
  }
  made.expected = native(made);
  return made;
}

std::string quoted(const std::string& text) {
  std::string made = "\"";
  for (const char letter : text) {
    made += letter == '"' || letter == '\\' ? std::string{'\\', letter} : std::string{letter};
  }
  return made + "\"";
}

std::string settings(const Case& of, bool code) {
  std::vector<std::string> saved;
  for (const std::string& name : of.saved) {
    saved.push_back(quoted(name));
  }
  std::vector<std::string> set;
  for (const auto& [name, values] : of.set) {
    set.push_back(fmt::format("{}: [{}]", quoted(name), fmt::join(values, ", ")));
  }
  return fmt::format(
      R"({{"runs": {}, "firstRun": {}, "seed": {}, "code": {}, "save": [{}], "set": {{{}}}}})",
      kRuns, kFirstRun, kSeed, code, fmt::join(saved, ", "), fmt::join(set, ", "));
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

class WebAssembly : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(wasm_)) {
      GTEST_SKIP() << "no build/wasm/shamal.wasm: tools/install_dependencies --wasm and "
                      "tools/build wasm make it";
    }
    fs::create_directories(folder_);
    ASSERT_EQ(std::system("command -v chromium >/dev/null"), 0)
        << "no Chromium: tools/install_dependencies --wasm installs it";
  }

  void TearDown() override { fs::remove_all(folder_); }

  // Of each case, how many functions it had, and whether they divided by products.
  struct Found {
    std::vector<int> functions;
    std::vector<int> products;
  };

  // All cases in one process, of a host that fuses multiplication and addition or of one that is
  // plain.
  Found expect_same(const std::vector<Case>& cases, const char* script, const char* host,
                    bool code = true) {
    SCOPED_TRACE(fmt::format("{}, {} host, code {}", script, host, code));
    std::string command = "node " + shell_word((kRoot / "tests/differential" / script).string()) +
                          shell_word(wasm_.string()) + host + " ";
    for (std::size_t i = 0; i < cases.size(); ++i) {
      const auto file = [&](const char* kind) { return folder_ / fmt::format("{}{}", kind, i); };
      std::ofstream(file("program"), std::ios::binary) << cases[i].program;
      std::ofstream(file("settings")) << settings(cases[i], code);
      fs::remove(file("result"));
      for (const char* const kind : {"program", "settings", "result"}) {
        command += shell_word(file(kind).string());
      }
    }
    command += ">" + shell_word((folder_ / "said").string()) + "2>&1";
    EXPECT_EQ(std::system(command.c_str()), 0) << read(folder_ / "said");
    std::istringstream said(read(folder_ / "said"));
    Found found;
    for (std::size_t i = 0; i < cases.size(); ++i) {
      SCOPED_TRACE(cases[i].name);
      const std::string result = read(folder_ / fmt::format("result{}", i));
      EXPECT_FALSE(cases[i].expected.empty());
      EXPECT_EQ(result.size(), cases[i].expected.size());
      EXPECT_EQ(differences(result, cases[i].expected), 0u)
          << "of " << result.size() / sizeof(double);
      std::string rest;
      said >> found.functions.emplace_back() >> found.products.emplace_back();
      std::getline(said, rest);
    }
    return found;
  }

  const fs::path wasm_ = kRoot / "build/wasm/shamal.wasm";
  const fs::path folder_ =
      fs::path(::testing::TempDir()) / fmt::format("shamal_wasm_{}", ::getpid());
};

// Where the processor fuses, hosts do.
int fused() { return machine::processor() >= machine::Processor::avx2 ? 1 : 0; }

TEST_F(WebAssembly, GivesTheBitsOfTheNativeBuildForModels) {
  using ::testing::Each;
  using ::testing::ElementsAre;
  using ::testing::Gt;
  std::vector<Case> cases;
  for (const char* const path :
       {"tests/stages/teacup.xmile", "tests/stages/regions.xmile", "models/levant/levant.xmile"}) {
    base::Sources sources;
    base::Diagnostics diagnostics;
    const auto program = api::emit_bytes((kRoot / path).string(), sources, diagnostics);
    ASSERT_TRUE(program) << base::print(diagnostics, sources);
    cases.push_back(make_case(path, *ir::read_program(*program)));
  }
  // The last of them divides by zero where nobody looks.
  const Found in_fused = expect_same(cases, "wasm_run.mjs", "fused");
  EXPECT_THAT(in_fused.functions, Each(Gt(0)));
  EXPECT_THAT(in_fused.products, ElementsAre(fused(), fused(), 0));
  const Found in_plain = expect_same(cases, "wasm_run.mjs", "plain");
  EXPECT_THAT(in_plain.functions, Each(Gt(0)));
  EXPECT_THAT(in_plain.products, Each(0));
  EXPECT_THAT(expect_same(cases, "wasm_run.mjs", "fused", false).functions, Each(0));
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Found found = expect_same({cases[i]}, "wasm_browser.mjs", "fused");
    EXPECT_THAT(found.functions, Each(Gt(0)));
    EXPECT_THAT(found.products, ElementsAre(in_fused.products[i]));
  }
}

ir::ProgramFile file_of(ir::Program program, const std::vector<ir::Slot>& varied) {
  ir::ProgramFile file;
  file.start = -1;
  file.dt = 0.25;
  file.save_interval = 0.5;
  file.method = "euler";
  const auto add = [&](const std::string& name, ir::VariableKind kind, const ir::SlotSpan& slots) {
    ir::LayoutVariable variable;
    variable.name = name;
    variable.kind = kind;
    variable.base = slots.base;
    variable.count = slots.count;
    if (slots.count > 1) {
      variable.dimensions = {0};
    }
    file.layout.variables.push_back(variable);
  };
  file.layout.dimensions.push_back({"slot", std::vector<std::string>(program.slots, "slot")});
  add("everything", ir::VariableKind::auxiliary, {0, program.slots});
  for (const ir::Slot slot : varied) {
    add(fmt::format("constant {}", slot), ir::VariableKind::constant, {slot, 1});
  }
  file.program = std::move(program);
  return file;
}

// Each operation that has code, of all tuples of awkward numbers: once as an array that is the same
// in all runs, once with values of each run, and look-ups in tables of all kinds.
ir::Program all_operations(std::vector<ir::Slot>& varied) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const std::vector<double> numbers = {0.0,  -0.0,  1.0,    -1.0,      0.5,        2.5,
                                       -3.5, 1e300, 1e-310, kInfinity, -kInfinity, std::nan("")};
  using ir::Op;
  testing::ProgramBuilder b;
  const ir::Slot one = b.constant(1.0);
  varied.push_back(one);
  const auto count = static_cast<std::uint32_t>(numbers.size());
  const ir::Slot shared = b.constants(numbers);
  const ir::Slot own = b.slots(count);
  b.emit(ir::Block::initial, Op::divide, b.loop({count}), b.view(own, {1}),
         {b.view(shared, {1}), b.view(one)});
  for (const ir::Slot from : {shared, own}) {
    for (std::size_t i = 0; i < ir::kElementwiseOps; ++i) {
      const auto op = static_cast<Op>(i);
      if (!machine::has_code(op)) {
        continue;
      }
      const int arity = ir::row(op).arity;
      const ir::LoopId loop = arity == 1   ? b.loop({count})
                              : arity == 2 ? b.loop({count, count})
                                           : b.loop({count, count, count});
      const auto square = static_cast<std::int32_t>(count * count);
      const auto side = static_cast<std::int32_t>(count);
      const std::array<ir::ViewId, 3> dst = {b.view(0, {1}), b.view(0, {side, 1}),
                                             b.view(0, {square, side, 1})};
      std::uint32_t size = 1;
      for (int a = 0; a < arity; ++a) {
        size *= count;
      }
      const ir::ViewId to = dst[static_cast<std::size_t>(arity - 1)];
      b.program.views[to].base = b.slots(size);
      const std::array<ir::ViewId, 3> args = {b.view(from, {1, 0, 0}), b.view(from, {0, 1, 0}),
                                              b.view(from, {0, 0, 1})};
      b.emit(ir::Block::rates, op, loop, to,
             std::vector<ir::ViewId>(args.begin(), args.begin() + arity));
    }
    for (const auto kind :
         {ir::TableKind::continuous, ir::TableKind::extrapolate, ir::TableKind::discrete}) {
      for (const double third : {2.0, 2.5}) {  // evenly spaced, and not
        b.emit(ir::Block::rates, Op::lookup, b.loop({count}), b.view(b.slots(count), {1}),
               {b.view(from, {1})}, b.table(kind, {0.0, 1.0, third, 3.0}, {2.0, -1.0, 0.5, 0.75}));
      }
    }
  }
  return std::move(b.program);
}

// Of functions that come from the C library, and of what is drawn with them, the last bit is the
// library's.
bool of_our_own(const ir::Program& program) {
  constexpr std::array kLibrary = {
      ir::Op::arc_sine,     ir::Op::arc_cosine, ir::Op::arc_tangent,
      ir::Op::arc_tangent2, ir::Op::sine,       ir::Op::cosine,
      ir::Op::tangent,      ir::Op::log_gamma,  ir::Op::truncated_modulo,
      ir::Op::random};
  if (!program.random_sites.empty() || !program.calls.empty()) {
    return false;
  }
  for (const auto& block : program.blocks) {
    for (const ir::Instruction& instruction : block) {
      if (std::find(kLibrary.begin(), kLibrary.end(), instruction.op) != kLibrary.end()) {
        return false;
      }
    }
  }
  return true;
}

TEST_F(WebAssembly, GivesTheBitsOfTheNativeBuildForPrograms) {
  std::vector<ir::Slot> varied;
  ir::Program program = all_operations(varied);
  std::vector<Case> cases = {make_case("all operations", file_of(std::move(program), varied))};
  constexpr std::size_t kPrograms = 100;
  for (std::uint64_t seed = 0; cases.size() < kPrograms; ++seed) {
    testing::GeneratedProgram generated = testing::generate_program(seed);
    if (of_our_own(generated.program)) {
      cases.push_back(make_case(fmt::format("seed {}", seed),
                                file_of(std::move(generated.program), generated.varied)));
    }
  }
  for (const char* const host : {"fused", "plain"}) {
    const Found found = expect_same(cases, "wasm_run.mjs", host);
    EXPECT_GT(found.functions.front(), 0);
    EXPECT_GT(std::count_if(found.functions.begin(), found.functions.end(),
                            [](int of) { return of > 0; }),
              80);
  }
  expect_same(cases, "wasm_run.mjs", "fused", false);
}

// Stocks that begin at a, divided by b, which never changes; b is the same in all runs, or differs.
// The first run has these very numbers. Divisions of b by the stocks keep the divider so busy that
// products are better for all that can be one.
Case division(const std::string& name, const std::vector<testing::Quotient>& quotients) {
  using ir::Op;
  testing::ProgramBuilder b;
  std::vector<double> dividends;
  std::vector<double> divisors;
  for (const testing::Quotient& of : quotients) {
    dividends.push_back(of.a);
    divisors.push_back(of.b);
  }
  const auto count = static_cast<std::uint32_t>(quotients.size());
  const ir::LoopId loop = b.loop({count});
  const auto along = [&](ir::Slot base) { return b.view(base, {1}); };
  const ir::Slot one = b.constant(1);
  const ir::Slot first = b.constants(dividends);
  const ir::Slot divisor = b.constants(divisors);
  const ir::Slot own_divisor = b.slots(count);
  const ir::Slot level = b.slots(count);
  const ir::Slot net = b.slots(count);
  b.stock(level, net, count);
  b.emit(ir::Block::initial, Op::divide, loop, along(level), {along(first), b.view(one)});
  b.emit(ir::Block::initial, Op::divide, loop, along(own_divisor), {along(divisor), b.view(one)});
  for (const ir::Slot by : {divisor, own_divisor}) {
    b.emit(ir::Block::rates, Op::divide, loop, along(b.slots(count)), {along(level), along(by)});
    b.emit(ir::Block::rates, Op::divide, loop, along(b.slots(count)), {along(by), along(level)});
  }
  b.emit(ir::Block::rates, Op::divide, loop, along(net), {along(level), along(divisor)});
  return make_case(name, file_of(std::move(b.program), {one}));
}

TEST_F(WebAssembly, DividesAsTheNativeBuildDoes) {
  const std::vector<testing::Quotient> hard = testing::hard_quotients();
  std::vector<testing::Quotient> some;
  for (std::size_t i = 0; i < hard.size(); i += 23) {
    some.push_back(hard[i]);
  }
  std::vector<Case> cases = {division("hard", some), division("zeros", {{0, 3}, {-0.0, 1.99}})};
  const std::size_t ordinary = cases.size();
  // What takes a sign, digits or a number away where products do not know of it.
  // (2^-1074 / 1.99 is 2^-1074, of which products make zero, in all runs.)
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const double divisor : {1.99, 0x1p-100, 0x1p100, 0x1p101, 0.0, -3.0, kInfinity}) {
    for (const double a :
         {0.0, -0.0, 0x1p-1074, -0x1.8p-1073, 0x1.3p-1000, 0x1.23456789abcdfp-880, 0x1.3p-700,
          0x1.3p-612, 0x1.3p-600, 1.3, 0x1.3p1000, std::numeric_limits<double>::max(), kInfinity,
          -kInfinity, std::nan("")}) {
      cases.push_back(division(fmt::format("{:a} / {:a}", a, divisor), {{a, divisor}}));
    }
  }
  const std::vector<testing::Quotient> odd = testing::odd_quotients();
  for (std::size_t i = 0; i < odd.size(); i += 1999) {
    cases.push_back(division(fmt::format("{:a} / {:a}", odd[i].a, odd[i].b), {odd[i]}));
  }
  const Found found = expect_same(cases, "wasm_run.mjs", "fused");
  for (std::size_t i = 0; i < ordinary; ++i) {
    EXPECT_EQ(found.products[i], fused()) << cases[i].name;
  }
  EXPECT_THAT(found.products, ::testing::Contains(0));
  EXPECT_THAT(expect_same(cases, "wasm_run.mjs", "plain").products, ::testing::Each(0));
}

}  // namespace
}  // namespace shamal
