// Models that are made to exhaust time or memory are refused or finish soon.

#include <gtest/gtest.h>

#include "ir/lower.h"
#include "model/resolve.h"
#include "syntax/read_xmile.h"

namespace shamal::model {
namespace {

std::string document(const std::string& dimensions, const std::string& variables,
                     const std::string& macros = {}) {
  return "<xmile version=\"1.0\" xmlns=\"http://docs.oasis-open.org/xmile/ns/XMILE/v1.0\">"
         "<header><vendor>Shamal</vendor><product version=\"1.0\">t</product></header>"
         "<sim_specs><start>0</start><stop>1</stop></sim_specs><dimensions>" +
         dimensions + "</dimensions><model><variables>" + variables + "</variables></model>" +
         macros + "</xmile>";
}

// True if it resolves and lowers.
bool compiles(const std::string& text) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  const auto parsed = syntax::read_xmile(sources.add("t.xmile", text), sources, diagnostics);
  const auto model = parsed ? resolve(*parsed, sources, diagnostics) : std::nullopt;
  return model && !diagnostics.has_errors() && ir::lower(*model, diagnostics).has_value();
}

TEST(Hostile, NestedMacrosThatRepeatTheirArgumentDoNotDouble) {
  std::string call = "TIME";
  for (int i = 0; i < 60; ++i) {
    call = "TWICE(" + call + ")";
  }
  EXPECT_TRUE(compiles(document("", "<aux name=\"x\"><eqn>" + call + "</eqn></aux>",
                                "<macro name=\"TWICE\"><parm>a</parm><eqn>a + a</eqn></macro>")));
}

TEST(Hostile, ArraysBeyondTheLimitAreRefused) {
  EXPECT_FALSE(compiles(document("<dim name=\"D\" size=\"100000\"/>",
                                 "<aux name=\"x\"><dimensions><dim name=\"D\"/><dim name=\"D\"/>"
                                 "<dim name=\"D\"/></dimensions><eqn>1</eqn></aux>")));
  EXPECT_FALSE(compiles(document("<dim name=\"D\" size=\"1e300\"/>", "")));
}

TEST(Hostile, ALongChainOfVariablesIsNoProblem) {
  std::string variables = "<aux name=\"x0\"><eqn>TIME</eqn></aux>";
  for (int i = 1; i < 20000; ++i) {
    variables += "<aux name=\"x" + std::to_string(i) + "\"><eqn>x" + std::to_string(i - 1) +
                 " + 1</eqn></aux>";
  }
  EXPECT_TRUE(compiles(document("", variables)));
}

TEST(Hostile, ManyErrorsAreReportedInTime) {
  std::string variables;
  for (int i = 0; i < 5000; ++i) {
    variables += "<aux name=\"x" + std::to_string(i) + "\"><eqn>nowhere" + std::to_string(i) +
                 "</eqn></aux>";
  }
  EXPECT_FALSE(compiles(document("", variables)));
}

}  // namespace
}  // namespace shamal::model
