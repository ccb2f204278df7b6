// The page, from top to bottom: what it is, what to beware of, where it comes from; the map; each
// line of effort with its charts; every misfit; every assumption; what is missing; the sources; how
// to make it again.
#include "api/report.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "analysis/comparison.h"
#include "api/assets.h"
#include "api/report/cards.h"
#include "api/report/figure.h"
#include "api/report/guide.h"
#include "api/report/levers.h"
#include "api/report/map.h"
#include "api/report/misfit.h"
#include "api/report/outline.h"
#include "api/report/parameters.h"
#include "api/report/sources.h"
#include "api/report/text.h"

namespace shamal::api {

namespace {

using namespace report;

std::string_view asset(std::string_view name) {
  for (const Asset& entry : assets()) {
    if (entry.name == name) {
      return entry.text;
    }
  }
  return {};
}

// Blank lines part paragraphs.
std::string paragraphs(std::string_view text, std::string_view tag_class) {
  std::string out;
  while (!text.empty()) {
    const std::size_t blank = text.find("\n\n");
    const std::string_view part = text.substr(0, blank);
    if (part.find_first_not_of(" \n") != std::string_view::npos) {
      out += fmt::format("<p{}>{}</p>",
                         tag_class.empty() ? "" : fmt::format(" class=\"{}\"", tag_class),
                         escape(part));
    }
    text.remove_prefix(blank == std::string_view::npos ? text.size() : blank + 2);
  }
  return out;
}

// What the columns of the misfit table mean; docs/study.md says it with the references.
constexpr std::string_view kTerms =
    "<dl class=\"terms\">"
    "<div><dt>RMSE, MAE, bias</dt><dd>root mean square error, mean absolute error, and the mean of "
    "model less observed, in the unit of the chart</dd></div>"
    "<div><dt>MAPE</dt><dd>mean absolute error as a share of the observed, where all are "
    "positive</dd></div>"
    "<div><dt>R²</dt><dd>squared correlation: agreement in shape, whatever the level</dd></div>"
    "<div><dt>Theil shares</dt><dd>what the mean square error is made of: unequal means "
    "(U<sup>M</sup>, systematic), unequal variation (U<sup>S</sup>, trend or amplitude), unequal "
    "covariation (U<sup>C</sup>, point by point)</dd></div>"
    "<div><dt>Within error</dt><dd>share of points whose error interval contains the model</dd>"
    "</div>"
    "<div><dt>Skill</dt><dd>1 − MSE / MSE of a naive rival: the last value of the calibration "
    "window, a straight line or a constant exponential rate fitted to that window; below 0 the "
    "rival is better</dd></div></dl>";

class Page {
 public:
  explicit Page(const ReportInput& input)
      : input_(input),
        study_(input.files.study),
        series_(analysis::compare(study_, input.files.observations, input.results)),
        outline_(make_outline(input, series_)) {}

  std::string html() const {
    const std::string_view style = asset("report.css");
    const std::string_view script = asset("report.js");
    std::string out = fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src &#39;none&#39;; "
        "style-src {}; script-src {}; base-uri &#39;none&#39;; form-action &#39;none&#39;\"/>\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
        "<meta name=\"referrer\" content=\"no-referrer\"/>\n<title>{}</title>\n"
        "<style>{}</style>\n</head>\n<body>\n",
        escape(content_hash(style)), escape(content_hash(script)), escape(study_.title), style);
    out += "<a class=\"skip\" href=\"#lines\">Skip to the charts</a>\n";
    out += head() + contents() + "<main id=\"lines\">\n";
    out += input_.tests_only
               ? tests() + misfits() + bibliography() + misuse() + reproduce()
               : cards() + map() + lines() + levers() + misfits() + tests() + parameters() +
                     equations() + missing() + unplaced() + bibliography() + misuse() + reproduce();
    out += "</main>\n";
    out += fmt::format("<script>{}</script>\n</body>\n</html>\n", script);
    return out;
  }

 private:
  std::string attribute(const std::string& name) const {
    const auto found = input_.results.attributes.find(name);
    return found == input_.results.attributes.end() ? std::string() : found->second;
  }

  std::string head() const {
    std::string caveats;
    for (const std::string& caveat : outline_.caveats) {
      caveats += "<li>" + escape(caveat) + "</li>";
    }
    for (const std::string& caveat : study_.caveats) {
      caveats += "<li>" + escape(caveat) + "</li>";
    }
    return fmt::format(
        "<header>\n<p class=\"kicker\">Shamal <span>an open campaign laboratory</span></p>\n"
        "<h1>{}</h1>\n{}\n<section class=\"caveats\" aria-labelledby=\"caveats\">"
        "<h2 id=\"caveats\">Before reading on</h2><ul>{}</ul></section>\n{}</header>\n",
        escape(study_.title), paragraphs(study_.summary, "standfirst"), caveats, provenance());
  }

