#include "api/fit/forecast.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <set>

#include <fmt/format.h>

#include "analysis/inference/scores.h"
#include "analysis/inference/stacking.h"
#include "api/run_request.h"
#include "base/names.h"
#include "base/random.h"
#include "data/delimited.h"
#include "data/series_name.h"

namespace shamal::api {

namespace {

namespace inference = analysis::inference;

constexpr std::size_t kBlock = 64;  // runs at once

// A curve of the model, and how a figure of it would be observed.
struct Foretold {
  const analysis::Line* line = nullptr;
  const analysis::Chart* chart = nullptr;
  const analysis::ChartSeries* entry = nullptr;
  std::string region;
  std::string variable;
  ir::Slot slot = 0;
  std::optional<std::size_t> series;  // of the posterior, whose errors it has
  bool fitted = false;
  double mean = 0;  // of the figures up to the end of the calibration window
  bool positive = true;
};

class Forecast {
 public:
  Forecast(const StudyPosterior& of, std::span<const double> points, const ForecastRequest& request,
           base::Diagnostics& diagnostics)
      : study_(of.files.study),
        observations_(of.files.observations),
        compiled_(*of.compiled),
        posterior_(*of.posterior),
        points_(points),
        request_(request),
        diagnostics_(diagnostics) {}

  std::string csv() {
    collect();
    auto spec = run_spec(compiled_, {}, diagnostics_);
    if (!spec || !find_months(*spec)) {
      return {};
    }
    for (const Foretold& it : targets_) {
      spec->saved.push_back({it.slot, 1});
    }
    run(*spec);
    std::string text =
        "line,chart,series,region,variable,unit,fitted,month,median,low50,high50,low80,high80,"
        "low95,high95,model_median,model_low95,model_high95\n";
    for (std::size_t k = 0; k < targets_.size(); ++k) {
      for (std::size_t m = 0; m < months_.size(); ++m) {
        add_row(k, m, text);
      }
    }
    return text;
  }

 private:
  void collect() {
    for (const analysis::Line& line : study_.lines) {
      for (const analysis::Chart& chart : line.charts) {
        for (const analysis::ChartSeries& entry : chart.series) {
          if (!chart.curves.empty()) {
            add_charted(line, chart, entry);
          }
        }
      }
    }
    const std::size_t charted = targets_.size();
    for (std::size_t k = 0; k < charted; ++k) {
      add_other_regions(k);
    }
  }

  void add_charted(const analysis::Line& line, const analysis::Chart& chart,
                   const analysis::ChartSeries& entry) {
    const analysis::PlacedText& variable = chart.curves[entry.curve].variable;
    const auto named = find_variable(compiled_.layout, variable.text, diagnostics_, variable.span);
    if (!named || (!named->element && named->variable->count != 1)) {
      return;
    }
    Foretold made{&line,
                  &chart,
                  &entry,
                  entry.region.text,
                  variable.text,
                  named->variable->base + named->element.value_or(0),
                  {},
                  false,
                  0,
                  true};
    for (std::size_t s = 0; s < posterior_.series().size(); ++s) {
      if (posterior_.series()[s].entry == &entry) {
        made.series = s;
        made.fitted = posterior_.series()[s].points > 0;
      }
    }
    add(std::move(made));
  }

  // Regions of the same series that no chart shows.
  void add_other_regions(std::size_t like) {
    const Foretold of = targets_[like];
    const data::SeriesName name = data::split_series_name(of.variable);
    if (name.subscripts.size() != 1 || of.region.empty()) {
      return;
    }
    const auto named = find_variable(compiled_.layout, of.variable, diagnostics_);
    const double end = study_.calendar.time(study_.calibration_end);
    std::set<std::string> regions;
    for (const analysis::Observation& row : observations_.usable) {
      if (row.series == of.entry->series.text && row.time.middle <= end) {
        regions.insert(row.region);
      }
    }
    for (std::uint32_t i = 0; i < named->variable->count; ++i) {
      const std::string label = compiled_.layout.element_label(*named->variable, i);
      for (const std::string& region : regions) {
        const bool known = std::any_of(targets_.begin(), targets_.end(), [&](const Foretold& it) {
          return it.entry->series.text == of.entry->series.text && it.region == region;
        });
        if (known || base::fold_name(region) != base::fold_name(label)) {
          continue;
        }
        Foretold made = of;
        made.region = region;
        made.variable = fmt::format("{}[{}]", name.base, label);
        made.slot = named->variable->base + i;
        made.fitted = false;
        add(std::move(made));
      }
    }
  }

