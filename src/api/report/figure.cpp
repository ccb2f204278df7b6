#include "api/report/figure.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "api/report/fan.h"
#include "api/report/guide.h"
#include "api/report/misfit.h"
#include "api/report/sources.h"
#include "api/report/text.h"

namespace shamal::api::report {

namespace {

using analysis::ComparedPoint;
using analysis::ComparedSeries;

// With one curve, ink tells the series apart; with several, a series has the ink of its curve.
MarkStyle mark_style(const FigureInput& input, std::size_t index) {
  const analysis::ChartSeries& series = *input.series[index].series;
  const bool several = input.chart.curves.size() > 1;
  return {several ? series.curve : 1 + index % (kInks - 1), index, series.score};
}

std::string point_title(const ComparedSeries& series, const ComparedPoint& point) {
  std::string text = fmt::format("{}, {}: {}", series.series->label, point.observation->date,
                                 number_text(point.observed, 4));
  if (point.interval.low && point.interval.high) {
    text += fmt::format(" ({} to {})", number_text(*point.interval.low),
                        number_text(*point.interval.high));
  }
  if (point.modelled) {
    text += "; model " + number_text(*point.modelled, 4);
  }
  return text;
}

std::string describe(const ChartDrawing& drawing) {
  std::string text;
  for (const DrawnCurve& curve : drawing.curves) {
    std::size_t first = curve.values.size();
    std::size_t last = 0;
    std::size_t peak = 0;
    for (std::size_t i = 0; i < curve.values.size(); ++i) {
      if (std::isfinite(curve.values[i])) {
        first = std::min(first, i);
        last = i;
        peak = first == i || curve.values[i] > curve.values[peak] ? i : peak;
      }
    }
    if (first == curve.values.size()) {
      continue;
    }
    const auto when = [&](std::size_t i) {
      return analysis::plain_date(drawing.calendar.date(curve.times[i]));
    };
    text += fmt::format("{}{} goes from {} on {} to {} on {}, highest at {} on {}",
                        text.empty() ? "" : "; ", curve.label, number_text(curve.values[first]),
                        when(first), number_text(curve.values[last]), when(last),
                        number_text(curve.values[peak]), when(peak));
  }
  for (const DrawnSeries& series : drawing.series) {
    if (series.points.empty()) {
      continue;
    }
    const auto [low, high] = std::minmax_element(
        series.points.begin(), series.points.end(),
        [](const DrawnPoint& a, const DrawnPoint& b) { return a.value < b.value; });
    text += fmt::format("{}{}, {}: {} to {}", text.empty() ? "" : "; ", series.label,
                        count_text(series.points.size(), "observation", "observations"),
                        number_text(low->value), number_text(high->value));
  }
  return text.empty() ? "Nothing to draw." : text + ".";
}

// One row of the table twin. Rows without an observation follow the model between them.
struct TwinRow {
  double time = 0;
  std::string date;
  const ComparedSeries* series = nullptr;
  const ComparedPoint* point = nullptr;
};

// First days of quarters where the run is short, of half-years or years where it is long.
std::vector<TwinRow> model_rows(const ChartDrawing& drawing) {
  const analysis::Date from = drawing.calendar.date(drawing.begin);
  const analysis::Date to = drawing.calendar.date(drawing.end);
  const int months = (to.year - from.year) * 12 + to.month - from.month;
  const int step = months <= 72 ? 3 : months <= 180 ? 6 : 12;
  std::vector<TwinRow> rows;
  for (int number = from.year * 12; number <= to.year * 12 + 12; number += step) {
    const analysis::Date date{number / 12, number % 12 + 1, 1};
    const double time = drawing.calendar.time(date);
    if (time >= drawing.begin - 1e-9 && time <= drawing.end + 1e-9) {
      rows.push_back({time, analysis::iso_date(date)});
    }
  }
  return rows;
}

std::string twin_table(const FigureInput& input, const ChartDrawing& drawing) {
  std::vector<TwinRow> rows = model_rows(drawing);
  for (const ComparedSeries& series : input.series) {
    for (const ComparedPoint& point : series.points) {
      rows.push_back({point.observation->time.middle, point.observation->date, &series, &point});
    }
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const TwinRow& a, const TwinRow& b) { return a.time < b.time; });
  std::string head = "<tr><th scope=\"col\">Date</th>";
  for (const DrawnCurve& curve : drawing.curves) {
    head += fmt::format("<th scope=\"col\">{}</th>", escape(curve.label));
  }
  head +=
      "<th scope=\"col\">Observed</th><th scope=\"col\">Low</th><th scope=\"col\">High</th>"
      "<th scope=\"col\" class=\"words\">Series</th>"
      "<th scope=\"col\" class=\"words\">Source</th></tr>";
  std::string body;
  for (const TwinRow& row : rows) {
    body += fmt::format("<tr{}><th scope=\"row\">{}</th>",
                        row.point == nullptr ? " class=\"between\"" : "", escape(row.date));
    for (const DrawnCurve& curve : drawing.curves) {
      body += "<td>" + number_text(analysis::interpolate(curve.times, curve.values, row.time)) +
              "</td>";
    }
    if (row.point == nullptr) {
      body += "<td></td><td></td><td></td><td></td><td></td></tr>";
      continue;
    }
    body += fmt::format(
        "<td>{}</td><td>{}</td><td>{}</td><td class=\"words\">{}</td><td class=\"words\">{}</td>"
        "</tr>",
        number_text(row.point->observed, 4), number_text(row.point->interval.low),
        number_text(row.point->interval.high), escape(row.series->series->label),
        source_link(row.point->observation->source, input.files.sources));
  }
  return fmt::format(
      "<details class=\"twin\"><summary>The chart as a table<span class=\"aside\"> {}</span>"
      "</summary><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{}, table\">"
      "<table class=\"figures\"><caption>{}, {}</caption><thead>{}</thead><tbody>{}</tbody></table>"
      "</div></details>",
      count_text(rows.size(), "row", "rows"), escape(input.chart.title), escape(input.chart.title),
      escape(input.chart.unit), head, body);
}

// What the chart cannot show, in words.
std::string outside_note(const FigureInput& input, const ChartDrawing& drawing) {
  std::string note;
  for (std::size_t i = 0; i < drawing.curves.size(); ++i) {
    if (drawing.curves[i].values.empty()) {
      note += fmt::format(" The run holds no “{}”.", input.chart.curves[i].variable.text);
    }
  }
  std::size_t outside = 0;
  for (const ComparedSeries& series : input.series) {
    for (const ComparedPoint& point : series.points) {
      const double time = point.observation->time.middle;
      outside += time < drawing.begin || time > drawing.end ? 1 : 0;
    }
  }
  if (outside > 0) {
    note += fmt::format(" {} outside the time of the run: in the table only.",
                        count_text(outside, "figure lies", "figures lie"));
  }
  return note;
}

constexpr LineStyle kFitted = {3, 3};

// What is left of the fan after the fit, of each curve that figures are held against: the median
// and the widest band.
void add_fitted(const FigureInput& input, ChartDrawing& drawing) {
  const std::size_t curves = drawing.curves.size();
  for (std::size_t i = 0; input.fitted != nullptr && i < curves; ++i) {
    const analysis::ChartCurve& curve = input.chart.curves[i];
    const bool held =
        std::any_of(input.chart.series.begin(), input.chart.series.end(),
                    [&](const analysis::ChartSeries& series) { return series.curve == i; });
    auto bands = fan_bands(*input.fitted, curve.variable.text, curve.scale);
    if (!held || bands.empty() || bands.front().low.size() != drawing.curves[i].times.size()) {
      continue;
    }
    bands.front().label = "9 of 10 draws of the fit";
    DrawnCurve drawn{curves == 1
                         ? "fitted to " + analysis::plain_date(input.files.study.calibration_end)
                         : curve.label + ", fitted",
                     kFitted,
                     drawing.curves[i].times,
                     fan_median(*input.fitted, curve.variable.text, curve.scale),
                     {bands.front()}};
    drawing.curves.push_back(std::move(drawn));
  }
}

}  // namespace

