#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/study.h"
#include "api/report/chart.h"
#include "api/report/map.h"
#include "api/report/misfit.h"
#include "api/report/path.h"
#include "api/report/regions.h"
#include "api/report/scale.h"
#include "api/report/sources.h"
#include "api/report/text.h"
#include "unit/api/report_example.h"

namespace shamal::api::report {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(Text, EscapesMarkupAndDropsControlCharacters) {
  EXPECT_EQ(escape("a<b> & \"c\" 'd'\x01"), "a&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;");
  EXPECT_EQ(anchor("Al-Hasakah, 2014!"), "al-hasakah-2014");
  EXPECT_EQ(anchor("Déjà"), "d-j");
}

TEST(Text, WritesNumbersForPeople) {
  EXPECT_EQ(number_text(0.0), "0");
  EXPECT_EQ(number_text(1234567.0), "1\u202f230\u202f000");
  EXPECT_EQ(number_text(-8.547), "−8.55");
  EXPECT_EQ(number_text(9.996), "10");
  EXPECT_EQ(number_text(0.00175), "0.00175");
  EXPECT_EQ(number_text(3.21e-7), "3.21 × 10⁻⁷");
  EXPECT_EQ(number_text(22500.0, 6), "22\u202f500");
  EXPECT_EQ(number_text(std::nan("")), "–");
  EXPECT_EQ(number_text(std::optional<double>()), "–");
  EXPECT_EQ(decimal_text(-0.001, 2), "0.00");
  EXPECT_EQ(decimal_text(-12345.6, 1), "−12\u202f345.6");
  EXPECT_EQ(percent_text(0.084), "8.4%");
  EXPECT_EQ(percent_text(0.05), "5%");
  EXPECT_EQ(percent_text(1.0), "100%");
  EXPECT_EQ(percent_text(0.999), "100%");
  EXPECT_EQ(count_text(1, "point", "points"), "1 point");
  EXPECT_EQ(pixels(12.04), "12");
  EXPECT_EQ(pixels(-0.01), "0");
}

TEST(Text, NamesStepsAndMethods) {
  EXPECT_EQ(step_text("0.0625"), "1/16");
  EXPECT_EQ(step_text("0.3"), "0.3");
  EXPECT_EQ(step_text("1"), "1");
  EXPECT_EQ(method_text("euler"), "Euler");
  EXPECT_EQ(method_text("rk4"), "RK4");
}

TEST(Text, HashesAsAPolicyWantsIt) {
  EXPECT_EQ(content_hash(""), "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='");
}

std::vector<std::string> labels(const ValueAxis& axis) {
  std::vector<std::string> result;
  for (const Tick& tick : axis.ticks) {
    result.push_back(tick.label);
  }
  return result;
}

TEST(ValueAxis, TakesRoundNumbers) {
  EXPECT_THAT(labels(value_axis(0, 97, false, 5)), ElementsAre("0", "20", "40", "60", "80", "100"));
  EXPECT_THAT(labels(value_axis(0, 0.6, false, 5)), ElementsAre("0.0", "0.2", "0.4", "0.6"));
  EXPECT_THAT(labels(value_axis(-30, 30, false, 4)), ElementsAre("−20", "0", "20"));
  EXPECT_THAT(labels(value_axis(0, 4.1e6, false, 4)),
              ElementsAre("0", "2\u202f000\u202f000", "4\u202f000\u202f000"));
  EXPECT_THAT(labels(value_axis(3, 400, true, 5)),
              ElementsAre("2", "5", "10", "20", "50", "100", "200", "500"));
  const ValueAxis flat = value_axis(5, 5, false, 4);
  EXPECT_GT(flat.high, flat.low);
}

TEST(Scale, MapsLinearlyAndByLogarithm) {
  const Scale linear{0, 10, 100, 0, false};
  EXPECT_DOUBLE_EQ(linear(2.5), 75);
  const Scale log{1, 100, 0, 100, true};
  EXPECT_DOUBLE_EQ(log(10), 50);
}

TEST(DateAxis, CutsYearsToTheRun) {
  const analysis::Calendar months{{2013, 7, 1}, analysis::TimeUnit::month};
  const DateAxis axis = date_axis(months, 0, 54);
  EXPECT_THAT(axis.major, ElementsAre(6, 18, 30, 42, 54));
  EXPECT_EQ(axis.minor.size(), 14u);
  ASSERT_EQ(axis.stretches.size(), 5u);
  EXPECT_EQ(axis.stretches[0].label, "2013");
  EXPECT_EQ(axis.stretches[0].begin, 0);
  EXPECT_EQ(axis.stretches[0].end, 6);
  EXPECT_EQ(axis.stretches[4].short_label, "’17");
}

TEST(DateAxis, TakesQuartersForAYearAndGroupsOfYearsForDecades) {
  const analysis::Calendar months{{2016, 1, 1}, analysis::TimeUnit::month};
  EXPECT_EQ(date_axis(months, 0, 12).stretches[1].label, "Q2 2016");
  const analysis::Calendar years{{1970, 1, 1}, analysis::TimeUnit::year};
  EXPECT_EQ(date_axis(years, 0, 30).stretches[0].label, "1970–74");
  EXPECT_EQ(date_axis(years, 0, 130).stretches[3].label, "2000s");
}

TEST(Path, KeepsWhatCanBeSeen) {
  const std::vector<Point> line = {{0, 0}, {1, 0.01}, {2, 0}, {3, 5}, {4, 0}};
  EXPECT_THAT(simplified(line, 0.1),
              ElementsAre(Point{0, 0}, Point{2, 0}, Point{3, 5}, Point{4, 0}));
  EXPECT_EQ(path_data(std::vector<Point>{{0, 0}, {0.01, 0.01}, {1, 2.54}}), "M0 0L1 2.5");
  EXPECT_TRUE(simplified({}, 1).empty());
}

ChartDrawing drawing() {
  ChartDrawing chart;
  chart.id = "c";
  chart.title = "T <1>";
  chart.description = "D";
  chart.calendar = {{2016, 1, 1}, analysis::TimeUnit::month};
  chart.begin = 0;
  chart.end = 24;
  chart.calibration_end = 12;
  chart.curves = {{"model", {0, 0}, {0, 12, 24}, {0, 10, 20}, {}}};
  chart.series = {{"seen", {1, 0, true}, {{{5, 6, 7}, 8, 7.0, 9.0, "tip"}}}};
  return chart;
}

TEST(Chart, DrawsCurvePointsAndErrors) {
  const std::string svg = chart_svg(drawing(), {});
  EXPECT_THAT(svg, HasSubstr("role=\"img\" aria-labelledby=\"c-t c-d\""));
  EXPECT_THAT(svg, HasSubstr("<title id=\"c-t\">T &lt;1&gt;</title>"));
  EXPECT_THAT(svg, HasSubstr("<circle class=\"mark ink-1\""));
  EXPECT_THAT(svg, HasSubstr("<title>tip</title>"));
  EXPECT_THAT(svg, HasSubstr("class=\"error ink-1\""));
  EXPECT_THAT(svg, HasSubstr("class=\"curve ink-0\""));
  EXPECT_THAT(svg, HasSubstr(">calibration</text>"));
  EXPECT_THAT(svg, HasSubstr(">held out</text>"));
  EXPECT_THAT(svg, HasSubstr("class=\"end ink-0\""));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

TEST(Chart, NestsBandsBelowTheCurve) {
  ChartDrawing chart = drawing();
  chart.curves[0].bands = {{"9 of 10 runs", {-5, 0, 5}, {5, 20, 35}},
                           {"5 of 10 runs", {-1, 8, 15}, {1, 12, 25}}};
  const std::string svg = chart_svg(chart, {});
  const std::size_t first = svg.find("class=\"band ink-0\"");
  const std::size_t second = svg.find("class=\"band ink-0\"", first + 1);
  ASSERT_NE(second, std::string::npos);
  EXPECT_LT(second, svg.find("class=\"curve ink-0\""));
  EXPECT_THAT(chart_legend(chart), HasSubstr("9 of 10 runs"));
}

TEST(Chart, MarksWhatIsNotScored) {
  ChartDrawing chart = drawing();
  chart.series[0].style.filled = false;
  EXPECT_THAT(chart_svg(chart, {}), HasSubstr("mark ink-1 hollow"));
  EXPECT_THAT(chart_legend(chart), HasSubstr("not scored"));
}

TEST(Chart, LeavesGapsWhereThereIsNoValue) {
  ChartDrawing chart = drawing();
  chart.curves[0].times = {0, 5, 10, 15, 20, 24};
  chart.curves[0].values = {1, 2, std::nan(""), 3, 4, 5};
  const std::string svg = chart_svg(chart, {});
  const std::size_t at = svg.find("class=\"curve ink-0\"");
  const std::string data = svg.substr(at, svg.find("/>", at) - at);
  EXPECT_EQ(std::count(data.begin(), data.end(), 'M'), 2);
  chart.log = true;
  chart.curves[0].values = {0, -1, 1, 10, 100, 1000};
  EXPECT_THAT(chart_svg(chart, {}), Not(HasSubstr("inf")));
}

TEST(Chart, KeepsEndLabelsApart) {
  ChartDrawing chart = drawing();
  chart.curves.push_back({"other", {1, 1}, {0, 24}, {0, 20}, {}});
  const std::string svg = chart_svg(chart, {});
  const auto y_of = [&](const std::string& label) {
    const std::size_t end = svg.rfind("\">" + label + "</text>");
    const std::size_t begin = svg.rfind("y=\"", end) + 3;
    return std::stod(svg.substr(begin, end - begin));
  };
  EXPECT_GE(std::abs(y_of("model") - y_of("other")), 12.9);
}

TEST(Regions, AreReadProjectedAndOutlined) {
  const std::optional<RegionMap> map = read_regions(report_example().files.regions, 400);
  ASSERT_TRUE(map);
  ASSERT_EQ(map->regions.size(), 3u);
  EXPECT_EQ(map->regions[1].name, "Anbar");
  EXPECT_EQ(map->regions[2].element, "");
  EXPECT_EQ(map->width, 400);
  // North is up.
  EXPECT_LT(map->regions[0].label.y, map->regions[1].label.y);
  EXPECT_NE(map->borders, "");
  EXPECT_FALSE(read_regions("{}", 400));
  EXPECT_FALSE(read_regions("{\"features\":[{\"geometry\":null}]}", 400));
  EXPECT_FALSE(
      read_regions("{\"features\":[{\"geometry\":{\"type\":\"Polygon\","
                   "\"coordinates\":[[[\"x\",1]]]}}]}",
                   400));
}

TEST(Map, TellsZeroFromNotModelled) {
  const ReportInput input = report_example();
  const std::string section = map_section(input.results, input.files.study, input.files.regions);
  EXPECT_THAT(section, HasSubstr("<use href=\"#r2\" class=\"unmodelled\""));
  EXPECT_THAT(section, HasSubstr("not modelled"));
  EXPECT_THAT(section, HasSubstr("<th scope=\"row\">Ninawa</th><td>90%</td><td>40%</td>"));
  // One class for each month of the run: 90, 80, 60, 40, 0.5%.
  EXPECT_THAT(section, HasSubstr("data-classes=\"55430\""));
}

TEST(Map, GivesSharesFixedClassesAndOtherValuesRoundOnes) {
  const MapClasses shares = map_classes({{0}, {{0.2}, {1.0}}});
  EXPECT_EQ(shares.labels.size(), 6u);
  EXPECT_EQ(shares.find(0.0), 0u);
  EXPECT_EQ(shares.find(0.01), 1u);
  EXPECT_EQ(shares.find(1.0), 5u);
  const MapClasses counts = map_classes({{0}, {{0}, {97}}});
  EXPECT_THAT(counts.labels, ElementsAre("0 to 20", "20 to 40", "40 to 60", "60 to 80", "over 80"));
  EXPECT_EQ(counts.labels.size(), counts.bounds.size() + 1);
}

TEST(Origin, IsReadFromTheDocumentation) {
  const analysis::SourceList sources = {{"ihs", {"ihs", "IHS", "", "", {}}}};
  const Origin source = read_origin("What it is.\nSource: ihs nobody (a remark, ihs)", sources);
  EXPECT_EQ(source.description, "What it is.");
  EXPECT_EQ(source.basis, Basis::source);
  EXPECT_THAT(source.keys, ElementsAre("ihs"));
  EXPECT_THAT(source.unknown_keys, ElementsAre("nobody"));
  EXPECT_THAT(origin_html(source, sources),
              HasSubstr("<span class=\"missing\">nobody</span> (a remark, ihs)"));
  EXPECT_EQ(read_origin("X.\nSource: ihs (half is an assumption)", sources).basis, Basis::partly);
  EXPECT_EQ(read_origin("X.\nSource: ihs\nAssumption: the rest", sources).basis, Basis::partly);
  EXPECT_EQ(read_origin("X. Assumption: judgement.", sources).assumption, "judgement.");
  EXPECT_EQ(read_origin("X.", sources).basis, Basis::none);
  EXPECT_EQ(read_origin("", sources).basis, Basis::none);
}

TEST(Misfit, NamesTheRivalsThatDoBetter) {
  analysis::FitStatistics fit;
  EXPECT_EQ(rivals_in_words(fit), "no naive rival to compare with");
  fit.skill_last = 0.5;
  EXPECT_EQ(rivals_in_words(fit), "better than the naive rival");
  fit.skill_linear = 0.1;
  EXPECT_EQ(rivals_in_words(fit), "better than both naive rivals");
  fit.skill_exponential = -0.2;
  EXPECT_EQ(rivals_in_words(fit), "worse than the naive rival: constant rate");
  fit.skill_last = -3;
  EXPECT_EQ(rivals_in_words(fit), "worse than the naive rivals: last value and constant rate");
}

}  // namespace
}  // namespace shamal::api::report