  std::string provenance() const {
    std::string items;
    const auto item = [&](std::string_view name, const std::string& value) {
      if (!value.empty()) {
        items += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", name, value);
      }
    };
    const std::string hash = attribute("model_sha256");
    if (!hash.empty()) {
      item("Model", fmt::format("<abbr title=\"SHA-256 {}\">{}</abbr>", escape(hash),
                                escape(hash.substr(0, 12))));
    }
    item("Engine", escape(attribute("engine_version")));
    item("Run", escape(outline_.window));
    item("Method", escape(method_text(attribute("method"))));
    const std::string step = attribute("dt");
    item("Step", step.empty() ? step
                              : fmt::format("{} {}", escape(step_text(step)),
                                            analysis::time_unit_name(study_.calendar.unit)));
    item("Calibration to", analysis::plain_date(study_.calibration_end));
    item("Seed", escape(attribute("seed")));
    if (input_.draws > 0) {
      item("Draws", number_text(static_cast<double>(input_.draws), 9));
    }
    item("Made", escape(attribute("created")));
    return "<dl class=\"provenance\">" + items + "</dl>\n";
  }

  template <typename Item>
  void parts(const Item& item) const {
    if (!input_.files.cards.empty()) {
      item("cards", "Claims");
    }
    if (study_.map) {
      item("map", "Map");
    }
    for (const analysis::Line& line : study_.lines) {
      if (!line.charts.empty()) {
        item(line_anchor(line), fmt::format("<b>{}</b> {}", line.number, escape(line.title)));
      }
    }
    if (input_.experiment) {
      item("levers", "Levers");
      item("structures", "Structures");
    }
    item("misfit", "Every misfit");
    if (!input_.checks.empty() || !input_.bands.empty()) {
      item("tests", "Tests");
    }
    item("parameters", "Every assumption");
    if (!input_.equations.empty()) {
      item("equations", "Equations");
    }
    item("missing", "Not modelled");
  }

  std::string contents() const {
    std::string items;
    const auto item = [&](std::string_view href, const std::string& text) {
      items += fmt::format("<li><a href=\"#{}\">{}</a></li>", href, text);
    };
    if (input_.tests_only) {
      item("tests", "Tests");
      item("misfit", "Every misfit");
    } else {
      parts(item);
    }
    item("sources", "Sources");
    if (!study_.misuse.empty()) {
      item("misuse", "Misuse");
    }
    item("reproduce", "Reproduce");
    return "<nav aria-label=\"Contents\"><ul>" + items + "</ul></nav>\n";
  }

  // Whether figures can lead to the equations.
  bool linked() const { return !input_.tests_only && !input_.equations.empty(); }

  static std::string line_anchor(const analysis::Line& line) { return "line-" + anchor(line.id); }

  std::string map() const {
    if (!study_.map) {
      return {};
    }
    return fmt::format("<section id=\"map\">\n<h2>{}</h2>\n{}\n{}</section>\n",
                       escape(study_.map->title),
                       map_section(input_.results, study_, input_.files.regions),
                       linked() ? fmt::format("<p class=\"note\">Equation: {}.</p>\n",
                                              equation_link(study_.map->variable.text))
                                : std::string());
  }

  std::string lines() const {
    std::string out;
    std::size_t next = 0;  // into series_, which has the order of the charts
    for (const analysis::Line& line : study_.lines) {
      if (line.charts.empty()) {
        continue;
      }
      out += fmt::format(
          "<section class=\"line\" id=\"{}\">\n<h2><span class=\"number\">{}</span> {}</h2>\n{}\n"
          "<div class=\"charts\">\n",
          line_anchor(line), line.number, escape(line.title), paragraphs(line.text, "lead"));
      for (std::size_t i = 0; i < line.charts.size(); ++i) {
        const analysis::Chart& chart = line.charts[i];
        const std::span<const analysis::ComparedSeries> own(series_.data() + next,
                                                            chart.series.size());
        next += chart.series.size();
        out += figure_html({input_.files, input_.results, chart, own,
                            fmt::format("chart-{}-{}", anchor(line.id), i + 1),
                            input_.fans ? &*input_.fans : nullptr,
                            input_.fitted ? &*input_.fitted : nullptr, i == 0,
                            !input_.equations.empty()}) +
               "\n";
      }
      out += "</div>\n</section>\n";
    }
    return out;
  }

  std::string cards() const {
    return input_.files.cards.empty()
               ? std::string()
               : fmt::format(
                     "<section id=\"cards\">\n<h2>Six claims</h2>\n<p class=\"lead\">What was "
                     "officially said of each line of effort, beside what the data show and what "
                     "the model can and cannot attribute. Every figure and every "
                     "verdict is computed from the data and the model when this page is made; the "
                     "words of the claims alone are given.</p>\n{}\n</section>\n",
                     cards_html(input_.files, series_,
                                input_.experiment ? &*input_.experiment : nullptr));
  }

  std::string levers() const {
    if (!input_.experiment) {
      return {};
    }
    return fmt::format(
        "<section id=\"levers\">\n<h2>What the lines of effort change</h2>\n{}\n</section>\n"
        "<section id=\"structures\">\n<h2>Structures side by side</h2>\n{}\n</section>\n",
        levers_html(study_, *input_.experiment, linked()),
        structures_html(study_, *input_.experiment, linked()));
  }

