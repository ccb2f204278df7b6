#include "analysis/study.h"

#include <string>

#include <gtest/gtest.h>

namespace shamal::analysis {
namespace {

constexpr std::string_view kStudy = R"toml([study]
name = "levant"
title = "A title"
summary = "What it is."
model = "levant.xmile"
time_origin = "2013-07-01"
calibration_end = 2016-12-31
observations = "data/observations.csv"
sources = "data/sources.csv"
caveats = ["One.", "Two."]
misuse = "Not for targets."

[map]
geojson = "data/regions.geojson"
dimension = "Governorate"
variable = "control.Control"
title = "Control"
unit = "share"
times = ["2014-06-30", 2014-12-31]

[[line]]
id = "military"
number = 1
title = "Military action"
text = "Text."
  [[line.chart]]
  title = "Area"
  unit = "thousand km2"
  model = "indicators.Daesh area"
  scale = 0.001
    [[line.chart.series]]
    series = "ihs"
    region = "Iraq+Syria"
    label = "IHS"
    error = { kind = "relative", value = 0.10 }
    [[line.chart.series]]
    series = "dod"
    score = false
    scale = 1
    error = { kind = "factor", value = 3 }
  [[line.chart]]
  title = "People"
  unit = "million"
  log = true
  note = "A note."
  model = [{ variable = "d.IDPs", label = "displaced" }, { variable = "d.Returned", label = "returned", scale = 2 }]
    [[line.chart.series]]
    series = "dtm_returnees"
    model = "returned"
    error = { kind = "column" }

[[line]]
id = "political"
number = 2
title = "Political solutions"
)toml";

struct Read {
  base::Sources sources;
  base::Diagnostics diagnostics;
  std::optional<Study> study;

