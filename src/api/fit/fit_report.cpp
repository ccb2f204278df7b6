#include "api/fit/fit_report.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "analysis/unit_prior.h"
#include "api/assets.h"
#include "api/fit/fit_plots.h"
#include "api/report/chart.h"
#include "api/report/text.h"

namespace shamal::api {

namespace {

using namespace report;
namespace inference = analysis::inference;

std::string_view style_sheet() {
  for (const Asset& entry : assets()) {
    if (entry.name == "report.css") {
      return entry.text;
    }
  }
  return {};
}

double quantile_of(const std::vector<double>& sorted, double p) {
  return sorted[static_cast<std::size_t>(p * static_cast<double>(sorted.size() - 1) + 0.5)];
}

std::string table(std::string_view head, const std::string& rows) {
  return fmt::format(
      "<div class=\"scroll\" tabindex=\"0\"><table class=\"figures\"><thead><tr>{}</tr></thead>"
      "<tbody>{}</tbody></table></div>\n",
      head, rows);
}

std::string heads(std::initializer_list<std::string_view> names) {
  std::string made;
  for (const std::string_view name : names) {
    made += fmt::format("<th scope=\"col\"{}>{}</th>", made.empty() ? " class=\"words\"" : "",
                        escape(name));
  }
  return made;
}

class Page {
 public:
  Page(const StudyPosterior& of, const StudyFit& fit,
       const std::map<std::string, std::string>& attributes)
      : of_(of),
        posterior_(*of.posterior),
        fit_(fit),
        draws_(fit.sampled.draws),
        attributes_(attributes) {}

  std::string html() const {
    const std::string_view style = style_sheet();
    const std::string title = fmt::format("Fit: {}", of_.files.study.title);
    std::string out = fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src &#39;none&#39;; "
        "style-src {}; base-uri &#39;none&#39;; form-action &#39;none&#39;\"/>\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
        "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n",
        escape(content_hash(style)), escape(title), style);
    out += head(title) + "<main>\n" + parameters() + chains() + pairs() + fans() + residuals() +
           contributions() + scores("In the calibration window", fit_.calibration) + holdout() +
           provenance() + "</main>\n</body>\n</html>\n";
    return out;
  }

 private:
  std::string section(std::string_view title, std::string_view lead,
                      const std::string& content) const {
    return fmt::format("<section><h2>{}</h2>\n<p class=\"lead\">{}</p>\n{}</section>\n", title,
                       lead, content);
  }

  std::string head(const std::string& title) const {
    using State = inference::Verdict::State;
    const inference::Verdict& verdict = fit_.sampled.verdict;
    std::string items;
    const auto item = [&](const std::string& text) { items += "<li>" + text + "</li>"; };
    item(verdict.state == State::converged
             ? std::string("The chains agree on every parameter by the rules they were given.")
         : verdict.state == State::go_on
             ? fmt::format("<b>Not converged</b>: about {} draws of each chain would be needed. "
                           "Nothing below may be quoted.",
                           number_text(verdict.iterations_needed))
             : std::string("<b>Not converged</b>, and more of the same will not help. Nothing "
                           "below may be quoted."));
    if (verdict.divergences > 0) {
      item(fmt::format("{} of the trajectories diverged{}",
                       number_text(static_cast<double>(verdict.divergences)),
                       verdict.too_many_divergences ? ": too many, parts of the posterior are "
                                                      "not reached."
                                                    : "."));
    }
    for (const inference::ParameterTrouble& trouble : verdict.parameters) {
      item(fmt::format(
          "{}: {} (R-hat {}, effective draws {}).",
          escape(posterior_.parameters()[trouble.dimension].name),
          escape(inference::explain(trouble.trouble)),
          decimal_text(trouble.diagnostics.deciding_rhat(), 3),
          number_text(std::min(trouble.diagnostics.ess_bulk, trouble.diagnostics.ess_tail))));
    }
    item(fmt::format("Fitted to {} observations of {} series up to {}; {}.",
                     posterior_.points().size(), posterior_.series().size(),
                     analysis::plain_date(of_.files.study.calibration_end),
                     fit_.holdout.empty() ? "nothing later was read"
                                          : "what is later was read for the scores only"));
    if (fit_.predictions.failed > 0) {
      item(fmt::format("{} of {} predicted runs gave values that are not finite.",
                       fit_.predictions.failed, fit_.predictions.draws));
    }
    return fmt::format(
        "<header><p class=\"kicker\">Shamal <span>an open campaign laboratory</span></p><h1>{}</h1>"
        "<section class=\"caveats\"><h2>Before reading on</h2><ul>{}</ul></section></header>\n",
        escape(title), items);
  }

