#include "api/battery/integration.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "analysis/comparison.h"
#include "analysis/reading.h"
#include "api/run.h"

namespace shamal::api {

namespace {

// Outcomes of the run at the medians, by another step or method.
std::optional<std::vector<double>> outcomes_by(
    const CompiledModel& compiled, const analysis::Study& study,
    const std::vector<std::string>& settings, std::optional<double> dt,
    std::optional<std::string> method, std::vector<double>* peaks, base::Diagnostics& diagnostics) {
  RunRequest request;
  request.settings = settings;
  request.dt = dt;
  request.method = std::move(method);
  request.save_interval = compiled.model.sim.save_interval;
  for (const analysis::Outcome& outcome : study.outcomes) {
    request.columns.push_back(outcome.reading.variable.text);
  }
  const auto results = api::run(compiled, request, diagnostics);
  if (!results) {
    return std::nullopt;
  }
  std::vector<double> made;
  for (const analysis::Outcome& outcome : study.outcomes) {
    const analysis::Reading& of = outcome.reading;
    const auto curve = analysis::find_curve(*results, of.variable.text);
    if (!curve) {
      return std::nullopt;
    }
    std::vector<double> values = curve->values;
    double peak = 0;
    for (double& value : values) {
      value *= of.scale;
      peak = std::max(peak, std::fabs(value));
    }
    made.push_back(analysis::read_measure(of.measure, curve->times, values,
                                          study.calendar.time(of.from),
                                          study.calendar.time(of.until), of.level));
    if (peaks != nullptr) {
      peaks->push_back(peak);
    }
  }
  return made;
}

}  // namespace

void check_integration(const CompiledModel& compiled, const analysis::Study& study,
                       const analysis::Check& check, CheckResult& result,
                       base::Diagnostics& diagnostics) {
  std::vector<std::string> settings;
  for (const analysis::PlacedText& setting : check.settings) {
    settings.push_back(setting.text);
  }
  const auto outcomes = [&](std::optional<double> dt, std::optional<std::string> method,
                            std::vector<double>* of_peaks) {
    return outcomes_by(compiled, study, settings, dt, std::move(method), of_peaks, diagnostics);
  };
  std::vector<double> peaks;
  const auto base = outcomes(std::nullopt, std::nullopt, &peaks);
  const auto half = outcomes(compiled.model.sim.dt / 2, std::nullopt, nullptr);
  const auto rk4 = outcomes(std::nullopt, std::string("rk4"), nullptr);
  if (!base || !half || !rk4) {
    return;
  }
  result.runs = 2;
  double worst = 0;
  std::string worst_name;
  for (const auto* other : {&*half, &*rk4}) {
    bool bad = false;
    for (std::size_t i = 0; i < base->size(); ++i) {
      const analysis::Outcome& outcome = study.outcomes[i];
      const bool day = outcome.reading.measure == analysis::Measure::falls_below ||
                       outcome.reading.measure == analysis::Measure::rises_above;
      const double a = (*base)[i];
      const double b = (*other)[i];
      const double off = a == b ? 0
                         : day  ? std::fabs(b - a) / check.months
                                : std::fabs(b - a) / std::max(peaks[i], 1e-300) / check.tolerance;
      bad = bad || !(off <= 1);
      if (off > worst || (std::isnan(off) && worst_name.empty())) {
        worst = off;
        worst_name =
            fmt::format("{} ({})", outcome.title, other == &*half ? "half the step" : "RK4");
      }
    }
    result.violated += bad ? 1 : 0;
  }
  result.finding = fmt::format(
      "{} outcomes; the largest change is {:.2g} of what is allowed ({:g} % of the curve's peak, "
      "{:g} months for a day){}",
      base->size(), worst, 100 * check.tolerance, check.months,
      worst_name.empty() ? worst_name : ": " + worst_name);
  result.status = result.violated == 0 ? CheckResult::Status::passed : CheckResult::Status::failed;
}

}  // namespace shamal::api