  explicit Read(std::string_view text) {
    study = read_study(sources, sources.add("models/levant/study.toml", std::string(text)),
                       diagnostics);
  }
  std::string printed() const { return base::print(diagnostics, sources); }
};

std::string replaced(std::string_view from, std::string_view to) {
  std::string text(kStudy);
  text.replace(text.find(from), from.size(), to);
  return text;
}

TEST(ReadStudy, TakesEveryEntry) {
  const Read read(kStudy);
  ASSERT_TRUE(read.study) << read.printed();
  EXPECT_EQ(read.printed(), "");
  const Study& study = *read.study;
  EXPECT_EQ(study.name, "levant");
  EXPECT_EQ(study.model.text, "models/levant/levant.xmile");
  EXPECT_EQ(study.observations.text, "models/levant/data/observations.csv");
  EXPECT_EQ(study.calendar, (Calendar{{2013, 7, 1}, TimeUnit::month}));
  EXPECT_EQ(study.calibration_end, (Date{2016, 12, 31}));
  EXPECT_EQ(study.caveats.size(), 2u);
  ASSERT_TRUE(study.map);
  EXPECT_EQ(study.map->geojson.text, "models/levant/data/regions.geojson");
  EXPECT_EQ(study.map->times, (std::vector<Date>{{2014, 6, 30}, {2014, 12, 31}}));
  ASSERT_EQ(study.lines.size(), 2u);
  EXPECT_TRUE(study.lines[1].charts.empty());

  const Chart& area = study.lines[0].charts.at(0);
  EXPECT_EQ(area.curves.at(0).variable.text, "indicators.Daesh area");
  EXPECT_EQ(area.curves[0].label, "model");
  EXPECT_EQ(area.curves[0].scale, 0.001);
  EXPECT_EQ(area.series.at(0).error, (ErrorModel{ErrorModel::Kind::relative, 0.1}));
  EXPECT_EQ(area.series[0].scale, 0.001);
  EXPECT_TRUE(area.series[0].score);
  EXPECT_EQ(area.series.at(1).label, "dod");
  EXPECT_EQ(area.series[1].error,
            (ErrorModel{ErrorModel::Kind::factor, 3, ErrorModel::Likelihood::lognormal}));
  EXPECT_EQ(area.series[1].scale, 1);
  EXPECT_FALSE(area.series[1].score);

  const Chart& people = study.lines[0].charts.at(1);
  EXPECT_TRUE(people.log);
  EXPECT_EQ(people.curves.at(1).label, "returned");
  EXPECT_EQ(people.curves[1].scale, 2);
  EXPECT_EQ(people.series.at(0).curve, 1u);
  EXPECT_EQ(people.series[0].error.kind, ErrorModel::Kind::column);
}

TEST(ReadStudy, KeepsThePlacesOfNames) {
  const Read read(kStudy);
  ASSERT_TRUE(read.study);
  const base::Place place =
      read.sources.place(read.study->lines[0].charts[0].curves[0].variable.span);
  EXPECT_EQ(place.line, 29u);
  EXPECT_EQ(place.column, 11u);
  EXPECT_EQ(place.width, 23u);
}

TEST(ReadStudy, ReportsBrokenToml) {
  const Read read("[study]\nname = \n");
  EXPECT_FALSE(read.study);
  EXPECT_EQ(read.printed(),
            "models/levant/study.toml:2:8: error[E0801]: malformed TOML: Error while parsing "
            "key-value pair: expected value, saw '\\n'\n"
            "     2 | name = \n"
            "       |        ^\n"
            "  why: a study is a TOML file.\n\n");
}

TEST(ReadStudy, ReportsAHeaderWithoutAName) {
  const Read read("[[#ine]]\n");
  EXPECT_FALSE(read.study);
  EXPECT_EQ(read.diagnostics.all().at(0).code, base::Code::bad_toml);
}

TEST(ReadStudy, ReportsAMissingEntry) {
  const Read read(replaced("summary = \"What it is.\"\n", ""));
  EXPECT_FALSE(read.study);
  EXPECT_EQ(read.printed(),
            "models/levant/study.toml:1:1: error[E0802]: study entry missing or of the wrong kind: "
            "[study] has no \"summary\"\n"
            "     1 | [study]\n"
            "       | ^^^^^^^\n"
            "  why: the study's form is described in docs/study.md.\n"
            "  fix: add a line: summary = …\n\n");
}

TEST(ReadStudy, SuggestsTheEntryThatWasMeant) {
  const Read read(replaced("misuse =", "missuse ="));
  EXPECT_TRUE(read.study);
  EXPECT_EQ(read.printed(),
            "models/levant/study.toml:11:1: warning[W0803]: study entry not understood: [study] "
            "has no entry \"missuse\"\n"
            "    11 | missuse = \"Not for targets.\"\n"
            "       | ^^^^^^^\n"
            "  why: it is ignored; the study's form is described in docs/study.md.\n"
            "  fix: did you mean \"misuse\"?\n\n");
}

TEST(ReadStudy, ReportsAWrongKind) {
  const Read read(replaced("number = 1", "number = \"one\""));
  EXPECT_FALSE(read.study);
  EXPECT_EQ(read.printed(),
            "models/levant/study.toml:23:10: error[E0802]: study entry missing or of the wrong "
            "kind: \"number\" of [[line]] is not a whole number\n"
            "    23 | number = \"one\"\n"
            "       |          ^^^^^\n"
            "  why: the study's form is described in docs/study.md.\n\n");
}

TEST(ReadStudy, ReportsEverythingInOnePass) {
  std::string text = replaced("time_origin = \"2013-07-01\"", "time_origin = \"July 2013\"");
  text.replace(text.find("kind = \"relative\""), 17, "kind = \"relativ\"");
  text.replace(text.find("value = 3"), 9, "value = 0.5");
  text.replace(text.find("model = \"returned\""), 18, "model = \"retturned\"");
  text.replace(text.find("id = \"political\""), 16, "id = \"Military\"");
  text.replace(text.find("log = true"), 10, "log = 1");
  const Read read(text);
  EXPECT_FALSE(read.study);
  std::string whats;
  for (const base::Diagnostic& diagnostic : read.diagnostics.sorted()) {
    whats += diagnostic.what + " | " + diagnostic.fix + "\n";
  }
  EXPECT_EQ(
      whats,
      "\"time_origin\" of [study] is not a day | write the day as \"YYYY-MM-DD\"\n"
      "\"relativ\" is not a kind of error | write one of relative, factor, column, estimated\n"
      "a factor of error is 1 or more | \n"
      "\"log\" of [[line.chart]] is a number, not true or false | \n"
      "\"retturned\" is not a curve of this chart | its curves are d.IDPs, d.Returned\n"
      "two lines have the id \"Military\" | give each line an id of its own\n");
}

TEST(ReadStudy, TakesOtherUnitsOfTime) {
  EXPECT_EQ(Read(replaced("name = \"levant\"", "name = \"x\"\ntime_unit = \"Quarter\""))
                .study->calendar.unit,
            TimeUnit::quarter);
  const Read read(replaced("name = \"levant\"", "name = \"x\"\ntime_unit = \"moon\""));
  EXPECT_FALSE(read.study);
  EXPECT_EQ(read.diagnostics.all().at(0).what, "\"moon\" is not a unit of time");
}

}  // namespace
}  // namespace shamal::analysis