  std::string parameters() const {
    std::string rows;
    for (std::size_t k = 0; k < posterior_.dimensions(); ++k) {
      const FitParameter& parameter = posterior_.parameters()[k];
      const inference::ParameterDiagnostics& of = fit_.sampled.diagnostics[k];
      std::vector<double> z = draws_.series(k);
      std::sort(z.begin(), z.end());
      const auto value = [&](double at) { return number_text(parameter.prior.at(at).value); };
      rows += fmt::format(
          "<tr><th scope=\"row\" class=\"words\">{}<span class=\"aside\"> {}</span></th><td>{} … "
          "{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>",
          escape(parameter.name), escape(parameter.unit), value(-kNormal95), value(kNormal95),
          value(quantile_of(z, 0.05)), value(quantile_of(z, 0.5)), value(quantile_of(z, 0.95)),
          decimal_text(of.deciding_rhat(), 3), number_text(of.ess_bulk), number_text(of.ess_tail),
          percent_text(std::min(9.99, of.sd * of.sd)));
      if (fit_.identified) {
        rows += fmt::format("<td>{}</td><td>{}</td>", percent_text(fit_.identified->alone[k]),
                            percent_text(fit_.identified->together[k]));
      }
      rows += "</tr>";
    }
    std::string names = heads(
        {"Parameter", "Prior, 90 %", "5 %", "Median", "95 %", "R-hat", "Bulk", "Tail", "Left"});
    if (fit_.identified) {
      names += "<th scope=\"col\">Alone</th><th scope=\"col\">Together</th>";
    }
    return section(
        "Parameters",
        "<b>Left</b> is the variance of the posterior as a share of the prior's, on the scale on "
        "which the prior is normal: near 100 % the data say nothing. <b>Alone</b> and "
        "<b>together</b> are what a linear approximation expects: if all others were known, and "
        "as it is; where the first is small and the second is not, the data know the parameter "
        "only "
        "in combination with others. <b>Bulk</b> and <b>tail</b> are effective draws.",
        table(names, rows));
  }

  std::string chains() const {
    std::string content;
    for (std::size_t k = 0; k < posterior_.dimensions(); ++k) {
      content += fmt::format(
          "<figure class=\"chart\"><figcaption>{}</figcaption><div class=\"drawing\">{}{}</div>"
          "</figure>\n",
          escape(posterior_.parameters()[k].name), trace_svg(posterior_, draws_, k),
          rank_svg(draws_, k));
    }
    return section("Chains",
                   "Traces of every chain, in the unit of the parameter, and the ranks of each "
                   "chain's draws among all: bars of one height mean that the chains agree.",
                   "<div class=\"charts\">" + content + "</div>");
  }

  std::string pairs() const {
    struct Pair {
      std::size_t i, j;
      double correlation;
    };
    std::vector<Pair> all;
    for (std::size_t i = 0; i < posterior_.dimensions(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        all.push_back({i, j, correlation(draws_, i, j)});
      }
    }
    std::stable_sort(all.begin(), all.end(), [](const Pair& a, const Pair& b) {
      return std::fabs(a.correlation) > std::fabs(b.correlation);
    });
    std::string content;
    for (std::size_t p = 0; p < std::min<std::size_t>(6, all.size()); ++p) {
      content += fmt::format(
          "<figure class=\"chart\"><figcaption>{} and {}: correlation {}</figcaption><div "
          "class=\"drawing\">{}</div></figure>\n",
          escape(posterior_.parameters()[all[p].j].name),
          escape(posterior_.parameters()[all[p].i].name), decimal_text(all[p].correlation, 2),
          pair_svg(posterior_, draws_, all[p].j, all[p].i));
    }
    return section("Parameters that go together", "The pairs with the largest correlations.",
                   "<div class=\"charts\">" + content + "</div>");
  }

  std::string fans() const {
    std::string content;
    const analysis::Study& study = of_.files.study;
    std::size_t number = 0;
    for (const analysis::Line& line : study.lines) {
      for (const analysis::Chart& chart : line.charts) {
        const ChartDrawing drawing = fan(chart, fmt::format("fan-{}", ++number));
        content += fmt::format(
            "<figure class=\"chart\"><figcaption>{} <span class=\"unit\">{}</span></figcaption>{}"
            "<div class=\"drawing\">{}</div></figure>\n",
            escape(chart.title), escape(chart.unit), chart_legend(drawing),
            chart_svg(drawing, {380, 236}));
      }
    }
    return section("What the draws predict",
                   "The model's curves for draws of the posterior, without errors of observation: "
                   "the middle half and nine tenths of them.",
                   "<div class=\"charts\">" + content + "</div>");
  }

