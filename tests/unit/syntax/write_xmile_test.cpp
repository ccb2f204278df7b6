#include "syntax/write_xmile.h"

#include <gtest/gtest.h>

#include "unit/syntax/syntax_testing.h"

namespace shamal::syntax {
namespace {

TEST(WriteXmile, WritesTheRecommendedOrder) {
  const ReadFile read(with_sections(R"(
    <macro name="DOUBLE"><parm default="1">x</parm><eqn>2*x</eqn></macro>
    <model>
      <variables>
        <stock name="Stock A"><eqn>1</eqn><inflow>"flow b"</inflow><non_negative>false</non_negative></stock>
        <flow name="flow b"><eqn>IF TIME &gt; 1 THEN "Stock A"[*] ELSE -1</eqn><leak>2</leak></flow>
        <aux name="c"><dimensions><dim name="D"/></dimensions>
          <element subscript="p"><eqn>1</eqn></element></aux>
        <gf name="g" type="extrapolate"><xscale min="0" max="1"/><ypts>0,1</ypts></gf>
        <module name="m"><connect to="x" from=".c"/></module>
      </variables>
      <views><view/></views>
    </model>
    <dimensions><dim name="D"><elem name="p"/></dim></dimensions>
    <model_units><unit name="u" disabled="true"><eqn>a/b</eqn><alias>v</alias></unit></model_units>
    <sim_specs isee:save_interval="1" method="RK4"><start>0</start><stop>9</stop>
      <dt reciprocal="true">49</dt></sim_specs>
    <header><vendor>shamal</vendor><product version="1">P &amp; Q</product></header>)"));
  ASSERT_TRUE(read.model);
  EXPECT_EQ(read.messages(), "");
  const std::string text = write_xmile(*read.model);
  EXPECT_EQ(text, R"(<?xml version="1.0" encoding="utf-8"?>
<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0" xmlns:isee="http://iseesystems.com/XMILE">
  <header>
    <vendor>shamal</vendor>
    <product version="1">P &amp; Q</product>
    <options>
      <uses_arrays maximum_dimensions="1"/>
      <uses_submodels/>
      <uses_macros recursive_macros="false" option_filters="false"/>
      <has_model_view/>
    </options>
  </header>
  <sim_specs method="rk4" isee:save_interval="1">
    <start>0</start>
    <stop>9</stop>
    <dt reciprocal="true">49</dt>
  </sim_specs>
  <model_units>
    <unit name="u" disabled="true">
      <eqn>a/b</eqn>
      <alias>v</alias>
    </unit>
  </model_units>
  <dimensions>
    <dim name="D">
      <elem name="p"/>
    </dim>
  </dimensions>
  <model>
    <variables>
      <stock name="Stock A">
        <eqn>1</eqn>
        <inflow>"flow b"</inflow>
        <non_negative>false</non_negative>
      </stock>
      <flow name="flow b">
        <eqn>IF TIME &gt; 1 THEN "Stock A"[*] ELSE -1</eqn>
        <leak>2</leak>
      </flow>
      <aux name="c">
        <dimensions>
          <dim name="D"/>
        </dimensions>
        <element subscript="p">
          <eqn>1</eqn>
        </element>
      </aux>
      <gf name="g" type="extrapolate">
        <xscale min="0" max="1"/>
        <ypts>0,1</ypts>
      </gf>
      <module name="m">
        <connect to="x" from=".c"/>
      </module>
    </variables>
    <views><view/></views>
  </model>
  <macro name="DOUBLE">
    <parm default="1">x</parm>
    <eqn>2 * x</eqn>
  </macro>
</xmile>
)");
  EXPECT_EQ(*ReadFile(text).model, *read.model);
}

TEST(WriteXmile, KeepsEveryReciprocalStep) {
  for (int n = 1; n <= 1000; ++n) {
    ParsedModel model;
    model.sim_specs.dt = 1.0 / n;
    model.sim_specs.reciprocal = true;
    EXPECT_EQ(*ReadFile(write_xmile(model)).model, model) << n;
  }
}

TEST(WriteXmile, EscapesWhatXmlWouldChange) {
  ParsedModel model;
  model.models.emplace_back();
  VariableDecl& aux = model.models[0].variables.emplace_back();
  aux.name.text = "a <\"b\">\n\t& c\\";
  aux.doc = "1 < 2 && ]]> \r\n\"x\"";
  aux.units = Word{"a&b", {}};
  const ReadFile read(write_xmile(model));
  EXPECT_EQ(read.messages(), "");
  EXPECT_EQ(*read.model, model);
}

}  // namespace
}  // namespace shamal::syntax
