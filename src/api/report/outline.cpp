#include "api/report/outline.h"

#include <fmt/format.h>

#include "api/report/parameters.h"
#include "api/report/text.h"

namespace shamal::api::report {

namespace {

constexpr std::string_view kNotModelled = "Not modelled yet:";

// The sentence that begins with "Not modelled yet:", without those words.
std::string missing_sentence(std::string_view text) {
  const std::size_t at = text.find(kNotModelled);
  if (at == std::string_view::npos) {
    return {};
  }
  std::string_view rest = text.substr(at + kNotModelled.size());
  rest.remove_prefix(std::min(rest.find_first_not_of(" \n"), rest.size()));
  const std::size_t stop = rest.find(". ");
  std::string sentence(rest.substr(0, stop == std::string_view::npos ? rest.size() : stop + 1));
  while (!sentence.empty() && (sentence.back() == '\n' || sentence.back() == ' ')) {
    sentence.pop_back();
  }
  return sentence;
}

std::string window_text(const ReportInput& input) {
  const auto time = input.results.find_dimension(data::kTimeDimension);
  if (!time || input.results.dimensions[*time].values.empty()) {
    return {};
  }
  const std::vector<double>& times = input.results.dimensions[*time].values;
  const analysis::Calendar& calendar = input.files.study.calendar;
  return fmt::format("{} to {}", analysis::plain_date(calendar.date(times.front())),
                     analysis::plain_date(calendar.date(times.back())));
}

// "9 of the 27 bands that were registered before any fit fail, …: C-1, C-7."
std::string band_sentence(const ReportInput& input) {
  std::size_t failed = 0;
  std::size_t held_out = 0;
  std::string ids;
  for (const BandResult& band : input.bands) {
    if (!band.passed) {
      ++failed;
      held_out += band.band->holdout ? 1 : 0;
      ids += (ids.empty() ? "" : ", ") + band.band->id;
    }
  }
  return fmt::format(
      "{} of the {} bands that were registered before any fit fail over the draws, {} of them held "
      "out{}.",
      failed, input.bands.size(), held_out, ids.empty() ? ids : ": " + ids);
}

// "2 of the 28 checks that must hold fail: T-08, … 7 of the 25 findings … are not found."
std::string check_sentence(std::span<const CheckResult> checks) {
  std::size_t required = 0;
  std::size_t failed = 0;
  std::size_t findings = 0;
  std::string names;
  for (const CheckResult& check : checks) {
    const bool passed = check.status == CheckResult::Status::passed;
    required += check.required ? 1 : 0;
    failed += check.required && !passed ? 1 : 0;
    findings += !check.required && !passed ? 1 : 0;
    if (check.required && !passed) {
      names += (names.empty() ? ": " : ", ") + check.id;
    }
  }
  std::string text =
      fmt::format("{} of the {} checks that must hold fail{}.", failed, required, names);
  if (required < checks.size()) {
    text += fmt::format(" {} of the {} findings that the literature expects are not found.",
                        findings, checks.size() - required);
  }
  return text;
}

}  // namespace

RivalCount count_rivals(std::span<const analysis::ComparedSeries> series,
                        analysis::FitStatistics analysis::SplitFit::*window) {
  RivalCount count;
  for (const analysis::ComparedSeries& entry : series) {
    if (!entry.series->score) {
      continue;
    }
    ++count.scored;
    if (const std::optional<double> skill = (entry.fit.*window).worst_skill()) {
      ++count.compared;
      count.worse += *skill < 0 ? 1 : 0;
    }
  }
  return count;
}

Outline make_outline(const ReportInput& input, std::span<const analysis::ComparedSeries> series) {
  const analysis::Study& study = input.files.study;
  Outline outline;
  outline.window = window_text(input);

  const RivalCount before = count_rivals(series, &analysis::SplitFit::calibration);
  const RivalCount after = count_rivals(series, &analysis::SplitFit::holdout);
  if (after.compared > 0) {
    outline.rivals = fmt::format(
        "The model does worse than at least one naive rival in {} of the {} series that can be "
        "compared after {}, which was held out, and in {} of {} before.",
        after.worse, after.compared, analysis::plain_date(study.calibration_end), before.worse,
        before.compared);
    outline.caveats.push_back(outline.rivals);
  }
  if (!input.bands.empty()) {
    outline.caveats.push_back(band_sentence(input));
  }
  if (!input.checks.empty()) {
    outline.caveats.push_back(check_sentence(input.checks));
  }
  if (!input.parameters.empty()) {
    const BasisCount count = count_bases(input.parameters, input.files.sources);
    outline.parameters = fmt::format(
        "Of {}, {} rest on a source, {} on a source and an assumption, {} on an assumption alone, "
        "and {} name neither.",
        count_text(count.total(), "parameter", "parameters"), count[Basis::source],
        count[Basis::partly], count[Basis::assumption], count[Basis::none]);
    outline.caveats.push_back(outline.parameters);
  }
  for (const analysis::Line& line : study.lines) {
    std::string sentence = missing_sentence(line.text);
    if (line.charts.empty() && sentence.empty()) {
      sentence = line.text.empty() ? "Not modelled yet." : line.text;
    }
    if (!sentence.empty()) {
      outline.missing.push_back(
          {fmt::format("{} {}", line.number, line.title), std::move(sentence)});
    }
  }
  return outline;
}

}  // namespace shamal::api::report
