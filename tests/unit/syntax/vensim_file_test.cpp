// The outer layer of Vensim files: entries, groups, macros, sketches, settings.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/syntax/vensim_testing.h"

namespace shamal::syntax {

namespace {

TEST(VensimFile, AnEntryHasUnitsACommentAndFlags) {
  const ReadMdl read(
      "{UTF-8}\r\n"
      "a=1\r\n\t~\twidgets/\\\r\n\t\tMonth [-1,10,0.5]\r\n"
      "\t~\tA comment that \\\r\n\t\tgoes on: 100% \"quoted { [\r\n\t~\t:SUPPLEMENTARY\r\n\t|\r\n"
      "b = 2 ~ ~ :SUP |\r\n"
      "c = 3 |\r\n"
      "d = 4 ~ [?,?] ~ :-) |\r\n");
  ASSERT_EQ(read.messages(), "");
  const VariableDecl a = read.variable("a");
  EXPECT_EQ(a.units->text, "widgets/\t\tMonth");
  EXPECT_EQ(a.range, std::pair(-1.0, 10.0));
  EXPECT_EQ(a.doc, "A comment that \t\tgoes on: 100% \"quoted { [");
  EXPECT_TRUE(a.supplementary);
  EXPECT_TRUE(read.variable("b").supplementary);
  EXPECT_EQ(read.variable("b").doc, "");
  EXPECT_FALSE(read.variable("c").supplementary);
  EXPECT_FALSE(read.variable("d").units);
  EXPECT_FALSE(read.variable("d").range);
  EXPECT_EQ(read.variable("d").doc, ":-)");
}

TEST(VensimFile, Groups) {
  const ReadMdl read(
      "first = 0 ~~|\n"
      "****\n\t.Control\n****~\n\tDoc.\n\t|\n"
      "a = 1 ~~|\n"
      "{**Other**}\n"
      "b = 2 ~~|\n"
      "**** .control ****~ |\n"
      "c = 3 ~~|\n");
  ASSERT_EQ(read.messages(), "");
  const auto& groups = read.root().groups;
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].name.text, ".Control");
  EXPECT_EQ(groups[0].doc, "Doc.");
  EXPECT_EQ(listed(groups[0].entities), "a,c");
  EXPECT_EQ(groups[1].name.text, "Other");
  EXPECT_EQ(listed(groups[1].entities), "b");
}

TEST(VensimFile, Macros) {
  const ReadMdl read(
      ":MACRO: RAMP FROM TO( xfrom, xto : slope)\n"
      "RAMP FROM TO = xfrom + slope * TIME STEP$ ~ xfrom ~ |\n"
      "slope = xto - xfrom ~ xfrom ~ |\n"
      ":END OF MACRO:\n"
      "slope = RAMP FROM TO(1, 2 : s) ~~|\n");
  ASSERT_EQ(read.messages(), "");
  ASSERT_EQ(read.model->macros.size(), 1u);
  const MacroDecl& macro = read.model->macros[0];
  EXPECT_EQ(macro.name.text, "RAMP FROM TO");
  ASSERT_EQ(macro.parameters.size(), 2u);
  EXPECT_EQ(macro.parameters[1].name.text, "xto");
  EXPECT_EQ(listed(macro.outputs), "slope");
  EXPECT_EQ(show(*macro.expr), "RAMP FROM TO");
  ASSERT_EQ(macro.variables.size(), 2u);
  EXPECT_EQ(show(*macro.variables[0].equations[0].expr), "(+ xfrom (* slope TIME STEP$))");
  EXPECT_EQ(read.root().variables.size(), 1u);
}

TEST(VensimFile, MacrosThatDoNotFit) {
  EXPECT_EQ(ReadMdl(":MACRO: M(a)\nM = a ~~|").summary(),
            "1:9: never closed: macro \"M\" (end it with :END OF MACRO:)\n");
  EXPECT_EQ(ReadMdl("a = 1 ~~|\n:END OF MACRO:\n").summary(),
            "2:1: unexpected \":END OF MACRO:\" (no macro is open here)\n");
  EXPECT_EQ(ReadMdl(":MACRO: M\nM = 1 ~~|:END OF MACRO:").summary(),
            "2:1: unexpected \"M\" (write :MACRO: NAME(input, input))\n");
  EXPECT_EQ(ReadMdl(":MACRO: M(a)\n:MACRO: N(a)\nN = a ~~|:END OF MACRO:").summary(),
            "2:9: unexpected macro inside of a macro (end \"M\" with :END OF MACRO: before it)\n");
}

TEST(VensimFile, TimesBecomeSimulationSpecifications) {
  const ReadMdl read(
      "INITIAL TIME = 1900 ~ year ~ |"
      "FINAL_TIME = initial time + 2 * 50 ~ year ~ |"
      "TIME STEP = 1/4 ~ year [0,?] ~ |"
      "SAVEPER = TIME STEP ~ year ~ |");
  ASSERT_EQ(read.messages(), "");
  const SimSpecs& specs = read.model->sim_specs;
  EXPECT_EQ(specs.start, 1900);
  EXPECT_EQ(specs.stop, 2000);
  EXPECT_EQ(specs.dt, 0.25);
  EXPECT_EQ(specs.save_interval, 0.25);
  EXPECT_EQ(specs.time_units, "year");
  EXPECT_EQ(listed(specs.methods), "euler");
  EXPECT_EQ(read.root().variables.size(), 4u);
}

