#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/syntax/vensim_testing.h"

namespace shamal::syntax {

namespace {

TEST(VensimStatement, IntegralsAreStocks) {
  const ReadMdl read("S= INTEG (\n\tin - out,\n\t\t100)\n\t~\twidgets\n\t~\tStock.\n\t|\n");
  ASSERT_EQ(read.messages(), "");
  const VariableDecl stock = read.variable("s");
  EXPECT_EQ(stock.kind, VariableKind::stock);
  EXPECT_EQ(show(*stock.equations[0].rate), "(- in out)");
  EXPECT_EQ(show(*stock.equations[0].expr), "100");
  EXPECT_EQ(stock.units->text, "widgets");
  EXPECT_EQ(stock.doc, "Stock.");
  EXPECT_EQ(ReadMdl("S = INTEG(a) ~~|").summary(),
            "1:5: wrong number of arguments for \"INTEG\": 1 given, 2 needed\n");
}

TEST(VensimStatement, ActiveInitialHasTwoEquations) {
  const Equation made = ReadMdl("a = ACTIVE INITIAL(b * c, 1) ~~|").variable("a").equations[0];
  EXPECT_EQ(show(*made.expr), "(* b c)");
  EXPECT_EQ(show(*made.initial), "1");
}

TEST(VensimStatement, LookupsOfEachForm) {
  const ReadMdl read(
      "points([(0,-1)-(10,2),(5,5)],(0,-1),(10,2)) ~~|"
      "bare((0,1),(1.5,2)) ~~|"
      "old(0, 1, 2, 10, 20, 30) ~~|"
      "of[A](0, 1, 5, 6) ~~|"
      "with = WITH LOOKUP(Time, ([(0,0)-(1,1)],(0,0),(1,1))) ~~|"
      "file(GET XLS LOOKUPS('a.xls', 's', 'A', 'B2')) ~~|"
      "direct[A] = GET DIRECT LOOKUPS('a.xls', 's', 'A', 'B2') ~~|");
  ASSERT_EQ(read.messages(), "");
  const auto points = read.variable("points");
  EXPECT_EQ(points.kind, VariableKind::graphical);
  EXPECT_EQ(points.equations[0].gf->kind, GraphicalKind::continuous);
  EXPECT_THAT(points.equations[0].gf->x, testing::ElementsAre(0, 10));
  EXPECT_THAT(points.equations[0].gf->y, testing::ElementsAre(-1, 2));
  EXPECT_EQ(points.equations[0].gf->y_scale, std::pair(-1.0, 2.0));
  EXPECT_THAT(read.variable("bare").equations[0].gf->x, testing::ElementsAre(0, 1.5));
  EXPECT_THAT(read.variable("old").equations[0].gf->y, testing::ElementsAre(10, 20, 30));
  EXPECT_EQ(listed(read.variable("of").equations[0].subscripts), "A");
  const auto with = read.variable("with");
  EXPECT_EQ(with.kind, VariableKind::auxiliary);
  EXPECT_EQ(show(*with.equations[0].expr), "Time");
  EXPECT_TRUE(with.equations[0].gf);
  EXPECT_EQ(read.variable("file").kind, VariableKind::graphical);
  EXPECT_EQ(show(*read.variable("file").equations[0].expr),
            "GET XLS LOOKUPS('a.xls' 's' 'A' 'B2')");
  EXPECT_EQ(read.variable("direct").kind, VariableKind::graphical);
}

TEST(VensimStatement, LookupsOutOfOrderAreReadInTheOrderOfX) {
  const ReadMdl read("t((1,2),(3,4),(2,3),(3,5)) ~~|");
  EXPECT_EQ(read.summary(),
            "1:2: points of a look-up are not in order: x falls from 3 to 2 (order the points by "
            "x)\n");
  const auto gf = read.variable("t").equations.at(0).gf;
  ASSERT_TRUE(gf);
  EXPECT_EQ(gf->x, (std::vector<double>{1, 2, 3, 3}));
  EXPECT_EQ(gf->y, (std::vector<double>{2, 3, 4, 5}));
}

TEST(VensimStatement, LookupsThatAreNone) {
  EXPECT_EQ(ReadMdl("t(1, 2, 3) ~~|").summary(),
            "1:2: graphical function is not well-formed: 3 numbers, so that one has no partner "
            "(write all x, then as many y; or points: (x, y))\n");
  EXPECT_EQ(ReadMdl("t() ~~|").summary(),
            "1:2: graphical function is not well-formed: no points (write points: (x, y))\n");
  EXPECT_EQ(ReadMdl("t((1,a)) ~~|").summary(),
            "1:6: unexpected \"a\" (only numbers can stand here)\n");
  EXPECT_EQ(ReadMdl("a = WITH LOOKUP(b, t) ~~|").summary(),
            "1:20: unexpected \"t\" (write WITH LOOKUP(x, ((x1,y1),(x2,y2))))\n");
}

TEST(VensimStatement, ListsOfConstants) {
  const ReadMdl read(
      "one[A] = 1, -2, :NA: ~~|"
      "two[A, B] = 1, 2; 3, 4; ~~|"
      "tab[A, B] == TABBED ARRAY(\n\t1\t2\r\n\t3\t-4\n\t) ~~|");
  ASSERT_EQ(read.messages(), "");
  using Rows = std::vector<std::vector<double>>;
  EXPECT_EQ(read.variable("one").equations[0].constants->rows, (Rows{{1, -2, -0x1p109}}));
  EXPECT_EQ(read.variable("two").equations[0].constants->rows, (Rows{{1, 2}, {3, 4}}));
  EXPECT_EQ(read.variable("tab").equations[0].constants->rows, (Rows{{1, 2}, {3, -4}}));
  EXPECT_TRUE(read.variable("tab").unchangeable);
  EXPECT_EQ(ReadMdl("a[A] = 1, b ~~|").summary(),
            "1:11: unexpected \"b\" (only numbers can stand here)\n");
  EXPECT_EQ(ReadMdl("a[A] = b, 1 ~~|").summary(),
            "1:9: unexpected \",\" (a list holds numbers only)\n");
}

TEST(VensimStatement, EquationsOfOneVariableAreGathered) {
  const ReadMdl read(
      "x[A, b1] = 1 ~~|"
      "y = 2 ~~|"
      "X[A, B] :EXCEPT: [A, b1], [a2, B] = INTEG(y, 0) ~ m [0, ?] ~ Doc. |");
  ASSERT_EQ(read.messages(), "");
  ASSERT_EQ(read.root().variables.size(), 2u);
  const VariableDecl x = read.variable("x");
  EXPECT_EQ(x.kind, VariableKind::stock);
  ASSERT_EQ(x.equations.size(), 2u);
  EXPECT_EQ(listed(x.equations[0].subscripts), "A,b1");
  ASSERT_EQ(x.equations[1].except.size(), 2u);
  EXPECT_EQ(listed(x.equations[1].except[1]), "a2,B");
  EXPECT_EQ(x.units->text, "m");
  EXPECT_EQ(x.range, std::pair(0.0, std::numeric_limits<double>::infinity()));
  const VariableDecl kept = ReadMdl("x[A] = 1 ~ m [0,1] ~ Doc. | x[B] = 2 ~~|").variable("x");
  EXPECT_EQ(kept.units->text, "m");
  EXPECT_EQ(kept.range, std::pair(0.0, 1.0));
  EXPECT_EQ(kept.doc, "Doc.");
  EXPECT_EQ(ReadMdl("x = 1 ~~|\nX = 2 ~~|").summary(),
            "2:1: name defined twice: \"X\" (remove one of the equations, or give them "
            "subscripts)\n");
}

TEST(VensimStatement, Data) {
  const ReadMdl read(
      "a :INTERPOLATE: := GET DIRECT DATA('f', 's', 'A', 'B') ~~|"
      "b[D]:HOLD BACKWARD::= 2 * a ~~|"
      "c:look forward: ~~|"
      "d[D] :RAW: ~~|"
      "e ~~|");
  ASSERT_EQ(read.messages(), "");
  const std::pair<const char*, std::optional<DataMode>> expected[] = {
      {"a", DataMode::interpolate},
      {"b", DataMode::hold_backward},
      {"c", DataMode::look_forward},
      {"d", DataMode::raw},
      {"e", std::nullopt}};
  for (const auto& [name, mode] : expected) {
    EXPECT_TRUE(read.variable(name).data) << name;
    EXPECT_EQ(read.variable(name).data_mode, mode) << name;
  }
  EXPECT_EQ(show(*read.variable("b").equations[0].expr), "(* 2 a)");
  EXPECT_FALSE(read.variable("d").equations[0].expr);
}

TEST(VensimStatement, SubscriptRanges) {
  const ReadMdl read(
      "Dim: A, B1, (C 1 - C 3), Sub -> (Other: O1, Part), Third ~~|"
      "Dim' <-> Dim ~~|"
      "Padded: (L08-L11) ~~|"
      "Read: GET DIRECT SUBSCRIPT('f.csv', ',', 'A2', 'A', '') -> Dim ~~|");
  ASSERT_EQ(read.messages(), "");
  const DimensionDecl dim = read.dimension("Dim");
  EXPECT_EQ(listed(dim.elements), "A,B1,C 1,C 2,C 3,Sub");
  ASSERT_EQ(dim.mappings.size(), 2u);
  EXPECT_EQ(dim.mappings[0].target.text, "Other");
  EXPECT_EQ(listed(dim.mappings[0].elements), "O1,Part");
  EXPECT_EQ(dim.mappings[1].target.text, "Third");
  EXPECT_TRUE(dim.mappings[1].elements.empty());
  EXPECT_EQ(read.dimension("Dim'").equivalent_to->text, "Dim");
  EXPECT_EQ(listed(read.dimension("Padded").elements), "L08,L09,L10,L11");
  EXPECT_EQ(show(*read.dimension("Read").source), "GET DIRECT SUBSCRIPT('f.csv' ',' 'A2' 'A' '')");
}

TEST(VensimStatement, SubscriptRangesThatAreNone) {
  EXPECT_EQ(ReadMdl("D: A, 1 ~~|").summary(),
            "1:7: unexpected \"1\" (elements have names, which begin with a letter)\n");
  EXPECT_EQ(
      ReadMdl("D: (A1-B3) ~~|").summary(),
      "1:5: value not understood: \"A1 - B3\" for a series of elements (write (A1-A3) for A1, "
      "A2, A3)\n");
  EXPECT_EQ(
      ReadMdl("D: (A3-A1), (A) ~~|").summary(),
      "1:5: value not understood: \"A3 - A1\" for a series of elements (write (A1-A3) for A1, "
      "A2, A3)\n1:14: unexpected \"A\" (write (A1-A3) for A1, A2, A3)\n");
  EXPECT_EQ(ReadMdl("D: (A1-A600000), (B1-B600000) ~~|").summary(),
            "1:19: array too large: the ranges of this file have more than 1000000 elements\n");
  EXPECT_EQ(
      ReadMdl("D: A -> ~~|").summary(),
      "1:7: unexpected end of the equation (write the name of the range that is mapped to)\n");
  EXPECT_EQ(ReadMdl("D <-> ~~|").summary(),
            "1:5: unexpected end of the equation (write the name of another subscript range behind "
            "<->)\n");
}

TEST(VensimStatement, RealityChecksAreKeptAsText) {
  const ReadMdl read(
      "dry[R]:TEST INPUT: rain[R] = RC STEP(rain[R], 0) ~~|"
      "no rain no crop :THE CONDITION: dry[R] :IMPLIES: crop[R] <= 0 ~ ~ Doc. |");
  ASSERT_EQ(read.messages(), "");
  ASSERT_EQ(read.model->reality_checks.size(), 2u);
  const RealityCheck& dry = read.model->reality_checks[0];
  EXPECT_EQ(dry.kind, RealityCheck::Kind::test_input);
  EXPECT_EQ(listed(dry.subscripts), "R");
  EXPECT_EQ(dry.text, ":TEST INPUT: rain[R] = RC STEP(rain[R], 0)");
  EXPECT_EQ(read.model->reality_checks[1].doc, "Doc.");
}

TEST(VensimStatement, LeftSidesThatAreNone) {
  EXPECT_EQ(ReadMdl("= 1 ~~|").summary(),
            "1:1: unexpected \"=\" (an equation begins with the name of the variable that it "
            "defines)\n");
  EXPECT_EQ(ReadMdl("a = ~~|").summary(),
            "1:1: no equation for \"a\" (write the right side of the equation)\n");
  EXPECT_EQ(ReadMdl("a b\n c = 1 ~~|").summary(),
            "2:2: unexpected \"c\" (write = between the two sides of an equation)\n");
  EXPECT_EQ(ReadMdl("a[ = 1 ~~|").summary(),
            "1:2: never closed: \"[\"\n"
            "1:4: unexpected \"=\" (a name is needed, which begins with a letter)\n");
}

// Later stages find something where an equation was not understood.
TEST(VensimStatement, AFailedEquationIsZero) {
  const ReadMdl read("a[D] = 1 + ~ m ~ Doc. |");
  ASSERT_EQ(read.variable("a").equations.size(), 1u);
  EXPECT_EQ(read.variable("a").equations[0].expr, Expr{});
  EXPECT_EQ(read.variable("a").doc, "Doc.");
}

}  // namespace

}  // namespace shamal::syntax
