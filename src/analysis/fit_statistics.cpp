#include "analysis/fit_statistics.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

namespace shamal::analysis {

namespace {

struct Moments {
  double mean = 0;
  double deviation = 0;  // population standard deviation
};

template <typename Value>
Moments moments(std::span<const FitPoint> points, Value value) {
  const auto n = static_cast<double>(points.size());
  Moments result;
  for (const FitPoint& point : points) {
    result.mean += value(point) / n;
  }
  double sum = 0;
  for (const FitPoint& point : points) {
    const double distance = value(point) - result.mean;
    sum += distance * distance;
  }
  result.deviation = std::sqrt(sum / n);
  return result;
}

struct Trend {
  double level = 0;
  double slope = 0;

  double at(double time) const { return level + slope * time; }
};

// Least squares; nothing if the points do not have two different times.
template <typename Value>
std::optional<Trend> fit_trend(std::span<const FitPoint> points, Value value) {
  if (points.size() < 2) {
    return std::nullopt;
  }
  const Moments time = moments(points, [](const FitPoint& p) { return p.time; });
  if (!(time.deviation > 0)) {
    return std::nullopt;
  }
  const Moments level = moments(points, value);
  double covariance = 0;
  for (const FitPoint& point : points) {
    covariance += (point.time - time.mean) * (value(point) - level.mean);
  }
  covariance /= static_cast<double>(points.size());
  const double slope = covariance / (time.deviation * time.deviation);
  return Trend{level.mean - slope * time.mean, slope};
}

using Rival = std::function<double(double time)>;

// 1 - MSE / MSE_rival. A rival that meets every point to the last few digits leaves nothing to
// compare with.
std::optional<double> skill(std::span<const FitPoint> points, const Rival& rival) {
  double model_error = 0;
  double rival_error = 0;
  double size = 0;
  for (const FitPoint& point : points) {
    const double model = point.modelled - point.observed;
    const double naive = rival(point.time) - point.observed;
    model_error += model * model;
    rival_error += naive * naive;
    size += point.observed * point.observed;
  }
  if (!(rival_error > 1e-20 * size) || !std::isfinite(rival_error)) {
    return std::nullopt;
  }
  return 1 - model_error / rival_error;
}

bool all_positive(std::span<const FitPoint> points) {
  return !points.empty() && std::all_of(points.begin(), points.end(),
                                        [](const FitPoint& p) { return p.observed > 0; });
}

void score_rivals(std::span<const FitPoint> points, std::span<const FitPoint> calibration,
                  bool is_holdout, FitStatistics& result) {
  if (points.empty() || calibration.empty()) {
    return;
  }
  if (is_holdout) {
    const double last = calibration.back().observed;
    result.skill_last = skill(points, [last](double) { return last; });
  } else if (calibration.size() < 3) {
    return;  // two points lie on their own line
  }
  const auto observed = [](const FitPoint& p) { return p.observed; };
  if (const std::optional<Trend> trend = fit_trend(calibration, observed)) {
    result.skill_linear = skill(points, [trend](double time) { return trend->at(time); });
  }
  if (!all_positive(calibration)) {
    return;
  }
  const auto logarithm = [](const FitPoint& p) { return std::log(p.observed); };
  if (const std::optional<Trend> rate = fit_trend(calibration, logarithm)) {
    result.skill_exponential =
        skill(points, [rate](double time) { return std::exp(rate->at(time)); });
  }
}

FitStatistics describe(std::span<const FitPoint> points) {
  FitStatistics result;
  result.points = points.size();
  if (points.empty()) {
    return result;
  }
  const auto n = static_cast<double>(points.size());
  double squares = 0;
  double absolute = 0;
  double relative = 0;
  std::size_t inside = 0;
  for (const FitPoint& point : points) {
    const double error = point.modelled - point.observed;
    squares += error * error / n;
    absolute += std::abs(error) / n;
    relative += std::abs(error) / point.observed / n;
    if (point.low && point.high) {
      ++result.points_with_error;
      inside += *point.low <= point.modelled && point.modelled <= *point.high ? 1 : 0;
    }
  }
  const Moments observed = moments(points, [](const FitPoint& p) { return p.observed; });
  const Moments modelled = moments(points, [](const FitPoint& p) { return p.modelled; });
  result.rmse = std::sqrt(squares);
  result.mae = absolute;
  result.bias = modelled.mean - observed.mean;
  if (observed.mean > 0) {
    result.rmse_over_mean = *result.rmse / observed.mean;
  }
  if (all_positive(points)) {
    result.mape = relative;
  }
  if (result.points_with_error > 0) {
    result.within_error =
        static_cast<double>(inside) / static_cast<double>(result.points_with_error);
  }
  double covariance = 0;
  for (const FitPoint& point : points) {
    covariance += (point.observed - observed.mean) * (point.modelled - modelled.mean) / n;
  }
  const double spread = observed.deviation * modelled.deviation;
  if (points.size() > 2 && spread > 0) {
    result.r_squared = std::min(1.0, (covariance / spread) * (covariance / spread));
  }
  if (points.size() > 1 && squares > 0) {
    const double of_mean = *result.bias * *result.bias / squares;
    const double of_variation = std::pow(modelled.deviation - observed.deviation, 2) / squares;
    result.theil =
        TheilShares{of_mean, of_variation, std::max(0.0, 2 * (spread - covariance) / squares)};
  }
  return result;
}

}  // namespace

std::optional<double> FitStatistics::worst_skill() const {
  std::optional<double> worst;
  for (const std::optional<double>& value : {skill_last, skill_linear, skill_exponential}) {
    if (value && (!worst || *value < *worst)) {
      worst = value;
    }
  }
  return worst;
}

SplitFit fit_statistics(std::span<const FitPoint> points, double calibration_end) {
  std::vector<FitPoint> sorted(points.begin(), points.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const FitPoint& a, const FitPoint& b) { return a.time < b.time; });
  const auto split = std::find_if(sorted.begin(), sorted.end(), [&](const FitPoint& point) {
    return point.time > calibration_end;
  });
  const std::span<const FitPoint> all(sorted);
  const auto count = static_cast<std::size_t>(split - sorted.begin());
  const std::span<const FitPoint> calibration = all.first(count);
  const std::span<const FitPoint> holdout = all.subspan(count);
  SplitFit result{describe(calibration), describe(holdout)};
  score_rivals(calibration, calibration, false, result.calibration);
  score_rivals(holdout, calibration, true, result.holdout);
  return result;
}

std::optional<double> interpolate(std::span<const double> times, std::span<const double> values,
                                  double time) {
  const auto after = std::lower_bound(times.begin(), times.end(), time);
  if (after == times.end()) {
    return std::nullopt;
  }
  const auto i = static_cast<std::size_t>(after - times.begin());
  if (i >= values.size()) {
    return std::nullopt;
  }
  double value = values[i];
  if (times[i] != time) {
    if (i == 0) {
      return std::nullopt;
    }
    const double share = (time - times[i - 1]) / (times[i] - times[i - 1]);
    value = values[i - 1] + share * (values[i] - values[i - 1]);
  }
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

}  // namespace shamal::analysis
