#include "api/fit/fit_file.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "api/fit/begin.h"
#include "api/version.h"

namespace shamal::api {

namespace {

using analysis::inference::Draws;
using analysis::inference::DrawStatistics;

std::vector<double> numbers_up_to(std::size_t count) {
  std::vector<double> values;
  for (std::size_t i = 0; i < count; ++i) {
    values.push_back(static_cast<double>(i));
  }
  return values;
}

// Dimensions chain and draw; what they are numbered by.
data::Dataset draws_dataset(std::size_t chains, std::vector<double> draws) {
  data::Dataset made;
  made.attributes["inference_library"] = "shamal";
  made.attributes["inference_library_version"] = std::string(version());
  const std::size_t count = draws.size();
  made.dimensions.push_back({"chain", chains, numbers_up_to(chains), {}, ""});
  made.dimensions.push_back({"draw", count, std::move(draws), {}, ""});
  return made;
}

constexpr std::uint32_t kChain = 0;
constexpr std::uint32_t kDraw = 1;

data::Dataset parameters_dataset(const Posterior& posterior, const Draws& draws) {
  const std::size_t n = draws.iterations();
  data::Dataset made = draws_dataset(draws.chains, numbers_up_to(n));
  for (const FitParameter& parameter : posterior.parameters()) {
    made.variables.push_back({parameter.name, {kChain, kDraw}, {}, parameter.unit, "", ""});
    made.variables.back().values.resize(draws.chains * n);
  }
  for (std::size_t c = 0; c < draws.chains; ++c) {
    for (std::size_t i = 0; i < n; ++i) {
      const std::vector<double> values = posterior.values(draws.point(i, c));
      for (std::size_t k = 0; k < values.size(); ++k) {
        made.variables[k].values[c * n + i] = values[k];
      }
    }
  }
  return made;
}

struct Statistic {
  std::string_view name;
  double (*value)(const DrawStatistics& of);
  bool flag = false;
};

constexpr Statistic kStatistics[] = {
    {"lp", [](const DrawStatistics& of) { return of.log_density; }},
    {"acceptance_rate", [](const DrawStatistics& of) { return of.acceptance; }},
    {"energy", [](const DrawStatistics& of) { return of.energy; }},
    {"step_size", [](const DrawStatistics& of) { return of.step_size; }},
    {"n_steps", [](const DrawStatistics& of) { return static_cast<double>(of.evaluations); }},
    {"tree_depth", [](const DrawStatistics& of) { return static_cast<double>(of.depth); }},
    {"diverging", [](const DrawStatistics& of) { return of.divergent ? 1.0 : 0.0; }, true},
    {"impossible", [](const DrawStatistics& of) { return of.impossible ? 1.0 : 0.0; }, true},
};

data::Dataset statistics_dataset(const Draws& draws) {
  const std::size_t n = draws.iterations();
  data::Dataset made = draws_dataset(draws.chains, numbers_up_to(n));
  for (const Statistic& statistic : kStatistics) {
    data::Variable variable{std::string(statistic.name), {kChain, kDraw}, {}, "", "", ""};
    variable.kind = statistic.flag ? data::kFlag : "";
    for (std::size_t c = 0; c < draws.chains; ++c) {
      for (std::size_t i = 0; i < n; ++i) {
        variable.values.push_back(statistic.value(draws.at(i, c)));
      }
    }
    made.variables.push_back(std::move(variable));
  }
  return made;
}

// Adds for each series a dimension of its points and a variable over `leading` and it, with the
// values of `of`: [draw][point], `stride` points a draw.
void add_series(const Posterior& posterior, const std::vector<std::uint32_t>& leading,
                std::size_t draws, std::size_t stride, const std::vector<double>& of,
                data::Dataset& into) {
  const auto& points = posterior.points();
  for (std::size_t s = 0; s < posterior.series().size(); ++s) {
    std::vector<std::size_t> mine;
    std::vector<double> times;
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (points[i].series == s) {
        mine.push_back(i);
        times.push_back(points[i].time);
      }
    }
    if (mine.empty()) {
      continue;
    }
    const analysis::DataSeries& series = posterior.series()[s];
    data::Variable variable{series.name, leading, {}, series.unit, "", ""};
    variable.dimensions.push_back(static_cast<std::uint32_t>(into.dimensions.size()));
    into.dimensions.push_back({series.name + " time", mine.size(), times, {}, ""});
    for (std::size_t r = 0; r < draws; ++r) {
      for (const std::size_t i : mine) {
        variable.values.push_back(of[r * stride + i]);
      }
    }
    into.variables.push_back(std::move(variable));
  }
}

}  // namespace

