#include "syntax/read_changes.h"

#include <gtest/gtest.h>

#include "unit/syntax/vensim_testing.h"

namespace shamal::syntax {
namespace {

constexpr const char* kModel =
    "{UTF-8}\nk = 1 ~~|\nfixed == 2 ~~|\nt((0,0),(1,1)) ~~|\nR: a, b ~~|\nc[R] = 1, 2 ~~|\n"
    "d[a] = 1 ~~|\nd[b] = 2 ~~|\nx = k * t(1) ~~|\ns = INTEG(1, 5) ~~|\nINITIAL TIME = 0 ~~|\n"
    "FINAL TIME = 5 ~~|\nTIME STEP = 1 ~~|\n";

struct Changed : ReadMdl {
  explicit Changed(std::string text) : ReadMdl(kModel) {
    const base::FileId file = sources.add("a.cin", std::move(text));
    apply_changes(read_changes(file, sources, diagnostics), *model, diagnostics);
  }

  std::string value(std::string_view name, std::size_t equation = 0) const {
    const VariableDecl found = variable(name);
    return equation < found.equations.size() && found.equations[equation].expr
               ? show(*found.equations[equation].expr)
               : "nothing";
  }
};

TEST(ReadChanges, ConstantsAndLookupsInTheSpellingsOfVensim) {
  const Changed model(
      "K =2e3\r\nt (\r\n (0,5),\r\n (2,7))\r\n\r\nC[r] =\r\n 4,\n 5\nd[b]=-9\nFINAL  TIME = "
      "9\r\n\x1a junk");
  EXPECT_EQ(model.messages(), "");
  EXPECT_EQ(model.value("k"), show_mdl("2e3"));
  EXPECT_EQ(model.variable("t").equations.at(0).gf->y, (std::vector<double>{5, 7}));
  EXPECT_EQ(model.variable("c").equations.at(0).constants->rows.at(0), (std::vector<double>{4, 5}));
  EXPECT_EQ(model.value("d", 0), show_mdl("1"));
  EXPECT_EQ(model.value("d", 1), show_mdl("-9"));
  EXPECT_EQ(model.model->sim_specs.stop, 9);
}

TEST(ReadChanges, TheLastOneWinsAndAWholeArrayTakesOneNumber) {
  const Changed model("k = 2\nk = 3\nd = 7\nc[a] = 8\n");
  EXPECT_EQ(model.messages(), "");
  EXPECT_EQ(model.value("k"), show_mdl("3"));
  EXPECT_EQ(model.value("d", 0), show_mdl("7"));
  EXPECT_EQ(model.value("d", 1), show_mdl("7"));
  EXPECT_EQ(model.variable("c").equations.size(), 2u);  // the more particular one has precedence
}

TEST(ReadChanges, ControlFilesOfOptimizations) {
  const Changed model(":OPTIMIZER=Powell\n0 <= k = 4 <= 10\n:SENSITIVITY=OFF\n");
  EXPECT_EQ(model.messages(), "");
  EXPECT_EQ(model.value("k"), show_mdl("4"));
}

TEST(ReadChanges, WhatIsNoConstantIsNotChanged) {
  EXPECT_EQ(Changed("x = 1\ns = 2\nfixed = 3\n").summary(),
            "1:1: not a constant: \"x\"\n"
            "2:1: not a constant: \"s\"\n"
            "3:1: not a constant: \"fixed\" (its equation says == : it is not to be changed)\n");
  EXPECT_EQ(Changed("kk = 1\nk = x + 1\nt = 3\n").summary(),
            "1:1: no such variable: \"kk\" (did you mean \"k\"?)\n"
            "2:1: change not understood: \"k\" (give it a number, or a list of numbers)\n"
            "3:1: not a constant: \"t\"\n");
}

}  // namespace
}  // namespace shamal::syntax
