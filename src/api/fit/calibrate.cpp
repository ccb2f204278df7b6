#include "api/fit/calibrate.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "analysis/unit_prior.h"
#include "api/fit/begin.h"

namespace shamal::api {

namespace {

constexpr std::size_t kMostDraws = 99;  // L
constexpr std::size_t kMostBins = 20;
constexpr std::size_t kFewestInBin = 5;

double chi_square_tail(double value, double degrees) {
  const double spread = 2 / (9 * degrees);
  const double z = (std::cbrt(value / degrees) - (1 - spread)) / std::sqrt(spread);
  return analysis::normal_probability(-z);
}

std::size_t bins_for(std::size_t truths) {
  return std::clamp<std::size_t>(truths / kFewestInBin, 2, kMostBins);
}

}  // namespace

bool Calibration::uniform() const {
  const double least = 0.01 / static_cast<double>(std::max<std::size_t>(1, probabilities.size()));
  return std::all_of(probabilities.begin(), probabilities.end(),
                     [&](double p) { return p >= least; });
}

std::optional<Calibration> check_calibration(const Posterior& posterior,
                                             const SampleRequest& request, std::size_t truths,
                                             base::Diagnostics& diagnostics,
                                             base::Progress* progress) {
  const std::size_t d = posterior.dimensions();
  Calibration made;
  if (progress != nullptr) {
    progress->expect(truths * (request.warmup + request.draws));
  }
  SampleRequest each = request;
  each.checkpoint.clear();
  each.rule.ess = 1e9;  // all the draws that were asked for
  each.rule.least_iterations = request.draws;
  for (std::size_t i = 0; made.truths < truths; ++i) {
    if (made.skipped > 10 * truths) {
      diagnostics.add(base::Code::fit_nothing, {},
                      fmt::format("of {} draws from the prior {} gave no data", i, made.skipped),
                      "narrow the priors");
      return std::nullopt;
    }
    const std::uint64_t seed = request.seed + 1000003 * (i + 1);
    const std::vector<double> truth = prior_points(1, d, seed);
    const auto replicated = posterior.replicated(truth, seed);
    if (!replicated) {
      ++made.skipped;
      continue;
    }
    each.seed = seed;
    const auto sampled = sample(*replicated, {}, each, diagnostics, progress);
    if (!sampled || sampled->cancelled) {
      return std::nullopt;
    }
    const auto& draws = sampled->draws;
    const std::size_t all = draws.statistics.size();
    const std::size_t used = std::min(kMostDraws, all);
    made.levels = used + 1;
    const bool agreed =
        std::all_of(sampled->diagnostics.begin(), sampled->diagnostics.end(),
                    [&](const auto& of) { return of.rhat < std::max(1.05, request.rule.rhat); });
    made.unconverged += agreed ? 0 : 1;
    for (std::size_t k = 0; k < d; ++k) {
      std::size_t rank = 0;
      for (std::size_t j = 0; j < used; ++j) {
        const std::size_t at = (2 * j + 1) * all / (2 * used);  // iteration by iteration
        rank += draws.points[at * d + k] < truth[k] ? 1 : 0;
      }
      made.ranks.push_back(rank);
    }
    ++made.truths;
  }
  const std::size_t bins = bins_for(truths);
  for (std::size_t k = 0; k < d; ++k) {
    std::vector<double> counts(bins, 0.0);
    double within = 0;
    for (std::size_t i = 0; i < truths; ++i) {
      const std::size_t rank = made.ranks[i * d + k];
      counts[rank * bins / made.levels] += 1;
      const double share = (static_cast<double>(rank) + 0.5) / static_cast<double>(made.levels);
      within += share > 0.05 && share < 0.95 ? 1 : 0;
    }
    double sum = 0;
    for (std::size_t b = 0; b < bins; ++b) {
      // Ranks that fall into bin b, of all.
      const std::size_t from = (b * made.levels + bins - 1) / bins;
      const std::size_t until = ((b + 1) * made.levels + bins - 1) / bins;
      const double expected =
          static_cast<double>(truths * (until - from)) / static_cast<double>(made.levels);
      sum += (counts[b] - expected) * (counts[b] - expected) / expected;
    }
    made.probabilities.push_back(chi_square_tail(sum, static_cast<double>(bins - 1)));
    made.within90.push_back(within / static_cast<double>(truths));
  }
  return made;
}

std::string calibration_summary(const Posterior& posterior, const Calibration& of) {
  std::string text = fmt::format(
      "{} truths, ranks 0 to {}; {} truths gave no data, chains of {} fits did not agree\n"
      "{:<44} {:>10} {:>12}\n",
      of.truths, of.levels - 1, of.skipped, of.unconverged, "parameter", "p", "within 90 %");
  for (std::size_t k = 0; k < posterior.dimensions(); ++k) {
    text += fmt::format("{:<44} {:>10.4f} {:>11.0f}%\n", posterior.parameters()[k].name,
                        of.probabilities[k], 100 * of.within90[k]);
  }
  text += of.uniform() ? "ranks are even: p is above 1 % shared among the parameters\n"
                       : "ranks are uneven: model, priors or sampler do not fit together\n";
  return text;
}

}  // namespace shamal::api
