// Models in Vensim's own language: what is understood, and what is said where it is not.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ir/lower.h"
#include "machine/kernel.h"
#include "model/resolve.h"
#include "sim/run.h"
#include "syntax/read_vensim.h"

namespace shamal::model {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Result {
  std::string messages;
  std::optional<ir::Layout> layout;
  sim::Trajectories trajectories;

  // All elements of a variable at a saved time, 0, 1, 2 …
  std::vector<double> at(const std::string& name, std::size_t time = 0) const {
    for (const ir::LayoutVariable& variable : layout->variables) {
      if (variable.name == name) {
        std::vector<double> values;
        for (std::uint32_t i = 0; i < variable.count; ++i) {
          values.push_back(trajectories.value(0, time, variable.base + i));
        }
        return values;
      }
    }
    ADD_FAILURE() << name << " is not there";
    return {};
  }
};

Result run(const std::string& equations) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  const std::string text = "{UTF-8}\n" + equations +
                           "\nINITIAL TIME = 0 ~~|\nFINAL TIME = 4 ~~|\nTIME STEP = 1 ~~|\n"
                           "SAVEPER = TIME STEP ~~|\n";
  Result result;
  const base::FileId file = sources.add("t.mdl", text);
  const auto parsed = syntax::read_vensim(file, sources, diagnostics);
  const auto model = parsed ? resolve(*parsed, sources, diagnostics) : std::nullopt;
  auto lowered = model && !diagnostics.has_errors() ? ir::lower(*model, diagnostics) : std::nullopt;
  result.messages = base::print(diagnostics, sources);
  if (!lowered) {
    return result;
  }
  EXPECT_EQ(ir::verify(lowered->program), std::vector<std::string>{});
  const machine::Kernel kernel(lowered->program);
  sim::RunSpec spec;
  spec.stop = 4;
  spec.saved = {{0, lowered->program.slots}};
  result.trajectories = sim::simulate(kernel, spec, {});
  result.layout = std::move(lowered->layout);
  return result;
}

double value(const std::string& expression, std::size_t time = 0) {
  const Result result = run("x = " + expression + " ~~|");
  EXPECT_TRUE(result.layout) << expression << "\n" << result.messages;
  return result.layout ? result.at("x", time).at(0) : 0;
}

struct Call {
  const char* expression;
  double expected;
  std::size_t time = 0;
};

TEST(VensimFunctions, HaveTheirValues) {
  for (const Call& call :
       std::initializer_list<Call>{{"ABS(-3)", 3},
                                   {"ARCCOS(1)", 0},
                                   {"ARCSIN(0)", 0},
                                   {"ARCTAN(0)", 0},
                                   {"COS(0)", 1},
                                   {"COSH(0)", 1},
                                   {"EXP(0)", 1},
                                   {"GAMMA LN(5)", 3.1780538303479458},
                                   {"INTEGER(-2.7)", -2},
                                   {"LN(1)", 0},
                                   {"LOG(8, 2)", 3},
                                   {"MAX(2, 3)", 3},
                                   {"MIN(2, 3)", 2},
                                   {"MODULO(-7, 3)", -1},
                                   {"POWER(2, 10)", 1024},
                                   {"QUANTUM(-7.5, 2)", -6},
                                   {"QUANTUM(7.5, 0)", 7.5},
                                   {"SIN(0)", 0},
                                   {"SINH(0)", 0},
                                   {"SQRT(9)", 3},
                                   {"TAN(0)", 0},
                                   {"TANH(0)", 0},
                                   {"GAME(4)", 4},
                                   {"XIDZ(1, 1e-7, 5)", 5},
                                   {"ZIDZ(3, 4)", 0.75},
                                   {"ZIDZ(3, 0)", 0},
                                   {"INITIAL(Time + 2)", 2, 3},
                                   {"REINITIAL(Time + 2)", 2, 3},
                                   {"PULSE(1, 2)", 0, 0},
                                   {"PULSE(1, 2)", 1, 2},
                                   {"PULSE(1, 2)", 0, 3},
                                   {"PULSE(1, 0)", 1, 1},
                                   {"PULSE TRAIN(0, 1, 2, 3)", 1, 2},
                                   {"PULSE TRAIN(0, 1, 2, 3)", 0, 4},
                                   {"PULSE TRAIN(1, 1, 2, 3)", 1, 3},
                                   {"PULSE TRAIN(1, 2, 0, 2)", 1, 2},
                                   {"PULSE TRAIN(1, 2, 0, 2)", 0, 3},
                                   {"STEP(5, 2)", 5, 2},
                                   {"RAMP(2, 1, 3)", 4, 4},
                                   {"DELAY FIXED(Time, 2, -1)", -1, 1},
                                   {"DELAY FIXED(Time, 2, -1)", 2, 4},
                                   {"SAMPLE IF TRUE(Time = 2, Time, 7)", 7, 1},
                                   {"SAMPLE IF TRUE(Time = 2, Time, 7)", 2, 4},
                                   {"SMOOTH(Time, 1)", 2, 3},
                                   {"SMOOTHI(Time, 1, 9)", 9, 0},
                                   {"SMOOTH3I(0, 3, 9)", 9, 1},
                                   {"SMOOTH3(5, 3)", 5, 4},
                                   {"SMOOTH N(5, 3, 5, 2)", 5, 4},
                                   {"DELAY1(5, 3)", 5, 4},
                                   {"DELAY1I(5, 3, 5)", 5, 4},
                                   {"DELAY3(5, 3)", 5, 4},
                                   {"DELAY3I(5, 3, 5)", 5, 4},
                                   {"DELAY N(5, 3, 5, 2)", 5, 4},
                                   {"TREND(5, 3, 0)", 0, 4},
                                   {"FORECAST(5, 3, 2)", 5, 4},
                                   {":NOT: 1 > 2 :AND: 1", 1},
                                   {"IF THEN ELSE(:NA: = :NA:, 1, 2)", 1},
                                   {"-2^2", -4},
                                   {"TIME STEP + INITIAL TIME + FINAL TIME + Time", 8, 3}}) {
    EXPECT_NEAR(value(call.expression, call.time), call.expected, 1e-12)
        << call.expression << " at " << call.time;
  }
}

