#include "api/fit/begin.h"

#include <algorithm>

#include <fmt/format.h>

#include "analysis/inference/matrix.h"
#include "analysis/unit_prior.h"
#include "api/fit/identify.h"
#include "api/fit/optimise.h"
#include "base/random.h"

namespace shamal::api {

namespace {

namespace inference = analysis::inference;
using base::Code;

constexpr std::size_t kSearch = 250;       // evaluations of a search for the mode
constexpr std::size_t kCandidates = 25;    // points tried for each chain's start
constexpr std::size_t kPilot = 60;         // iterations from near the modes to typical places
constexpr std::uint64_t kPilotSteps = 32;  // of a trajectory of them
constexpr std::size_t kTypical = 8;        // of those, where the information is computed
constexpr double kNear = 0.2;              // of the spread about a mode: where chains begin

using Begun = std::unique_ptr<inference::Sampler>;

class Beginning {
 public:
  Beginning(const Posterior& posterior, const SampleRequest& request,
            base::Diagnostics& diagnostics)
      : posterior_(posterior),
        request_(request),
        diagnostics_(diagnostics),
        row_(*inference::find_sampler(request.sampler)),
        density_(posterior.density()),
        d_(posterior.dimensions()),
        together_(request.rule.superchains > 0 ? request.chains / request.rule.superchains : 1),
        wanted_(request.chains + (row_.name == "demcz" ? std::max<std::size_t>(10 * d_, 20) : 0)) {
    options_.seed = request.seed;
    options_.warmup = request.warmup;
  }

  Begun at_prior() {
    const auto candidates = prior_points(kCandidates * wanted_, d_, request_.seed);
    const auto starts = inference::find_start_points(density_, candidates, wanted_);
    if (starts.found < wanted_) {
      diagnostics_.add(
          Code::fit_nothing, {},
          fmt::format("of {} draws from the prior only {} have a density ({} runs were "
                      "not finite, {} gave an observation no probability)",
                      starts.tried, starts.found, posterior_.counts().not_finite.load(),
                      posterior_.counts().impossible.load()),
          "narrow the priors, or give the likelihoods errors that forgive more");
      return nullptr;
    }
    return row_.start(options_, in_superchains(starts.points), request_.chains, d_);
  }

  // The highest points that some searches find, and the Gaussian about the best of them that the
  // information of the data makes. Chains begin near the points in turn, so that chains of separate
  // modes show as an R-hat that does not fall; ChEES begins with the covariance. A point lower than
  // where draws of that Gaussian lie (d / 2 below its top) is left out.
  Begun at_modes() {
    auto optima =
        optimise(posterior_, {"lbfgs", request_.searches, kSearch, request_.seed}, diagnostics_);
    if (!optima) {
      return nullptr;
    }
    const double least = optima->front().log_density - 0.5 * static_cast<double>(d_);
    std::erase_if(*optima, [&](const auto& optimum) { return optimum.log_density < least; });
    options_.lower = metric_of(optima->front().point);
    std::vector<double> candidates = prior_points(kCandidates * wanted_, d_, request_.seed);
    for (std::size_t at = 0; at < candidates.size(); at += d_) {
      std::vector<double> point = (*optima)[at / d_ % optima->size()].point;
      for (std::size_t j = 0; j < d_; ++j) {
        for (std::size_t k = 0; k <= j; ++k) {
          point[j] += kNear * options_.lower[j * d_ + k] * candidates[at + k];
        }
      }
      std::copy(point.begin(), point.end(), candidates.begin() + static_cast<std::ptrdiff_t>(at));
    }
    const auto starts = inference::find_start_points(density_, candidates, wanted_);
    if (starts.found < wanted_) {
      diagnostics_.add(Code::fit_nothing, {},
                       fmt::format("of {} points near the modes only {} have a density",
                                   starts.tried, starts.found),
                       "begin at draws of the prior: --searches 0");
      return nullptr;
    }
    if (row_.name != "chees") {
      return row_.start(options_, in_superchains(starts.points), request_.chains, d_);
    }
    const std::vector<double> points = lead_from(in_superchains(starts.points));
    options_.lower = metric_of(std::span(points).first(std::min(points.size(), kTypical * d_)));
    return row_.start(options_, points, request_.chains, d_);
  }

 private:
  // The chains of a superchain all at the point of its first.
  std::vector<double> in_superchains(std::vector<double> points) const {
    for (std::size_t c = 0; c < request_.chains; ++c) {
      const auto from =
          points.begin() + static_cast<std::ptrdiff_t>(c / together_ * together_ * d_);
      std::copy_n(from, d_, points.begin() + static_cast<std::ptrdiff_t>(c * d_));
    }
    return points;
  }

  // Where some iterations lead chains that begin at the points: modes are not typical places.
  std::vector<double> lead_from(const std::vector<double>& points) const {
    inference::SamplerOptions options = options_;
    options.warmup = kPilot;
    options.max_steps = kPilotSteps;
    inference::Draws last;
    row_.start(options, points, request_.chains, d_)->advance(density_, kPilot + 1, last);
    return last.points;
  }

  // L of the covariance that the mean information at the points makes.
  std::vector<double> metric_of(std::span<const double> points) const {
    std::vector<double> lower;
    inference::cholesky(covariance_of(identify(posterior_, points), d_), d_, lower);
    return lower;  // (1 + F)⁻¹ is positive definite
  }

  const Posterior& posterior_;
  const SampleRequest& request_;
  base::Diagnostics& diagnostics_;
  const inference::SamplerRow& row_;
  inference::LogDensity density_;
  std::size_t d_;
  std::size_t together_;  // chains of a superchain
  std::size_t wanted_;    // points
  inference::SamplerOptions options_;
};

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

std::unique_ptr<inference::Sampler> begin_sampler(const Posterior& posterior,
                                                  const SampleRequest& request,
                                                  base::Diagnostics& diagnostics) {
  Beginning beginning(posterior, request, diagnostics);
  return request.searches > 0 ? beginning.at_modes() : beginning.at_prior();
}

}  // namespace shamal::api
