#include "api/report/misfit.h"

#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "api/report/text.h"

namespace shamal::api::report {

namespace {

using analysis::ComparedSeries;
using analysis::FitStatistics;

std::string signed_number(const std::optional<double>& value) {
  return value && *value > 0 ? "+" + number_text(*value) : number_text(value);
}

std::string window_words(std::string_view name, const FitStatistics& fit) {
  if (fit.points == 0) {
    return fmt::format("<b>{}</b>: no points", name);
  }
  std::string text = fmt::format("<b>{}</b>, {}: RMSE {}", name,
                                 count_text(fit.points, "point", "points"), number_text(fit.rmse));
  if (fit.rmse_over_mean) {
    text += fmt::format(" ({} of the mean)", percent_text(*fit.rmse_over_mean));
  }
  text += ", bias " + signed_number(fit.bias);
  if (fit.within_error) {
    const double inside = *fit.within_error * static_cast<double>(fit.points_with_error);
    text += fmt::format(", {} of {} within error", number_text(inside), fit.points_with_error);
  }
  if (fit.worst_skill()) {
    text += ", " + rivals_in_words(fit);
  }
  return text + ".";
}

std::string skill_cell(const std::optional<double>& skill) {
  if (!skill) {
    return "<td>–</td>";
  }
  // Far below zero the digits say nothing more.
  const std::string text =
      *skill < -99 ? std::string(kMinus) + "99 or less" : decimal_text(*skill, 2);
  return fmt::format("<td{}>{}</td>", *skill < 0 ? " class=\"worse\"" : "", text);
}

std::string row(std::string_view window, const FitStatistics& fit) {
  std::string out =
      fmt::format("<th scope=\"row\" class=\"window\">{}</th><td>{}</td>", window, fit.points);
  if (fit.points == 0) {
    return out + "<td colspan=\"14\" class=\"words none\">no observations in this window</td>";
  }
  const auto cell = [&](std::string text) { out += "<td>" + std::move(text) + "</td>"; };
  cell(number_text(fit.rmse));
  cell(percent_text(fit.rmse_over_mean));
  cell(number_text(fit.mae));
  cell(signed_number(fit.bias));
  cell(percent_text(fit.mape));
  cell(fit.r_squared ? decimal_text(*fit.r_squared, 2) : std::string(kDash));
  for (const double analysis::TheilShares::*share :
       {&analysis::TheilShares::mean, &analysis::TheilShares::variation,
        &analysis::TheilShares::covariation}) {
    cell(fit.theil ? decimal_text((*fit.theil).*share, 2) : std::string(kDash));
  }
  cell(percent_text(fit.within_error));
  out +=
      skill_cell(fit.skill_last) + skill_cell(fit.skill_linear) + skill_cell(fit.skill_exponential);
  return out + fmt::format("<td class=\"words{}\">{}</td>",
                           fit.worst_skill().value_or(0) < 0 ? " worse" : "", rivals_in_words(fit));
}

constexpr std::string_view kHead =
    "<thead><tr><th scope=\"col\" rowspan=\"2\" class=\"words\">Series</th>"
    "<th scope=\"col\" rowspan=\"2\" class=\"words\">Window</th>"
    "<th scope=\"col\" rowspan=\"2\">n</th>"
    "<th scope=\"col\" rowspan=\"2\">RMSE</th>"
    "<th scope=\"col\" rowspan=\"2\">of mean</th>"
    "<th scope=\"col\" rowspan=\"2\">MAE</th>"
    "<th scope=\"col\" rowspan=\"2\">Bias</th>"
    "<th scope=\"col\" rowspan=\"2\">MAPE</th>"
    "<th scope=\"col\" rowspan=\"2\">R²</th>"
    "<th scope=\"colgroup\" colspan=\"3\" class=\"over\">Theil shares</th>"
    "<th scope=\"col\" rowspan=\"2\">Within error</th>"
    "<th scope=\"colgroup\" colspan=\"3\" class=\"over\">Skill against</th>"
    "<th scope=\"col\" rowspan=\"2\" class=\"words\">In words</th></tr>"
    "<tr><th scope=\"col\">U<sup>M</sup></th><th scope=\"col\">U<sup>S</sup></th>"
    "<th scope=\"col\">U<sup>C</sup></th><th scope=\"col\">last value</th>"
    "<th scope=\"col\">line</th><th scope=\"col\">rate</th></tr></thead>";

}  // namespace

std::string rivals_in_words(const FitStatistics& fit) {
  const std::array<std::pair<const std::optional<double>&, std::string_view>, 3> rivals = {
      {{fit.skill_last, "last value"},
       {fit.skill_linear, "straight line"},
       {fit.skill_exponential, "constant rate"}}};
  std::vector<std::string_view> worse;
  std::size_t compared = 0;
  for (const auto& [skill, name] : rivals) {
    compared += skill ? 1 : 0;
    if (skill && *skill < 0) {
      worse.push_back(name);
    }
  }
  if (compared == 0) {
    return "no naive rival to compare with";
  }
  if (worse.empty()) {
    return compared == 1   ? "better than the naive rival"
           : compared == 2 ? "better than both naive rivals"
                           : "better than all three naive rivals";
  }
  std::string names(worse.front());
  for (std::size_t i = 1; i < worse.size(); ++i) {
    names += fmt::format("{}{}", i + 1 == worse.size() ? " and " : ", ", worse[i]);
  }
  return fmt::format("worse than the naive rival{}: {}", worse.size() > 1 ? "s" : "", names);
}

std::string misfit_line(const ComparedSeries& series) {
  return fmt::format("<span class=\"of\">{}</span><br/>{}<br/>{}", escape(series.series->label),
                     window_words("Calibration", series.fit.calibration),
                     window_words("Held out", series.fit.holdout));
}

std::string misfit_table(std::span<const ComparedSeries> series) {
  std::string body;
  const analysis::Line* line = nullptr;
  for (const ComparedSeries& entry : series) {
    if (!entry.series->score) {
      continue;
    }
    if (entry.line != line) {
      body += fmt::format(
          "{}<tbody><tr class=\"group\"><th scope=\"rowgroup\" colspan=\"17\">{} {}</th></tr>",
          line == nullptr ? "" : "</tbody>", entry.line->number, escape(entry.line->title));
      line = entry.line;
    }
    body += fmt::format(
        "<tr class=\"first\"><th scope=\"row\" rowspan=\"2\" class=\"words\">{}<span "
        "class=\"aside\">{}, {}</span></th>{}</tr><tr>{}</tr>",
        escape(entry.chart->title), escape(entry.series->label), escape(entry.chart->unit),
        row("calibration", entry.fit.calibration), row("held out", entry.fit.holdout));
  }
  if (line == nullptr) {
    return "<p class=\"note\">No series is scored.</p>";
  }
  return fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Misfit of every series\">"
      "<table class=\"figures misfits\">{}{}</tbody></table></div>",
      kHead, body);
}

}  // namespace shamal::api::report
