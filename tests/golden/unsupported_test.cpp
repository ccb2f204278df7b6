// docs/unsupported.md, row by row: each construct is named at its line, with the code that the page
// gives.

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/compile.h"
#include "api/functions.h"

namespace {

using namespace shamal;
using testing::HasSubstr;

struct Example {
  std::string construct;  // as the page has it
  std::string code;
  bool vensim;
  std::string text;  // of the model, without its frame
  int line;
};

const std::vector<Example> kExamples = {
    {"a function of that list, such as `FIND ZERO` or `INTERPOLATE`", "E0211", true,
     "y = 1 ~~|\nx = FIND ZERO(y, 1, 0, 1, 5) ~~|\n", 3},
    {"a function of that list, such as `FIND ZERO` or `INTERPOLATE`", "E0211", false,
     "<aux name='x'><eqn>INTERPOLATE(x)</eqn></aux>", 5},
    {"`GET TIME VALUE` of the computer's clock", "E0211", true, "x = GET TIME VALUE(2, 1, 3) ~~|\n",
     2},
    {"a function of what each of an array of conveyors or queues holds, such as `MAX(belts)` "
     "without subscripts, or `RANK` of such contents with a second array",
     "E0111", false,
     "<stock "
     "name='belt'><eqn>1</eqn><outflow>out</outflow><conveyor><len>2</len></conveyor></stock>"
     "<flow name='out'/><aux name='x'><eqn>RANK(belt, 1, belt)</eqn></aux>",
     5},
    {"an option filter of another option than `non_negative`; of stocks' own values with "
     "Runge-Kutta methods, or in models with conveyors, queues or multipliers",
     "E0111", false,
     "<flow name='f'><eqn>1</eqn><multiplier>2</multiplier></flow></variables></model><macro "
     "name='non_negative' filter='stock'><parm>stock</parm>"
     "<parm>option</parm><eqn>MAX(stock, option)</eqn></macro><model name='other'><variables>",
     5},
    {"a conveyor, a queue or `IRR` in a macro with its own simulation specifications", "E0111",
     false,
     "<aux name='x'><eqn>F(TIME)</eqn></aux></variables></model><macro name='F'><parm>n</parm>"
     "<eqn>IRR(y)</eqn><sim_specs><start>0</start><stop>2</stop></sim_specs><variables>"
     "<aux name='y'><eqn>n</eqn></aux></variables></macro><model name='other'><variables>",
     5},
    {"`SHIFT IF TRUE` with Runge-Kutta methods, or of an element that another one moves", "E0211",
     true,
     "R: r1, r2 ~~|\ny[R] = INTEG(1, 0) ~~|\nx = SHIFT IF TRUE(y[r1], 1, 2, 0, 0) ~~|\n"
     "z = SHIFT IF TRUE(y[r2], 1, 1, 0, 0) ~~|\n",
     5},
    {"`GET DIRECT CONSTANTS` or `GET VDF …` within a larger expression, which the manual rules out",
     "E0211", true, "x = 1 + GET DIRECT CONSTANTS('a.csv', ',', 'B2') ~~|\n", 2},
    {"`VECTOR ELM MAP` of a computed value, which Vensim refuses too", "E0304", true,
     "R: r1, r2 ~~|\nv[R] = 1, 2 ~~|\nx = VECTOR ELM MAP(v[r1] * 2, 1) ~~|\n", 4},
    {std::string("an equation that reads `") + std::string(3, '?') + "`", "E0106", false,
     std::string("<aux name='x'><eqn>") + std::string(3, '?') + "</eqn></aux>", 5},
    {"a data variable whose values no file gives", "E0711", true, "history ~~|\n", 2},
    {"an equation in MathML only", "E0111", false,
     "<aux name='x'><mathml><cn>1</cn></mathml></aux>", 5},
    {"a macro that calls itself as often as a variable says, or that has variables and calls "
     "itself",
     "E0209", false,
     "<aux name='x'><eqn>F(TIME)</eqn></aux></variables></model><macro name='F'><parm>n</parm>"
     "<eqn>IF n &lt; 1 THEN 1 ELSE F(n - 1)</eqn></macro><model name='other'><variables>",
     5},
    {"a module whose file is on a network", "E0009", false,
     "<module name='far' resource='http://example.org/model.xmile'/>", 5},
    {"an element that the standard does not know", "W0110", false,
     "<aux name='x'><eqn>1</eqn><colour/></aux>", 5},
    {"a file that is not well-formed XML", "E0004", false, "<aux name='x'><eqn>1</aux>", 5},
};

std::string page() {
  std::ifstream in(std::string(SHAMAL_SOURCE_DIR) + "/docs/unsupported.md");
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST(Unsupported, IsNamedAtItsLine) {
  for (const Example& example : kExamples) {
    EXPECT_THAT(page(), HasSubstr("| " + example.construct + " |")) << "not on the page";
    const std::filesystem::path path = std::filesystem::path(testing::TempDir()) /
                                       (example.vensim ? "unsupported.mdl" : "unsupported.xmile");
    std::ofstream(path) << (example.vensim
                                ? "{UTF-8}\n" + example.text +
                                      "INITIAL TIME = 0 ~~|\nFINAL TIME = 1 ~~|\n"
                                      "TIME STEP = 1 ~~|\nSAVEPER = 1 ~~|\n"
                                : "<xmile version='1.0' "
                                  "xmlns='http://docs.oasis-open.org/xmile/ns/XMILE/v1.0'>\n"
                                  "<header><vendor>isee systems</vendor>"
                                  "<product version='1.0'>Stella</product></header>\n"
                                  "<sim_specs><start>0</start><stop>1</stop></sim_specs>\n"
                                  "<model><variables>\n" +
                                      example.text + "\n</variables></model></xmile>\n");
    base::Sources sources;
    base::Diagnostics diagnostics;
    api::compile(path.string(), sources, diagnostics);
    const std::string said = base::print(diagnostics, sources);
    EXPECT_THAT(said, HasSubstr("[" + example.code + "]")) << example.text;
    EXPECT_THAT(said, HasSubstr(":" + std::to_string(example.line) + ":")) << example.text;
    const std::size_t row = page().find("| " + example.construct + " |");
    EXPECT_EQ(page().substr(page().find('\n', row) - 2 - example.code.size(), example.code.size()),
              example.code)
        << example.construct;
  }
}

TEST(Unsupported, FunctionsAreListed) {
  std::ifstream in(std::string(SHAMAL_SOURCE_DIR) + "/docs/functions.md");
  std::ostringstream text;
  text << in.rdbuf();
  for (const std::string& name : api::refused_functions()) {
    EXPECT_THAT(text.str(), HasSubstr("- `" + name + "`"));
  }
}

}  // namespace
