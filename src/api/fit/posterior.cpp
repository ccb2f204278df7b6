#include "api/fit/posterior.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/parallel.h"
#include "base/random.h"

namespace shamal::api {

namespace {

namespace inference = analysis::inference;
constexpr double kImpossible = -std::numeric_limits<double>::infinity();

}  // namespace

// One point on its way through the density.
struct Posterior::Lane {
  std::vector<double> z;
  std::vector<analysis::UnitValue> values;  // θ and dθ/dz
  std::vector<double> by_value;             // d log-likelihood / dθ of errors, biases, jumps
  std::vector<double> by_model;         // d log-likelihood / d value of the model, by data point
  std::vector<double> log_likelihoods;  // by data point, if asked for
  std::vector<double> modelled;         // likewise
  bool detailed = false;
};

Posterior::Lane Posterior::lane_of(std::span<const double> z) const {
  Lane lane;
  lane.z.assign(z.begin(), z.end());
  for (std::size_t k = 0; k < z.size(); ++k) {
    lane.values.push_back(parameters_[k].prior.at(z[k]));
  }
  lane.by_value.assign(z.size(), 0.0);
  lane.by_model.assign(points_.size(), 0.0);
  return lane;
}

std::vector<double> Posterior::values(std::span<const double> z) const {
  std::vector<double> made;
  for (std::size_t k = 0; k < parameters_.size(); ++k) {
    made.push_back(parameters_[k].prior.at(z[k]).value);
  }
  return made;
}

sim::Inputs Posterior::inputs(std::span<const double> points) const {
  const std::size_t d = dimensions();
  const std::size_t n = points.size() / d;
  sim::Inputs made;
  made.runs = n;
  made.overrides = fixed_;
  std::vector<double> theta(n * d);
  for (std::size_t i = 0; i < n * d; ++i) {
    theta[i] = parameters_[i % d].prior.at(points[i]).value;
  }
  for (const FitTarget& target : targets_) {
    sim::Inputs::Override& override = made.overrides.emplace_back();
    override.slot = target.slot;
    for (std::size_t i = 0; i < n; ++i) {
      const double* const of = theta.data() + i * d;
      double value = target.own;
      if (target.prior) {
        value = target.multiply ? target.own * of[*target.prior] : of[*target.prior];
      }
      if (target.spread) {
        value *= std::exp(of[*target.spread] * of[target.effect]);
      }
      override.values.push_back(value);
    }
  }
  return made;
}

double Posterior::modelled(const sim::Trajectories& batch, std::size_t lane,
                           const Place& place) const {
  const double at = batch.value(lane, place.save, place.column);
  if (place.share == 0) {
    return at;
  }
  return (1 - place.share) * at + place.share * batch.value(lane, place.save + 1, place.column);
}

// By which a bias and the breaks passed multiply the model's value.
double Posterior::factor(const Lane& lane, const analysis::DataPoint& point) const {
  const SeriesParameters& of = of_series_[point.series];
  double sum = of.bias ? lane.values[*of.bias].value : 0;
  for (std::size_t b = 0; b < point.breaks; ++b) {
    sum += lane.values[of.jumps[b]].value;
  }
  return sum == 0 ? 1 : std::exp(sum);
}

double Posterior::log_likelihood(const sim::Trajectories& batch, std::size_t lane, Lane& of) const {
  double sum = 0;
  bool finite = true;
  for (std::size_t i = 0; i < points_.size(); ++i) {
    const analysis::DataPoint& point = points_[i];
    const analysis::DataSeries& series = series_[point.series];
    const double raw = modelled(batch, lane, places_[i]) * series.curve_scale;
    if (series.family == nullptr) {  // an event: this point and the next
      const double next = modelled(batch, lane, places_[i + 1]) * series.curve_scale;
      const double sign = series.event_falls ? -1 : 1;
      const auto event = inference::log_event_between(sign * raw, sign * next,
                                                      sign * series.event_level, point.scale);
      finite = finite && std::isfinite(raw) && std::isfinite(next);
      of.by_model[i] = sign * event.by_before * series.curve_scale;
      of.by_model[i + 1] = sign * event.by_after * series.curve_scale;
      if (of.detailed) {
        of.modelled.insert(of.modelled.end(), {raw, next});
        of.log_likelihoods.insert(of.log_likelihoods.end(), {0.0, event.value});
      }
      sum += event.value;
      ++i;
      continue;
    }
    finite = finite && std::isfinite(raw);
    const SeriesParameters& parameters = of_series_[point.series];
    const double times = factor(of, point);
    const double m = raw * times;
    analysis::EstimatedScale scale{point.scale, 0};
    if (parameters.error) {
      scale = analysis::estimated_scale(series, point, of.values[*parameters.error].value);
    }
    const auto density = series.family->log_density(point.observed, m, scale.scale);
    sum += series.weight * density.value;
    const double by_m = series.weight * density.by_prediction;
    of.by_model[i] = by_m * times * series.curve_scale;
    if (parameters.error) {
      of.by_value[*parameters.error] += series.weight * density.by_scale * scale.slope;
    }
    if (parameters.bias) {
      of.by_value[*parameters.bias] += by_m * m;
    }
    for (std::size_t b = 0; b < point.breaks; ++b) {
      of.by_value[parameters.jumps[b]] += by_m * m;
    }
    if (of.detailed) {
      of.modelled.push_back(m);
      of.log_likelihoods.push_back(density.value);
    }
  }
  if (!finite) {
    ++counts_->not_finite;
    return kImpossible;
  }
  if (!std::isfinite(sum)) {
    ++counts_->impossible;
    return kImpossible;
  }
  return sum;
}

void Posterior::spread_gradient(const Lane& lane, std::span<const double> by_slot,
                                std::span<double> by_z) const {
  std::vector<double> by_theta = lane.by_value;
  for (std::size_t t = 0; t < targets_.size(); ++t) {
    const FitTarget& target = targets_[t];
    const double common =
        target.spread
            ? std::exp(lane.values[*target.spread].value * lane.values[target.effect].value)
            : 1.0;
    double before = target.own;
    if (target.prior) {
      const double theta = lane.values[*target.prior].value;
      before = target.multiply ? target.own * theta : theta;
      by_theta[*target.prior] += by_slot[t] * (target.multiply ? target.own : 1.0) * common;
    }
    if (target.spread) {
      const double by_exponent = by_slot[t] * before * common;
      by_theta[*target.spread] += by_exponent * lane.values[target.effect].value;
      by_theta[target.effect] += by_exponent * lane.values[*target.spread].value;
    }
  }
  for (std::size_t k = 0; k < by_theta.size(); ++k) {
    by_z[k] = by_theta[k] * lane.values[k].slope;
  }
}

void Posterior::evaluate_lanes(std::span<const double> points, std::span<double> values,
                               std::span<double> gradients) const {
  const std::size_t d = dimensions();
  std::vector<Lane> lanes;
  for (std::size_t i = 0; i < values.size(); ++i) {
    lanes.push_back(lane_of(points.subspan(i * d, d)));
  }
  const sim::Inputs runs = inputs(points);
  counts_->runs += values.size();
  if (gradients.empty()) {
    const sim::Trajectories batch = sim::simulate(compiled_->kernel, spec_, runs);
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = log_likelihood(batch, i, lanes[i]);
    }
  } else {
    counts_->with_gradient += values.size();
    const auto weigh = [&](const sim::Trajectories& batch, std::size_t first,
                           std::vector<double>& weights) {
      for (std::size_t r = 0; r < batch.runs; ++r) {
        Lane& lane = lanes[first + r];
        values[first + r] = log_likelihood(batch, r, lane);
        if (!std::isfinite(values[first + r])) {
          continue;
        }
        for (std::size_t i = 0; i < points_.size(); ++i) {
          const Place& place = places_[i];
          double* const at =
              weights.data() + (r * batch.times.size() + place.save) * batch.columns + place.column;
          at[0] += lane.by_model[i] * (1 - place.share);
          if (place.share > 0) {
            at[batch.columns] += lane.by_model[i] * place.share;
          }
        }
      }
    };
    const sim::Gradients made = sim::gradients(*differentiated_, spec_, runs, weigh);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::span<const double> by_slot(made.values.data() + i * made.parameters,
                                            made.parameters);
      spread_gradient(lanes[i], by_slot, gradients.subspan(i * d, d));
    }
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t k = 0; k < d; ++k) {
      const double z = points[i * d + k];
      values[i] -= 0.5 * z * z;
      if (!gradients.empty()) {
        gradients[i * d + k] -= z;
      }
    }
    if (std::isnan(values[i])) {
      values[i] = kImpossible;
    }
  }
}

