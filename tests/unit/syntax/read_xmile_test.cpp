#include "syntax/read_xmile.h"

#include <gtest/gtest.h>

#include "syntax/print_expression.h"
#include "unit/syntax/syntax_testing.h"

namespace shamal::syntax {
namespace {

std::vector<std::string> texts(const std::vector<Word>& words) {
  std::vector<std::string> result;
  for (const Word& word : words) {
    result.push_back(word.text);
  }
  return result;
}

using Texts = std::vector<std::string>;

// The only variable of a file without errors or warnings.
VariableDecl variable(std::string_view xml) {
  const ReadFile read(with_variables(xml));
  EXPECT_EQ(read.messages(), "");
  if (!read.model || read.model->models[0].variables.empty()) {
    return {};
  }
  return read.model->models[0].variables[0];
}

// The messages about variables: what, without source lines and reasons.
std::string messages(std::string_view sections) {
  const ReadFile read(with_sections(sections));
  std::string text;
  for (const base::Diagnostic& diagnostic : read.diagnostics.sorted()) {
    const base::CodeRow& code = base::row(diagnostic.code);
    text += std::string(code.id) + " " + std::string(code.title) + " " + diagnostic.what + "\n";
  }
  return text;
}

std::string variable_messages(std::string_view xml) {
  return messages("<model><variables>" + std::string(xml) + "</variables></model>");
}

TEST(ReadXmile, ReadsTheHeader) {
  const ReadFile read(with_sections(R"(
    <header>
      <vendor>isee systems, inc.</vendor><product version="1.9" lang="en">Stella</product>
      <name>Teacup</name><options><uses_conveyors leak="true"/></options><uuid>1-2</uuid>
      <includes><include resource="macros/*.xml"/></includes>
    </header>
    <isee:prefs x="1"/><prefs xmlns="isee"/><style color="blue"/><data><import/></data>)"));
  ASSERT_TRUE(read.model);
  EXPECT_EQ(read.messages(), "");
  EXPECT_EQ(read.model->header.vendor, "isee systems, inc.");
  EXPECT_EQ(read.model->header.product, "Stella");
  EXPECT_EQ(read.model->header.product_version, "1.9");
  EXPECT_EQ(read.model->header.name, "Teacup");
  EXPECT_EQ(texts(read.model->includes), Texts{"macros/*.xml"});
}

TEST(ReadXmile, WarnsOfUnknownVendorsAndElementsOnce) {
  EXPECT_EQ(
      messages("<header><vendor>Nobody</vendor></header><frob/><frob/><x:frob/>"
               "<model><variables><aux name='a'><eqn>1</eqn><frob/><colour/></aux></variables>"
               "</model>"),
      "W0112 unknown vendor \"Nobody\"\n"
      "W0110 element not understood: <frob>\n"
      "W0110 element not understood: <colour>\n");
}

TEST(ReadXmile, ReadsSimulationSpecifications) {
  const ReadFile read(with_sections(
      R"(<sim_specs method="Gear, RK4" time_units="Months" isee:save_interval="0.5" pause="3">
           <start> 1 </start><stop>13</stop><dt reciprocal="TRUE">16</dt><run by="all"/>
         </sim_specs>)"));
  ASSERT_TRUE(read.model);
  EXPECT_EQ(read.messages(), "");
  const SimSpecs& specs = read.model->sim_specs;
  EXPECT_EQ(specs.start, 1);
  EXPECT_EQ(specs.stop, 13);
  EXPECT_EQ(specs.dt, 1.0 / 16);
  EXPECT_TRUE(specs.reciprocal);
  EXPECT_EQ(texts(specs.methods), (Texts{"gear", "rk4"}));
  EXPECT_EQ(specs.time_units, "Months");
  EXPECT_EQ(specs.save_interval, 0.5);
  EXPECT_EQ(messages("<sim_specs><start>soon</start><dt reciprocal='true'>0</dt></sim_specs>"),
            "E0108 value not understood: \"soon\" for start\n"
            "E0108 value not understood: \"0\" for a reciprocal dt\n");
}

TEST(ReadXmile, ReadsUnitsAndDimensions) {
  const ReadFile read(with_sections(R"(
    <model_units>
      <unit name="models_per_year"><eqn>models/year</eqn><alias>mpy</alias><alias>m/y</alias></unit>
      <unit name="Joules" disabled="true"/><units><eqn>person/time</eqn></units>
    </model_units>
    <dimensions>
      <dim name="N" size="5"/>
      <dim name="Location" size="2"><elem name="Boston"/><elem name="Los Angeles"/></dim>
    </dimensions>)"));
  ASSERT_TRUE(read.model);
  EXPECT_EQ(read.messages(), "");
  ASSERT_EQ(read.model->units.size(), 2u);
  EXPECT_EQ(read.model->units[0].equation->text, "models/year");
  EXPECT_EQ(texts(read.model->units[0].aliases), (Texts{"mpy", "m/y"}));
  EXPECT_TRUE(read.model->units[1].disabled);
  ASSERT_EQ(read.model->dimensions.size(), 2u);
  EXPECT_EQ(read.model->dimensions[0].size, 5);
  EXPECT_EQ(texts(read.model->dimensions[1].elements), (Texts{"Boston", "Los Angeles"}));
  EXPECT_EQ(read.model->dimensions[1].size, std::nullopt);
  EXPECT_EQ(messages("<dimensions><dim size='2'/><dim name='D' size='2.5'/></dimensions>"),
            "E0107 missing attribute name of <dim>\n"
            "E0108 value not understood: \"2.5\" for the size of dimension \"D\"\n");
}

TEST(ReadXmile, ReadsBehavior) {
  const auto behavior = [](std::string_view xml) {
    const ReadFile read(with_sections(xml));
    EXPECT_EQ(read.messages(), "");
    return read.model->behavior;
  };
  EXPECT_EQ(behavior("<behavior><non_negative/></behavior>"), (Behavior{true, true}));
  EXPECT_EQ(behavior("<behavior><flow><non_negative/></flow></behavior>"),
            (Behavior{std::nullopt, true}));
  EXPECT_EQ(behavior("<behavior><stock><non_negative>FALSE </non_negative></stock>"
                     "<non_negative> True </non_negative></behavior>"),
            (Behavior{false, true}));
}

TEST(ReadXmile, ReadsStocksAndFlows) {
  const VariableDecl stock = variable(R"(
    <stock name="Revenue\ngap" access="output">
      <eqn>100</eqn><inflow>in1</inflow><inflow>"in 2"</inflow><outflow>out</outflow>
      <non_negative/><units>people</units><doc> Two
 lines &lt;b&gt; </doc>
      <range min="0" max="1e3"/><scale min="0" max="9"/><format precision="1"/>
      <event_poster min="0" max="9"><threshold/></event_poster><isee:delay_aux/>
    </stock>)");
  EXPECT_EQ(stock.kind, VariableKind::stock);
  EXPECT_EQ(stock.name.text, "Revenue\ngap");
  EXPECT_EQ(stock.access, Access::output);
  EXPECT_EQ(texts(stock.inflows), (Texts{"in1", "in 2"}));
  EXPECT_EQ(texts(stock.outflows), Texts{"out"});
  EXPECT_EQ(stock.non_negative, true);
  EXPECT_EQ(stock.units->text, "people");
  EXPECT_EQ(stock.doc, "Two\n lines <b>");
  EXPECT_EQ(stock.range, std::pair(0.0, 1000.0));
  ASSERT_EQ(stock.equations.size(), 1u);
  EXPECT_EQ(stock.equations[0].expr->number, 100);

  const VariableDecl flow = variable(
      "<flow name='f'><eqn>a</eqn><multiplier>2*b</multiplier>"
      "<non_negative> fAlse </non_negative></flow>");
  EXPECT_EQ(print(*flow.multiplier), "2 * b");
  EXPECT_EQ(flow.non_negative, false);
  EXPECT_EQ(variable("<aux name='a'><doc><html>x<b>y</b></html></doc></aux>").doc,
            "<html>x<b>y</b></html>");
}

TEST(ReadXmile, KeepsTheOrderOfEquations) {
  const VariableDecl aux = variable(R"(
    <aux name="a">
      <dimensions><dim name="X"/><dim name="Y"/></dimensions>
      <element subscript="1, Los Angeles"><eqn>1</eqn></element>
      <element subscript='2,"a,b"'><gf><xscale min="0" max="1"/><ypts>1,2</ypts></gf></element>
      <eqn>TIME</eqn><init_eqn>3</init_eqn>
    </aux>)");
  EXPECT_EQ(texts(aux.dimensions), (Texts{"X", "Y"}));
  ASSERT_EQ(aux.equations.size(), 3u);
  EXPECT_TRUE(aux.equations[0].subscripts.empty());
  EXPECT_EQ(print(*aux.equations[0].initial), "3");
  EXPECT_EQ(texts(aux.equations[1].subscripts), (Texts{"1", "Los Angeles"}));
  EXPECT_EQ(texts(aux.equations[2].subscripts), (Texts{"2", "a,b"}));
  EXPECT_FALSE(aux.equations[2].expr);
  EXPECT_EQ(aux.equations[2].gf->x, (std::vector<double>{0, 1}));
}

TEST(ReadXmile, ReadsConveyors) {
  const VariableDecl stock = variable(
      "<stock name='s'><eqn>1, x, 3</eqn><conveyor discrete='true' one_at_a_time='false'>"
      "<len>4</len><capacity>y</capacity><in_limit>5</in_limit><sample>TIME</sample>"
      "<arrest>0</arrest></conveyor></stock>");
  ASSERT_TRUE(stock.conveyor);
  EXPECT_EQ(print(*stock.conveyor->length), "4");
  EXPECT_EQ(print(*stock.conveyor->capacity), "y");
  EXPECT_EQ(print(*stock.conveyor->inflow_limit), "5");
  EXPECT_EQ(print(*stock.conveyor->sample), "TIME");
  EXPECT_EQ(print(*stock.conveyor->arrest), "0");
  EXPECT_TRUE(stock.conveyor->discrete);
  EXPECT_FALSE(stock.conveyor->one_at_a_time);
  EXPECT_FALSE(stock.conveyor->batch_integrity);
  EXPECT_FALSE(stock.conveyor->exponential_leak);
  EXPECT_TRUE(stock.equations.empty());
  ASSERT_EQ(stock.contents.size(), 3u);
  EXPECT_EQ(print(stock.contents[1]), "x");
}

TEST(ReadXmile, ReadsWhatLeavesConveyorsAndQueues) {
  const VariableDecl flow = variable(
      "<flow name='f' leak_end='0.5' isee:spreadflow='source'><leak>0.1</leak><leak_integers/>"
      "</flow>");
  ASSERT_TRUE(flow.leak);
  EXPECT_EQ(print(*flow.leak->fraction), "0.1");
  EXPECT_TRUE(flow.leak->integers);
  EXPECT_EQ(flow.leak->start, 0);
  EXPECT_EQ(flow.leak->end, 0.5);
  EXPECT_EQ(flow.spread, SpreadFlow::source);
  EXPECT_FALSE(variable("<flow name='f'><leak/></flow>").leak->fraction);
  EXPECT_TRUE(variable("<flow name='f'><overflow/></flow>").overflow);
  EXPECT_TRUE(variable("<stock name='s'><queue/></stock>").queue);
}

TEST(ReadXmile, GoesOnAfterAnError) {
  const ReadFile read(with_variables(
      "<aux><eqn>1</eqn></aux>\n<aux name='a'><eqn>1 +</eqn></aux>\n"
      "<aux name='b' access='both'><eqn> ??? </eqn></aux>\n"
      "<aux name='c'><element><eqn>1</eqn></element><non_negative>maybe</non_negative></aux>\n"
      "<aux name='d'><eqn>2</eqn></aux>"));
  EXPECT_EQ(
      read.messages(),
      "model.xmile:3:1: error[E0107]: missing attribute name of <aux>\n"
      "     3 | <aux><eqn>1</eqn></aux>\n"
      "       | ^^^^\n"
      "  why: the standard requires it here (XMILE 1.0, 4).\n"
      "  fix: add name=\"…\"\n"
      "\n"
      "model.xmile:4:22: error[E0102]: unexpected end of the equation\n"
      "     4 | <aux name='a'><eqn>1 +</eqn></aux>\n"
      "       |                      ^\n"
      "  why: the equation does not follow the grammar of expressions (XMILE 1.0, 3.3).\n"
      "\n"
      "model.xmile:5:23: error[E0108]: value not understood: \"both\" for access\n"
      "     5 | <aux name='b' access='both'><eqn> ??? </eqn></aux>\n"
      "       |                       ^^^^\n"
      "  why: the value must be of the kind that the standard gives for this place.\n"
      "  fix: write input or output\n"
      "\n"
      "model.xmile:5:35: error[E0106]: equation left unfinished in \"b\"\n"
      "     5 | <aux name='b' access='both'><eqn> ??? </eqn></aux>\n"
      "       |                                   ^^^\n"
      "  why: \"???\", and a 0 with a function in a comment behind it, is what a tool writes where "
      "it could not translate an equation; it has no meaning.\n"
      "  fix: write the equation\n"
      "\n"
      "model.xmile:6:15: error[E0107]: missing attribute subscript of <element>\n"
      "     6 | <aux name='c'><element><eqn>1</eqn></element><non_negative>maybe</non_negative>"
      "</aux>\n"
      "       |               ^^^^^^^^\n"
      "  why: the standard requires it here (XMILE 1.0, 4).\n"
      "  fix: add subscript=\"…\"\n"
      "\n"
      "model.xmile:6:60: error[E0108]: value not understood: \"maybe\" for non_negative\n"
      "     6 | <aux name='c'><element><eqn>1</eqn></element><non_negative>maybe</non_negative>"
      "</aux>\n"
      "       |                                                            ^^^^^\n"
      "  why: the value must be of the kind that the standard gives for this place.\n"
      "  fix: write true or false\n\n");
  ASSERT_TRUE(read.model);
  EXPECT_EQ(read.model->models[0].variables.size(), 5u);
}

TEST(ReadXmile, PlacesErrorsInEquationsWithReferences) {
  const ReadFile read(with_variables("<aux name='a'><eqn>\nIF x &gt;= 3 &amp;\n</eqn></aux>"));
  EXPECT_EQ(read.messages().substr(0, read.messages().find("  why")),
            "model.xmile:4:14: error[E0101]: unexpected character \"&\"\n"
            "     4 | IF x &gt;= 3 &amp;\n"
            "       |              ^\n");
}

TEST(ReadXmile, ReadsGraphicalFunctions) {
  const auto gf = [](std::string_view xml) {
    return *variable("<aux name='a'><eqn>TIME</eqn><gf" + std::string(xml) + "</gf></aux>")
                .equations[0]
                .gf;
  };
  EXPECT_EQ(gf("><xscale min='0' max='1'/><yscale min='-1' max='1'/><ypts>1,2,3,4,5</ypts>").x,
            (std::vector<double>{0, 0.25, 0.5, 0.75, 1}));
  std::string years = "0";
  for (int i = 0; i < 91; ++i) {
    years += ",0";
  }
  const auto whole = gf("><xscale min='0' max='91'/><ypts>" + years + "</ypts>").x;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    EXPECT_EQ(whole[i], static_cast<double>(i));
  }
  EXPECT_EQ(gf("><xpts sep=';'>0; 1;2;</xpts><ypts sep=' '>\n 5 6\n7 </ypts>").y,
            (std::vector<double>{5, 6, 7}));
  EXPECT_EQ(gf("><xscale min='0' max='9'/><xpts>0,1,3</xpts><ypts>5,6,7</ypts>").x_scale,
            std::nullopt);
  EXPECT_EQ(gf(" type='extrapolate'><xpts>0,1</xpts><ypts>5,6</ypts>").kind,
            GraphicalKind::extrapolate);
  EXPECT_EQ(gf(" discrete='true'><xpts>0,1</xpts><ypts>5,5</ypts>").kind, GraphicalKind::discrete);
  EXPECT_EQ(gf(" discrete='false'><xpts>0,1</xpts><ypts>5,5</ypts>").kind,
            GraphicalKind::continuous);

  const VariableDecl alone =
      variable("<gf name='rising'><xscale min='0' max='1'/><ypts>0,1</ypts><units>1</units></gf>");
  EXPECT_EQ(alone.kind, VariableKind::graphical);
  EXPECT_EQ(alone.equations[0].gf->y, (std::vector<double>{0, 1}));
}

TEST(ReadXmile, NamesGraphicalFunctionsWithinVariables) {
  const ReadFile read(with_variables(
      "<aux name='a'><eqn>x</eqn><gf name='rising'><xpts>0,1</xpts><ypts>5,5</ypts></gf></aux>"
      "<aux name='b'><gf name='rising'/><eqn>y + 1</eqn></aux>"));
  EXPECT_EQ(read.messages(), "");
  const auto& variables = read.model->models[0].variables;
  ASSERT_EQ(variables.size(), 3u);
  EXPECT_EQ(variables[1].kind, VariableKind::graphical);
  EXPECT_EQ(variables[1].name.text, "rising");
  EXPECT_EQ(print(*variables[2].equations[0].expr), "rising(y + 1)");
}

TEST(ReadXmile, RefusesGraphicalFunctionsThatAreNone) {
  const auto gf = [](std::string_view xml) {
    return variable_messages("<gf name='g'" + std::string(xml) + "</gf>");
  };
  EXPECT_EQ(gf("><xpts>2,1</xpts><ypts>1,2</ypts>"),
            "E0109 graphical function is not well-formed: the x points of \"g\" do not ascend: 2 "
            "comes before 1\n");
  EXPECT_EQ(gf("><xpts>1,2,3</xpts><ypts>1,2</ypts>"),
            "E0109 graphical function is not well-formed: \"g\" has 3 x points and 2 y points\n");
  EXPECT_EQ(gf("><ypts>1,2</ypts>"),
            "E0109 graphical function is not well-formed: \"g\" has neither xscale nor xpts\n");
  EXPECT_EQ(gf("><xpts>1,2</xpts>"),
            "E0109 graphical function is not well-formed: \"g\" has no y points\n");
  EXPECT_EQ(gf("><xscale min='1' max='1'/><ypts>1,2</ypts>"),
            "E0109 graphical function is not well-formed: the x scale of \"g\" is no range\n");
  EXPECT_EQ(gf("><xscale min='0' max='1'/><ypts>1;2</ypts>"),
            "E0108 value not understood: \"1;2\" for a point of \"g\"\n");
  EXPECT_EQ(gf("><xscale min='0' max='1'/><ypts>1,,2</ypts>"),
            "E0108 value not understood: \"\" for a point of \"g\"\n");
  EXPECT_EQ(gf(" type='curly'><xscale min='0' max='1'/><ypts>1,2</ypts>"),
            "E0108 value not understood: \"curly\" for the type of a graphical function\n");
  EXPECT_EQ(gf(" type='discrete'><xscale min='0' max='1'/><ypts>1,2</ypts>"),
            "W0116 discrete graphical function whose last two points differ in \"g\"\n");
}

TEST(ReadXmile, SpreadsListsOfConstantsOverTheElements) {
  const ReadFile read(with_sections(
      "<model><variables><aux name='a'><dimensions><dim name='X'/><dim name='Y'/></dimensions>"
      "<eqn>0.1,-0.2;\n\t0.4,+5;\n</eqn></aux></variables></model>"
      "<dimensions><dim name='x'><elem name='p'/><elem name='q'/></dim>"
      "<dim name='Y'><elem name='1'/><elem name='0'/></dim></dimensions>"));
  EXPECT_EQ(read.messages(), "");
  const auto& equations = read.model->models[0].variables[0].equations;
  ASSERT_EQ(equations.size(), 4u);
  EXPECT_EQ(texts(equations[1].subscripts), (Texts{"p", "0"}));
  EXPECT_EQ(print(*equations[1].expr), "-0.2");
  EXPECT_EQ(texts(equations[2].subscripts), (Texts{"q", "1"}));
  EXPECT_EQ(print(*equations[2].expr), "0.4");
  EXPECT_EQ(messages("<dimensions><dim name='X'><elem name='p'/></dim></dimensions>"
                     "<model><variables><aux name='a'><dimensions><dim name='X'/></dimensions>"
                     "<eqn>1, 2</eqn></aux></variables></model>"),
            "E0108 value not understood: 2 numbers for the 1 elements of \"a\"\n");
  EXPECT_EQ(variable_messages("<aux name='a'><eqn>1, 2</eqn></aux>"), "E0102 unexpected \",\"\n");
}

TEST(ReadXmile, ReadsModulesGroupsAndModels) {
  const ReadFile read(with_sections(R"(
    <model>
      <sim_specs><start>0</start></sim_specs><behavior><non_negative/></behavior>
      <variables>
        <module name="Sub_Model" resource="module.xml">
          <connect to="Input" from=".Root_Output"/><connect to="" from="x"/><doc>d</doc>
        </module>
        <group name="Financial Sector" run="true"><doc>d</doc><entity name="revenue"/></group>
        <dependencies><var name="a"/></dependencies>
      </variables>
      <views><view> <aux name="a" x="1"/> </view></views>
    </model>
    <model name="Sub_Model" resource="other.xml"/>)"));
  ASSERT_TRUE(read.model);
  EXPECT_EQ(read.messages(), "");
  const ModelDecl& root = read.model->models[0];
  EXPECT_EQ(root.sim_specs->start, 0);
  EXPECT_EQ(root.behavior, (Behavior{true, true}));
  const VariableDecl& module = root.variables[0];
  EXPECT_EQ(module.resource->text, "module.xml");
  ASSERT_EQ(module.connections.size(), 1u);
  EXPECT_EQ(module.connections[0].from.text, ".Root_Output");
  EXPECT_EQ(root.groups[0].name.text, "Financial Sector");
  EXPECT_EQ(texts(root.groups[0].entities), Texts{"revenue"});
  EXPECT_EQ(root.views, "<views><view><aux name=\"a\" x=\"1\"/></view></views>");
  EXPECT_EQ(read.model->models[1].resource->text, "other.xml");
  EXPECT_EQ(messages("<model encryption-scheme='AES-128,CBC,SHA256'>AAAA</model>"),
            "E0111 not supported yet: an encrypted model\n");
}

TEST(ReadXmile, ReadsModelsOfOlderDrafts) {
  const ReadFile read(
      with_sections("<model><stock name='s'><eqn>1</eqn><display x='1'/></stock><aux name='a'/>"
                    "<display/><interface/></model>"));
  ASSERT_TRUE(read.model);
  EXPECT_EQ(read.messages(), "");
  EXPECT_EQ(read.model->models[0].variables.size(), 2u);
}

TEST(ReadXmile, ReadsMacros) {
  const ReadFile read(with_sections(R"(
    <macro name="SMOOTH N" filter="stock" applyto="outflows">
      <parm>input</parm><parm default="input * 2">initial</parm>
      <eqn>out[n]</eqn>
      <format>F(&lt;x&gt;)</format><doc>d</doc>
      <sim_specs method="rk4"><start>1</start><stop>x + 1</stop></sim_specs>
      <dimensions><dim name="Stage" size="n"/></dimensions>
      <variables><aux name="out"><eqn>1</eqn></aux></variables><views/>
    </macro>)"));
  ASSERT_TRUE(read.model);
  EXPECT_EQ(read.messages(), "");
  const MacroDecl& macro = read.model->macros[0];
  EXPECT_EQ(macro.name.text, "SMOOTH N");
  EXPECT_EQ(macro.filter, "stock");
  EXPECT_EQ(macro.apply_to, "outflows");
  ASSERT_EQ(macro.parameters.size(), 2u);
  EXPECT_FALSE(macro.parameters[0].fallback);
  EXPECT_EQ(print(*macro.parameters[1].fallback), "input * 2");
  EXPECT_EQ(print(*macro.expr), "out[n]");
  EXPECT_EQ(macro.format, "F(<x>)");
  EXPECT_EQ(macro.sim_specs->start, 1);
  EXPECT_EQ(macro.sim_specs->stop, std::nullopt);
  EXPECT_EQ(print(*macro.dimensions[0].size_expr), "n");
  EXPECT_EQ(macro.variables.size(), 1u);
}

TEST(ReadXmile, FindsTheRootModel) {
  const auto root = [](std::string_view sections) {
    return root_model(*ReadFile(with_sections(sections)).model);
  };
  EXPECT_EQ(root("<model name='a'/><model/>"), 1u);
  EXPECT_EQ(root("<model name='default'/>"), 0u);
  EXPECT_EQ(root("<model name='a b'/><model name='top'><variables><module name='A_B'/></variables>"
                 "</model>"),
            1u);
}

TEST(ReadXmile, RefusesOtherDocuments) {
  const ReadFile read("<html/>");
  EXPECT_FALSE(read.model);
  EXPECT_EQ(read.messages(),
            "model.xmile:1:1: error[E0005]: not an XMILE document but one that begins with <html>\n"
            "     1 | <html/>\n"
            "       | ^^^^^\n"
            "  why: the outermost element of an XMILE file is <xmile> (XMILE 1.0, 2).\n\n");
}

}  // namespace
}  // namespace shamal::syntax
