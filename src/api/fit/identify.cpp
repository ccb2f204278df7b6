#include "api/fit/identify.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "analysis/inference/matrix.h"

namespace shamal::api {

namespace {

// I of one observation whose model value is m and whose family has the scale s.
double information(const analysis::DataSeries& series, double m, double s) {
  if (series.family == nullptr) {
    return 1 / (s * s);  // an event: each level read with error s
  }
  const std::string_view name = series.family->name;
  if (name == "log gaussian" || name == "log interval") {
    return 1 / (s * s * m * m);
  }
  if (name == "student") {
    const double degrees = series.entry->error.degrees;
    return (degrees + 1) / ((degrees + 3) * s * s);
  }
  if (name == "log student") {
    const double degrees = series.entry->error.degrees;
    return (degrees + 1) / ((degrees + 3) * s * s * m * m);
  }
  if (name == "poisson") {
    return 1 / m;
  }
  if (name == "negative binomial") {
    return 1 / (m + m * m / s);
  }
  if (name == "share") {
    return (s + 1) / (m * (1 - m));
  }
  return 1 / (s * s);
}

// Of the logarithm of the scale of such a family: 2, of Student's t with ν degrees 2 ν / (ν + 3)
// [Lange1989]; 0 of families without a scale of their own.
double scale_information(const analysis::DataSeries& series) {
  const std::string_view name = series.family == nullptr ? "" : series.family->name;
  const double degrees = series.family == nullptr ? 0 : series.entry->error.degrees;
  return name == "gaussian" || name == "log gaussian" ? 2.0
         : name == "student" || name == "log student" ? 2 * degrees / (degrees + 3)
                                                      : 0.0;
}

// What errors that are estimated add to the information: a parameter that scales the error of its
// series, and moves nothing else.
void add_errors(const Posterior& posterior, std::span<const double> z, double share,
                std::vector<double>& f, std::vector<double>& by_series) {
  constexpr double kStep = 1e-4;
  const std::size_t d = posterior.dimensions();
  std::vector<double> moved(z.begin(), z.end());
  for (std::size_t k = 0; k < d; ++k) {
    if (posterior.parameters()[k].role != FitParameter::Role::error) {
      continue;
    }
    const std::size_t s = posterior.parameters()[k].series;
    const double weight =
        share * posterior.series()[s].weight * scale_information(posterior.series()[s]);
    for (const analysis::DataPoint& point : posterior.points()) {
      if (point.series != s || weight == 0) {
        continue;
      }
      moved[k] = z[k] + kStep;
      const double above = posterior.observe(moved, point, 0).scale;
      moved[k] = z[k] - kStep;
      const double below = posterior.observe(moved, point, 0).scale;
      moved[k] = z[k];
      const double slope = std::log(above / below) / (2 * kStep);
      f[k * d + k] += weight * slope * slope;
      by_series[s * d + k] += weight * slope * slope;
    }
  }
}

}  // namespace

Eigen eigen(std::vector<double> matrix, std::size_t n) {
  std::vector<double> columns;
  std::vector<double> values;
  analysis::inference::eigen(std::move(matrix), n, columns, values);
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t i, std::size_t j) { return values[i] > values[j]; });
  Eigen made;
  for (const std::size_t i : order) {
    made.values.push_back(values[i]);
    for (std::size_t k = 0; k < n; ++k) {
      made.vectors.push_back(columns[k * n + i]);
    }
  }
  return made;
}

std::vector<double> covariance_of(const Identified& identified, std::size_t dimensions) {
  const std::size_t d = dimensions;
  std::vector<double> made(d * d, 0.0);
  for (std::size_t k = 0; k < d; ++k) {
    made[k * d + k] = 1;
  }
  for (std::size_t e = 0; e < identified.values.size(); ++e) {
    const double value = std::max(0.0, identified.values[e]);
    const double lost = value / (1 + value);
    const double* const of = identified.vectors.data() + e * d;
    for (std::size_t k = 0; lost > 1e-9 && k < d; ++k) {
      for (std::size_t l = 0; l < d; ++l) {
        made[k * d + l] -= lost * of[k] * of[l];
      }
    }
  }
  return made;
}

Identified identify(const Posterior& posterior, std::span<const double> at) {
  const std::size_t d = posterior.dimensions();
  const auto& points = posterior.points();
  Identified made;
  made.by_series.assign(posterior.series().size() * d, 0.0);
  std::vector<double> f(d * d, 0.0);
  const double share = static_cast<double>(d) / static_cast<double>(at.size());
  for (std::size_t first = 0; first < at.size(); first += d) {
    const std::span<const double> z = at.subspan(first, d);
    const std::vector<double> slopes = posterior.jacobian(z);
    const std::vector<double> modelled = posterior.evaluate(z).modelled;
    for (std::size_t i = 0; i < points.size(); ++i) {
      const analysis::DataSeries& series = posterior.series()[points[i].series];
      const double s = posterior.observe(z, points[i], 0).scale;
      const double weight = share * series.weight * information(series, modelled[i], s);
      if (!std::isfinite(weight)) {
        continue;
      }
      const double* const of = slopes.data() + i * d;
      for (std::size_t k = 0; k < d; ++k) {
        made.by_series[points[i].series * d + k] += weight * of[k] * of[k];
        for (std::size_t l = 0; l < d; ++l) {
          f[k * d + l] += weight * of[k] * of[l];
        }
      }
    }
    add_errors(posterior, z, share, f, made.by_series);
  }
  Eigen of = eigen(f, d);
  for (std::size_t k = 0; k < d; ++k) {
    made.alone.push_back(1 / (1 + f[k * d + k]));
    double left = 0;
    for (std::size_t e = 0; e < d; ++e) {
      const double part = of.vectors[e * d + k];
      left += part * part / (1 + std::max(0.0, of.values[e]));
    }
    made.together.push_back(left);
  }
  made.values = std::move(of.values);
  made.vectors = std::move(of.vectors);
  return made;
}

}  // namespace shamal::api