analysis::inference::LogDensity Posterior::density() const {
  inference::LogDensity made;
  made.dimensions = dimensions();
  made.has_gradient = has_gradient();
  made.evaluate = [this](std::span<const double> points, std::span<double> values,
                         std::span<double> gradients) {
    const std::size_t n = values.size();
    const std::size_t d = dimensions();
    const std::size_t width = (n + threads_ - 1) / threads_;
    const std::size_t pieces = width == 0 ? 0 : (n + width - 1) / width;
    const auto make = [&](std::size_t piece) -> std::optional<bool> {
      const std::size_t first = piece * width;
      const std::size_t count = std::min(width, n - first);
      evaluate_lanes(points.subspan(first * d, count * d), values.subspan(first, count),
                     gradients.empty() ? gradients : gradients.subspan(first * d, count * d));
      return true;
    };
    base::make_in_parallel(pieces, threads_, pieces, make, [](std::size_t, bool) { return true; });
  };
  return made;
}

Posterior::Met Posterior::observe(std::span<const double> z, const analysis::DataPoint& point,
                                  double raw) const {
  const analysis::DataSeries& series = series_[point.series];
  const SeriesParameters& of = of_series_[point.series];
  const auto value = [&](std::size_t k) { return parameters_[k].prior.at(z[k]).value; };
  double sum = of.bias ? value(*of.bias) : 0;
  for (std::size_t b = 0; b < std::min(point.breaks, of.jumps.size()); ++b) {
    sum += value(of.jumps[b]);
  }
  Met met{raw * series.curve_scale * std::exp(sum), point.scale};
  if (of.error) {
    met.scale = analysis::estimated_scale(series, point, value(*of.error)).scale;
  }
  return met;
}