  ChartDrawing fan(const analysis::Chart& chart, std::string id) const {
    const analysis::Study& study = of_.files.study;
    const Predictions& of = fit_.predictions;
    ChartDrawing drawing;
    drawing.id = std::move(id);
    drawing.title = chart.title;
    drawing.calendar = study.calendar;
    drawing.begin = of.times.front();
    drawing.end = of.times.back();
    drawing.calibration_end = study.calendar.time(study.calibration_end);
    drawing.log = chart.log;
    for (const PredictedCurve& curve : of.curves) {
      if (curve.chart != &chart) {
        continue;
      }
      DrawnCurve drawn;
      drawn.label = chart.curves[curve.curve].label + ", median";
      drawn.style = {curve.curve, curve.curve};
      drawn.bands = {{"9 of 10 draws", {}, {}}, {"5 of 10 draws", {}, {}}};
      for (std::size_t t = 0; t < of.times.size(); ++t) {
        std::vector<double> values;
        for (std::size_t r = 0; r < of.draws; ++r) {
          if (std::isfinite(curve.values[r * of.times.size() + t])) {
            values.push_back(curve.values[r * of.times.size() + t]);
          }
        }
        if (values.empty()) {
          continue;
        }
        std::sort(values.begin(), values.end());
        drawn.times.push_back(of.times[t]);
        drawn.values.push_back(quantile_of(values, 0.5));
        drawn.bands[0].low.push_back(quantile_of(values, 0.05));
        drawn.bands[0].high.push_back(quantile_of(values, 0.95));
        drawn.bands[1].low.push_back(quantile_of(values, 0.25));
        drawn.bands[1].high.push_back(quantile_of(values, 0.75));
      }
      drawing.curves.push_back(std::move(drawn));
    }
    std::size_t index = 0;
    for (std::size_t s = 0; s < posterior_.series().size(); ++s) {
      const analysis::DataSeries& series = posterior_.series()[s];
      if (series.chart != &chart) {
        continue;
      }
      DrawnSeries drawn;
      drawn.label = series.entry->label;
      drawn.style = {1 + index % (kInks - 1), index, true};
      ++index;
      for (const analysis::DataPoint& point : of.points) {
        if (point.series == s) {
          drawn.points.push_back(
              {point.row->time,
               point.row->value * series.entry->scale,
               {},
               {},
               fmt::format("{}: {}", point.row->date,
                           number_text(point.row->value * series.entry->scale))});
        }
      }
      drawing.series.push_back(std::move(drawn));
    }
    drawing.description = chart.title;
    return drawing;
  }

  // Quantile residuals [Dunn1996] of the observations, by the replicated ones.
  std::string residuals() const {
    std::string content;
    for (std::size_t s = 0; s < posterior_.series().size(); ++s) {
      const analysis::DataSeries& series = posterior_.series()[s];
      if (series.family == nullptr || series.family->interval) {
        continue;  // not one value
      }
      const ChartDrawing drawing = residuals_of(s);
      if (!drawing.series[0].points.empty()) {
        content += fmt::format(
            "<figure class=\"chart\"><figcaption>{}</figcaption><div class=\"drawing\">{}</div>"
            "</figure>\n",
            escape(series.name), chart_svg(drawing, {380, 150}));
      }
    }
    return section("Residuals",
                   "Where each observation lies among what the draws would have observed, as a "
                   "normal number: if all is right, residuals are within the bands half of the "
                   "time and nine times of ten, without a trend and without runs on one side.",
                   "<div class=\"charts\">" + content + "</div>");
  }

  ChartDrawing residuals_of(std::size_t s) const {
    const Predictions& of = fit_.predictions;
    const std::size_t n = of.points.size();
    ChartDrawing drawing;
    drawing.id = fmt::format("residual-{}", s + 1);
    drawing.title = posterior_.series()[s].name;
    drawing.description = drawing.title;
    drawing.calendar = of_.files.study.calendar;
    drawing.begin = of.times.front();
    drawing.end = of.times.back();
    drawing.calibration_end = drawing.calendar.time(of_.files.study.calibration_end);
    DrawnCurve expected;
    expected.label = "expected";
    expected.times = {of.times.front(), of.times.back()};
    expected.values = {0, 0};
    expected.bands = {{"9 of 10", {-kNormal95, -kNormal95}, {kNormal95, kNormal95}},
                      {"5 of 10", {-kNormal75, -kNormal75}, {kNormal75, kNormal75}}};
    drawing.curves.push_back(std::move(expected));
    DrawnSeries drawn;
    drawn.style = {1, 0, true};
    for (std::size_t i = 0; i < n; ++i) {
      const analysis::DataPoint& point = of.points[i];
      if (point.series != s) {
        continue;
      }
      double below = 0.5;
      for (std::size_t r = 0; r < of.draws; ++r) {
        const double value = of.replicated[r * n + i];
        below += value < point.observed.low ? 1 : value == point.observed.low ? 0.5 : 0;
      }
      const double all = static_cast<double>(of.draws) + 1;
      const double residual = analysis::normal_quantile(below / all, (all - below) / all);
      drawn.points.push_back({point.row->time,
                              residual,
                              {},
                              {},
                              fmt::format("{}: {}", point.row->date, number_text(residual))});
    }
    drawing.series.push_back(std::move(drawn));
    return drawing;
  }

