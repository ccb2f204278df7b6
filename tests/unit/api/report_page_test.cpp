#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/report.h"
#include "api/report/text.h"
#include "unit/api/report_example.h"

namespace shamal::api {
namespace {

using testing::HasSubstr;
using testing::Not;

// What a page is made of, found by a reader that is stricter than a browser: every element is
// closed in its order or by itself, and every attribute is in double quotes.
struct Markup {
  struct Element {
    std::string name;
    std::vector<std::pair<std::string, std::string>> attributes;

    std::string attribute(std::string_view wanted) const {
      for (const auto& [key, value] : attributes) {
        if (key == wanted) {
          return value;
        }
      }
      return {};
    }
  };
  std::vector<Element> elements;
  std::string problem;
};

Markup read_markup(const std::string& page) {
  Markup markup;
  std::vector<std::string> open;
  std::size_t at = page.find('\n') + 1;  // after <!DOCTYPE html>
  const auto fail = [&](const std::string& what) {
    markup.problem = what + " near: " + page.substr(at, 80);
  };
  while (at < page.size() && markup.problem.empty()) {
    at = page.find('<', at);
    if (at == std::string::npos) {
      break;
    }
    const std::size_t end = page.find('>', at);
    if (end == std::string::npos) {
      fail("tag without end");
      break;
    }
    std::string tag = page.substr(at + 1, end - at - 1);
    if (tag.starts_with('/')) {
      if (open.empty() || open.back() != tag.substr(1)) {
        fail("</" + tag.substr(1) + "> closes " + (open.empty() ? "nothing" : open.back()));
        break;
      }
      open.pop_back();
      at = end + 1;
      continue;
    }
    const bool closed = tag.ends_with('/');
    if (closed) {
      tag.pop_back();
    }
    Markup::Element element;
    std::size_t i = tag.find(' ');
    element.name = tag.substr(0, i);
    while (i != std::string::npos && i < tag.size()) {
      i = tag.find_first_not_of(' ', i);
      if (i == std::string::npos) {
        break;
      }
      const std::size_t equals = tag.find("=\"", i);
      const std::size_t quote = equals == std::string::npos ? equals : tag.find('"', equals + 2);
      if (quote == std::string::npos) {
        fail("attribute without quotes");
        break;
      }
      element.attributes.push_back(
          {tag.substr(i, equals - i), tag.substr(equals + 2, quote - equals - 2)});
      i = quote + 1;
    }
    at = end + 1;
    if (!closed) {
      open.push_back(element.name);
      if (element.name == "style" || element.name == "script") {
        at = page.find("</" + element.name, at);
      }
    }
    markup.elements.push_back(std::move(element));
  }
  if (markup.problem.empty() && !open.empty()) {
    markup.problem = "never closed: " + open.back();
  }
  return markup;
}

std::string between(const std::string& page, const std::string& begin, const std::string& end) {
  const std::size_t from = page.find(begin) + begin.size();
  return page.substr(from, page.find(end, from) - from);
}

std::size_t count(const std::string& page, const std::string& text) {
  std::size_t result = 0;
  for (std::size_t at = page.find(text); at != std::string::npos; at = page.find(text, at + 1)) {
    ++result;
  }
  return result;
}

TEST(ReportPage, IsWellFormed) {
  const Markup markup = read_markup(report_html(report_example()));
  EXPECT_EQ(markup.problem, "");
  EXPECT_GT(markup.elements.size(), 200u);
}

void expect_links(const std::string& page) {
  const Markup markup = read_markup(page);
  std::set<std::string> ids;
  for (const Markup::Element& element : markup.elements) {
    const std::string id = element.attribute("id");
    EXPECT_TRUE(id.empty() || ids.insert(id).second) << "twice: " << id;
  }
  for (const Markup::Element& element : markup.elements) {
    const std::string href = element.attribute("href");
    if (href.starts_with("#")) {
      EXPECT_TRUE(ids.contains(href.substr(1))) << href;
    }
    std::string names = element.attribute("aria-labelledby");
    while (!names.empty()) {
      const std::size_t blank = names.find(' ');
      EXPECT_TRUE(ids.contains(names.substr(0, blank))) << names;
      names = blank == std::string::npos ? "" : names.substr(blank + 1);
    }
  }
}

TEST(ReportPage, LeadsWhereItsLinksSay) {
  ReportInput input = report_example();
  expect_links(report_html(input));
  ReportEquation area;
  area.name = "indicators.Area";
  area.kind = "auxiliary";
  area.text = "SUM(control.Control[*])";
  area.uses = {"control.Control"};
  ReportEquation control;
  control.name = "control.Control";
  control.kind = "stock";
  input.equations = {control, area};
  for (const ReportParameter& parameter : input.parameters) {
    ReportEquation constant;
    constant.name = parameter.name;
    constant.kind = "constant";
    constant.doc = parameter.doc;
    input.equations.push_back(constant);
  }
  analysis::Band band;
  band.id = "H-3";
  band.reading.variable.text = "indicators.Area";
  input.bands = {{&band, 0.1, 48, false}};
  const std::string page = report_html(input);
  expect_links(page);
  // Every figure leads to its equation, and every parameter to its own and to its source.
  for (std::size_t at = page.find("<figure class=\"chart"); at != std::string::npos;
       at = page.find("<figure class=\"chart", at + 1)) {
    EXPECT_THAT(page.substr(at, page.find("</figure>", at) - at), HasSubstr("href=\"#eq-"));
  }
  EXPECT_THAT(between(page, "<section id=\"map\">", "</section>"),
              HasSubstr("Equation: <a href=\"#eq-control-control\">"));
  EXPECT_THAT(between(page, "<section id=\"tests\">", "</section>"),
              HasSubstr("<a href=\"#eq-indicators-area\">"));
  const std::string parameters = between(page, "<section id=\"parameters\">", "</section>");
  EXPECT_EQ(count(parameters, "href=\"#eq-"), input.parameters.size());
  EXPECT_THAT(parameters, HasSubstr("href=\"#source-ihs\""));
}

// What a card says is computed: other data and another experiment make another card.
TEST(ReportPage, CardsFollowTheDataAndTheExperiment) {
  ReportInput input = report_example();
  analysis::Outcome outcome;
  outcome.id = "area";
  outcome.title = "Ground held";
  outcome.unit = "km2";
  outcome.reading.variable.text = "indicators.Area";
  input.files.study.outcomes = {outcome};
  analysis::Card card;
  card.line.text = "military";
  card.speaker = "Somebody";
  card.statement = "It fell to {now}.";
  card.outcomes = {{"area", {}}};
  analysis::CardFigure figure;
  figure.slot = "now";
  figure.series.text = "area";
  figure.region.text = "Iraq";
  figure.date.text = "2016-05-01";
  figure.unit = "km2";
  card.figures = {figure};
  analysis::CardSeries series;
  series.series.text = "area";
  series.region.text = "Iraq";
  series.label = "Ground";
  series.unit = "km2";
  card.series = {series};
  input.files.cards = {card};
  Experiment experiment;
  experiment.draws = 3;
  experiment.lines = {"military"};
  experiment.strategies = {{"as it was", "", false, {{1, 2, 3}}},
                           {"none", "", true, {{9, 9, 9}}},
                           {"without military", "military", false, {{4, 4, 4}}},
                           {"only military", "military", true, {{4, 4, 4}}}};
  input.experiment = experiment;
  const auto cards = [&] {
    return between(report_html(input), "<section id=\"cards\">", "</section>");
  };
  std::string text = cards();
  EXPECT_THAT(text, HasSubstr("It fell to 40\u202f000 km2."));
  EXPECT_THAT(text, HasSubstr("(2016-01-01) to 40\u202f000 (2016-05-01), −20%"));
  EXPECT_THAT(text, HasSubstr("A direction, not a size:"));
  EXPECT_THAT(text, HasSubstr("worse than a naive rival in 1 of the 1 series"));
  // Only the figures change.
  for (analysis::Observation& row : input.files.observations.usable) {
    if (row.date == "2016-05-01") {
      row.value = 20000;
    }
  }
  text = cards();
  EXPECT_THAT(text, HasSubstr("It fell to 20\u202f000 km2."));
  EXPECT_THAT(text, HasSubstr("(2016-01-01) to 20\u202f000 (2016-05-01), −60%"));
  EXPECT_THAT(text, Not(HasSubstr("40\u202f000")));
  // Only what the model finds changes.
  input.experiment->strategies[2].outcomes = {{0, 4, 4}};
  text = cards();
  EXPECT_THAT(text, HasSubstr("Cannot say which way:"));
  EXPECT_THAT(text, Not(HasSubstr("A direction, not a size:")));
}

TEST(ReportPage, NamesRegionsInFrenchAndInArabicFromRightToLeft) {
  ReportInput input = report_example();
  EXPECT_THAT(report_html(input), Not(HasSubstr("lang=\"ar\"")));
  const std::string name = "\"name_en\":\"Ninawa\"";
  std::string& regions = input.files.regions;
  regions.replace(regions.find(name), name.size(),
                  name + ",\"name_fr\":\"Ninive\",\"name_ar\":\"نينوى\"");
  EXPECT_THAT(report_html(input), HasSubstr("<td class=\"words\" lang=\"fr\">Ninive</td>"
                                            "<td lang=\"ar\" dir=\"rtl\">نينوى</td>"));
}

TEST(ReportPage, ShowsTheTestsAlone) {
  ReportInput input = report_example();
  CheckResult check;
  check.id = "T-02";
  input.checks = {check};
  input.tests_only = true;
  const std::string page = report_html(input);
  expect_links(page);
  EXPECT_THAT(page, HasSubstr("<section id=\"tests\">"));
  EXPECT_THAT(page, HasSubstr("<section id=\"misfit\">"));
  EXPECT_THAT(page, Not(HasSubstr("<section id=\"map\">")));
}

TEST(ReportPage, SaysFirstWhatFails) {
  ReportInput input = report_example();
  analysis::Band band;
  band.id = "H-2";
  band.title = "Raqqa freed";
  band.holdout = true;
  input.bands = {{&band, 0.1, 48, false}};
  CheckResult good;
  good.id = "T-02";
  good.status = CheckResult::Status::passed;
  CheckResult bad;
  bad.id = "T-08";
  bad.status = CheckResult::Status::failed;
  CheckResult sign;
  sign.id = "T-27";
  sign.required = false;
  sign.status = CheckResult::Status::failed;
  input.checks = {good, bad, sign};
  const std::string page = report_html(input);
  EXPECT_THAT(page, HasSubstr("1 of the 1 bands that were registered before any fit fail over the "
                              "draws, 1 of them held out: H-2."));
  EXPECT_THAT(page, HasSubstr("1 of the 2 checks that must hold fail: T-08. 1 of the 1 findings "
                              "that the literature expects are not found."));
  EXPECT_LT(page.find("checks that must hold fail"), page.find("<main"));
}

TEST(ReportPage, LoadsNothing) {
  const std::string page = report_html(report_example());
  for (const Markup::Element& element : read_markup(page).elements) {
    EXPECT_EQ(element.attribute("src"), "") << element.name;
    EXPECT_EQ(element.attribute("style"), "") << element.name << ": refused by the policy";
    EXPECT_NE(element.name, "link");
    EXPECT_NE(element.name, "img");
    EXPECT_NE(element.name, "iframe");
    const std::string href = element.attribute("href");
    if (!href.empty() && !href.starts_with("#")) {
      EXPECT_EQ(element.name, "a");
      EXPECT_TRUE(href.starts_with("https://") || href.starts_with("http://")) << href;
    }
    for (const auto& [key, value] : element.attributes) {
      EXPECT_FALSE(key.starts_with("on")) << key;
    }
  }
  EXPECT_THAT(page, Not(HasSubstr("@import")));
  EXPECT_THAT(page, Not(HasSubstr("href=\"javascript")));
}

TEST(ReportPage, AllowsItsOwnStyleAndScriptOnly) {
  const std::string page = report_html(report_example());
  const std::string style = between(page, "<style>", "</style>");
  const std::string script = between(page, "<script>", "</script>");
  ASSERT_THAT(style, HasSubstr(".chart"));
  ASSERT_THAT(script, HasSubstr("map-slider"));
  EXPECT_THAT(page, HasSubstr("default-src &#39;none&#39;; style-src " +
                              report::escape(report::content_hash(style)) + "; script-src " +
                              report::escape(report::content_hash(script))));
}

TEST(ReportPage, IsTheSameForTheSameInput) {
  EXPECT_EQ(report_html(report_example()), report_html(report_example()));
}

TEST(ReportPage, EscapesWhatUsersWrite) {
  const std::string page = report_html(report_example());
  EXPECT_THAT(page, HasSubstr("<h1>Ground &amp; people &lt;held&gt;</h1>"));
  EXPECT_THAT(page, HasSubstr("IHS &lt;Monitor&gt;"));
  EXPECT_THAT(page, HasSubstr("Tax &lt;per person&gt;"));
  EXPECT_THAT(page, HasSubstr("RAND &lt;2017&gt;"));
  EXPECT_THAT(page, HasSubstr("Nothing is &quot;fitted&quot;."));
  EXPECT_THAT(page, Not(HasSubstr("<Monitor>")));
}

TEST(ReportPage, HoldsEveryChartWithItsTable) {
  const std::string page = report_html(report_example());
  for (const char* id : {"chart-military-1", "chart-military-2"}) {
    EXPECT_THAT(page, HasSubstr(std::string("id=\"") + id + "\""));
    EXPECT_THAT(page, HasSubstr(std::string("aria-labelledby=\"") + id + "-t"));
  }
  EXPECT_EQ(count(page, "The chart as a table"), 2u);
  EXPECT_THAT(page, HasSubstr("The maps as a table"));
  // An observed row: date, model, observed, low, high, series, source.
  EXPECT_THAT(page, HasSubstr("<th scope=\"row\">2016-03-01</th><td>42</td><td>41</td>"
                              "<td>36.9</td><td>45.1</td>"));
  EXPECT_THAT(page, HasSubstr("href=\"#source-ihs\""));
}

TEST(ReportPage, SaysWhereTheModelIsWorseThanANaiveRival) {
  const std::string page = report_html(report_example());
  EXPECT_THAT(page, HasSubstr("worse than the naive rival"));
  EXPECT_THAT(page, HasSubstr("The model does worse than at least one naive rival in 1 of the 1 "
                              "series that can be compared after 31 Mar 2016"));
  // What is only shown is not scored.
  EXPECT_EQ(count(between(page, "<section id=\"misfit\">", "</section>"), "Another definition"),
            0u);
}

TEST(ReportPage, ListsAssumptionsAndMarksWhatHasNoOrigin) {
  const std::string page = report_html(report_example());
  EXPECT_THAT(page, HasSubstr("Of 3 parameters, 1 rest on a source, 0 on a source and an "
                              "assumption, 1 on an assumption alone, and 1 name neither."));
  EXPECT_THAT(page, HasSubstr("<span class=\"assumed\">Assumption:</span> read off battles."));
  EXPECT_THAT(page, HasSubstr("<span class=\"missing\">no source given</span>"));
  EXPECT_THAT(page, HasSubstr("<span class=\"missing\">value outside</span>"));
  EXPECT_THAT(page, HasSubstr("2 values, 0.2 to 0.9"));
}

TEST(ReportPage, NamesWhatIsMissing) {
  const std::string page = report_html(report_example());
  EXPECT_THAT(page, HasSubstr("<b>1 Military action</b> air &amp; sea.</li>"));
  EXPECT_THAT(page, HasSubstr("<b>2 Political solutions</b> inclusion.</li>"));
  EXPECT_THAT(page, HasSubstr("Figures that could not be placed"));
  EXPECT_THAT(page, HasSubstr("the date is not one that can be placed in time"));
  EXPECT_THAT(page, HasSubstr("Not for targets."));
  EXPECT_THAT(page, HasSubstr("<code>shamal report example/study.toml -o page.html</code>"));
}

TEST(ReportPage, SurvivesAStudyOfAlmostNothing) {
  ReportInput input;
  input.files.study.title = "Nothing";
  const Markup markup = read_markup(report_html(input));
  EXPECT_EQ(markup.problem, "");
  input = report_example();
  input.files.regions = "no GeoJSON";
  input.results.variables.clear();
  EXPECT_EQ(read_markup(report_html(input)).problem, "");
  input.results.dimensions.clear();
  EXPECT_EQ(read_markup(report_html(input)).problem, "");
}

TEST(ReportSummary, TellsTheMainThingsInAFewLines) {
  EXPECT_EQ(report_summary_text(report_example(), "page.html"),
            "Ground & people <held>\n"
            "  model         3 stocks, 4 flows, 20 auxiliaries, 7 constants\n"
            "  run           1 Jan 2016 to 1 May 2016, Euler, step 1/16 month\n"
            "  1 Military action: RMSE/mean 3.1% calibration, 40% held out; worse than a naive "
            "rival in 1 of 1, 1 of 1\n"
            "  worst         Ground held (IHS <Monitor>), held out: RMSE 40% of the mean, worse "
            "than the naive rivals: last value, straight line and constant rate\n"
            "  parameters    3: 1 from a source, 0 partly, 1 assumed, 1 without either\n"
            "  not yet       2 Political solutions\n"
            "  page          page.html\n");
}

}  // namespace
}  // namespace shamal::api
