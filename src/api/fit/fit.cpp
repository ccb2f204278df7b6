#include "api/fit/fit.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>

#include "api/fit/begin.h"
#include "api/fit/fit_checkpoint.h"
#include "api/fit/tempered.h"
#include "api/version.h"
#include "base/files.h"

namespace shamal::api {

namespace {

namespace inference = analysis::inference;
using Clock = std::chrono::steady_clock;
using base::Code;

constexpr std::size_t kRound = 100;        // draws between two looks at the diagnostics
constexpr std::size_t kFewest = 200;       // draws of each chain before the first look
constexpr double kCheckpointSeconds = 20;  // between two checkpoints

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

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
    if (request_.resume && !request_.checkpoint.empty() &&
        std::filesystem::exists(request_.checkpoint)) {
      auto kept = read_checkpoint(request_.checkpoint, identity_, diagnostics_);
      if (!kept) {
        return false;
      }
      sampler_ = inference::find_sampler(request_.sampler)->resume(kept->sampler);
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
    sampler_ = begin_sampler(posterior_, request_, diagnostics_);
    return sampler_ != nullptr;
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
      made_.diagnostics.push_back(inference::diagnose(made_.draws.series(k), made_.draws.chains,
                                                      request_.rule.superchains));
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
