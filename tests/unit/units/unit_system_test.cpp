#include "units/unit_system.h"

#include <utility>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace shamal::units {
namespace {

class UnitSystemTest : public testing::Test {
 protected:
  std::string parse(std::string_view text) {
    const base::FileId file = sources_.add("m.xmile", std::string(text));
    const auto unit = system_.parse(base::located(text, file, 0), diagnostics_);
    return unit ? unit->print() : "unknown";
  }

  void define(std::vector<Definition> definitions) { system_.define(definitions, diagnostics_); }

  Definition definition(std::string name, std::string equation,
                        std::vector<std::string> aliases = {}) {
    const base::FileId file = sources_.add("m.xmile", equation);
    return {std::move(name), {}, base::located(equation, file, 0), std::move(aliases)};
  }

  static Definition same(std::string name, std::vector<std::string> aliases) {
    return {std::move(name), {}, std::nullopt, std::move(aliases)};
  }

  std::string messages() const { return base::print(diagnostics_, sources_); }

  base::Sources sources_;
  base::Diagnostics diagnostics_;
  UnitSystem system_;
};

TEST_F(UnitSystemTest, ReadsWhatVendorsWrite) {
  EXPECT_EQ(parse("widgets/Month/person"), "widgets/(month*person)");
  EXPECT_EQ(parse("1/Year"), "1/year");
  EXPECT_EQ(parse("widgets/(Month*Month)"), "widgets/month^2");
  EXPECT_EQ(parse("watt*year/(meter*meter)/DegreesC"), "watt*year/(DegreesC*meter^2)");
  EXPECT_EQ(parse("Veg equiv kg/(Person*year)"), "Veg equiv kg/(Person*year)");
  EXPECT_EQ(parse("$/tonsCO2"), "$/tonsCO2");
  EXPECT_EQ(parse("100%"), "unknown");  // a number, not a name
  EXPECT_EQ(parse("%"), "%");
  EXPECT_EQ(parse("person-month"), "month*person");
  EXPECT_EQ(parse("\"man-days\" / day"), "\"man-days\"/day");
  EXPECT_EQ(parse("km²"), "km²");
}

TEST_F(UnitSystemTest, ReadsPowers) {
  EXPECT_EQ(parse("km^2"), "km^2");
  EXPECT_EQ(parse("km**2"), "km^2");
  EXPECT_EQ(parse("km ^ -2"), "1/km^2");
  EXPECT_EQ(parse("km^(-2)"), "1/km^2");
  EXPECT_EQ(parse("person/(km*day)^2"), "person/(day^2*km^2)");
  EXPECT_EQ(parse("km^0"), "dmnl");
  EXPECT_EQ(parse("1^5"), "dmnl");
}

TEST_F(UnitSystemTest, KnowsTheBaseline) {
  for (const char* text : {"1", "Dmnl", "dimensionless", "Unitless", "Month*per_month", "(1)"}) {
    EXPECT_EQ(parse(text), "dmnl") << text;
  }
  for (const char* text : {"Months", "month", "mo", "1/per month", "MO"}) {
    EXPECT_EQ(parse(text), "month") << text;
  }
  EXPECT_EQ(parse("ms/s"), "millisecond/second");
  EXPECT_EQ(parse("hrs"), "hour");
  EXPECT_EQ(parse("m"), "m");
  EXPECT_EQ(parse("people/person"), "people/person");
  EXPECT_EQ(messages(), "");
}

TEST_F(UnitSystemTest, HasNoConversionFactors) {
  EXPECT_FALSE(system_.unit("day") == system_.unit("month"));
  EXPECT_FALSE(system_.unit("month") == system_.unit("year"));
}

TEST_F(UnitSystemTest, UnknownUnitsAreNoError) {
  EXPECT_EQ(parse(""), "unknown");
  EXPECT_EQ(parse("  "), "unknown");
  EXPECT_EQ(parse("?"), "unknown");
  EXPECT_EQ(messages(), "");
}

// ---- definitions

TEST_F(UnitSystemTest, DefinitionsMayReferForward) {
  define({definition("mpy", "models/yr"), definition("models", "Thing^2", {"model"}),
          same("Thing", {"Ding"})});
  EXPECT_EQ(parse("mpy"), "Thing^2/year");
  EXPECT_EQ(parse("model/Ding"), "Thing");
  EXPECT_EQ(messages(), "");
}

TEST_F(UnitSystemTest, EquivalentNamesAreOneUnit) {
  define({same("Person", {"People", "Persons"}), same("Month", {"Months", "Monat"})});
  EXPECT_EQ(parse("people/Persons"), "dmnl");
  EXPECT_EQ(parse("people/Monat"), "Person/month");
}

TEST_F(UnitSystemTest, EquivalentsThatOverlapAreJoined) {
  define({same("Yr", {"year", "Years"}), same("annum", {"Year"}), same("a", {"b"}),
          same("c", {"d"}), same("d", {"b"})});
  EXPECT_EQ(parse("annum/years"), "dmnl");
  EXPECT_EQ(parse("a/c"), "dmnl");
}

TEST_F(UnitSystemTest, AliasesChain) {
  define({definition("individuals", "persons"), same("People", {"Person"}),
          definition("Person", "people")});
  EXPECT_EQ(parse("individuals/people"), "dmnl");
  EXPECT_EQ(messages(), "");
}

TEST_F(UnitSystemTest, RepetitionIsIgnored) {
  const std::vector<Definition> twice = {definition("acre", "ft^2"), definition("acre", "ft^2"),
                                         same("Rabbits", {"Rabbit"}), same("Rabbits", {"Rabbit"})};
  define(twice);
  define(twice);
  EXPECT_EQ(parse("acres/rabbit"), "ft^2/Rabbits");
  EXPECT_EQ(messages(), "");
}

TEST_F(UnitSystemTest, TheModelOverridesTheBaseline) {
  define({definition("wage", "$/min"), definition("min", "minimum"),
          definition("quarters", "months")});
  EXPECT_EQ(parse("wage"), "$/minimum");
  EXPECT_EQ(parse("minute"), "minute");
  EXPECT_EQ(parse("qtr"), "month");
  EXPECT_EQ(messages(), "");
}

TEST_F(UnitSystemTest, DisablingRemovesABaselineUnit) {
  Definition off = same("quarters", {});
  off.disabled = true;
  define({same("coin", {"quarter"}), off});
  EXPECT_EQ(parse("quarter"), "coin");
  EXPECT_EQ(parse("qtr"), "qtr");
  off.name = "no such unit";
  define({off});
  EXPECT_EQ(messages(), "");
}

TEST_F(UnitSystemTest, OrderOfDefinitionsIsIrrelevant) {
  const std::vector<Definition> forward = {definition("a", "b*c"), definition("b", "c^2/d"),
                                           definition("min", "d"), definition("c", "min/person"),
                                           same("person", {"people"})};
  define(forward);
  UnitSystem backward;
  backward.define(std::vector<Definition>(forward.rbegin(), forward.rend()), diagnostics_);
  for (const char* name : {"a", "b", "c", "d", "min", "people"}) {
    EXPECT_EQ(system_.unit(name), backward.unit(name)) << name;
  }
  EXPECT_EQ(messages(), "");
}

TEST_F(UnitSystemTest, ReportsCircularEquations) {
  define({definition("a", "b/day"), definition("b", "c^2"), definition("c", "a*day")});
  EXPECT_EQ(messages(),
            "m.xmile:1:1: warning[W0503]: unit defined by itself: \"c\"\n"
            "     1 | a*day\n"
            "       | ^^^^^\n"
            "  why: unit definitions may not be circular (XMILE 1.0, 3.3.6).\n"
            "  fix: this equation is ignored; let one of the units that it leads through have no "
            "equation.\n\n");
  EXPECT_EQ(parse("a"), "c^2/day");
}

TEST_F(UnitSystemTest, ReportsAUnitThatIsItself) {
  define({definition("a", "A")});
  EXPECT_EQ(diagnostics_.warnings(), 1u);
  EXPECT_EQ(parse("a"), "a");
}

TEST_F(UnitSystemTest, ReportsCircularAliases) {
  define({definition("area", "length^2"), same("area", {"length"})});
  ASSERT_EQ(diagnostics_.warnings(), 1u);
  EXPECT_EQ(diagnostics_.all()[0].code, base::Code::unit_circular);
  EXPECT_EQ(diagnostics_.all()[0].what, "\"area\", through its alias \"length\"");
}

// ---- texts that are not units

struct Mistake {
  const char* text;
  std::uint32_t begin;
  std::uint32_t end;
  const char* what;
};

class UnitMistake : public testing::TestWithParam<Mistake> {};

TEST_P(UnitMistake, IsReportedWhereItIs) {
  const UnitSystem system;
  base::Diagnostics diagnostics;
  const std::uint32_t offset = 7;
  EXPECT_EQ(system.parse(base::located(GetParam().text, 0, offset), diagnostics), std::nullopt);
  ASSERT_EQ(diagnostics.all().size(), 1u);
  const base::Diagnostic& found = diagnostics.all()[0];
  EXPECT_EQ(found.code, base::Code::unit_syntax);
  EXPECT_EQ(found.what, GetParam().what);
  EXPECT_EQ(found.span.begin, offset + GetParam().begin);
  EXPECT_EQ(found.span.end, offset + GetParam().end);
}

INSTANTIATE_TEST_SUITE_P(
    All, UnitMistake,
    testing::Values(Mistake{"person//month", 6, 7, "no unit follows \"/\""},
                    Mistake{"person/", 6, 7, "no unit follows \"/\""},
                    Mistake{"/month", 0, 1, "expected the name of a unit, not \"/\""},
                    Mistake{"a*()", 3, 4, "expected the name of a unit, not \")\""},
                    Mistake{"(person/month", 0, 1, "this parenthesis is never closed"},
                    Mistake{"person)/month", 6, 7, "this parenthesis closes nothing"},
                    Mistake{"\"man-days", 0, 1, "this quote is never closed"},
                    Mistake{"a/\" \"", 2, 5, "there is no name between the quotes"},
                    Mistake{"1000 people", 0, 4, "\"1000\" is not the name of a unit"},
                    Mistake{"1 month", 2, 3, "expected *, / or ^, not \"m\""},
                    Mistake{"km^0.5", 3, 6, "an exponent is a whole number"},
                    Mistake{"km^(1/2)", 4, 7, "an exponent is a whole number"},
                    Mistake{"km^", 2, 3, "no exponent follows"},
                    Mistake{"km^99999", 3, 8, "an exponent is at most 1000"},
                    Mistake{"km^99999999999", 3, 14, "an exponent is at most 1000"},
                    Mistake{"km^(2", 4, 5,
                            "expected a closing parenthesis after the exponent, not the end"},
                    Mistake{"person [0,1]", 7, 8, "expected *, / or ^, not \"[\""},
                    Mistake{"(a b", 0, 1, "this parenthesis is never closed"},
                    Mistake{"(a,b)", 2, 3, "expected *, /, ^ or a closing parenthesis, not \",\""},
                    Mistake{"@", 0, 1, "expected the name of a unit, not \"@\""}));

TEST(UnitSyntax, NestingIsLimited) {
  const UnitSystem system;
  base::Diagnostics diagnostics;
  const std::string deep(100'000, '(');
  EXPECT_EQ(system.parse(base::located(deep, 0, 0), diagnostics), std::nullopt);
  EXPECT_EQ(diagnostics.all().size(), 1u);
}

RC_GTEST_PROP(UnitSyntax, WhatIsPrintedReadsBack, ()) {
  const UnitSystem system;
  Unit unit;
  const auto names = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "person", "month", "km", "$", "Veg equiv kg", "man-days", "2010 dollars", "a/b", "Öre"));
  for (const std::string& name : names) {
    unit = unit * Unit::base(name).pow(*rc::gen::inRange(-3, 4));
  }
  base::Diagnostics diagnostics;
  RC_ASSERT(system.parse(base::located(unit.print(), 0, 0), diagnostics) == unit);
}

RC_GTEST_PROP(UnitSyntax, NoTextBreaksTheReader, ()) {
  const auto characters = *rc::gen::container<std::string>(
      rc::gen::elementOf(std::string("ab1 2*/-^()\"%$_\xc3\xa9\n[?")));
  const UnitSystem system;
  base::Diagnostics diagnostics;
  const auto unit = system.parse(base::located(characters, 0, 0), diagnostics);
  RC_ASSERT(diagnostics.all().size() <= 1u);
  RC_ASSERT(!(unit && !diagnostics.all().empty()));
}

}  // namespace
}  // namespace shamal::units
