#include "api/fit/optimise.h"

#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "api/fit/begin.h"

namespace shamal::api {

namespace {

namespace inference = analysis::inference;
using base::Code;

// How far from the middle of a prior a search may go: a probability of 1e-9 beyond.
constexpr double kFarthest = 6;

}  // namespace

std::optional<std::vector<inference::Optimum>> optimise(const Posterior& posterior,
                                                        const OptimiseRequest& request,
                                                        base::Diagnostics& diagnostics) {
  const inference::LogDensity density = posterior.density();
  const std::size_t d = posterior.dimensions();
  const auto candidates = prior_points(25 * request.starts, d, request.seed);
  const auto starts = inference::find_start_points(density, candidates, request.starts);
  if (starts.found == 0) {
    diagnostics.add(Code::fit_nothing, {},
                    fmt::format("of {} draws from the prior none has a density", starts.tried),
                    "narrow the priors, or give the likelihoods errors that forgive more");
    return std::nullopt;
  }
  inference::OptimiseOptions options;
  options.method = request.optimiser;
  options.most_evaluations = request.evaluations;
  options.seed = request.seed;
  options.low.assign(d, -kFarthest);
  options.high.assign(d, kFarthest);
  return inference::maximise(density, options, starts.points);
}

inference::Draws optima_draws(const std::vector<inference::Optimum>& optima) {
  inference::Draws made;
  made.chains = optima.size();
  for (const inference::Optimum& optimum : optima) {
    made.dimensions = optimum.point.size();
    made.points.insert(made.points.end(), optimum.point.begin(), optimum.point.end());
    made.statistics.emplace_back();
    made.statistics.back().log_density = optimum.log_density;
    made.statistics.back().evaluations = static_cast<std::uint32_t>(optimum.evaluations);
  }
  return made;
}

std::string optimum_summary(const Posterior& posterior,
                            const std::vector<inference::Optimum>& optima) {
  std::string text =
      fmt::format("{:>7} {:>16} {:>12}  ended\n", "start", "log density", "evaluations");
  for (const inference::Optimum& optimum : optima) {
    text += fmt::format("{:>7} {:>16.6f} {:>12}  {}\n", optimum.start + 1, optimum.log_density,
                        optimum.evaluations, optimum.ended);
  }
  const std::vector<double>& best = optima.front().point;
  const std::vector<double> values = posterior.values(best);
  text += fmt::format("\n{:<44} {:>12} {:>8}\n", "parameter", "value", "prior z");
  for (std::size_t k = 0; k < values.size(); ++k) {
    text += fmt::format("{:<44} {:>12.5g} {:>8.2f}{}\n", posterior.parameters()[k].name, values[k],
                        best[k], std::fabs(best[k]) > 3 ? "  far out in its prior" : "");
  }
  const auto fitted = posterior.evaluate(best);
  text += fmt::format("\n{:<44} {:>7} {:>14} {:>12} {:>12}\n", "series", "points", "log likelihood",
                      "bias", "rms error");
  for (std::size_t s = 0; s < posterior.series().size(); ++s) {
    const analysis::DataSeries& series = posterior.series()[s];
    double count = 0;
    double sum = 0;
    double bias = 0;
    double square = 0;
    for (std::size_t i = 0; i < posterior.points().size(); ++i) {
      const analysis::DataPoint& point = posterior.points()[i];
      if (point.series != s) {
        continue;
      }
      const double residual = fitted.modelled[i] - point.observed.low;
      count += 1;
      sum += fitted.log_likelihood[i];
      bias += residual;
      square += residual * residual;
    }
    if (count == 0) {
      continue;
    }
    const bool value = series.family != nullptr && !series.family->interval;
    text += fmt::format("{:<44} {:>7} {:>14.4f} {:>12} {:>12}\n", series.name, count,
                        series.weight * sum, value ? fmt::format("{:.4g}", bias / count) : "–",
                        value ? fmt::format("{:.4g}", std::sqrt(square / count)) : "–");
  }
  return text;
}

}  // namespace shamal::api
