#include <algorithm>

#include <fmt/format.h>

#include "analysis/comparison.h"
#include "api/report.h"
#include "api/report/misfit.h"
#include "api/report/outline.h"
#include "api/report/parameters.h"
#include "api/report/text.h"

namespace shamal::api {

namespace {

using namespace report;
using analysis::ComparedSeries;
using analysis::FitStatistics;
using analysis::SplitFit;

// How a line of effort fares in one window.
struct Headline {
  std::string size;    // "15% to 91%": RMSE over the mean of the scored series
  std::string rivals;  // "3 of 4": series in which a naive rival does better
};

Headline headline(const std::vector<ComparedSeries>& all, const analysis::Line& line,
                  FitStatistics SplitFit::*window) {
  std::optional<double> low;
  std::optional<double> high;
  std::vector<ComparedSeries> own;
  for (const ComparedSeries& series : all) {
    const FitStatistics& fit = series.fit.*window;
    if (series.line != &line || !series.series->score || fit.points == 0) {
      continue;
    }
    own.push_back(series);
    if (fit.rmse_over_mean) {
      low = std::min(low.value_or(*fit.rmse_over_mean), *fit.rmse_over_mean);
      high = std::max(high.value_or(*fit.rmse_over_mean), *fit.rmse_over_mean);
    }
  }
  const RivalCount rivals = count_rivals(own, window);
  return {!low ? "no points"
          : percent_text(*low) == percent_text(*high)
              ? percent_text(*low)
              : fmt::format("{} to {}", percent_text(*low), percent_text(*high)),
          fmt::format("{} of {}", rivals.worse, rivals.compared)};
}

// The scored series with the largest held-out error for its size, or in calibration if none is
// held out.
const ComparedSeries* find_worst(const std::vector<ComparedSeries>& all,
                                 FitStatistics SplitFit::*window) {
  const ComparedSeries* worst = nullptr;
  for (const ComparedSeries& series : all) {
    const std::optional<double>& size = (series.fit.*window).rmse_over_mean;
    if (series.series->score && size &&
        (worst == nullptr || *size > *(worst->fit.*window).rmse_over_mean)) {
      worst = &series;
    }
  }
  return worst;
}

}  // namespace

std::string report_summary_text(const ReportInput& input, std::string_view page) {
  const analysis::Study& study = input.files.study;
  const std::vector<ComparedSeries> all =
      analysis::compare(study, input.files.observations, input.results);
  const Outline outline = make_outline(input, all);
  const auto attribute = [&](const std::string& name) {
    const auto found = input.results.attributes.find(name);
    return found == input.results.attributes.end() ? std::string() : found->second;
  };
  std::string out = study.title + "\n";
  const auto line = [&](std::string_view name, const std::string& text) {
    out += fmt::format("  {:<14}{}\n", name, text);
  };
  line("model", fmt::format("{}, {}, {}, {}", count_text(input.size.stocks, "stock", "stocks"),
                            count_text(input.size.flows, "flow", "flows"),
                            count_text(input.size.auxiliaries, "auxiliary", "auxiliaries"),
                            count_text(input.size.constants, "constant", "constants")));
  std::string run = outline.window;
  if (!attribute("method").empty()) {
    run += ", " + method_text(attribute("method"));
  }
  if (!attribute("dt").empty()) {
    run += fmt::format(", step {} {}", step_text(attribute("dt")),
                       analysis::time_unit_name(study.calendar.unit));
  }
  line("run", run);
  for (const analysis::Line& entry : study.lines) {
    if (entry.charts.empty()) {
      continue;
    }
    const Headline calibration = headline(all, entry, &SplitFit::calibration);
    const Headline held_out = headline(all, entry, &SplitFit::holdout);
    out += fmt::format(
        "  {} {}: RMSE/mean {} calibration, {} held out; worse than a naive rival in {}, {}\n",
        entry.number, entry.title, calibration.size, held_out.size, calibration.rivals,
        held_out.rivals);
  }
  FitStatistics SplitFit::*window = &SplitFit::holdout;
  const ComparedSeries* worst = find_worst(all, window);
  if (worst == nullptr) {
    window = &SplitFit::calibration;
    worst = find_worst(all, window);
  }
  if (worst != nullptr) {
    line("worst", fmt::format("{} ({}), {}: RMSE {} of the mean, {}", worst->chart->title,
                              worst->series->label,
                              window == &SplitFit::holdout ? "held out" : "calibration",
                              percent_text((worst->fit.*window).rmse_over_mean),
                              rivals_in_words(worst->fit.*window)));
  }
  if (!input.parameters.empty()) {
    const BasisCount count = count_bases(input.parameters, input.files.sources);
    line("parameters", fmt::format("{}: {} from a source, {} partly, {} assumed, {} without either",
                                   count.total(), count[Basis::source], count[Basis::partly],
                                   count[Basis::assumption], count[Basis::none]));
  }
  std::string missing;
  for (const analysis::Line& entry : study.lines) {
    if (entry.charts.empty()) {
      missing += fmt::format("{}{} {}", missing.empty() ? "" : ", ", entry.number, entry.title);
    }
  }
  if (!missing.empty()) {
    line("not yet", missing);
  }
  line("page", std::string(page));
  return out;
}

}  // namespace shamal::api
