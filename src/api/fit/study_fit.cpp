#include "api/fit/study_fit.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include <fmt/format.h>

namespace shamal::api {

namespace {

namespace inference = analysis::inference;

// Draws of which predictions are made.
constexpr std::size_t kPredicted = 1000;

std::vector<double> mean_point(const inference::Draws& draws) {
  std::vector<double> mean(draws.dimensions, 0.0);
  for (std::size_t i = 0; i < draws.points.size(); ++i) {
    mean[i % draws.dimensions] += draws.points[i];
  }
  for (double& value : mean) {
    value /= static_cast<double>(std::max<std::size_t>(1, draws.statistics.size()));
  }
  return mean;
}

double quantile_of(std::vector<double> values, double p) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(p * static_cast<double>(values.size() - 1) + 0.5)];
}

}  // namespace

std::unique_ptr<StudyPosterior> load_posterior(const std::string& study,
                                               const PosteriorRequest& request,
                                               base::Sources& sources,
                                               base::Diagnostics& diagnostics) {
  auto files = analysis::load_study(study, sources, diagnostics);
  if (!files) {
    return nullptr;
  }
  auto made = std::make_unique<StudyPosterior>();
  made->files = std::move(*files);
  made->compiled = compile(made->files.study.model.text, sources, diagnostics);
  if (!made->compiled) {
    return nullptr;
  }
  made->posterior = Posterior::make(*made->compiled, made->files, request, diagnostics);
  return made->posterior ? std::move(made) : nullptr;
}

std::optional<StudyFit> fit_study(const StudyPosterior& of, const StudyFitRequest& request,
                                  base::Diagnostics& diagnostics, base::Progress* progress) {
  const Posterior& posterior = *of.posterior;
  auto sampled = sample(posterior, request.identity, request.sample, diagnostics, progress);
  if (!sampled) {
    return std::nullopt;
  }
  StudyFit made;
  made.sampled = std::move(*sampled);
  if (made.sampled.cancelled || made.sampled.draws.iterations() == 0) {
    return made;
  }
  made.thinned = thin(made.sampled.draws, kPredicted);
  made.predictions = predict(*of.compiled, of.files, posterior, made.thinned.points,
                             request.holdout, request.sample.seed, diagnostics);
  made.calibration = score(posterior, made.predictions, false);
  if (request.holdout) {
    made.holdout = score(posterior, made.predictions, true);
  }
  if (posterior.has_gradient()) {
    made.identified = identify(posterior, mean_point(made.sampled.draws));
  }
  if (diagnostics.has_errors()) {
    return std::nullopt;
  }
  return made;
}

std::string outside_text(const Posterior& posterior) {
  std::map<std::string, std::vector<std::string>> dates;
  for (const analysis::Observation* const row : posterior.outside()) {
    dates[row->region.empty() ? row->series : row->series + ", " + row->region].push_back(
        row->date);
  }
  std::string text;
  for (const auto& [series, of] : dates) {
    text += fmt::format("outside of the run and left out: {}: {}\n", series, fmt::join(of, " "));
  }
  return text;
}

namespace {

constexpr std::size_t kShown = 40;  // parameters in a summary

// All, or those with the largest R-hat, in order.
std::vector<std::size_t> worst_mixed(
    const std::vector<inference::ParameterDiagnostics>& diagnostics) {
  std::vector<std::size_t> order(diagnostics.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return diagnostics[a].deciding_rhat() > diagnostics[b].deciding_rhat();
  });
  order.resize(std::min(kShown, order.size()));
  std::sort(order.begin(), order.end());
  return order;
}

}  // namespace

