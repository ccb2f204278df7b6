// A small study with a run of invented numbers, for the tests of the report.
#pragma once

#include "api/report.h"

namespace shamal::api {

inline analysis::Observation observed(std::string series, std::string date, double time,
                                      double value) {
  analysis::Observation row;
  row.name(std::move(series), "Iraq");
  row.date = std::move(date);
  row.time = {time, time, time};
  row.value = value;
  row.source = "ihs";
  return row;
}

// Five months from January 2016; calibration ends with March. "area" is scored and does worse than
// its last value after that; "other" is only shown. One line of effort is not modelled.
inline ReportInput report_example() {
  ReportInput input;
  analysis::Study& study = input.files.study;
  study.name = "example";
  study.title = "Ground & people <held>";
  study.summary = "What it is.\n\nAnd for whom.";
  study.caveats = {"Nothing is \"fitted\"."};
  study.misuse = "Not for targets.";
  study.calendar = {{2016, 1, 1}, analysis::TimeUnit::month};
  study.calibration_end = {2016, 3, 31};
  study.map =
      analysis::MapSpec{{"regions.geojson", {}}, {"Governorate", {}}, {"control.Control", {}},
                        "Where it ruled",        "share of people",   {{2016, 1, 1}, {2016, 4, 1}}};
  analysis::Line military;
  military.id = "military";
  military.number = 1;
  military.title = "Military action";
  military.text = "Of ground. Not modelled yet: air & sea. More.";
  analysis::Chart area;
  area.title = "Ground held";
  area.unit = "thousand km²";
  area.note = "A note.";
  area.curves = {{{"indicators.Area", {}}, "model", 0.001}};
  analysis::ChartSeries scored;
  scored.series.text = "area";
  scored.label = "IHS <Monitor>";
  scored.scale = 0.001;
  scored.error = {analysis::ErrorModel::Kind::relative, 0.1};
  analysis::ChartSeries shown = scored;
  shown.series.text = "other";
  shown.label = "Another definition";
  shown.score = false;
  area.series = {scored, shown};
  analysis::Chart control;
  control.title = "Control in Ninawa";
  control.unit = "share";
  control.curves = {{{"control.Control[Ninawa]", {}}, "model", 1}};
  military.charts = {area, control};
  analysis::Line political;
  political.id = "political";
  political.number = 2;
  political.title = "Political solutions";
  political.text = "Not modelled yet: inclusion.";
  study.lines = {military, political};

  input.files.observations.usable = {
      observed("area", "2016-01-01", 0, 50000), observed("area", "2016-02-01", 1, 45000),
      observed("area", "2016-03-01", 2, 41000), observed("area", "2016-04-01", 3, 40500),
      observed("area", "2016-05-01", 4, 40000), observed("other", "2016-02-01", 1, 60000)};
  input.files.observations.unusable = {{"peak",
                                        "Iraq",
                                        "area",
                                        "100000",
                                        "the date is not one that can be placed in time",
                                        "rand",
                                        {}}};
  input.files.sources = {{"ihs", {"ihs", "IHS & Co", "https://example.org/a?b=1&c=2", "facts", {}}},
                         {"rand", {"rand", "RAND <2017>", "javascript:alert(1)", "", {}}}};
  input.files.regions = R"({"type":"FeatureCollection","features":[
    {"type":"Feature","properties":{"element":"Ninawa","name_en":"Ninawa","country":"Iraq"},
     "geometry":{"type":"Polygon","coordinates":[[[42,35],[44,35],[44,37],[42,37],[42,35]]]}},
    {"type":"Feature","properties":{"element":"Al_Anbar","name":"Anbar","country":"Iraq"},
     "geometry":{"type":"Polygon","coordinates":[[[40,33],[44,33],[44,35],[42,35],[40,35],[40,33]]]}},
    {"type":"Feature","properties":{"name":"Elsewhere","country":"Syria"},
     "geometry":{"type":"MultiPolygon","coordinates":[[[[38,34],[40,34],[40,36],[38,36],[38,34]]]]}}
  ]})";

  input.results.dimensions = {{"time", 5, {0, 1, 2, 3, 4}, {}, "month"},
                              {"Governorate", 2, {}, {"Ninawa", "Al_Anbar"}, ""}};
  input.results.variables = {
      {"indicators.Area", {0}, {48000, 46000, 42000, 30000, 20000}, "km2", "auxiliary", ""},
      {"control.Control",
       {0, 1},
       {0.9, 0.3, 0.8, 0.2, 0.6, 0.1, 0.4, 0.05, 0.005, 0},
       "1",
       "stock",
       ""}};
  input.results.attributes = {
      {"model_sha256", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"},
      {"engine_version", "0.1.0"},
      {"method", "Euler"},
      {"dt", "0.0625"},
      {"created", "2026-01-02"},
      {"command", "shamal report example/study.toml -o page.html"}};
  input.parameters = {{"control.Clearing time",
                       "month",
                       "Time to clear.\nAssumption: read off battles.",
                       {2.5},
                       {},
                       "",
                       1.25,
                       5},
                      {"control.Reach",
                       "dmnl",
                       "Largest share.\nSource: ihs rand (both)",
                       {0.2, 0.9},
                       {"Ninawa", "Al_Anbar"},
                       "",
                       std::nullopt,
                       std::nullopt},
                      {"finance.Tax <per person>", "USD", "No origin here.", {7}, {}, "", 8, 14}};
  input.size = {3, 4, 20, 7};
  return input;
}

}  // namespace shamal::api
