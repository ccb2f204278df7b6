#include "units/unit.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace shamal::units {
namespace {

Unit person() { return Unit::base("person"); }
Unit month() { return Unit::base("month"); }
Unit km() { return Unit::base("km"); }

TEST(Unit, PrintsAsPeopleWriteIt) {
  EXPECT_EQ(Unit().print(), "dmnl");
  EXPECT_EQ(person().print(), "person");
  EXPECT_EQ((person() / month()).print(), "person/month");
  EXPECT_EQ(month().pow(-1).print(), "1/month");
  EXPECT_EQ(month().pow(-2).print(), "1/month^2");
  EXPECT_EQ((person() / month() / km().pow(2)).print(), "person/(km^2*month)");
  EXPECT_EQ((km() * person()).print(), "km*person");
}

TEST(Unit, PrintsPowersThatAreNotWhole) {
  EXPECT_EQ(km().pow(1, 2).print(), "km^(1/2)");
  EXPECT_EQ(km().pow(-3, 2).print(), "1/km^(3/2)");
}

TEST(Unit, PrintsNamesThatNeedQuotesInQuotes) {
  EXPECT_EQ(Unit::base("Veg equiv_kg").print(), "Veg equiv kg");
  EXPECT_EQ((Unit::base("person-days") / month()).print(), "\"person-days\"/month");
  EXPECT_EQ(Unit::base("2010 dollars").print(), "\"2010 dollars\"");
}

TEST(Unit, ComparesNamesAsXmileDoesAndIgnoresPlurals) {
  EXPECT_EQ(Unit::base("Square Mile"), Unit::base("square_MILES"));
  EXPECT_NE(Unit::base("person"), Unit::base("people"));
  EXPECT_NE(Unit::base("m"), Unit::base("ms"));
  EXPECT_NE(Unit::base("gros"), Unit::base("gross"));
}

TEST(Unit, KeepsTheSpellingOfTheLeftOperand) {
  EXPECT_EQ((Unit::base("Widgets") * Unit::base("widget")).print(), "Widgets^2");
}

TEST(Unit, CancelsToDimensionless) {
  EXPECT_TRUE((person() / person()).is_dimensionless());
  EXPECT_EQ(person() / person(), Unit::dimensionless());
  EXPECT_TRUE(person().pow(0).is_dimensionless());
}

TEST(Unit, SubstitutesPowers) {
  const Unit joule = Unit::base("J");
  const Unit meaning = Unit::base("kg") * Unit::base("m").pow(2) / Unit::base("s").pow(2);
  EXPECT_EQ((person() / joule.pow(2)).substitute("j", meaning), person() / meaning.pow(2));
  EXPECT_EQ(person().substitute("j", meaning), person());
  EXPECT_EQ(joule.substitute("j", Unit()), Unit());
}

TEST(Unit, ExponentsStayWithinAMillion) {
  Unit huge = person();
  for (int i = 0; i < 100; ++i) {
    huge = huge.pow(1000);
  }
  EXPECT_EQ(huge.print(), "person^1000000");
  Unit tiny = person();
  for (int i = 0; i < 100; ++i) {
    tiny = tiny.pow(1, 2);
  }
  EXPECT_TRUE(tiny.is_dimensionless());
}

// ---- laws: units are a vector space over the rationals, written with products

Unit any_unit() {
  Unit unit;
  const auto names = *rc::gen::container<std::vector<std::string>>(
      rc::gen::element<std::string>("person", "month", "km", "$", "widget"));
  for (const std::string& name : names) {
    unit = unit * Unit::base(name).pow(*rc::gen::inRange(-3, 4));
  }
  return unit;
}

int nonzero() { return *rc::gen::element(-3, -2, -1, 1, 2, 3); }

RC_GTEST_PROP(UnitLaws, ProductsCommuteAndAssociate, ()) {
  const Unit a = any_unit();
  const Unit b = any_unit();
  const Unit c = any_unit();
  RC_ASSERT(a * b == b * a);
  RC_ASSERT((a * b) * c == a * (b * c));
  RC_ASSERT(a * Unit() == a);
}

RC_GTEST_PROP(UnitLaws, QuotientsUndoProducts, ()) {
  const Unit a = any_unit();
  const Unit b = any_unit();
  RC_ASSERT(a * b / b == a);
  RC_ASSERT(a / b == (b / a).pow(-1));
}

RC_GTEST_PROP(UnitLaws, PowersDistributeAndCombine, ()) {
  const Unit a = any_unit();
  const Unit b = any_unit();
  const int n = nonzero();
  const int d = nonzero();
  RC_ASSERT((a * b).pow(n, d) == a.pow(n, d) * b.pow(n, d));
  RC_ASSERT(a.pow(n, d).pow(d, n) == a);
  RC_ASSERT(a.pow(n) * a.pow(d) == a.pow(n + d));
}

RC_GTEST_PROP(UnitLaws, SubstitutionRespectsProducts, ()) {
  const Unit a = any_unit();
  const Unit b = any_unit();
  const Unit by = Unit::base("gram") * Unit::base("hour").pow(nonzero());
  RC_ASSERT((a * b).substitute("widget", by) ==
            a.substitute("widget", by) * b.substitute("widget", by));
}

}  // namespace
}  // namespace shamal::units