constexpr const char* kRanges =
    "A: A1, A2, A3 ~~|\nSub: A2, A3 ~~|\nB: B1, B2 -> (A: Sub, A1) ~~|\n"
    "Other <-> A ~~|\n";

TEST(VensimSubscripts, MapFunctionsRunAndElementsAreNumbers) {
  const Result result =
      run(std::string(kRanges) +
          "p[A] = 1, 2, 3 ~~|\nq[B] = 10, 20 ~~|\nm[A] = q[B] ~~|\n"
          "s = SUM(p[Sub!]) ~~|\nproduct = PROD(p[A!]) ~~|\nlow = VMIN(p[A!]) ~~|\n"
          "high = VMAX(p[A!]) ~~|\npairs = SUM(p[A!] * q[B!]) ~~|\n"
          "n = ELMCOUNT(Sub) ~~|\nplace[Sub] = Sub ~~|\n"
          "third[A] = IF THEN ELSE(A = A3, 1, 0) ~~|\n"
          "d[A, Other] = p[A] - p[Other] ~~|");
  ASSERT_TRUE(result.layout) << result.messages;
  EXPECT_THAT(result.at("m"), ElementsAre(20, 10, 10));
  EXPECT_THAT(result.at("s"), ElementsAre(5));
  EXPECT_THAT(result.at("product"), ElementsAre(6));
  EXPECT_THAT(result.at("low"), ElementsAre(1));
  EXPECT_THAT(result.at("high"), ElementsAre(3));
  EXPECT_THAT(result.at("pairs"), ElementsAre(180));
  EXPECT_THAT(result.at("n"), ElementsAre(2));
  EXPECT_THAT(result.at("place"), ElementsAre(2, 3));
  EXPECT_THAT(result.at("third"), ElementsAre(0, 0, 1));
  EXPECT_THAT(result.at("d"), ElementsAre(0, -1, -2, 1, 0, -1, 2, 1, 0));
}

// A range may list an element more than once, to pair it with several of another range.
TEST(VensimSubscripts, RangesThatRepeatElementsAreMappedAsListed) {
  const Result result =
      run("Plant: steam, peaker, onshore, offshore -> plant fuel ~~|\n"
          "plant fuel: gas, gas, wind, wind -> Plant ~~|\n"
          "Fuel: gas, coal, wind ~~|\n"
          "price[Fuel] = 1, 2, 3 ~~|\n"
          "use[Plant] = 10, 20, 30, 40 ~~|\n"
          "cost[Plant] = price[plant fuel] * use[Plant] ~~|\n"
          "by fuel[gas] = use[steam] + use[peaker] ~~|\n"
          "by fuel[coal] = 0 ~~|\n"
          "by fuel[wind] = use[onshore] + use[offshore] ~~|\n"
          "first[plant fuel] = use[Plant] ~~|\n");
  ASSERT_TRUE(result.layout) << result.messages;
  EXPECT_THAT(result.at("cost"), ElementsAre(10, 20, 90, 120));
  EXPECT_THAT(result.at("by fuel"), ElementsAre(30, 0, 70));
  EXPECT_THAT(result.at("first"), ElementsAre(10, 30));
}