TEST(VensimFile, TimesThatAreNoConstants) {
  const SimSpecs specs = ReadMdl(
                             "INITIAL TIME = FINAL TIME ~~|"
                             "FINAL TIME = INITIAL TIME ~~|"
                             "TIME STEP = 1 / 0 ~~|"
                             "SAVEPER = IF THEN ELSE(Time < 3, 1, 2) ~~|")
                             .model->sim_specs;
  EXPECT_FALSE(specs.start || specs.stop || specs.dt || specs.save_interval);
}

TEST(VensimFile, SketchesAndSettings) {
  const std::string sketch =
      "\\\\\\---/// Sketch information\nV300\n*View 1\n10,1,a,0,0\n"
      "\\\\\\---/// Sketch information\nV300\n*View 2\n";
  const ReadMdl read("a = 1 ~~|\n" + sketch +
                     "///---\\\\\\\n:GRAPH x\n:L\x7f<%^E!@\n9:Current\n15:0,0,0,5,0,0\n"
                     "22:$,Dollar,Dollars\r\n22:Year,Years\n");
  ASSERT_EQ(read.messages(), "");
  EXPECT_EQ(read.root().views, sketch);
  EXPECT_EQ(listed(read.model->sim_specs.methods), "rk4");
  ASSERT_EQ(read.model->units.size(), 2u);
  EXPECT_EQ(read.model->units[0].name.text, "$");
  EXPECT_EQ(listed(read.model->units[0].aliases), "Dollar,Dollars");
}

TEST(VensimFile, ACarriageReturnAloneEndsALine) {
  const ReadMdl read(
      "{UTF-8}\r\nx= a \\\r\t\t+ b\r\t~\t\r\t~\t\t|\ra=1~~|\rb=2~~|\r\\\\\\---/// Sketch\rV300\r"
      "///---\\\\\\\r:L<%^E!@\r15:0,0,0,5,0,0\r\n");
  EXPECT_EQ(read.summary(), "");
  EXPECT_EQ(show(*read.variable("x").equations.at(0).expr), "(+ a b)");
  EXPECT_EQ(read.root().variables.size(), 3u);
  EXPECT_FALSE(read.root().views.empty());
  EXPECT_EQ(read.model->sim_specs.methods.at(0).text, "rk4");
}

TEST(VensimFile, OriginAndDialect) {
  const ReadMdl read("a = 1 ~~|");
  EXPECT_EQ(read.model->dialect, Dialect::vensim);
  EXPECT_EQ(read.model->header.product, "Vensim");
  EXPECT_TRUE(read.root().name.text.empty());
  EXPECT_TRUE(ReadMdl("").model);
}

TEST(VensimFile, WhatIsOpenIsReportedWhereItBegins) {
  EXPECT_EQ(ReadMdl("a = 1 ~~|\nb = 2\n").summary(),
            "2:1: never closed: equation \"b\" (end it with ~ units ~ comment |)\n");
  EXPECT_EQ(ReadMdl("a = 1 ~ {m ~|\nb = {2 ~~|\nc = ) ~~|").summary(),
            "2:5: never closed: comment \"{\" (end the comment with })\n"
            "3:5: unexpected \")\" (nothing is open that it could close)\n");
  EXPECT_EQ(ReadMdl("\"a = 1 ~~|\nb = 2 ~~|").summary(),
            "1:1: never closed: quoted name (end it with \")\n");
  EXPECT_EQ(ReadMdl("a = 1 ~ m [0, ~|").summary(),
            "1:11: value not understood: \"[0,\" for a range of values (write [minimum, maximum] "
            "behind the units, with ? for an open end)\n");
  EXPECT_EQ(ReadMdl("~ m ~ a |").summary(),
            "1:3: no equation for this entry (is a | missing before it, or a ~ too many?)\n");
}

TEST(VensimFile, TextMustBeUtf8) {
  const ReadMdl read("caf\xe9 = 1 ~~|");
  EXPECT_FALSE(read.model);
  EXPECT_EQ(read.summary(),
            "1:1: text that is not UTF-8 in a Vensim file (convert it before it is read)\n");
}

TEST(VensimFile, MessagesShowTheLine) {
  EXPECT_EQ(ReadMdl("a = 1 ~~|\nlong=\n\tb + \\\n\t\t* c\n\t~ m ~ |\n").messages(),
            "model.mdl:4:3: error[E0102]: unexpected \"*\"\n"
            "     4 |   * c\n"
            "       |   ^\n"
            "  why: the equation does not follow the grammar of expressions (XMILE 1.0, 3.3).\n\n");
}

}  // namespace

}  // namespace shamal::syntax