  void add(Foretold made) {
    const double end = study_.calendar.time(study_.calibration_end);
    double count = 0;
    for (const analysis::Observation* row :
         analysis::find_observations(observations_, made.entry->series.text, made.region)) {
      if (row->time.middle <= end) {
        count += 1;
        made.mean += std::fabs(row->value * made.entry->scale);
        made.positive = made.positive && row->value * made.entry->scale >= 0;
      }
    }
    made.mean = count > 0 ? made.mean / count : 0;
    targets_.push_back(std::move(made));
  }

  // False if the model does not run that long.
  bool find_months(const sim::RunSpec& spec) {
    analysis::Date at{request_.from.year, request_.from.month, 1};
    while (at <= request_.until) {
      const analysis::Date next{at.year + at.month / 12, at.month % 12 + 1, 1};
      months_.push_back(fmt::format("{:04}-{:02}", at.year, at.month));
      times_.push_back((study_.calendar.time(at) + study_.calendar.time(next)) / 2);
      at = next;
    }
    if (times_.empty() || times_.front() < spec.start || times_.back() > spec.stop) {
      diagnostics_.add(base::Code::request_bad_value, {},
                       "the months of the forecast lie outside of the run",
                       fmt::format("the model runs from {} to {}",
                                   analysis::iso_date(study_.calendar.date(spec.start)),
                                   analysis::iso_date(study_.calendar.date(spec.stop))));
      return false;
    }
    return true;
  }

  void run(sim::RunSpec& spec) {
    // The steps before and after each middle.
    for (const double time : times_) {
      const double step = std::floor((time - spec.start) / spec.dt + 1e-9);
      spec.save_times.push_back(spec.start + step * spec.dt);
      spec.save_times.push_back(spec.start + (step + 1) * spec.dt);
    }
    const std::size_t d = posterior_.dimensions();
    draws_ = points_.size() / d;
    modelled_.resize(targets_.size() * times_.size() * draws_);
    observed_.resize(modelled_.size());
    for (std::size_t first = 0; first < draws_; first += kBlock) {
      const std::size_t count = std::min(kBlock, draws_ - first);
      const auto runs = sim::simulate(compiled_.kernel, spec,
                                      posterior_.inputs(points_.subspan(first * d, count * d)));
      for (std::size_t r = 0; r < count; ++r) {
        for (std::size_t k = 0; k < targets_.size(); ++k) {
          for (std::size_t m = 0; m < times_.size(); ++m) {
            observe(k, m, first + r, value(runs, r, k, times_[m]));
          }
        }
      }
    }
  }

  static double value(const sim::Trajectories& runs, std::size_t run, std::size_t column,
                      double time) {
    const auto after = static_cast<std::size_t>(
        std::upper_bound(runs.times.begin(), runs.times.end(), time + 1e-9) - runs.times.begin());
    if (after == runs.times.size()) {
      return runs.value(run, after - 1, column);
    }
    const double share =
        (time - runs.times[after - 1]) / (runs.times[after] - runs.times[after - 1]);
    return (1 - share) * runs.value(run, after - 1, column) +
           share * runs.value(run, after, column);
  }

  void observe(std::size_t target, std::size_t month, std::size_t draw, double raw) {
    const Foretold& of = targets_[target];
    const std::size_t d = posterior_.dimensions();
    const std::size_t at = (target * times_.size() + month) * draws_ + draw;
    const double own = raw * of.chart->curves[of.entry->curve].scale;
    analysis::DataPoint point;
    point.series = of.series.value_or(0);
    point.breaks = of.entry->breaks.size();
    point.unit = analysis::estimated_unit(of.entry->error, of.mean);
    point.observed.shape = of.entry->error.degrees;
    const inference::ObservationFamily& family = analysis::family_of(of.entry->error);
    Posterior::Met met{own, 0};
    if (of.series) {
      const auto z = points_.subspan(draw * d, d);
      const double m = posterior_.observe(z, point, raw).modelled;
      point.scale = stated(of, m);
      met = posterior_.observe(z, point, raw);
    } else {
      met.scale = stated(of, own);
    }
    modelled_[at] = met.modelled;
    const base::DrawPlace place{base::random_key(request_.seed, draw),
                                static_cast<std::uint32_t>(target),
                                static_cast<std::uint32_t>(month)};
    const bool noisy = met.scale > 0 && std::isfinite(met.modelled) && family.quantile != nullptr;
    observed_[at] = noisy ? family.quantile(place.pair(13)[0] + 0x1p-54, met.modelled, met.scale,
                                            of.entry->error.degrees)
                          : met.modelled;
    if (of.positive) {
      observed_[at] = std::max(0.0, observed_[at]);
    }
  }

