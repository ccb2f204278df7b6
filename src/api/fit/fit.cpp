#include "api/fit/fit.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>

#include "analysis/inference/matrix.h"
#include "analysis/unit_prior.h"
#include "api/fit/fit_checkpoint.h"
#include "api/fit/identify.h"
#include "api/fit/optimise.h"
#include "api/fit/tempered.h"
#include "api/version.h"
#include "base/files.h"
#include "base/random.h"

namespace shamal::api {

namespace {

namespace inference = analysis::inference;
using Clock = std::chrono::steady_clock;
using base::Code;

constexpr std::size_t kRound = 100;        // draws between two looks at the diagnostics
constexpr std::size_t kFewest = 200;       // draws of each chain before the first look
constexpr double kCheckpointSeconds = 20;  // between two checkpoints
constexpr std::size_t kSearch = 250;       // evaluations of a search for the mode
constexpr std::size_t kCandidates = 25;    // points tried for each chain's start
constexpr std::size_t kPilot = 60;         // iterations from near the modes to typical places
constexpr std::uint64_t kPilotSteps = 32;  // of a trajectory of them
constexpr std::size_t kTypical = 8;        // of those, where the information is computed
constexpr double kNear = 0.2;              // of the spread about a mode: where chains begin

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

std::vector<double> prior_points(std::size_t count, std::size_t dimensions, std::uint64_t seed) {
  std::vector<double> points;
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t k = 0; k < dimensions; ++k) {
      const double u = base::DrawPlace{base::random_key(seed, i), k, 0}.pair(3)[0] + 0x1p-54;
      points.push_back(analysis::normal_quantile(u, 1 - u));
    }
  }
  return points;
}

std::vector<FitSampler> fit_samplers() {
  std::vector<FitSampler> all;
  for (const inference::SamplerRow& row : inference::samplers()) {
    all.push_back({row.name, row.needs_gradient});
  }
  all.push_back({kTempered, false});
  return all;
}

std::string fit_identity(const CompiledModel& compiled, const Posterior& posterior,
                         std::string_view options) {
  std::string text =
      fmt::format("{}\n{}\n{}\n{}\n", version(), compiled.sha256, options, posterior.steps());
  for (const FitParameter& parameter : posterior.parameters()) {
    const analysis::Distribution& of = parameter.prior.distribution();
    text += fmt::format("{} {} {} {} {} {} {} {} {}\n", parameter.name, static_cast<int>(of.family),
                        of.low, of.high, of.mode, of.mean, of.sd, of.median, of.factor);
  }
  for (const analysis::DataSeries& series : posterior.series()) {
    text += fmt::format(
        "{} {} {} {} {} {} {} {} {} {} {}\n", series.name, series.variable.text, series.curve_scale,
        series.family == nullptr ? "" : series.family->name, series.event_falls, series.event_level,
        series.weight, series.estimated.value_or(0), series.bias, series.breaks, series.break_size);
  }
  for (const analysis::DataPoint& point : posterior.points()) {
    text += fmt::format("{} {} {} {} {} {} {} {}\n", point.series, point.time, point.observed.low,
                        point.observed.high, point.observed.shape, point.scale, point.unit,
                        point.breaks);
  }
  return base::sha256(text);
}

namespace {

class Run {
 public:
  Run(const Posterior& posterior, const std::string& identity, const SampleRequest& request,
      base::Diagnostics& diagnostics, base::Progress* progress)
      : posterior_(posterior),
        identity_(identity),
        request_(request),
        diagnostics_(diagnostics),
        progress_(progress),
        density_(posterior.density()) {}

  std::optional<Sampled> sample() {
    const Clock::time_point start = Clock::now();
    if (!begin()) {
      return std::nullopt;
    }
    const std::uint64_t all = request_.warmup + request_.draws;
    if (progress_ != nullptr) {
      progress_->expect(all - std::min(all, sampler_->iteration()));
    }
    Clock::time_point written = Clock::now();
    while (sampler_->iteration() < all && !settled()) {
      if (progress_ != nullptr && progress_->cancelled()) {
        made_.cancelled = true;
        break;
      }
      sampler_->advance(density_, 1, made_.draws);
      if (progress_ != nullptr) {
        progress_->advance(1);
      }
      if (seconds_since(written) > kCheckpointSeconds) {
        if (!keep()) {
          return std::nullopt;
        }
        written = Clock::now();
      }
    }
    if (made_.cancelled && !keep()) {
      return std::nullopt;
    }
    look();
    if (!made_.cancelled && !request_.checkpoint.empty()) {
      std::error_code ignored;  // it may never have been written
      std::filesystem::remove(request_.checkpoint, ignored);
    }
    made_.iterations = sampler_->iteration();
    made_.seconds = seconds_since(start);
    return std::move(made_);
  }

 private:
  bool begin() {
    const inference::SamplerRow* row = inference::find_sampler(request_.sampler);
    if (request_.resume && !request_.checkpoint.empty() &&
        std::filesystem::exists(request_.checkpoint)) {
      auto kept = read_checkpoint(request_.checkpoint, identity_, diagnostics_);
      if (!kept) {
        return false;
      }
      sampler_ = row->resume(kept->sampler);
      if (sampler_ == nullptr) {
        diagnostics_.add(
            Code::fit_other, {},
            fmt::format("\"{}\" holds no state of {}", request_.checkpoint, request_.sampler),
            "begin again with --restart");
        return false;
      }
      made_.draws = std::move(kept->draws);
      return true;
    }
    const std::size_t d = posterior_.dimensions();
    inference::SamplerOptions options;
    options.seed = request_.seed;
    options.warmup = request_.warmup;
    const std::size_t wanted =
        request_.chains + (row->name == "demcz" ? std::max<std::size_t>(10 * d, 20) : 0);
    if (request_.searches > 0) {
      return begin_at_modes(options, *row, wanted);
    }
    const auto candidates = prior_points(kCandidates * wanted, d, request_.seed);
    const auto starts = inference::find_start_points(density_, candidates, wanted);
    if (starts.found < wanted) {
      diagnostics_.add(
          Code::fit_nothing, {},
          fmt::format("of {} draws from the prior only {} have a density ({} runs were "
                      "not finite, {} gave an observation no probability)",
                      starts.tried, starts.found, posterior_.counts().not_finite.load(),
                      posterior_.counts().impossible.load()),
          "narrow the priors, or give the likelihoods errors that forgive more");
      return false;
    }
    sampler_ = row->start(options, starts.points, request_.chains, d);
    return true;
  }

