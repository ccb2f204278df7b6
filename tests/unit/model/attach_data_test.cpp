#include "model/attach_data.h"

#include <gtest/gtest.h>

#include "base/names.h"
#include "syntax/read_vensim.h"

namespace shamal::model {
namespace {

using syntax::Equation;
using syntax::VariableDecl;

// A model in a folder with the spreadsheets of the fuzzer's corpus.
struct Attached {
  explicit Attached(const std::string& text, std::vector<data::SeriesTable> series = {}) {
    const base::FileId file =
        sources.add(SHAMAL_SOURCE_DIR "/tests/fuzz/corpus/sheet/a.mdl",
                    "{UTF-8}\nR: north, south ~~|\nS: s1, s2, s3 ~~|\nTIME STEP = 1 ~~|\n" + text);
    parsed = syntax::read_vensim(file, sources, diagnostics);
    DataSources outside;
    outside.series = std::move(series);
    attach_data(*parsed, outside, sources, diagnostics, fingerprints);
  }

  const VariableDecl& variable(std::string_view name) const {
    for (const VariableDecl& variable : parsed->models.front().variables) {
      if (base::fold_name(variable.name.text) == base::fold_name(name)) {
        return variable;
      }
    }
    ADD_FAILURE() << name;
    return parsed->models.front().variables.front();
  }
  std::string messages() const { return base::print(diagnostics, sources); }

  base::Sources sources;
  base::Diagnostics diagnostics;
  std::optional<syntax::ParsedModel> parsed;
  std::vector<std::string> fingerprints;
};

using Rows = std::vector<std::vector<double>>;

TEST(AttachData, ConstantsRunAcrossDownAndBothWays) {
  const Attached model(
      "one = GET DIRECT CONSTANTS('small.xlsx', 'First', 'B2') ~~|\n"
      "named = GET XLS CONSTANTS('small.xlsx', 'First', 'years') ~~|\n"
      "across[S] = GET DIRECT CONSTANTS('small.xlsx', 'First', 'B1') ~~|\n"
      "down[R] = GET DIRECT CONSTANTS('small.ods', 'First', 'B1*') ~~|\n"
      "both[R, S, north] = GET DIRECT CONSTANTS('small.csv', ',', 'B1') ~~|\n"
      "turned[S, R] = GET DIRECT CONSTANTS('small.xls', 'first', 'b1*') ~~|\n");
  EXPECT_EQ(model.diagnostics.errors(), 0u) << model.messages();
  EXPECT_EQ(model.variable("one").equations.at(0).expr->number, 1.5);
  EXPECT_EQ(model.variable("named").equations.at(0).expr->number, 2000);
  EXPECT_EQ(model.variable("across").equations.at(0).constants->rows, (Rows{{2000, 2001, 2002}}));
  EXPECT_EQ(model.variable("down").equations.at(0).constants->rows, (Rows{{2000, 1.5}}))
      << "a column becomes a list";
  EXPECT_EQ(model.variable("both").equations.at(0).constants->rows,
            (Rows{{2000, 2001, 2002}, {1.5, 0, 3}}));
  EXPECT_EQ(model.variable("turned").equations.at(0).constants->rows,
            (Rows{{2000, 1.5}, {2001, 0}, {2002, 3}}));
  EXPECT_EQ(model.fingerprints.size(), 4u);
}

TEST(AttachData, SeriesGiveEachElementItsPoints) {
  const Attached model(
      "x[R] := GET DIRECT DATA('small.xlsx', 'First', 'years', 'B2') ~~|\n"
      "t[north]( GET DIRECT LOOKUPS('small.xlsx', 'First', '1', 'B3') ) ~~|\n"
      "t[south]((0,0),(1,1)) ~~|\n"
      "y = GET DATA BETWEEN TIMES(x[north], Time, 1) + GET TIME VALUE(1, 2, 0) ~~|\n");
  EXPECT_EQ(model.diagnostics.errors(), 0u) << model.messages();
  const VariableDecl& x = model.variable("x");
  ASSERT_EQ(x.equations.size(), 2u);
  EXPECT_FALSE(x.data);
  EXPECT_EQ(x.equations[1].subscripts.at(0).text, "south");
  EXPECT_EQ(x.equations[1].gf->x, (std::vector<double>{2000, 2002}));
  EXPECT_EQ(x.equations[1].gf->y, (std::vector<double>{-400, 1}));
  EXPECT_EQ(x.equations[1].expr->text, "Time");
  const VariableDecl& t = model.variable("t");
  EXPECT_EQ(t.kind, syntax::VariableKind::graphical);
  EXPECT_EQ(t.equations.at(0).gf->y, (std::vector<double>{-400, 1}));
  EXPECT_FALSE(t.equations.at(0).expr);
  const syntax::Expr& y = *model.variable("y").equations.at(0).expr;
  EXPECT_EQ(y.args.at(0).text, "x <next>");
  EXPECT_EQ(y.args.at(1).args.at(0).text, "INITIAL TIME");
  EXPECT_EQ(model.variable("x <next>").equations.size(), 2u);
}

TEST(AttachData, RangesTakeTheirElementsFromCells) {
  const Attached model(
      "A: GET DIRECT SUBSCRIPT('small.xlsx', 'First', 'A1', 'A', 'p ') ~~|\n"
      "B: GET DIRECT SUBSCRIPT('small.xlsx', 'First', 'B1', 'D1', '') ~~|\n"
      "C: GET DIRECT SUBSCRIPT('small.xlsx', 'First', 'B1', '1', 'y') ~~|\n");
  EXPECT_EQ(model.messages(), "");
  const auto elements = [&](std::size_t d) {
    std::string text;
    for (const syntax::Word& word : model.parsed->dimensions.at(d).elements) {
      text += word.text + ";";
    }
    return text;
  };
  EXPECT_EQ(elements(2), "p year;p value;");
  EXPECT_EQ(elements(3), "2000;2001;2002;");
  EXPECT_EQ(elements(4), "y2000;y2001;y2002;");
}

TEST(AttachData, DataOfRequestsTheLastFileWins) {
  data::SeriesTable first;
  first.series = {{{"rain", {"north"}}, {0, 1}, {1, 2}, 0}, {{"RAIN", {"South"}}, {0}, {5}, 0}};
  data::SeriesTable second;
  second.series = {{{"Rain", {"NORTH"}}, {0, 1}, {7, 8}, 0}};
  const Attached model("rain[R] ~~|\n", {first, second});
  EXPECT_EQ(model.messages(), "");
  const VariableDecl& rain = model.variable("rain");
  ASSERT_EQ(rain.equations.size(), 2u);
  EXPECT_EQ(rain.equations[0].gf->y, (std::vector<double>{7, 8}));
  EXPECT_EQ(rain.equations[1].gf->y, (std::vector<double>{5}));
}

TEST(AttachData, EveryMissingFileIsListed) {
  const Attached model(
      "a = GET DIRECT CONSTANTS('none.xlsx', 'First', 'B2') ~~|\n"
      "b = GET DIRECT CONSTANTS('none.xlsx', 'First', 'B3') ~~|\n"
      "c := GET DIRECT DATA('neither.csv', ',', 'A', 'B2') ~~|\n");
  EXPECT_EQ(model.diagnostics.errors(), 3u) << model.messages();
}

}  // namespace
}  // namespace shamal::model
