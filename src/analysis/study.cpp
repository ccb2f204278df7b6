#include "analysis/study.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "analysis/study_experiment.h"
#include "analysis/study_fit.h"
#include "analysis/toml_table.h"
#include "base/names.h"

namespace shamal::analysis {

namespace {

using base::Code;

struct ErrorKind {
  ErrorModel::Kind kind;
  std::string_view name;
  ErrorModel::Likelihood likelihood;  // unless the study says another
  bool has_value;
  double least;
  bool excluded;  // the least itself
  std::string_view problem;
};

using Likelihood = ErrorModel::Likelihood;

constexpr std::array<ErrorKind, 4> kErrorKinds{{
    {ErrorModel::Kind::relative, "relative", Likelihood::normal, true, 0, false,
     "a relative error is not negative"},
    {ErrorModel::Kind::factor, "factor", Likelihood::lognormal, true, 1, false,
     "a factor of error is 1 or more"},
    {ErrorModel::Kind::column, "column", Likelihood::normal, false, 0, false, ""},
    {ErrorModel::Kind::estimated, "estimated", Likelihood::lognormal, true, 0, true,
     "an error to estimate needs a positive first guess"},
}};

struct LikelihoodRow {
  Likelihood likelihood;
  std::string_view name;
};

constexpr std::array<LikelihoodRow, 9> kLikelihoods{{
    {Likelihood::normal, "normal"},
    {Likelihood::lognormal, "lognormal"},
    {Likelihood::student, "student"},
    {Likelihood::log_student, "log_student"},
    {Likelihood::poisson, "poisson"},
    {Likelihood::negative_binomial, "negative_binomial"},
    {Likelihood::interval, "interval"},
    {Likelihood::log_interval, "log_interval"},
    {Likelihood::share, "share"},
}};

template <typename Rows>
std::string names_of(const Rows& rows) {
  std::vector<std::string_view> names;
  for (const auto& row : rows) {
    names.push_back(row.name);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

class Reader {
 public:
  Reader(const base::Sources& sources, base::FileId file, base::Diagnostics& diagnostics)
      : places_(sources, file), diagnostics_(diagnostics) {
    folder_ = std::filesystem::path(sources.path(file)).parent_path();
  }

  Study read(const toml::table& root) {
    Study study;
    TomlTable top = open(root, "the study");
    if (const toml::table* table = top.table("study", Need::required)) {
      read_head(*table, study);
    }
    if (const toml::table* table = top.table("map")) {
      study.map = read_map(*table);
    }
    for (const toml::table* table : top.tables("line")) {
      study.lines.push_back(read_line(*table));
    }
    read_experiment(top, places_, diagnostics_, study);
    if (const toml::table* table = top.table("fit")) {
      study.fit = read_fit(*table, places_, diagnostics_, study.calendar);
    }
    top.finish();
    return study;
  }

 private:
  TomlTable open(const toml::table& table, std::string name) {
    return {table, std::move(name), places_, diagnostics_};
  }

  PlacedText path(TomlTable& table, std::string_view key, Need need) {
    PlacedText value = table.text(key, need);
    if (!value.empty()) {
      value.text = (folder_ / value.text).lexically_normal().generic_string();
    }
    return value;
  }

  void read_head(const toml::table& root, Study& study) {
    TomlTable table = open(root, "[study]");
    study.name = table.text("name", Need::required).text;
    study.title = table.text("title", Need::required).text;
    study.summary = table.text("summary", Need::required).text;
    study.model = path(table, "model", Need::required);
    study.calendar.origin = table.date("time_origin", Need::required).value_or(Date{});
    const PlacedText unit = table.text("time_unit");
    if (!unit.empty()) {
      if (const std::optional<TimeUnit> known = read_time_unit(unit.text)) {
        study.calendar.unit = *known;
      } else {
        diagnostics_.add(Code::study_key, unit.span,
                         fmt::format("\"{}\" is not a unit of time", unit.text),
                         "write day, week, month, quarter or year");
      }
    }
    study.calibration_end = table.date("calibration_end", Need::required).value_or(Date{});
    study.observations = path(table, "observations", Need::optional);
    study.sources = path(table, "sources", Need::optional);
    study.checks = path(table, "checks", Need::optional);
    study.cards = path(table, "cards", Need::optional);
    study.posterior = path(table, "posterior", Need::optional);
    for (PlacedText& caveat : table.texts("caveats")) {
      study.caveats.push_back(std::move(caveat.text));
    }
    study.misuse = table.text("misuse").text;
    table.finish();
  }

  MapSpec read_map(const toml::table& root) {
    TomlTable table = open(root, "[map]");
    MapSpec map;
    map.geojson = path(table, "geojson", Need::required);
    map.dimension = table.text("dimension", Need::required);
    map.variable = table.text("variable", Need::required);
    map.title = table.text("title", Need::required).text;
    map.unit = table.text("unit").text;
    map.times = table.dates("times");
    table.finish();
    return map;
  }

  Line read_line(const toml::table& root) {
    TomlTable table = open(root, "[[line]]");
    Line line;
    const PlacedText id = table.text("id", Need::required);
    line.id = id.text;
    if (!id.empty() && !line_ids_.insert(base::fold_name(id.text)).second) {
      diagnostics_.add(Code::study_key, id.span,
                       fmt::format("two lines have the id \"{}\"", id.text),
                       "give each line an id of its own");
    }
    line.number = table.whole_number("number", Need::required).value_or(0);
    line.title = table.text("title", Need::required).text;
    line.text = table.text("text").text;
    for (const toml::table* chart : table.tables("chart")) {
      line.charts.push_back(read_chart(*chart));
    }
    table.finish();
    return line;
  }

  Chart read_chart(const toml::table& root) {
    TomlTable table = open(root, "[[line.chart]]");
    Chart chart;
    chart.title = table.text("title", Need::required).text;
    chart.unit = table.text("unit", Need::required).text;
    chart.note = table.text("note").text;
    chart.log = table.flag("log").value_or(false);
    const double scale = table.number("scale").value_or(1);
    if (const toml::node* model = table.node("model", Need::required)) {
      read_curves(table, *model, scale, chart);
    }
    for (const toml::table* series : table.tables("series")) {
      chart.series.push_back(read_series(*series, scale, chart));
    }
    table.finish();
    return chart;
  }

  // `model` is a variable, or a list of variables and of tables { variable, label, scale }.
  void read_curves(TomlTable& table, const toml::node& model, double scale, Chart& chart) {
    if (const toml::array* list = model.as_array(); list != nullptr && !list->empty()) {
      for (const toml::node& item : *list) {
        read_curve(table, item, scale, chart);
      }
    } else {
      read_curve(table, model, scale, chart);
    }
  }

  void read_curve(TomlTable& table, const toml::node& node, double scale, Chart& chart) {
    ChartCurve curve;
    curve.scale = scale;
    if (const toml::value<std::string>* variable = node.as_string()) {
      curve.variable = {variable->get(), places_.span(node)};
    } else if (const toml::table* entry = node.as_table()) {
      TomlTable inner = open(*entry, "\"model\" of [[line.chart]]");
      curve.variable = inner.text("variable", Need::required);
      curve.label = inner.text("label").text;
      curve.scale = inner.number("scale").value_or(scale);
      inner.finish();
    } else {
      table.wrong(node, "\"model\" of [[line.chart]] is not a variable",
                  "write \"module.Variable\", or a list of { variable = …, label = … }");
      return;
    }
    if (curve.label.empty()) {
      curve.label = "model";
    }
    chart.curves.push_back(std::move(curve));
  }

  ChartSeries read_series(const toml::table& root, double scale, const Chart& chart) {
    TomlTable table = open(root, "[[line.chart.series]]");
    ChartSeries series;
    series.series = table.text("series", Need::required);
    series.region = table.text("region");
    series.label = table.text("label").text;
    if (series.label.empty()) {
      series.label = series.series.text;
    }
    series.scale = table.number("scale").value_or(scale);
    series.score = table.flag("score").value_or(true);
    if (const toml::table* error = table.table("error")) {
      series.error = read_error(*error);
    }
    read_fit_entries(table, series);
    const PlacedText against = table.text("model");
    if (!against.empty()) {
      series.curve = find_curve(chart, against);
    }
    table.finish();
    return series;
  }

  std::size_t find_curve(const Chart& chart, const PlacedText& name) {
    const std::string wanted = base::fold_name(name.text);
    std::vector<std::string> names;
    for (std::size_t i = 0; i < chart.curves.size(); ++i) {
      const ChartCurve& curve = chart.curves[i];
      if (base::fold_name(curve.variable.text) == wanted ||
          base::fold_name(curve.label) == wanted) {
        return i;
      }
      names.push_back(curve.variable.text);
    }
    diagnostics_.add(Code::study_key, name.span,
                     fmt::format("\"{}\" is not a curve of this chart", name.text),
                     fmt::format("its curves are {}", fmt::join(names, ", ")));
    return 0;
  }

  ErrorModel read_error(const toml::table& root) {
    TomlTable table = open(root, "\"error\" of [[line.chart.series]]");
    ErrorModel error;
    const PlacedText kind = table.text("kind", Need::required);
    const auto* row = std::find_if(kErrorKinds.begin(), kErrorKinds.end(),
                                   [&](const ErrorKind& it) { return it.name == kind.text; });
    if (row == kErrorKinds.end()) {
      table.node("value");
      if (!kind.empty()) {
        diagnostics_.add(Code::study_key, kind.span,
                         fmt::format("\"{}\" is not a kind of error", kind.text),
                         fmt::format("write one of {}", names_of(kErrorKinds)));
      }
    } else {
      error.kind = row->kind;
      error.likelihood = row->likelihood;
      if (row->has_value) {
        error.value = table.number("value", Need::required).value_or(row->least);
        const bool good = row->excluded ? error.value > row->least : error.value >= row->least;
        if (!good && root.get("value") != nullptr) {
          table.wrong(*root.get("value"), std::string(row->problem));
        }
      }
    }
    const PlacedText likelihood = table.text("likelihood");
    const auto* family = std::find_if(kLikelihoods.begin(), kLikelihoods.end(),
                                      [&](const auto& it) { return it.name == likelihood.text; });
    if (family != kLikelihoods.end()) {
      error.likelihood = family->likelihood;
    } else if (!likelihood.empty()) {
      diagnostics_.add(Code::study_key, likelihood.span,
                       fmt::format("\"{}\" is not a likelihood", likelihood.text),
                       fmt::format("write one of {}", names_of(kLikelihoods)));
    }
    error.points = table.number("points").value_or(0);
    error.degrees = table.number("degrees").value_or(error.degrees);
    if (!(error.points >= 0 && error.degrees > 0)) {
      diagnostics_.add(Code::study_key, table.span(),
                       "\"points\" is negative, or \"degrees\" not positive");
    }
    error.floor = table.number("floor").value_or(0);
    error.discrepancy = table.number("discrepancy").value_or(0);
    check_fit_errors(error, table.span());
    table.finish();
    return error;
  }

  void check_fit_errors(const ErrorModel& error, base::Span span) {
    const bool of_value =
        error.likelihood == Likelihood::normal || error.likelihood == Likelihood::student;
    const bool widens = of_value || error.likelihood == Likelihood::lognormal ||
                        error.likelihood == Likelihood::log_student ||
                        error.likelihood == Likelihood::negative_binomial;
    if (error.floor < 0 || error.discrepancy < 0) {
      diagnostics_.add(Code::study_key, span, "\"floor\" or \"discrepancy\" is negative");
    }
    if (error.floor > 0 && !of_value) {
      diagnostics_.add(Code::study_key, span, "\"floor\" goes with an error of the value",
                       "write likelihood = \"normal\" or \"student\"");
    }
    if (error.discrepancy > 0 && (!widens || error.kind == ErrorModel::Kind::estimated)) {
      diagnostics_.add(Code::study_key, span,
                       "\"discrepancy\" adds to an error that is stated, of a value, a logarithm "
                       "or a count",
                       "state the error, or let all of it be estimated");
    }
  }

  void read_fit_entries(TomlTable& table, ChartSeries& series) {
    series.fit = table.flag("fit").value_or(series.score);
    series.bias = table.number("bias").value_or(0);
    if (const toml::node* breaks = table.node("breaks")) {
      series.breaks = table.dates("breaks");
      series.break_size = table.number("break_size", Need::required).value_or(1);
      std::sort(series.breaks.begin(), series.breaks.end());
      if (!(series.break_size > 0)) {
        table.wrong(*breaks, "\"break_size\" of [[line.chart.series]] is not positive");
      }
    }
    if (series.bias < 0) {
      table.wrong(*table.node("bias"), "\"bias\" of [[line.chart.series]] is negative");
    }
  }

  TomlPlaces places_;
  base::Diagnostics& diagnostics_;
  std::filesystem::path folder_;
  std::set<std::string> line_ids_;
};

}  // namespace

std::optional<Study> read_study(const base::Sources& sources, base::FileId file,
                                base::Diagnostics& diagnostics) {
  const toml::parse_result parsed = toml::parse(sources.text(file), sources.path(file));
  if (!parsed) {
    const TomlPlaces places(sources, file);
    diagnostics.add(Code::bad_toml, places.span(parsed.error().source()),
                    std::string(parsed.error().description()));
    return std::nullopt;
  }
  const std::size_t before = diagnostics.errors();
  Study study = Reader(sources, file, diagnostics).read(parsed.table());
  if (diagnostics.errors() > before) {
    return std::nullopt;
  }
  return study;
}

}  // namespace shamal::analysis