  std::string contributions() const {
    std::string rows;
    const auto& points = posterior_.points();
    const auto fitted = posterior_.evaluate(fit_.thinned.points);
    for (std::size_t s = 0; s < posterior_.series().size(); ++s) {
      const analysis::DataSeries& series = posterior_.series()[s];
      std::size_t count = 0;
      double sum = 0;
      double worst = 0;
      const analysis::DataPoint* where = nullptr;
      for (std::size_t i = 0; i < points.size(); ++i) {
        if (points[i].series != s) {
          continue;
        }
        double mean = 0;
        for (std::size_t r = 0; r < fit_.predictions.draws; ++r) {
          mean += fitted.log_likelihood[r * points.size() + i];
        }
        mean /= static_cast<double>(fit_.predictions.draws);
        ++count;
        sum += mean;
        if (mean < worst || where == nullptr) {
          worst = mean;
          where = &points[i];
        }
      }
      if (count == 0) {
        continue;
      }
      rows += fmt::format(
          "<tr><th scope=\"row\" "
          "class=\"words\">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td>"
          "<td>{}</td><td class=\"words\">{}</td></tr>",
          escape(series.name), series.family == nullptr ? "event" : escape(series.family->name),
          count, decimal_text(series.weight, 2), number_text(series.weight * sum),
          number_text(sum / static_cast<double>(count)),
          where->row == nullptr ? std::string() : escape(where->row->date));
    }
    return section(
        "What each series contributes",
        "The logarithm of the likelihood, mean over the draws: of the whole series with "
        "its weight, of one point, and which point fits worst. Figures of different "
        "families and units cannot be compared; their changes between two fits can.",
        table(heads({"Series", "Likelihood", "Points", "Weight", "Sum", "A point", "Worst"}),
              rows));
  }

  std::string scores(std::string_view title, const std::vector<SeriesScore>& of) const {
    std::string rows;
    for (const SeriesScore& it : of) {
      const auto skill = [](const std::optional<double>& value) {
        return fmt::format("<td{}>{}</td>", value && *value < 0 ? " class=\"worse\"" : "",
                           value ? decimal_text(*value, 2) : std::string(kDash));
      };
      rows += fmt::format(
          "<tr><th scope=\"row\" class=\"words\">{}<span class=\"aside\"> {}</span></th><td>{}</td>"
          "<td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>{}{}{}</tr>",
          escape(it.series), escape(it.unit), it.points, number_text(it.crps),
          number_text(it.mean_error), percent_text(it.cover50), percent_text(it.cover80),
          percent_text(it.cover95), skill(it.skill_last), skill(it.skill_line),
          skill(it.skill_rate));
    }
    return section(title,
                   "Replicated observations against what was observed: CRPS and the error of the "
                   "mean, in the unit of the chart; the share of points within central intervals; "
                   "skill = 1 − CRPS / mean absolute error of a rival fitted to the calibration "
                   "window: its last value, a straight line, a constant rate. Below 0 the rival is "
                   "better.",
                   table(heads({"Series", "Points", "CRPS", "Error", "50 %", "80 %", "95 %", "Last",
                                "Line", "Rate"}),
                         rows));
  }

  std::string holdout() const {
    return fit_.holdout.empty() ? std::string() : scores("What was held out", fit_.holdout);
  }

  std::string provenance() const {
    std::string items;
    for (const auto& [name, value] : attributes_) {
      items += fmt::format("<div><dt>{}</dt><dd class=\"hash\">{}</dd></div>", escape(name),
                           escape(value));
    }
    const PosteriorCounts& counts = posterior_.counts();
    items += fmt::format(
        "<div><dt>runs</dt><dd>{} ({} with gradient; {} not finite, {} impossible)</dd></div>",
        counts.runs.load(), counts.with_gradient.load(), counts.not_finite.load(),
        counts.impossible.load());
    return section("How to make it again", "", "<dl class=\"terms\">" + items + "</dl>");
  }

  static constexpr double kNormal95 = 1.6448536269514722;
  static constexpr double kNormal75 = 0.6744897501960817;
  const StudyPosterior& of_;
  const Posterior& posterior_;
  const StudyFit& fit_;
  const inference::Draws& draws_;
  const std::map<std::string, std::string>& attributes_;
};

}  // namespace

std::string fit_report_html(const StudyPosterior& of, const StudyFit& fit,
                            const std::map<std::string, std::string>& attributes) {
  return Page(of, fit, attributes).html();
}

}  // namespace shamal::api