std::string fit_summary(const StudyPosterior& of, const StudyFit& fit) {
  const Posterior& posterior = *of.posterior;
  const Sampled& sampled = fit.sampled;
  using State = inference::Verdict::State;
  std::string text = fmt::format(
      "{}: {} parameters, {} observations of {} series; {} draws of {} chains, {} runs ({} with "
      "gradient), {} not finite, {} impossible\n",
      of.files.study.name, posterior.dimensions(), posterior.points().size(),
      posterior.series().size(), sampled.draws.iterations(), sampled.draws.chains,
      posterior.counts().runs.load(), posterior.counts().with_gradient.load(),
      posterior.counts().not_finite.load(), posterior.counts().impossible.load());
  text += outside_text(posterior);
  text += sampled.verdict.state == State::converged ? "converged\n"
          : sampled.verdict.iterations_needed == 0  ? "too few draws to judge\n"
          : sampled.verdict.state == State::go_on
              ? fmt::format("not converged: about {:.0f} draws of each chain would be needed\n",
                            sampled.verdict.iterations_needed)
              : std::string("will not converge with more of the same\n");
  if (!sampled.log_evidence.empty()) {
    text +=
        fmt::format("log evidence by population: {:.2f}\n", fmt::join(sampled.log_evidence, " "));
  }
  if (sampled.verdict.divergences > 0) {
    text += fmt::format("{} divergent trajectories{}\n", sampled.verdict.divergences,
                        sampled.verdict.too_many_divergences ? ": too many" : "");
  }
  const auto& troubles = sampled.verdict.parameters;
  for (const inference::ParameterTrouble& trouble :
       std::span(troubles).first(std::min(kShown, troubles.size()))) {
    text += fmt::format("  {}: {} (R-hat {:.3f}, effective draws {:.0f} and {:.0f})\n",
                        posterior.parameters()[trouble.dimension].name,
                        inference::explain(trouble.trouble), trouble.diagnostics.deciding_rhat(),
                        trouble.diagnostics.ess_bulk, trouble.diagnostics.ess_tail);
  }
  text += fmt::format("{:<44} {:>11} {:>11} {:>11} {:>6} {:>6} {:>6} {:>5}\n", "parameter", "5 %",
                      "median", "95 %", "R-hat", "bulk", "tail", "left");
  for (const std::size_t k : worst_mixed(sampled.diagnostics)) {
    const std::vector<double> z = sampled.draws.series(k);
    const inference::ParameterDiagnostics& d = sampled.diagnostics[k];
    const auto value = [&](double p) {
      return posterior.parameters()[k].prior.at(quantile_of(z, p)).value;
    };
    text +=
        fmt::format("{:<44} {:>11.4g} {:>11.4g} {:>11.4g} {:>6.3f} {:>6.0f} {:>6.0f} {:>4.0f}%\n",
                    posterior.parameters()[k].name, value(0.05), value(0.5), value(0.95),
                    d.deciding_rhat(), d.ess_bulk, d.ess_tail, 100 * d.sd * d.sd);
  }
  text += "left: variance of the posterior as a share of the prior's\n";
  if (sampled.diagnostics.size() > kShown) {
    text += fmt::format("These {} of {} parameters have the largest R-hat; --page shows all.\n",
                        kShown, sampled.diagnostics.size());
  }
  if (troubles.size() > kShown) {
    text += fmt::format("{} more are in trouble.\n", troubles.size() - kShown);
  }
  return text;
}

std::string identify_summary(const StudyPosterior& of, const Identified& identified) {
  const Posterior& posterior = *of.posterior;
  std::vector<std::size_t> order(posterior.dimensions());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) {
    return identified.alone[i] < identified.alone[j];
  });
  std::string text =
      fmt::format("{:<52} {:>9} {:>9}  {}\n", "parameter", "alone", "together", "most from");
  const std::size_t d = posterior.dimensions();
  for (const std::size_t k : order) {
    std::size_t most = 0;
    for (std::size_t s = 1; s < posterior.series().size(); ++s) {
      most = identified.by_series[s * d + k] > identified.by_series[most * d + k] ? s : most;
    }
    text +=
        fmt::format("{:<52} {:>8.1f}% {:>8.1f}%  {}\n", posterior.parameters()[k].name,
                    100 * identified.alone[k], 100 * identified.together[k],
                    identified.by_series[most * d + k] > 0 ? posterior.series()[most].name : "–");
  }
  text +=
      "variance that the data leave, as a share of the prior's: if all others were known, and as "
      "it is\n";
  return text;
}

}  // namespace shamal::api
