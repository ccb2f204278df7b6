#include "api/report/tests.h"

#include <algorithm>

#include <fmt/format.h>

#include "api/report/guide.h"
#include "api/report/text.h"

namespace shamal::api::report {

namespace {

std::string verdict(bool passed, bool required) {
  return passed ? "passed" : required ? "<b class=\"missing\">failed</b>" : "<b>finding</b>";
}

}  // namespace

std::string battery_html(std::span<const CheckResult> checks) {
  std::size_t passed = 0;
  std::string body;
  std::string group;
  for (const CheckResult& check : checks) {
    const bool good = check.status == CheckResult::Status::passed;
    passed += good ? 1 : 0;
    if (check.group != group) {
      group = check.group;
      body += fmt::format("<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"5\">{}</th></tr>",
                          escape(group));
    }
    body += fmt::format(
        "<tr><td class=\"words\">{}</td><th scope=\"row\" class=\"words\">{}<span "
        "class=\"aside\">{}</span></th><td class=\"words\">{}</td><td>{}</td>"
        "<td class=\"words\">{}</td></tr>",
        escape(check.id), escape(check.title), escape(check.text), verdict(good, check.required),
        number_text(static_cast<double>(check.runs), 6), escape(check.finding));
  }
  return fmt::format(
      "<p class=\"lead\">{} of {} checks pass. A structural check that fails is a fault of the "
      "model; the signs of the levers are findings.</p><div class=\"scroll\" tabindex=\"0\" "
      "role=\"region\" aria-label=\"Tests of the model\"><table class=\"figures tests\"><thead><tr>"
      "<th scope=\"col\" class=\"words\">Test</th><th scope=\"col\" class=\"words\">What must hold"
      "</th><th scope=\"col\" class=\"words\">Verdict</th><th scope=\"col\">looked at</th>"
      "<th scope=\"col\" class=\"words\">Finding</th></tr></thead><tbody>{}</tbody></table></div>",
      passed, checks.size(), body);
}

std::string bands_html(const analysis::Study& study, std::span<const BandResult> bands,
                       bool linked) {
  const auto value = [&](const analysis::Band& band, double number) {
    const bool day = band.reading.measure == analysis::Measure::falls_below ||
                     band.reading.measure == analysis::Measure::rises_above;
    return day && number < 1e6 ? analysis::plain_date(study.calendar.date(number))
                               : number_text(number);
  };
  std::string body;
  std::size_t passed = 0;
  for (const bool holdout : {false, true}) {
    body += fmt::format("<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"6\">{}</th></tr>",
                        holdout ? "Held out" : "Calibration");
    for (const BandResult& result : bands) {
      const analysis::Band& band = *result.band;
      if (band.holdout != holdout) {
        continue;
      }
      passed += result.passed ? 1 : 0;
      body += fmt::format(
          "<tr><td class=\"words\">{}</td><th scope=\"row\" class=\"words\">{}{}</th><td>{} to {}"
          "</td><td>{}</td><td>{} of {}</td><td class=\"words\">{}</td></tr>",
          escape(band.id), escape(band.title),
          linked ? fmt::format(" <span class=\"aside\">{}</span>",
                               equation_link(band.reading.variable.text))
                 : std::string(),
          value(band, band.low), value(band, band.high), value(band, result.median),
          percent_text(result.share), percent_text(band.share),
          result.passed ? "passed" : "<b>failed</b>");
    }
  }
  return fmt::format(
      "<h3>Bands registered before any fit</h3><p class=\"lead\">{} of {} pass. A band passes if "
      "the wanted share of the draws lies in it. Failures stand as they fall: nothing is tuned to "
      "pass.</p><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Registered "
      "bands\"><table class=\"figures tests\"><thead><tr><th scope=\"col\" "
      "class=\"words\">Band</th>"
      "<th scope=\"col\" class=\"words\">What is asked</th><th scope=\"col\">band</th>"
      "<th scope=\"col\">middle of the draws</th><th scope=\"col\">draws in it, of those "
      "wanted</th>"
      "<th scope=\"col\" class=\"words\">Verdict</th></tr></thead><tbody>{}</tbody></table></div>",
      passed, bands.size(), body);
}

}  // namespace shamal::api::report
