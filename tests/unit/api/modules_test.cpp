// What is known of variables that stand in the files of modules: their formulas, and that a member
// of the family may change their timelines.
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/equations.h"
#include "api/member.h"
#include "api/run.h"

namespace shamal::api {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kOuter = R"(<xmile version="1.0">
<sim_specs><start>0</start><stop>2</stop><dt>1</dt></sim_specs>
<model><variables>
  <module name="inner" resource="inner.xmile"/>
  <aux name="total"><eqn>inner.level * 2</eqn></aux>
</variables></model></xmile>)";

constexpr const char* kInner = R"(<xmile version="1.0">
<dimensions><dim name="Side"><elem name="A"/><elem name="B"/></dim></dimensions>
<model><variables>
  <stock name="level" access="output"><eqn>1</eqn><inflow>rise</inflow></stock>
  <flow name="rise"><eqn>supply * share[A]</eqn></flow>
  <aux name="supply"><eqn>TIME</eqn><gf type="discrete"><xpts>0,2</xpts><ypts>3,3</ypts></gf></aux>
  <aux name="share"><dimensions><dim name="Side"/></dimensions>
    <element subscript="A"><eqn>1 - share[B]</eqn></element>
    <element subscript="B"><eqn>0.5</eqn></element></aux>
</variables></model></xmile>)";

class Modules : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) / "shamal_modules";
    std::filesystem::create_directories(folder_);
    std::ofstream(folder_ / "outer.xmile") << kOuter;
    std::ofstream(folder_ / "inner.xmile") << kInner;
    model_ = compile((folder_ / "outer.xmile").string(), sources_, diagnostics_);
    ASSERT_TRUE(model_) << base::print(diagnostics_, sources_);
  }

  std::string formula(const std::string& name) const {
    for (const ReportEquation& equation : equations_of(*model_)) {
      if (equation.name == name) {
        return equation.text;
      }
    }
    return "none";
  }

  std::vector<double> levels(const CompiledModel& model) {
    const auto results = run(model, {}, diagnostics_);
    const data::Variable* found = results ? results->find("inner.level") : nullptr;
    return found == nullptr ? std::vector<double>() : found->values;
  }

  std::filesystem::path folder_;
  base::Sources sources_;
  base::Diagnostics diagnostics_;
  std::optional<CompiledModel> model_;
};

TEST_F(Modules, HaveTheirFormulas) {
  EXPECT_EQ(formula("total"), "inner.level * 2");
  EXPECT_EQ(formula("inner.level"), "1 at the start, then + rise");
  EXPECT_EQ(formula("inner.rise"), "supply * share[A]");
  EXPECT_EQ(formula("inner.supply"), "table of TIME");
  EXPECT_EQ(formula("inner.share"), "one value; [A] 1 - share[B]");
}

TEST_F(Modules, GiveTheirTimelinesToAMember) {
  EXPECT_THAT(levels(*model_), ElementsAre(1, 2.5, 4));
  analysis::Member member;
  member.timelines = {{{"inner.supply", {}}, {0, 1}, {10, 20}}};
  const auto other = compile_member(*model_, member, sources_, diagnostics_);
  ASSERT_TRUE(other) << base::print(diagnostics_, sources_);
  // Discrete, as the model's own table is.
  EXPECT_THAT(levels(*other), ElementsAre(1, 6, 16));
  EXPECT_THAT(levels(*model_), ElementsAre(1, 2.5, 4)) << "the model itself is as it was";
}

TEST_F(Modules, ATimelineThatIsNoneIsReported) {
  analysis::Member member;
  member.timelines = {{{"inner.rise", {}}, {0, 1}, {10, 20}}};
  EXPECT_FALSE(compile_member(*model_, member, sources_, diagnostics_));
  EXPECT_THAT(base::print(diagnostics_, sources_), HasSubstr("\"inner.rise\" is not a timeline"));
}

}  // namespace
}  // namespace shamal::api
