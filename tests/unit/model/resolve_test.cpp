#include "model/resolve.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/builtins.h"
#include "model/print.h"
#include "model/stdlib_files.h"
#include "syntax/read_xmile.h"

namespace shamal::model {
namespace {

using testing::HasSubstr;

struct Resolved {
  base::Sources sources;
  base::Diagnostics diagnostics;
  std::optional<Model> model;

  std::string messages() const { return base::print(diagnostics, sources); }
};

std::unique_ptr<Resolved> resolved(const std::string& variables, const std::string& extra = {}) {
  auto result = std::make_unique<Resolved>();
  const std::string text =
      "<xmile version=\"1.0\" xmlns=\"http://docs.oasis-open.org/xmile/ns/XMILE/v1.0\">"
      "<header><vendor>Shamal</vendor><product version=\"1.0\">t</product></header>"
      "<sim_specs time_units=\"Month\"><start>0</start><stop>10</stop></sim_specs>"
      "<dimensions><dim name=\"R\"><elem name=\"a\"/><elem name=\"b\"/></dim>"
      "<dim name=\"N\" size=\"3\"/><dim name=\"P\" size=\"4\"/></dimensions><model><variables>" +
      variables + "</variables></model>" + extra + "</xmile>";
  const base::FileId file = result->sources.add("t.xmile", text);
  const auto parsed = syntax::read_xmile(file, result->sources, result->diagnostics);
  if (parsed) {
    result->model = resolve(*parsed, result->sources, result->diagnostics);
  }
  return result;
}

std::string aux(const std::string& name, const std::string& equation,
                const std::string& dimension = {}, const std::string& unit = {}) {
  return "<aux name=\"" + name + "\">" +
         (dimension.empty() ? "" : "<dimensions><dim name=\"" + dimension + "\"/></dimensions>") +
         "<eqn>" + equation + "</eqn>" + (unit.empty() ? "" : "<units>" + unit + "</units>") +
         "</aux>";
}

TEST(Builtins, EveryRowIsFoundAndDescribed) {
  for (const Builtin& builtin : builtins()) {
    EXPECT_EQ(find_builtin(builtin.name, builtin.origin), &builtin) << builtin.name;
    EXPECT_LE(builtin.min_arguments, builtin.max_arguments) << builtin.name;
    EXPECT_FALSE(builtin.doc.empty()) << builtin.name;
    EXPECT_FALSE(builtin.source.empty()) << builtin.name;
    EXPECT_FALSE(builtin.signature.empty()) << builtin.name;
    if (builtin.treatment == Treatment::operation) {
      EXPECT_EQ(builtin.min_arguments, arity(builtin.operation)) << builtin.name;
      EXPECT_EQ(builtin.max_arguments, arity(builtin.operation)) << builtin.name;
    }
    if (builtin.origin != Origin::mdl) {
      EXPECT_FALSE(is_known_vendor_function(builtin.name)) << builtin.name;
    }
  }
}

// Something to hand over for each letter of procedure.h.
std::string argument(char letter) {
  switch (letter) {
    case 'v':
      return "u";
    case 'p':
      return "profile[N, 1]";
    case 'w':
      return "u[1]";
    case 'q':
      return "profile[1, 1]";
    case 'm':
      return "square[1, 1]";
    case 'r':
      return "u[*]";
    case 't':
      return "graph";
    case 'd':
      return "N";
    default:
      return "x";
  }
}

TEST(Builtins, EveryProcedureCanBeCalled) {
  const auto matrix = [](const std::string& name, const std::string& second,
                         const std::string& equation) {
    return "<aux name=\"" + name + "\"><dimensions><dim name=\"N\"/><dim name=\"" + second +
           "\"/></dimensions><eqn>" + equation + "</eqn></aux>";
  };
  const std::string given = aux("x", "TIME") + aux("u", "TIME + N", "N") +
                            matrix("profile", "P", "1") + matrix("square", "N", "TIME") +
                            "<gf name=\"graph\"><xpts>0,1,3</xpts><ypts>1,2,5</ypts></gf>";
  for (const Builtin& builtin : builtins()) {
    if (builtin.treatment != Treatment::procedure || builtin.origin == Origin::mdl) {
      continue;
    }
    const ProcedureRow& called = row(builtin.procedure);
    std::string call(builtin.name);
    std::string_view separator = "(";
    int count = 0;
    for (const char letter : called.arguments) {
      if (letter != 'j' && count++ < builtin.min_arguments) {
        call += std::string(separator) + argument(letter);
        separator = ", ";
      }
    }
    call += builtin.min_arguments > 0 ? ")" : "()";
    const std::string equation = called.result == 'm'   ? matrix("y", "N", call)
                                 : called.result == 'v' ? aux("y", call, "N")
                                                        : aux("y", call);
    const auto result = resolved(given + equation);
    EXPECT_TRUE(result->model) << call << "\n" << result->messages();
  }
}

TEST(Builtins, EveryRowCanBeCalledWithItsFewestArguments) {
  for (const Builtin& builtin : builtins()) {
    if (builtin.origin == Origin::mdl) {
      continue;  // vensim_test.cpp calls these
    }
    if (builtin.treatment == Treatment::self || builtin.treatment == Treatment::lookup ||
        builtin.treatment == Treatment::rank || builtin.treatment == Treatment::procedure ||
        builtin.treatment == Treatment::element_offset) {
      continue;  // these need more than numbers; they have tests of their own
    }
    std::string call(builtin.signature.substr(0, builtin.signature.find('(')));
    for (int i = 0; i < builtin.min_arguments; ++i) {
      call += (i == 0 ? "(" : ", ") + std::string("x");
    }
    call += builtin.min_arguments > 0 ? ")" : "";
    const auto result = resolved(aux("x", "TIME") + aux("y", call));
    EXPECT_TRUE(result->model) << call << "\n" << result->messages();
  }
}

TEST(StandardLibrary, EveryMacroCanBeUsed) {
  EXPECT_GE(stdlib_files().size(), 4u);
  for (const char* call : {"SMTH1(x, 2)", "SMTH1(x, 2, 3)", "SMTH3(x, 2)", "SMTHN(x, 2, 4)",
                           "DELAY1(x, 2)", "DELAY3(x, 2, 1)", "DELAYN(x, 2, 5, 1)", "TREND(x, 3)",
                           "FORCST(x, 3, 4, 0.1)", "STEP(x, 3)", "RAMP(x, 3)", "PULSE(x, 3, 1)",
                           "SAFEDIV(x, 3, 1)", "STEP(STEP(x, 2), 1)", "std.SMTH1(x, 2)"}) {
    const auto result = resolved(aux("x", "TIME") + aux("y", call));
    EXPECT_TRUE(result->model) << call << "\n" << result->messages();
  }
}

TEST(Resolve, ArraysThatReferToThemselvesAreOrderedByElement) {
  const auto result = resolved(aux("x", "IF N = 1 THEN TIME ELSE x[N - 1] * 2", "N"));
  ASSERT_TRUE(result->model) << result->messages();
  EXPECT_EQ(result->model->outputs_order.size(), 3u);
}

TEST(Resolve, CirclesAreNamedByTheirElements) {
  const auto result = resolved(aux("x", "x[4 - N] + 1", "N"));
  EXPECT_FALSE(result->model);
  EXPECT_THAT(result->messages(),
              HasSubstr("circular equations: \"x[1]\" needs \"x[3]\" needs \"x[1]\""));
}

TEST(Resolve, InvariantsAreComputedOnceOnly) {
  const auto result =
      resolved(aux("k", "3") + aux("twice", "2 * k") + aux("moving", "twice + TIME"));
  ASSERT_TRUE(result->model) << result->messages();
  EXPECT_EQ(result->model->initial_order.size(), 1u);
  EXPECT_EQ(result->model->outputs_order.size(), 1u);
  EXPECT_TRUE(result->model->rates_order.empty());
}

TEST(Resolve, OuterProductsWithinSumsAreRefused) {
  const auto result =
      resolved(aux("u", "R", "R") + aux("v", "N", "N") + aux("x", "SUM(u[*] * v[*])"));
  EXPECT_FALSE(result->model);
  EXPECT_THAT(result->messages(), HasSubstr("E0304"));
}

TEST(Resolve, OneErrorDoesNotHideAnother) {
  const std::string array =
      "<aux name=\"v\"><dimensions><dim name=\"R\"/></dimensions>"
      "<element subscript=\"a\"><eqn>1</eqn></element></aux>";
  const auto result = resolved("<aux name=\"w\"/>" + array + aux("x", "nowhere"));
  EXPECT_THAT(result->messages(), HasSubstr("E0105"));
  EXPECT_THAT(result->messages(), HasSubstr("E0305"));
  EXPECT_THAT(result->messages(), HasSubstr("E0201"));
}

TEST(Resolve, AStructuralConstantCannotBeSet) {
  const auto result = resolved(aux("order", "4") + aux("x", "DELAYN(TIME, 2, order)"));
  ASSERT_TRUE(result->model) << result->messages();
  EXPECT_TRUE(result->model->variables[0].structural);
}

TEST(Units, DisagreementsAreReportedWhereTheyStand) {
  const auto result = resolved(aux("people", "3", "", "person") + aux("area", "4", "", "km2") +
                               aux("density", "people / area", "", "person/km2") +
                               aux("wrong", "people + area", "", "person"));
  ASSERT_TRUE(result->model) << result->messages();
  EXPECT_EQ(result->diagnostics.warnings(), 1u) << result->messages();
  EXPECT_THAT(result->messages(), HasSubstr("W0501"));
}

TEST(Units, WhatBuiltinsKeepInsideHasTheUnitOfItsUse) {
  const auto good =
      resolved(aux("people", "STEP(3, 2)", "", "person") + aux("delay", "2", "", "Month") +
               aux("late", "SMTH3(people, delay)", "", "person"));
  EXPECT_EQ(good->diagnostics.warnings(), 0u) << good->messages();
  const auto bad =
      resolved(aux("people", "3 * unit", "", "person") + aux("unit", "1", "", "person") +
               aux("delay", "2", "", "person") + aux("late", "SMTH1(people, delay)", "", "person"));
  EXPECT_THAT(bad->messages(), HasSubstr("t.xmile"));
  EXPECT_THAT(bad->messages(), testing::Not(HasSubstr("standard library")));
}

}  // namespace
}  // namespace shamal::model