TEST(VensimSubscripts, TheMoreParticularEquationHolds) {
  const Result result = run(std::string(kRanges) +
                            "x[A] = 1 ~~|\nx[A2] = 2 ~~|\n"
                            "y[A, B] :EXCEPT: [A1, B1], [Sub, B2] = Time ~~|\ny[A1, B1] = 5 ~~|\n"
                            "y[Sub, B2] = 6 ~~|");
  ASSERT_TRUE(result.layout) << result.messages;
  EXPECT_THAT(result.at("x"), ElementsAre(1, 2, 1));
  EXPECT_THAT(result.at("y", 3), ElementsAre(5, 3, 3, 6, 3, 6));
}

TEST(VensimSubscripts, MemoryIsKeptInEveryPartOfAnEquation) {
  const Result result = run(std::string(kRanges) +
                            "y[A, B] :EXCEPT: [A1, B1] = DELAY FIXED(Time, 1, 9) ~~|\n"
                            "y[A1, B1] = 5 ~~|");
  ASSERT_TRUE(result.layout) << result.messages;
  EXPECT_THAT(result.at("y", 3), ElementsAre(5, 2, 2, 2, 2, 2));
}

TEST(VensimSubscripts, MemoryAndLevelsMayCoverPartOfAnArray) {
  const Result result = run(std::string(kRanges) +
                            "x[A1] = 4 ~~|\nx[Sub] = SMOOTHI(Time, 1, 3) + DELAY FIXED(1, 1, 0) + "
                            "SAMPLE IF TRUE(0, 1, 2) ~~|\n"
                            "z[A1, B1] = INTEG(1, 5) ~~|\nz[A2, B2] = 2 ~~|");
  ASSERT_TRUE(result.layout) << result.messages;
  EXPECT_THAT(result.at("x"), ElementsAre(4, 5, 5));
  EXPECT_THAT(result.at("z", 2), ElementsAre(7, -0x1p109, -0x1p109, 2));
}

TEST(VensimFunctions, SampleIfTrueMayAskForItsOwnPast) {
  const Result result =
      run("wave = IF THEN ELSE(Time < 3, 5 - (Time - 1) * (Time - 1), 7) ~~|\n"
          "peak = SAMPLE IF TRUE(wave > peak, wave, wave) ~~|\n"
          "total = SAMPLE IF TRUE(Time >= 2, total + wave, 1) ~~|");
  ASSERT_TRUE(result.layout) << result.messages;
  for (const auto& [time, peak, total] :
       std::initializer_list<std::tuple<std::size_t, double, double>>{
           {0, 4, 1}, {1, 5, 1}, {2, 5, 5}, {3, 7, 12}, {4, 7, 19}}) {
    EXPECT_EQ(result.at("peak", time).at(0), peak) << time;
    EXPECT_EQ(result.at("total", time).at(0), total) << time;
  }
}

TEST(VensimFunctions, LookupsMayBeListedBackwards) {
  const Result result = run("f((2,-3),(1,-7),(0,-1)) ~~|\nx = f(0.5) ~~|");
  ASSERT_TRUE(result.layout) << result.messages;
  EXPECT_THAT(result.at("x"), ElementsAre(-4));
}

TEST(VensimSubscripts, LevelsAndConstantsShareAnArray) {
  const Result result = run(std::string(kRanges) + "x[A1] = INTEG(2, 1) ~~|\nx[Sub] = 7, 8 ~~|");
  ASSERT_TRUE(result.layout) << result.messages;
  EXPECT_THAT(result.at("x", 3), ElementsAre(7, 7, 8));
}

TEST(VensimSubscripts, AMissingElementIsNamedWhereItIsUsed) {
  const Result good = run(std::string(kRanges) +
                          "x[A1, B1] = 1 ~~|\nx[A2, B2] = 2 ~~|\n"
                          "y = x[A2, B2] ~~|");
  EXPECT_TRUE(good.layout) << good.messages;
  const Result bad = run(std::string(kRanges) +
                         "x[A1, B1] = 1 ~~|\nx[A2, B2] = 2 ~~|\n"
                         "y = x[A2, B1] ~~|");
  EXPECT_FALSE(bad.layout);
  EXPECT_THAT(bad.messages, HasSubstr("E0305"));
  EXPECT_THAT(bad.messages, HasSubstr("\"x\"[A2,B1]"));
}

TEST(VensimSubscripts, ARangeThatIsNotOnTheLeftIsRefused) {
  const Result result = run(std::string(kRanges) + "p[A] = 1 ~~|\ny[B] = p[A] ~~|");
  EXPECT_FALSE(result.layout);
  EXPECT_THAT(result.messages, HasSubstr("E0304"));
}