  static double stated(const Foretold& of, double y) {
    const double scale = analysis::stated_scale(of.entry->error, y);
    return std::isfinite(scale) ? scale : 0;
  }

  void add_row(std::size_t target, std::size_t month, std::string& text) const {
    const Foretold& of = targets_[target];
    const auto draws = [&](const std::vector<double>& values) {
      std::vector<double> finite;
      const std::size_t at = (target * times_.size() + month) * draws_;
      std::copy_if(values.begin() + static_cast<std::ptrdiff_t>(at),
                   values.begin() + static_cast<std::ptrdiff_t>(at + draws_),
                   std::back_inserter(finite), [](double v) { return std::isfinite(v); });
      return finite;
    };
    const auto cell = [](const std::string& value) { return data::cell_text(value, ','); };
    text += fmt::format("{},{},{},{},{},{},{},{}", cell(of.line->id), cell(of.chart->title),
                        cell(of.entry->series.text), cell(of.region), cell(of.variable),
                        cell(of.chart->unit), of.fitted ? "yes" : "no", months_[month]);
    const auto put = [&](const std::vector<double>& of_draws, double p) {
      text += "," + (of_draws.empty()
                         ? std::string("nan")
                         : data::number_text(inference::quantile_of_draws(of_draws, p), 5));
    };
    const std::vector<double> observed = draws(observed_);
    for (const double p : {0.5, 0.25, 0.75, 0.1, 0.9, 0.025, 0.975}) {
      put(observed, p);
    }
    const std::vector<double> modelled = draws(modelled_);
    for (const double p : {0.5, 0.025, 0.975}) {
      put(modelled, p);
    }
    text += "\n";
  }

