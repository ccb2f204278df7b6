#include "api/fit/profiles.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "data/delimited.h"

namespace shamal::api {

namespace {

namespace inference = analysis::inference;

// From z = -3 to 3 by halves: a quantile of 0.1 % of the prior to one of 99.9 %.
constexpr int kHalves = 6;

// The density without the prior of one parameter.
inference::LogDensity without_prior(const inference::LogDensity& density, std::size_t k) {
  inference::LogDensity made = density;
  made.evaluate = [density, k](std::span<const double> points, std::span<double> values,
                               std::span<double> gradients) {
    density.evaluate(points, values, gradients);
    const std::size_t d = density.dimensions;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double z = points[i * d + k];
      values[i] += z * z / 2;
      if (!gradients.empty()) {
        gradients[i * d + k] += z;
      }
    }
  };
  return made;
}

double value_at(const Posterior& posterior, std::vector<double> point, std::size_t k, double z) {
  point[k] = z;
  return posterior.values(point)[k];
}

}  // namespace

std::optional<Profiles> profiles(const Posterior& posterior, const ProfileRequest& request,
                                 base::Diagnostics& diagnostics, base::Progress* progress) {
  std::vector<std::size_t> asked;
  const std::vector<FitParameter>& parameters = posterior.parameters();
  for (const std::string& name : request.names) {
    const auto at = std::find_if(parameters.begin(), parameters.end(),
                                 [&](const FitParameter& of) { return of.name == name; });
    if (at == parameters.end()) {
      diagnostics.add(base::Code::request_bad_value, {}, fmt::format("--parameter \"{}\"", name),
                      "name a parameter as the summary of a fit does");
      continue;
    }
    asked.push_back(static_cast<std::size_t>(at - parameters.begin()));
  }
  if (diagnostics.has_errors()) {
    return std::nullopt;
  }
  for (std::size_t k = 0; request.names.empty() && k < parameters.size(); ++k) {
    asked.push_back(k);
  }
  if (progress != nullptr) {
    progress->expect(asked.size());
  }
  auto optima = optimise(posterior, request.search, diagnostics);
  if (!optima) {
    return std::nullopt;
  }
  Profiles made;
  made.best = std::move(optima->front());
  std::vector<double> values;
  for (int i = -kHalves; i <= kHalves; ++i) {
    values.push_back(0.5 * i);
  }
  inference::OptimiseOptions options;
  options.method = request.search.optimiser;
  options.most_evaluations = request.search.evaluations;
  options.seed = request.search.seed;
  const inference::LogDensity density = posterior.density();
  for (const std::size_t k : asked) {
    const inference::LogDensity alone = without_prior(density, k);
    const auto free = inference::maximise(alone, options, made.best.point);
    std::vector<double> grid = values;
    if (std::fabs(free.front().point[k]) < values.back()) {
      grid.push_back(free.front().point[k]);
      std::sort(grid.begin(), grid.end());
    }
    made.of.push_back(inference::profile(alone, options, free.front().point, k, grid));
    if (progress != nullptr) {
      progress->advance(1);
      if (progress->cancelled()) {
        break;  // what was done is shown
      }
    }
  }
  return made;
}

std::string profiles_summary(const Posterior& posterior, const Profiles& of) {
  std::string text = fmt::format("highest point found: {:.4f}\n\n{:<44} {:>12} {:>25}\n",
                                 of.best.log_density, "parameter", "best", "95 % by its profile");
  for (const inference::Profile& profile : of.of) {
    const std::size_t k = profile.dimension;
    const auto best = std::max_element(
        profile.points.begin(), profile.points.end(),
        [](const auto& a, const auto& b) { return a.log_density < b.log_density; });
    const auto bound = [&](const std::optional<double>& z) {
      return z ? fmt::format("{:.4g}", value_at(posterior, of.best.point, k, *z))
               : std::string("open");
    };
    text += fmt::format("{:<44} {:>12.4g} {:>12} {:>12}{}\n", posterior.parameters()[k].name,
                        value_at(posterior, of.best.point, k, best->value), bound(profile.low),
                        bound(profile.high),
                        profile.low || profile.high ? "" : "  not bounded by what was observed");
  }
  return text;
}

std::string profiles_csv(const Posterior& posterior, const Profiles& of) {
  std::string text = "parameter,value,z,loss\n";
  for (const inference::Profile& profile : of.of) {
    const std::string& name = posterior.parameters()[profile.dimension].name;
    double top = -HUGE_VAL;
    for (const inference::ProfilePoint& point : profile.points) {
      top = std::max(top, point.log_density);
    }
    for (const inference::ProfilePoint& point : profile.points) {
      text += fmt::format("{},{},{},{}\n", data::cell_text(name, ','),
                          value_at(posterior, of.best.point, profile.dimension, point.value),
                          point.value, top - point.log_density);
    }
  }
  return text;
}

}  // namespace shamal::api