TEST(VensimMacros, NestHoldLevelsAndHaveFurtherOutputs) {
  const Result result =
      run("x = OUTER(3) ~~|\n"
          ":MACRO: OUTER(in) OUTER = INNER(in, table) ~~| table((0,0),(10,20)) ~~| "
          ":END OF MACRO:\n"
          ":MACRO: INNER(rate, f) INNER = INTEG(f(rate), 1) ~~| :END OF MACRO:\n"
          ":MACRO: SPLIT(whole : rest) SPLIT = INTEGER(whole) ~~| rest = whole - SPLIT ~~| "
          ":END OF MACRO:\n"
          "y = SPLIT(2.75 : left over) ~~|\nz = left over * 4 ~~|");
  ASSERT_TRUE(result.layout) << result.messages;
  EXPECT_THAT(result.at("x", 2), ElementsAre(13));
  EXPECT_THAT(result.at("y"), ElementsAre(2));
  EXPECT_THAT(result.at("left over"), ElementsAre(0.75));
  EXPECT_THAT(result.at("z"), ElementsAre(3));
}

TEST(VensimMacros, HaveFurtherOutputsInArrays) {
  const Result result =
      run(":MACRO: SPLIT(whole : rest) SPLIT = INTEGER(whole) ~~| rest = whole - SPLIT ~~| "
          ":END OF MACRO:\n"
          ":MACRO: KEEP(in : seen) KEEP = INTEG(in, 0) ~~| seen = 2 * KEEP ~~| :END OF MACRO:\n"
          "R: r1, r2, r3 ~~|\nS: r2, r3 ~~|\nx[R] = 1.25, 2.5, 3.75 ~~|\n"
          "y[R] = SPLIT(x[R] : left[R]) ~~|\nz[S] = KEEP(x[S] : both[S]) ~~|\n"
          "u[r1] = SPLIT(x[r1] : part[r1]) ~~|\nu[r2] = SPLIT(3 * x[r2] : part[r2]) ~~|\n"
          "w[R] = 4 * left[R] ~~|\nv = part[r2] + both[r3] ~~|");
  ASSERT_TRUE(result.layout) << result.messages;
  EXPECT_THAT(result.at("left"), ElementsAre(0.25, 0.5, 0.75));
  EXPECT_THAT(result.at("w"), ElementsAre(1, 2, 3));
  EXPECT_THAT(result.at("both", 2), ElementsAre(10, 15));
  EXPECT_THAT(result.at("part"), ElementsAre(0.25, 0.5));
  EXPECT_THAT(result.at("v", 1), ElementsAre(8));
  EXPECT_THAT(run(":MACRO: M(a : b) M = a ~~| b = a ~~| :END OF MACRO:\nR: r1, r2 ~~|\n"
                  "x[R] = M(1 : z) ~~|")
                  .messages,
              HasSubstr("give it the subscripts that stand on the left"));
}

TEST(VensimMacros, ALookupOfAnArrayMayBeHandedOver) {
  const Result result = run(std::string(kRanges) +
                            ":MACRO: TWICE(f, x) TWICE = 2 * f(x) ~~| :END OF MACRO:\n"
                            "f[A1]((0,0),(10,10)) ~~|\nf[Sub]((0,1),(10,11)) ~~|\n"
                            "y[A] = TWICE(f[A], Time) ~~|");
  ASSERT_TRUE(result.layout) << result.messages;
  EXPECT_THAT(result.at("y", 3), ElementsAre(6, 8, 8));
}

TEST(VensimErrors, AreReportedInOnePass) {
  const Result result =
      run("a = nowhere ~~|\nb = SMOTH(a, 3) ~~|\nc[Nothing] = 1 ~~|\nd = a[A1] ~~|\n"
          "e = MEAN(a) ~~|");
  EXPECT_FALSE(result.layout);
  EXPECT_THAT(result.messages, HasSubstr("t.mdl:2:5: error[E0201]"));
  EXPECT_THAT(result.messages, HasSubstr("t.mdl:3:5: error[E0202]"));
  EXPECT_THAT(result.messages, HasSubstr("t.mdl:4:3: error[E0302]"));
  EXPECT_THAT(result.messages, HasSubstr("t.mdl:5:5: error[E0303]"));
  EXPECT_THAT(result.messages, HasSubstr("t.mdl:6:5: error[E0202]"));
}

TEST(VensimErrors, CirclesAreNamed) {
  const Result result = run("a = b + 1 ~~|\nb = a ~~|");
  EXPECT_THAT(result.messages, HasSubstr("E0401"));
  EXPECT_THAT(result.messages, HasSubstr("\"a\" needs \"b\" needs \"a\""));
}

}  // namespace
}  // namespace shamal::model