ChartDrawing draw_chart(const FigureInput& input) {
  const analysis::Study& study = input.files.study;
  ChartDrawing drawing;
  drawing.id = input.id;
  drawing.title = input.chart.title + ", " + input.chart.unit;
  drawing.calendar = study.calendar;
  drawing.log = input.chart.log;
  drawing.calibration_end = study.calendar.time(study.calibration_end);
  if (const auto time = input.results.find_dimension(data::kTimeDimension)) {
    const std::vector<double>& times = input.results.dimensions[*time].values;
    if (!times.empty()) {
      drawing.begin = times.front();
      drawing.end = times.back();
    }
  }
  for (std::size_t i = 0; i < input.chart.curves.size(); ++i) {
    const analysis::ChartCurve& curve = input.chart.curves[i];
    std::optional<analysis::Curve> found = analysis::find_curve(input.results, curve.variable.text);
    DrawnCurve drawn{curve.label, {i, i}, {}, {}, {}};
    if (found) {
      drawn.times = std::move(found->times);
      for (const double value : found->values) {
        drawn.values.push_back(value * curve.scale);
      }
      if (input.fans != nullptr) {
        drawn.bands = fan_bands(*input.fans, curve.variable.text, curve.scale);
        std::erase_if(drawn.bands,
                      [&](const Band& band) { return band.low.size() != drawn.times.size(); });
      }
    }
    drawing.curves.push_back(std::move(drawn));
  }
  add_fitted(input, drawing);
  for (std::size_t i = 0; i < input.series.size(); ++i) {
    const ComparedSeries& series = input.series[i];
    DrawnSeries drawn{series.series->label, mark_style(input, i), {}};
    for (const ComparedPoint& point : series.points) {
      const analysis::Extent& time = point.observation->time;
      if (time.middle >= drawing.begin && time.middle <= drawing.end) {
        drawn.points.push_back({time, point.observed, point.interval.low, point.interval.high,
                                point_title(series, point)});
      }
    }
    drawing.series.push_back(std::move(drawn));
  }
  drawing.description = describe(drawing);
  return drawing;
}

