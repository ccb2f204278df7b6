#include "samplers.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>

#include "analysis/inference/diagnostics.h"
#include "analysis/inference/sampler.h"
#include "api/fit/study_fit.h"
#include "cycles.h"

namespace shamal::bench {

namespace {

namespace inference = analysis::inference;

struct Plan {
  const char* sampler;
  std::size_t chains;  // 0: as many as asked for
  std::uint64_t warmup;
};

// What each needs to have learnt the shape of the posterior. NUTS learns chain by chain.
constexpr Plan kPlans[] = {
    {"metropolis", 0, 2000},
    {"demcz", 0, 2000},
    {"nuts", 0, 300},
    {"chees", 0, 300},
};

// Goes on until `seconds` of the processor have gone into draws, or the worst parameter has 4,000
// effective ones.
SamplerBench measure(const inference::LogDensity& density, const Plan& plan, std::size_t chains,
                     double seconds, std::vector<double>& means, std::vector<double>& sds) {
  const std::size_t d = density.dimensions;
  SamplerBench row;
  row.name = plan.sampler;
  row.dimensions = d;
  row.chains = plan.chains > 0 ? plan.chains : chains;
  const inference::SamplerRow& sampler = *inference::find_sampler(plan.sampler);
  inference::LogDensity used = density;
  used.has_gradient = sampler.needs_gradient;
  const std::size_t points = row.chains + 10 * d;
  const auto starts =
      inference::find_start_points(used, api::prior_points(50 * points, d, 1), points);
  inference::SamplerOptions options;
  options.warmup = plan.warmup;
  const std::size_t given = row.name == "demcz" ? starts.found : row.chains;
  const auto chain =
      sampler.start(options, std::span(starts.points).first(given * d), row.chains, d);
  const Counter counter;
  inference::Draws draws;
  const double before = counter.now().seconds;
  chain->advance(used, plan.warmup, draws);
  const double warm = counter.now().seconds;
  row.warmup_seconds = warm - before;
  constexpr std::size_t kRound = 200;
  constexpr double kEnough = 4000;
  do {
    chain->advance(used, kRound, draws);
    row.seconds = counter.now().seconds - warm;
    row.ess = HUGE_VAL;
    for (std::size_t k = 0; k < d; ++k) {
      const auto of = inference::diagnose(draws.series(k), row.chains);
      row.ess = std::min({row.ess, of.ess_bulk, of.ess_tail});
      row.rhat = k == 0 ? of.rhat : std::max(row.rhat, of.rhat);
      if (means.size() < d) {
        means.push_back(of.mean);
        sds.push_back(of.sd);
      }
      const double off = std::fabs(of.mean - means[k]) / sds[k];
      row.mean_off = k == 0 ? off : std::max(row.mean_off, off);
    }
  } while (row.seconds < seconds && row.ess < kEnough);
  row.draws = draws.iterations();
  for (const auto& of : draws.statistics) {
    row.evaluations += of.evaluations;
  }
  return row;
}

}  // namespace

bool run_sampler_bench(const std::string& study, std::size_t chains, double seconds) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  api::PosteriorRequest request;
  request.threads = 1;
  const auto loaded = api::load_posterior(study, request, sources, diagnostics);
  if (!loaded) {
    fmt::print(stderr, "{}", base::print(diagnostics, sources));
    return false;
  }
  const inference::LogDensity density = loaded->posterior->density();
  fmt::print("\n{}: {} parameters, {} data points, {} steps a run\n",
             std::filesystem::path(study).stem().string(), density.dimensions,
             loaded->posterior->points().size(), loaded->posterior->steps());
  fmt::print("{:<11} {:>6} {:>7} {:>11} {:>9} {:>9} {:>7} {:>8} {:>9} {:>7} {:>9} {:>7} {:>6}\n",
             "sampler", "chains", "draws", "evaluations", "warm-up s", "draws s", "rhat", "ess",
             "ess/s", "times", "with w-up", "times", "off");
  std::vector<double> means;
  std::vector<double> sds;
  std::optional<SamplerBench> rival;
  for (const Plan& plan : kPlans) {
    const SamplerBench row = measure(density, plan, chains, seconds, means, sds);
    rival = rival ? rival : row;
    fmt::print(
        "{:<11} {:>6} {:>7} {:>11} {:>9.2f} {:>9.2f} {:>7.3f} {:>8.0f} {:>9.1f} {:>7.2f} {:>9.1f} "
        "{:>7.2f} {:>6.3f}\n",
        row.name, row.chains, row.draws, row.evaluations, row.warmup_seconds, row.seconds, row.rhat,
        row.ess, row.rate(), row.rate() / rival->rate(), row.rate_with_warmup(),
        row.rate_with_warmup() / rival->rate_with_warmup(), row.mean_off);
    std::fflush(stdout);
  }
  return true;
}

}  // namespace shamal::bench
