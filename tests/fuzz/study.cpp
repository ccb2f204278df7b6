// Any bytes as a study, as its observations and sources, as the polygons of its map; and the page
// of whatever that gives.
#include "analysis/study.h"

#include <cstdint>
#include <string>

#include "analysis/observations.h"
#include "api/report.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace shamal;
  const std::string text(reinterpret_cast<const char*>(data), size);
  base::Sources sources;
  base::Diagnostics diagnostics;
  api::ReportInput input;
  if (auto study = analysis::read_study(sources, sources.add("study.toml", text), diagnostics)) {
    input.files.study = std::move(*study);
  } else {
    input.files.study.map =
        analysis::MapSpec{{}, {"D", {}}, {"m.V", {}}, "Map", "", {{2014, 1, 1}}};
    input.files.study.calendar.origin = {2014, 1, 1};
  }
  const base::FileId table = sources.add("table.csv", text);
  input.files.observations =
      analysis::read_observations(sources, table, input.files.study.calendar, diagnostics);
  input.files.sources = analysis::read_sources(sources, table, diagnostics);
  input.files.regions = text;
  base::print(diagnostics, sources);

  // Every series of the table in one chart.
  analysis::Chart chart;
  chart.curves.push_back({{"m.V[a]", {}}, "model", 1e300});
  chart.log = size % 2 == 1;
  for (const analysis::Observation& row : input.files.observations.usable) {
    if (chart.series.size() < 4) {
      chart.series.push_back({{row.series, {}}, {}, row.series, {}, true, true, 0, {}, 0, 1e10, 0});
    }
  }
  analysis::Line line;
  line.id = "fuzz";
  line.charts.push_back(std::move(chart));
  input.files.study.lines.push_back(std::move(line));

  input.results.dimensions = {{"time", 3, {0, 1, size % 16 == 0 ? 1e12 : 54}, {}, ""},
                              {"D", 1, {}, {"a"}, ""}};
  input.results.variables = {{"m.V", {0, 1}, {0, -1e300, 1e100}, "", "stock", text}};
  input.parameters = {{"m.P", "", text, {1}, {}, "", 0, 2}};
  api::report_html(input);
  api::report_summary_text(input, "page.html");
  return 0;
}
