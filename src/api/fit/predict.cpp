#include "api/fit/predict.h"

#include <algorithm>
#include <cmath>

#include "analysis/inference/scores.h"
#include "api/run_request.h"
#include "base/random.h"

namespace shamal::api {

namespace {

// How many times a fan has.
constexpr std::size_t kFanTimes = 160;

// A line through points by least squares; with `log`, through the logarithms.
struct Trend {
  double level = 0;
  double slope = 0;
  bool log = false;

  double at(double time) const {
    const double value = level + slope * time;
    return log ? std::exp(value) : value;
  }
};

std::optional<Trend> trend_of(const std::vector<std::pair<double, double>>& points, bool log) {
  double n = 0;
  double st = 0;
  double sy = 0;
  double stt = 0;
  double sty = 0;
  for (const auto& [t, value] : points) {
    if (log && !(value > 0)) {
      return std::nullopt;
    }
    const double y = log ? std::log(value) : value;
    n += 1;
    st += t;
    sy += y;
    stt += t * t;
    sty += t * y;
  }
  const double spread = n * stt - st * st;
  if (n < 2 || !(spread > 0)) {
    return std::nullopt;
  }
  const double slope = (n * sty - st * sy) / spread;
  return Trend{(sy - slope * st) / n, slope, log};
}

double at_time(const sim::Trajectories& of, std::size_t run, std::size_t column, double time) {
  const auto after = static_cast<std::size_t>(
      std::lower_bound(of.times.begin(), of.times.end(), time - 1e-9) - of.times.begin());
  if (after >= of.times.size()) {
    return std::nan("");
  }
  if (after == 0 || std::fabs(of.times[after] - time) < 1e-9) {
    return of.value(run, after, column);
  }
  const double share = (time - of.times[after - 1]) / (of.times[after] - of.times[after - 1]);
  return (1 - share) * of.value(run, after - 1, column) + share * of.value(run, after, column);
}

struct Columns {
  sim::RunSpec& spec;
  std::size_t of(ir::Slot slot) {
    for (std::size_t i = 0; i < spec.saved.size(); ++i) {
      if (spec.saved[i].base == slot) {
        return i;
      }
    }
    spec.saved.push_back({slot, 1});
    return spec.saved.size() - 1;
  }
};

}  // namespace

Predictions predict(const CompiledModel& compiled, const analysis::StudyFiles& files,
                    const Posterior& posterior, std::span<const double> z, bool holdout,
                    std::uint64_t seed, base::Diagnostics& diagnostics) {
  Predictions made;
  const std::size_t d = posterior.dimensions();
  made.draws = z.size() / d;
  made.points = posterior.points();
  const std::size_t inside = made.points.size();
  if (holdout) {
    auto data =
        analysis::fit_data(files.study, files.observations,
                           {compiled.model.sim.start, compiled.model.sim.stop}, diagnostics);
    if (data) {
      made.points.insert(made.points.end(), data->holdout.begin(), data->holdout.end());
    }
  }
  auto spec = run_spec(compiled, {}, diagnostics);
  if (!spec || made.draws == 0) {
    return made;
  }
  Columns columns{*spec};
  const auto column_of = [&](const analysis::PlacedText& name) -> std::optional<std::size_t> {
    const auto named = find_variable(compiled.layout, name.text, diagnostics, name.span);
    if (!named || (!named->element && named->variable->count != 1)) {
      return std::nullopt;
    }
    return columns.of(named->variable->base + named->element.value_or(0));
  };
  std::vector<std::size_t> curve_columns;
  for (const analysis::Line& line : files.study.lines) {
    for (const analysis::Chart& chart : line.charts) {
      for (std::size_t c = 0; c < chart.curves.size(); ++c) {
        if (const auto column = column_of(chart.curves[c].variable)) {
          made.curves.push_back({&chart, c, {}});
          curve_columns.push_back(*column);
        }
      }
    }
  }
  std::vector<std::size_t> series_columns;
  for (const analysis::DataSeries& series : posterior.series()) {
    series_columns.push_back(column_of(series.variable).value_or(0));
  }
  // The times of fans, and the steps around observations.
  std::vector<double> times;
  const double last = spec->start + sim::grid_of(*spec).steps * spec->dt;
  for (std::size_t i = 0; i < kFanTimes; ++i) {
    const double share = static_cast<double>(i) / (kFanTimes - 1);
    made.times.push_back(spec->start + share * (last - spec->start));
    const double step = std::floor((made.times.back() - spec->start) / spec->dt + 0.5);
    made.times.back() = spec->start + step * spec->dt;
  }
  made.times.erase(std::unique(made.times.begin(), made.times.end()), made.times.end());
  times = made.times;
  std::erase_if(made.points, [&](const analysis::DataPoint& point) { return point.time > last; });
  for (const analysis::DataPoint& point : made.points) {
    const double step = std::floor((point.time - spec->start) / spec->dt + 1e-9);
    times.push_back(spec->start + step * spec->dt);
    times.push_back(std::min(last, spec->start + (step + 1) * spec->dt));
  }
  std::sort(times.begin(), times.end());
  spec->save_times = times;

  for (PredictedCurve& curve : made.curves) {
    curve.values.resize(made.draws * made.times.size());
  }
  made.modelled.resize(made.draws * made.points.size());
  made.replicated.resize(made.modelled.size());
  made.log_density.resize(made.modelled.size());
  constexpr std::size_t kBlock = 64;
  for (std::size_t first = 0; first < made.draws; first += kBlock) {
    const std::size_t count = std::min(kBlock, made.draws - first);
    const auto runs =
        sim::simulate(compiled.kernel, *spec, posterior.inputs(z.subspan(first * d, count * d)));
    made.failed += runs.not_a_number.size();
    for (std::size_t r = 0; r < count; ++r) {
      for (std::size_t c = 0; c < made.curves.size(); ++c) {
        const double scale = made.curves[c].chart->curves[made.curves[c].curve].scale;
        for (std::size_t t = 0; t < made.times.size(); ++t) {
          made.curves[c].values[(first + r) * made.times.size() + t] =
              scale * at_time(runs, r, curve_columns[c], made.times[t]);
        }
      }
      for (std::size_t i = 0; i < made.points.size(); ++i) {
        analysis::DataPoint point = made.points[i];
        const auto of = z.subspan((first + r) * d, d);
        const double raw = at_time(runs, r, series_columns[point.series], point.time);
        if (i >= inside && point.row != nullptr) {  // the error of a forecast is that of its value
          const double scale = analysis::stated_scale(posterior.series()[point.series].entry->error,
                                                      posterior.observe(of, point, raw).modelled);
          point.scale = scale > 0 ? scale : point.scale;
        }
        const auto observed = posterior.observe(of, point, raw);
        const base::DrawPlace place{base::random_key(seed, first + r), i, 0};
        const std::size_t at = (first + r) * made.points.size() + i;
        made.modelled[at] = observed.modelled;
        made.replicated[at] = posterior.replicate(observed, point, place.pair(7)[0]);
        const auto* const family = posterior.series()[point.series].family;
        made.log_density[at] =
            family == nullptr || !std::isfinite(observed.modelled)
                ? -HUGE_VAL
                : family->log_density(point.observed, observed.modelled, observed.scale).value;
      }
    }
  }
  return made;
}

std::vector<double> log_predictive(const Predictions& of) {
  const std::size_t n = of.points.size();
  std::vector<double> made(n);
  for (std::size_t i = 0; i < n; ++i) {
    double top = -HUGE_VAL;
    for (std::size_t r = 0; r < of.draws; ++r) {
      top = std::max(top, of.log_density[r * n + i]);
    }
    double sum = 0;
    for (std::size_t r = 0; r < of.draws && std::isfinite(top); ++r) {
      sum += std::exp(of.log_density[r * n + i] - top);
    }
    made[i] = top + std::log(sum / static_cast<double>(of.draws));
  }
  return made;
}

std::vector<SeriesScore> score(const Posterior& posterior, const Predictions& predictions,
                               bool holdout) {
  std::vector<SeriesScore> made;
  const std::size_t inside = posterior.points().size();
  const std::size_t n = predictions.points.size();
  for (std::size_t s = 0; s < posterior.series().size(); ++s) {
    const analysis::DataSeries& series = posterior.series()[s];
    if (series.family == nullptr || series.family->interval) {
      continue;
    }
    std::vector<std::pair<double, double>> before;
    for (const analysis::DataPoint& point : posterior.points()) {
      if (point.series == s) {
        before.emplace_back(point.time, point.observed.low);
      }
    }
    SeriesScore of;
    of.series = series.name;
    of.unit = series.unit;
    double last = 0;
    double line = 0;
    double rate = 0;
    const auto straight = trend_of(before, false);
    const auto constant = trend_of(before, true);
    for (std::size_t i = holdout ? inside : 0; i < (holdout ? n : inside); ++i) {
      const analysis::DataPoint& point = predictions.points[i];
      if (point.series != s) {
        continue;
      }
      std::vector<double> replicates;
      for (std::size_t r = 0; r < predictions.draws; ++r) {
        if (std::isfinite(predictions.replicated[r * n + i])) {
          replicates.push_back(predictions.replicated[r * n + i]);
        }
      }
      if (replicates.size() < 2) {
        continue;
      }
      const double y = point.observed.low;
      ++of.points;
      of.crps += analysis::inference::crps(replicates, y);
      double sum = 0;
      for (const double value : replicates) {
        sum += value;
      }
      of.mean_error += sum / static_cast<double>(replicates.size()) - y;
      const auto within = [&](double share) {
        return analysis::inference::covers(replicates, y, share) ? 1.0 : 0.0;
      };
      of.cover50 += within(0.5);
      of.cover80 += within(0.8);
      of.cover95 += within(0.95);
      last += before.empty() ? 0 : std::fabs(before.back().second - y);
      line += straight ? std::fabs(straight->at(point.time) - y) : 0;
      rate += constant ? std::fabs(constant->at(point.time) - y) : 0;
    }
    if (of.points == 0) {
      continue;
    }
    const auto count = static_cast<double>(of.points);
    const auto skill = [&](double rival) {
      return rival > 0 ? std::optional(1 - of.crps / rival) : std::nullopt;
    };
    of.skill_last = skill(last);
    of.skill_line = straight ? skill(line) : std::nullopt;
    of.skill_rate = constant ? skill(rate) : std::nullopt;
    for (double* const sum : {&of.crps, &of.mean_error, &of.cover50, &of.cover80, &of.cover95}) {
      *sum /= count;
    }
    made.push_back(std::move(of));
  }
  return made;
}

}  // namespace shamal::api