double Posterior::replicate(const Met& met, const analysis::DataPoint& point, double u) const {
  const analysis::DataSeries& series = series_[point.series];
  if (series.family == nullptr || series.family->quantile == nullptr ||
      !std::isfinite(met.modelled)) {
    return met.modelled;
  }
  // Uniform numbers are multiples of 2^-53 from 0 on: half a step more lies within (0, 1).
  return series.family->quantile(u + 0x1p-54, met.modelled, met.scale, point.observed.shape);
}

std::optional<Posterior> Posterior::replicated(std::span<const double> z,
                                               std::uint64_t seed) const {
  const sim::Trajectories run = sim::simulate(compiled_->kernel, spec_, inputs(z));
  Posterior made = *this;
  made.counts_ = std::make_shared<PosteriorCounts>();
  made.points_.clear();
  made.places_.clear();
  for (std::size_t i = 0; i < points_.size(); ++i) {
    const analysis::DataSeries& series = series_[points_[i].series];
    if (series.family == nullptr || series.family->interval) {
      continue;
    }
    analysis::DataPoint point = points_[i];
    const Met met = observe(z, point, modelled(run, 0, places_[i]));
    const base::DrawPlace place{base::random_key(seed, 0), i, 0};
    point.observed.low = replicate(met, point, place.pair(11)[0]);
    if (!std::isfinite(point.observed.low)) {
      return std::nullopt;
    }
    made.points_.push_back(point);
    made.places_.push_back(places_[i]);
  }
  for (analysis::DataSeries& series : made.series_) {
    series.weight = 1;
  }
  return made;
}

Posterior::Fitted Posterior::evaluate(std::span<const double> points) const {
  const std::size_t d = dimensions();
  const std::size_t n = points.size() / d;
  Fitted made;
  const sim::Trajectories batch = sim::simulate(compiled_->kernel, spec_, inputs(points));
  for (std::size_t i = 0; i < n; ++i) {
    Lane lane = lane_of(points.subspan(i * d, d));
    lane.detailed = true;
    log_likelihood(batch, i, lane);
    made.modelled.insert(made.modelled.end(), lane.modelled.begin(), lane.modelled.end());
    made.log_likelihood.insert(made.log_likelihood.end(), lane.log_likelihoods.begin(),
                               lane.log_likelihoods.end());
  }
  return made;
}

std::vector<double> Posterior::jacobian(std::span<const double> z) const {
  const std::size_t d = dimensions();
  const std::size_t n = points_.size();
  std::vector<double> copies;
  for (std::size_t i = 0; i < n; ++i) {
    copies.insert(copies.end(), z.begin(), z.end());
  }
  std::vector<double> made(n * d);
  const std::size_t width = (n + threads_ - 1) / threads_;
  const auto make = [&](std::size_t piece) -> std::optional<bool> {
    const std::size_t from = piece * width;
    const std::size_t count = std::min(width, n - from);
    Lane base = lane_of(z);
    std::vector<double> raw(count);
    const auto weigh = [&](const sim::Trajectories& batch, std::size_t first,
                           std::vector<double>& weights) {
      for (std::size_t r = 0; r < batch.runs; ++r) {
        const std::size_t i = from + first + r;
        const Place& place = places_[i];
        const analysis::DataSeries& series = series_[points_[i].series];
        const double slope =
            series.curve_scale * (series.family == nullptr ? 1.0 : factor(base, points_[i]));
        double* const at =
            weights.data() + (r * batch.times.size() + place.save) * batch.columns + place.column;
        at[0] = slope * (1 - place.share);
        if (place.share > 0) {
          at[batch.columns] = slope * place.share;
        }
        raw[first + r] = modelled(batch, r, place) * slope;
      }
    };
    const auto slopes =
        sim::gradients(*differentiated_, spec_,
                       inputs(std::span<const double>(copies).subspan(from * d, count * d)), weigh);
    for (std::size_t r = 0; r < count; ++r) {
      const std::size_t i = from + r;
      Lane lane = base;
      const SeriesParameters& of = of_series_[points_[i].series];
      if (of.bias) {
        lane.by_value[*of.bias] = raw[r];
      }
      for (std::size_t b = 0; b < points_[i].breaks; ++b) {
        lane.by_value[of.jumps[b]] = raw[r];
      }
      spread_gradient(
          lane,
          std::span<const double>(slopes.values).subspan(r * targets_.size(), targets_.size()),
          std::span<double>(made).subspan(i * d, d));
    }
    return true;
  };
  const std::size_t pieces = (n + width - 1) / width;
  base::make_in_parallel(pieces, threads_, pieces, make, [](std::size_t, bool) { return true; });
  return made;
}

}  // namespace shamal::api