  // The highest points that some searches find, and the Gaussian about the best of them that the
  // information of the data makes. Chains begin near the points in turn, so that chains of separate
  // modes show as an R-hat that does not fall; ChEES begins with the covariance. A point lower than
  // where draws of that Gaussian lie (d / 2 below its top) is left out.
  bool begin_at_modes(inference::SamplerOptions options, const inference::SamplerRow& row,
                      std::size_t wanted) {
    const std::size_t d = posterior_.dimensions();
    auto optima =
        optimise(posterior_, {"lbfgs", request_.searches, kSearch, request_.seed}, diagnostics_);
    if (!optima) {
      return false;
    }
    const double least = optima->front().log_density - 0.5 * static_cast<double>(d);
    std::erase_if(*optima, [&](const auto& optimum) { return optimum.log_density < least; });
    options.lower = metric_of(optima->front().point);
    const std::vector<double>& lower = options.lower;
    std::vector<double> candidates = prior_points(kCandidates * wanted, d, request_.seed);
    for (std::size_t at = 0; at < candidates.size(); at += d) {
      std::vector<double> point = (*optima)[at / d % optima->size()].point;
      for (std::size_t j = 0; j < d; ++j) {
        for (std::size_t k = 0; k <= j; ++k) {
          point[j] += kNear * lower[j * d + k] * candidates[at + k];
        }
      }
      std::copy(point.begin(), point.end(), candidates.begin() + static_cast<std::ptrdiff_t>(at));
    }
    const auto starts = inference::find_start_points(density_, candidates, wanted);
    if (starts.found < wanted) {
      diagnostics_.add(Code::fit_nothing, {},
                       fmt::format("of {} points near the modes only {} have a density",
                                   starts.tried, starts.found),
                       "begin at draws of the prior: --searches 0");
      return false;
    }
    if (row.name != "chees") {
      sampler_ = row.start(options, starts.points, request_.chains, d);
      return true;
    }
    const std::vector<double> points = lead_from(options, starts.points, row);
    options.lower = metric_of(std::span(points).first(std::min(points.size(), kTypical * d)));
    sampler_ = row.start(options, points, request_.chains, d);
    return true;
  }

  // Where some iterations lead chains that begin at the points: modes are not typical places.
  std::vector<double> lead_from(inference::SamplerOptions options,
                                const std::vector<double>& points,
                                const inference::SamplerRow& row) {
    options.warmup = kPilot;
    options.max_steps = kPilotSteps;
    inference::Draws last;
    row.start(options, points, request_.chains, posterior_.dimensions())
        ->advance(density_, kPilot + 1, last);
    return last.points;
  }

  // L of the covariance that the mean information at the points makes.
  std::vector<double> metric_of(std::span<const double> points) const {
    const std::size_t d = posterior_.dimensions();
    std::vector<double> lower;
    inference::cholesky(covariance_of(identify(posterior_, points), d), d, lower);
    return lower;  // (1 + F)⁻¹ is positive definite
  }

  // Whether the draws are good enough, or never will be; asked after each round.
  bool settled() {
    using State = inference::Verdict::State;
    const std::size_t n = made_.draws.iterations();
    if (n >= kFewest && n % kRound == 0 && n != looked_) {
      looked_ = n;
      made_.verdict = inference::judge(made_.draws, rule());
    }
    return looked_ > 0 && made_.verdict.state != State::go_on;
  }

  inference::StoppingRule rule() const {
    inference::StoppingRule rule = request_.rule;
    rule.most_iterations = request_.draws;
    return rule;
  }

  void look() {
    if (made_.draws.iterations() < 4) {
      return;
    }
    made_.verdict = inference::judge(made_.draws, rule());
    for (std::size_t k = 0; k < posterior_.dimensions(); ++k) {
      made_.diagnostics.push_back(inference::diagnose(made_.draws.series(k), made_.draws.chains));
    }
  }

  bool keep() {
    return request_.checkpoint.empty() ||
           write_checkpoint({identity_, sampler_->checkpoint(), made_.draws}, request_.checkpoint,
                            diagnostics_);
  }

  const Posterior& posterior_;
  const std::string& identity_;
  const SampleRequest& request_;
  base::Diagnostics& diagnostics_;
  base::Progress* progress_;
  inference::LogDensity density_;
  std::unique_ptr<inference::Sampler> sampler_;
  Sampled made_;
  std::size_t looked_ = 0;
};

}  // namespace

std::optional<Sampled> sample(const Posterior& posterior, const std::string& identity,
                              const SampleRequest& request, base::Diagnostics& diagnostics,
                              base::Progress* progress) {
  if (request.sampler == kTempered) {
    return sample_tempered(posterior, identity, request, diagnostics, progress);
  }
  return Run(posterior, identity, request, diagnostics, progress).sample();
}

}  // namespace shamal::api