  std::string tests() const {
    if (input_.checks.empty() && input_.bands.empty()) {
      return {};
    }
    return fmt::format(
        "<section id=\"tests\">\n<h2>Tests of the model</h2>\n{}\n{}\n</section>\n",
        input_.checks.empty() ? std::string() : battery_html(input_.checks),
        input_.bands.empty() ? std::string() : bands_html(study_, input_.bands, linked()));
  }

  std::string equations() const {
    return input_.equations.empty()
               ? std::string()
               : fmt::format(
                     "<section id=\"equations\">\n<h2>Every equation</h2>\n{}\n"
                     "</section>\n",
                     guide_html(input_.equations, input_.files.sources));
  }

  std::string misfits() const {
    return fmt::format(
        "<section id=\"misfit\">\n<h2>Every misfit</h2>\n<p class=\"lead\">All scored series, none "
        "left out; there is no score over all of them. {}</p>\n{}\n{}\n</section>\n",
        escape(outline_.rivals), kTerms, misfit_table(series_));
  }

  std::string parameters() const {
    if (input_.parameters.empty()) {
      return {};
    }
    return fmt::format(
        "<section id=\"parameters\">\n<h2>Every assumption</h2>\n<p class=\"lead\">{}</p>\n{}\n"
        "</section>\n",
        escape(outline_.parameters),
        parameter_list(input_.parameters, input_.files.sources, linked()));
  }

  std::string missing() const {
    std::string items;
    for (const MissingPart& part : outline_.missing) {
      items += fmt::format("<li><b>{}</b> {}</li>", escape(part.line), escape(part.text));
    }
    if (items.empty()) {
      items = "<li>The study names nothing.</li>";
    }
    return "<section id=\"missing\">\n<h2>Not modelled</h2>\n<ul class=\"plain\">" + items +
           "</ul>\n</section>\n";
  }

  std::string unplaced() const {
    const auto& rows = input_.files.observations.unusable;
    if (rows.empty()) {
      return {};
    }
    std::string body;
    for (const analysis::UnusableObservation& row : rows) {
      body += fmt::format(
          "<tr><th scope=\"row\">{}</th><td class=\"words\">{}</td><td class=\"words\">{}</td>"
          "<td>{}</td><td class=\"words\">{}</td><td class=\"words\">{}</td></tr>",
          escape(row.series), escape(row.region), escape(row.date), escape(row.value),
          escape(row.reason), source_link(row.source, input_.files.sources));
    }
    return fmt::format(
        "<section id=\"unplaced\">\n<h2>Figures that could not be placed</h2>\n"
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Figures that could not "
        "be placed\"><table class=\"figures\"><thead><tr><th scope=\"col\">Series</th>"
        "<th scope=\"col\" class=\"words\">Region</th><th scope=\"col\" class=\"words\">Date</th>"
        "<th scope=\"col\">Value</th><th scope=\"col\" class=\"words\">Why</th>"
        "<th scope=\"col\" class=\"words\">Source</th></tr></thead><tbody>{}</tbody></table></div>"
        "\n</section>\n",
        body);
  }

  std::string bibliography() const {
    std::set<std::string> used;
    for (const analysis::ComparedSeries& series : series_) {
      for (const analysis::ComparedPoint& point : series.points) {
        used.insert(point.observation->source);
      }
    }
    for (const ReportParameter& parameter : input_.parameters) {
      for (const std::string& key : read_origin(parameter.doc, input_.files.sources).keys) {
        used.insert(key);
      }
    }
    return "<section id=\"sources\">\n<h2>Sources</h2>\n" +
           bibliography_html(input_.files.sources, used) + "\n</section>\n";
  }

  std::string misuse() const {
    return study_.misuse.empty()
               ? std::string()
               : fmt::format("<section id=\"misuse\">\n<h2>Misuse</h2>\n{}</section>\n",
                             paragraphs(study_.misuse, ""));
  }

  std::string reproduce() const {
    const std::string command = attribute("command");
    const std::string hash = attribute("model_sha256");
    return fmt::format(
        "<section id=\"reproduce\">\n<h2>Reproduce</h2>\n<p>The same files and the same engine "
        "give this page again, byte for byte but for its date.</p>\n<pre><code>{}</code></pre>\n"
        "{}</section>\n",
        escape(command.empty() ? "shamal report " + study_.name + "/study.toml" : command),
        hash.empty() ? std::string()
                     : fmt::format("<p class=\"hash\">SHA-256 of the model: <code>{}</code></p>\n",
                                   escape(hash)));
  }

  const ReportInput& input_;
  const analysis::Study& study_;
  std::vector<analysis::ComparedSeries> series_;
  Outline outline_;
};

}  // namespace

std::string report_html(const ReportInput& input) { return Page(input).html(); }

}  // namespace shamal::api