std::string figure_html(const FigureInput& input) {
  const ChartDrawing drawing = draw_chart(input);
  std::string out = fmt::format(
      "<figure class=\"chart{}\" id=\"{}\"><figcaption><h3>{}</h3><p class=\"unit\">{}{}</p>{}"
      "</figcaption>",
      input.leading ? " leading" : "", input.id, escape(input.chart.title),
      escape(input.chart.unit), input.chart.log ? ", logarithmic scale" : "",
      chart_legend(drawing));
  out += "<div class=\"drawing\">";
  if (input.leading) {
    ChartDrawing wide = drawing;
    wide.id += "-wide";
    out += "<div class=\"wide\">" + chart_svg(wide, {780, 236}) + "</div>";
  }
  out += fmt::format("<div class=\"narrow\">{}</div></div><div class=\"notes\">",
                     chart_svg(drawing, {380, 236}));
  const std::string note = input.chart.note + outside_note(input, drawing);
  if (!note.empty()) {
    out += fmt::format("<p class=\"note\">{}</p>", escape(note));
  }
  if (input.equations) {
    std::string equations;
    for (const analysis::ChartCurve& curve : input.chart.curves) {
      equations += (equations.empty() ? "" : ", ") + equation_link(curve.variable.text);
    }
    out += fmt::format("<p class=\"note\">{} {}.</p>",
                       input.chart.curves.size() == 1 ? "Equation:" : "Equations:", equations);
  }
  for (const ComparedSeries& series : input.series) {
    if (series.series->score) {
      out += "<p class=\"misfit\">" + misfit_line(series) + "</p>";
    }
  }
  if (!drawing.curves.empty() && !drawing.curves.front().bands.empty()) {
    const Coverage within = coverage(drawing.curves.front().times,
                                     drawing.curves.front().bands.front(), drawing.series);
    if (within.points > 0) {
      out += fmt::format(
          "<p class=\"misfit\">{} of {} scored points lie where nine of ten draws of the priors "
          "do.</p>",
          within.inside, within.points);
    }
  }
  for (const DrawnCurve& curve : drawing.curves) {
    if (curve.style.ink != kFitted.ink || curve.style.dash != kFitted.dash || curve.bands.empty()) {
      continue;
    }
    const Coverage within = coverage(curve.times, curve.bands.front(), drawing.series);
    if (within.points > 0) {
      out += fmt::format(
          "<p class=\"misfit\">{} of {} scored points lie where nine of ten draws of the fit do, "
          "which have no errors of observation in them.</p>",
          within.inside, within.points);
    }
    break;
  }
  return out + "</div>" + twin_table(input, drawing) + "</figure>";
}

}  // namespace shamal::api::report
