#include "api/fit/tempered.h"

#include <chrono>
#include <filesystem>

#include <fmt/format.h>

#include "analysis/inference/tempering.h"
#include "api/fit/begin.h"
#include "api/fit/fit_checkpoint.h"
#include "base/random.h"

namespace shamal::api {

namespace {

namespace inference = analysis::inference;

// Of the prior, to the constant that the posterior's density leaves out too: their ratio is the
// evidence.
inference::LogDensity prior_density(std::size_t d, bool gradient) {
  return {
      d, gradient,
      [d](std::span<const double> points, std::span<double> values, std::span<double> gradients) {
        for (std::size_t i = 0; i < values.size(); ++i) {
          values[i] = 0;
          for (std::size_t k = i * d; k < (i + 1) * d; ++k) {
            values[i] -= points[k] * points[k] / 2;
          }
        }
        for (std::size_t k = 0; k < gradients.size(); ++k) {
          gradients[k] = -points[k];
        }
      }};
}

// A population that is done: `particles` draws of one chain.
void add_population(const inference::Tempering& of, std::size_t chain, inference::Draws& draws) {
  const std::size_t d = draws.dimensions;
  for (std::size_t i = 0; i < of.particles(); ++i) {
    const std::span<const double> point = of.points().subspan(i * d, d);
    std::copy(point.begin(), point.end(), draws.point(i, chain).begin());
    draws.at(i, chain).log_density = of.log_density()[i];
    draws.at(i, chain).acceptance = of.acceptance();
  }
}

}  // namespace

std::optional<Sampled> sample_tempered(const Posterior& posterior, const std::string& identity,
                                       const SampleRequest& request, base::Diagnostics& diagnostics,
                                       base::Progress* progress) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  const std::size_t d = posterior.dimensions();
  const inference::LogDensity last = posterior.density();
  const inference::LogDensity first = prior_density(d, last.has_gradient);
  Sampled made;
  made.draws.chains = request.chains;
  made.draws.dimensions = d;
  made.draws.extend(request.draws);
  std::optional<inference::Tempering> at_hand;
  if (request.resume && !request.checkpoint.empty() &&
      std::filesystem::exists(request.checkpoint)) {
    auto kept = read_checkpoint(request.checkpoint, identity, diagnostics);
    if (!kept) {
      return std::nullopt;
    }
    made.log_evidence = std::move(kept->sampler.numbers["evidence"]);
    kept->sampler.numbers.erase("evidence");
    made.draws = std::move(kept->draws);
    at_hand = inference::Tempering::resume(kept->sampler);
    if (!at_hand) {
      diagnostics.add(base::Code::fit_other, {},
                      fmt::format("\"{}\" holds no state of {}", request.checkpoint, kTempered),
                      "begin again with --restart");
      return std::nullopt;
    }
  }
  if (progress != nullptr) {
    progress->expect(request.chains - made.log_evidence.size());
  }
  while (made.log_evidence.size() < request.chains) {
    const std::uint64_t population = made.log_evidence.size();
    if (!at_hand) {
      const base::PhiloxKey key = base::random_key(request.seed, population);
      const std::uint64_t seed = std::uint64_t{key[1]} << 32 | key[0];
      at_hand.emplace(inference::TemperingOptions{seed}, prior_points(request.draws, d, seed), d);
    }
    while (!at_hand->done()) {
      at_hand->advance(first, last);
      ++made.iterations;
      if (!request.checkpoint.empty()) {
        inference::Checkpoint sampler = at_hand->checkpoint();
        sampler.numbers["evidence"] = made.log_evidence;
        if (!write_checkpoint({identity, std::move(sampler), made.draws}, request.checkpoint,
                              diagnostics)) {
          return std::nullopt;
        }
      }
      if (progress != nullptr && progress->cancelled()) {
        made.cancelled = true;
        return made;
      }
    }
    add_population(*at_hand, population, made.draws);
    made.log_evidence.push_back(at_hand->log_evidence());
    at_hand.reset();
    if (progress != nullptr) {
      progress->advance(1);
    }
  }
  inference::StoppingRule rule = request.rule;
  rule.most_iterations = request.draws;
  made.verdict = inference::judge(made.draws, rule);
  for (std::size_t k = 0; k < d; ++k) {
    made.diagnostics.push_back(inference::diagnose(made.draws.series(k), made.draws.chains));
  }
  if (!request.checkpoint.empty()) {
    std::error_code ignored;
    std::filesystem::remove(request.checkpoint, ignored);
  }
  made.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return made;
}

}  // namespace shamal::api