ThinnedDraws thin(const Draws& draws, std::size_t most) {
  ThinnedDraws made;
  const std::size_t n = draws.iterations();
  const std::size_t wanted =
      std::min(n, std::max<std::size_t>(1, most / std::max<std::size_t>(1, draws.chains)));
  for (std::size_t j = 0; j < wanted; ++j) {
    made.iterations.push_back((2 * j + 1) * n / (2 * wanted));
  }
  for (std::size_t c = 0; c < draws.chains; ++c) {
    for (const std::size_t i : made.iterations) {
      const auto point = draws.point(i, c);
      made.points.insert(made.points.end(), point.begin(), point.end());
    }
  }
  return made;
}

std::vector<data::NetcdfGroup> fit_groups(const Posterior& posterior, const Draws& draws,
                                          const ThinnedDraws& thinned,
                                          const Predictions& predictions, std::uint64_t seed) {
  std::vector<data::NetcdfGroup> groups;
  groups.push_back({"posterior", parameters_dataset(posterior, draws)});
  groups.push_back({"sample_stats", statistics_dataset(draws)});
  std::vector<double> kept(thinned.iterations.begin(), thinned.iterations.end());
  const std::size_t count = draws.chains * kept.size();
  data::Dataset replicated = draws_dataset(draws.chains, kept);
  add_series(posterior, {kChain, kDraw}, count, predictions.points.size(), predictions.replicated,
             replicated);
  groups.push_back({"posterior_predictive", std::move(replicated)});
  data::Dataset likelihoods = draws_dataset(draws.chains, kept);
  add_series(posterior, {kChain, kDraw}, count, posterior.points().size(),
             posterior.evaluate(thinned.points).log_likelihood, likelihoods);
  groups.push_back({"log_likelihood", std::move(likelihoods)});
  data::Dataset observed;
  std::vector<double> values;
  for (const analysis::DataPoint& point : posterior.points()) {
    values.push_back(point.row == nullptr ? 1.0 : point.observed.low);
  }
  add_series(posterior, {}, 1, values.size(), values, observed);
  groups.push_back({"observed_data", std::move(observed)});
  Draws prior;
  prior.chains = 1;
  prior.dimensions = posterior.dimensions();
  prior.points = prior_points(count, prior.dimensions, seed + 1);
  prior.statistics.resize(count);
  groups.push_back({"prior", parameters_dataset(posterior, prior)});
  return groups;
}

std::vector<data::NetcdfGroup> optima_groups(const Posterior& posterior, const Draws& optima) {
  return {{"posterior", parameters_dataset(posterior, optima)},
          {"sample_stats", statistics_dataset(optima)}};
}

std::map<std::string, std::string> fit_attributes(const CompiledModel& compiled,
                                                  const analysis::Study& study,
                                                  const SampleRequest& request,
                                                  const std::string& command) {
  return {{"title", study.title},
          {"study", study.name},
          {"model", compiled.path},
          {"model_sha256", compiled.sha256},
          {"engine_version", std::string(version())},
          {"sampler", request.sampler},
          {"seed", fmt::format("{}", request.seed)},
          {"warmup", fmt::format("{}", request.warmup)},
          {"command", command}};
}

}  // namespace shamal::api