  const analysis::Study& study_;
  const analysis::Observations& observations_;
  const CompiledModel& compiled_;
  const Posterior& posterior_;
  std::span<const double> points_;
  const ForecastRequest& request_;
  base::Diagnostics& diagnostics_;
  std::vector<Foretold> targets_;
  std::vector<std::string> months_;
  std::vector<double> times_;
  std::size_t draws_ = 0;
  std::vector<double> modelled_;  // [target][month][draw]
  std::vector<double> observed_;  // likewise
};

std::string skill_text(const std::optional<double>& skill) {
  return skill ? fmt::format("{:.2f}", *skill) : "–";
}

}  // namespace

std::string forecast_csv(const StudyPosterior& of, std::span<const double> points,
                         const ForecastRequest& request, base::Diagnostics& diagnostics) {
  std::string text = Forecast(of, points, request, diagnostics).csv();
  return diagnostics.has_errors() ? std::string() : text;
}

std::string holdout_page(const StudyPosterior& of, std::span<const double> points,
                         std::uint64_t seed, const std::string& command,
                         base::Diagnostics& diagnostics) {
  const Posterior& posterior = *of.posterior;
  const Predictions predictions =
      predict(*of.compiled, of.files, posterior, points, true, seed, diagnostics);
  const std::vector<SeriesScore> scores = score(posterior, predictions, true);
  std::string text = fmt::format(
      "# The hold-out of the study “{}”\n\nWritten by `{}` from {} draws of the posterior; do not "
      "edit. What was observed after {} took no part in the fit.\n\n"
      "CRPS and error (mean of the draws less the figure) are in the unit of the series. Coverage "
      "is the share of figures within the central 50, 80 and 95 % of what the draws say would be "
      "observed, errors and the model's own discrepancy included. Skill is 1 − CRPS / mean "
      "absolute error of a rival that knows the calibration window only: its last value, a "
      "straight line through it, a constant rate. Below 0 the rival is better.\n\n"
      "| series | unit | figures | CRPS | error | 50 % | 80 % | 95 % | last value | straight line "
      "| "
      "constant rate |\n|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
      of.files.study.name, command, predictions.draws,
      analysis::plain_date(of.files.study.calibration_end));
  double figures = 0;
  double inside[3] = {0, 0, 0};
  std::size_t compared = 0;
  std::size_t better = 0;
  for (const SeriesScore& it : scores) {
    const auto n = static_cast<double>(it.points);
    figures += n;
    inside[0] += n * it.cover50;
    inside[1] += n * it.cover80;
    inside[2] += n * it.cover95;
    text += fmt::format(
        "| {} | {} | {} | {:.4g} | {:.4g} | {:.0f} % | {:.0f} % | {:.0f} % | {} | {} "
        "| {} |\n",
        it.series, it.unit, it.points, it.crps, it.mean_error, 100 * it.cover50, 100 * it.cover80,
        100 * it.cover95, skill_text(it.skill_last), skill_text(it.skill_line),
        skill_text(it.skill_rate));
    double worst = std::numeric_limits<double>::infinity();
    for (const auto& skill : {it.skill_last, it.skill_line, it.skill_rate}) {
      worst = std::min(worst, skill.value_or(worst));
    }
    compared += std::isfinite(worst) ? 1 : 0;
    better += std::isfinite(worst) && worst > 0 ? 1 : 0;
  }
  if (figures > 0) {
    text += fmt::format(
        "\nOf {:.0f} figures {:.0f} % lie within the central 50 %, {:.0f} % within 80 %, {:.0f} % "
        "within 95 %. The fit is better than all rivals that can be fitted in {} of {} series, and "
        "worse than at least one in {}.\n",
        figures, 100 * inside[0] / figures, 100 * inside[1] / figures, 100 * inside[2] / figures,
        better, compared, compared - better);
  }
  return diagnostics.has_errors() ? std::string() : text;
}

std::string rivals_section(std::span<const RivalFit> rivals, std::uint64_t seed,
                           base::Diagnostics& diagnostics) {
  std::vector<std::vector<double>> logs;  // [rival][point]
  std::vector<std::vector<SeriesScore>> scores;
  for (const RivalFit& rival : rivals) {
    const Posterior& posterior = *rival.of->posterior;
    const Predictions predictions = predict(*rival.of->compiled, rival.of->files, posterior,
                                            rival.points, true, seed, diagnostics);
    const std::vector<double> all = log_predictive(predictions);
    logs.emplace_back();
    for (std::size_t i = posterior.points().size(); i < all.size(); ++i) {
      if (posterior.series()[predictions.points[i].series].family != nullptr) {  // no event
        logs.back().push_back(all[i]);
      }
    }
    scores.push_back(score(posterior, predictions, true));
  }
  const std::size_t points = logs.front().size();
  if (points == 0) {
    return "\n## Rival structures\n\nNo figure was held out: there is nothing to compare them "
           "by.\n";
  }
  std::vector<double> table;
  std::vector<double> sums(rivals.size(), 0.0);
  for (std::size_t i = 0; i < points; ++i) {
    for (std::size_t k = 0; k < rivals.size(); ++k) {
      table.push_back(logs[k][i]);
      sums[k] += logs[k][i];
    }
  }
  const auto best =
      static_cast<std::size_t>(std::max_element(sums.begin(), sums.end()) - sums.begin());
  const std::vector<double> weights = analysis::inference::stacking_weights(table, rivals.size());
  std::string text = fmt::format(
      "\n## Rival structures\n\nEach was fitted to the calibration window alone. The log score is "
      "the "
      "sum over the {} figures held out of the logarithm of the density that the draws give each; "
      "the "
      "difference is to the best of them, with a standard error from the spread over figures "
      "(which hang together, so that it is too small). Weights foretell the figures best together "
      "[Yao2018]; they are not probabilities of the structures.\n\n"
      "| structure | log score | less than the best | series with the least CRPS | weight "
      "|\n|---|--:|--:|--:|--:|\n",
      points);
  for (std::size_t k = 0; k < rivals.size(); ++k) {
    double square = 0;
    const double mean = (sums[best] - sums[k]) / static_cast<double>(points);
    for (std::size_t i = 0; i < points; ++i) {
      square += std::pow(logs[best][i] - logs[k][i] - mean, 2);
    }
    std::size_t least = 0;
    for (std::size_t s = 0; s < scores[k].size(); ++s) {
      least += std::all_of(scores.begin(), scores.end(),
                           [&](const auto& other) { return scores[k][s].crps <= other[s].crps; });
    }
    text += fmt::format(
        "| {} | {:.1f} | {} | {} of {} | {:.2f} |\n", rivals[k].name, sums[k],
        k == best ? std::string("–")
                  : fmt::format("{:.1f} ± {:.1f}", sums[best] - sums[k], std::sqrt(square)),
        least, scores[k].size(), weights[k]);
  }
  return text;
}

}  // namespace shamal::api
