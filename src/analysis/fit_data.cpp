#include "analysis/fit_data.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <boost/math/distributions/students_t.hpp>
#include <fmt/format.h>

#include "analysis/comparison.h"

namespace shamal::analysis {

namespace {

using base::Code;
using Kind = ErrorModel::Kind;
using Likelihood = ErrorModel::Likelihood;

constexpr double kNormal95 = 1.6448536269514722;

// How a likelihood reads an error.
enum class Axis : std::uint8_t { value, logarithm, size, precision, none };

struct LikelihoodRow {
  Likelihood likelihood;
  std::string_view family;
  Axis axis;
};

constexpr LikelihoodRow kRows[] = {
    {Likelihood::normal, "gaussian", Axis::value},
    {Likelihood::lognormal, "log gaussian", Axis::logarithm},
    {Likelihood::student, "student", Axis::value},
    {Likelihood::log_student, "log student", Axis::logarithm},
    {Likelihood::poisson, "poisson", Axis::none},
    {Likelihood::negative_binomial, "negative binomial", Axis::size},
    {Likelihood::interval, "interval", Axis::value},
    {Likelihood::log_interval, "log interval", Axis::logarithm},
    {Likelihood::share, "share", Axis::precision},
};

const LikelihoodRow& row_of(Likelihood likelihood) {
  return *std::find_if(std::begin(kRows), std::end(kRows),
                       [&](const LikelihoodRow& row) { return row.likelihood == likelihood; });
}

// Scales within which 90 % lie, on either side.
double width95(const ErrorModel& error) {
  const bool student =
      error.likelihood == Likelihood::student || error.likelihood == Likelihood::log_student;
  return student ? boost::math::quantile(
                       boost::math::students_t_distribution<double>(error.degrees), 0.95)
                 : kNormal95;
}

// Half of the 90 % interval of a value; of its logarithm. NaN: the row says none.
double half_width(const ErrorModel& error, const Observation& row) {
  const Interval interval = error_interval(error, row);
  return interval.low && interval.high ? (*interval.high - *interval.low) / 2 : std::nan("");
}

double log_half_width(const ErrorModel& error, const Observation& row) {
  switch (error.kind) {
    case Kind::relative:
      return (std::log1p(error.value) - std::log1p(-error.value)) / 2;
    case Kind::factor:
      return std::log(error.value);
    case Kind::column:
    case Kind::estimated:
      break;
  }
  return row.low && row.high ? (std::log(*row.high) - std::log(*row.low)) / 2 : std::nan("");
}

double scale_of(const ErrorModel& error, const LikelihoodRow& row, const Observation& observation,
                double scale, double y) {
  switch (row.axis) {
    case Axis::value:
      return std::hypot(half_width(error, observation) * std::fabs(scale), error.floor) /
             width95(error);
    case Axis::logarithm:
      return log_half_width(error, observation) / width95(error);
    case Axis::size: {
      const double e = log_half_width(error, observation) / kNormal95;
      return 1 / (e * e);
    }
    case Axis::precision: {
      const double e = half_width(error, observation) * std::fabs(scale) / kNormal95;
      return y * (1 - y) / (e * e) - 1;
    }
    case Axis::none:
      break;
  }
  return 1;
}

class Collection {
 public:
  Collection(const Study& study, const Observations& observations, const RunSpan& run,
             base::Diagnostics& diagnostics)
      : study_(study), observations_(observations), run_(run), diagnostics_(diagnostics) {}

  std::optional<FitData> collect() {
    const std::size_t errors = diagnostics_.errors();
    for (const Line& line : study_.lines) {
      for (const Chart& chart : line.charts) {
        for (const ChartSeries& entry : chart.series) {
          if (entry.fit && !chart.curves.empty()) {
            add_series(chart, entry);
          }
        }
      }
    }
    for (const FitEvent& event : study_.fit.events) {
      add_event(event);
    }
    if (made_.calibration.empty() && diagnostics_.errors() == errors) {
      diagnostics_.add(Code::fit_nothing, {},
                       "no series of a chart is observed in the calibration window",
                       "give a [[line.chart.series]], or a [[fit.event]]");
    }
    if (diagnostics_.errors() > errors) {
      return std::nullopt;
    }
    return std::move(made_);
  }

 private:
  void add_series(const Chart& chart, const ChartSeries& entry) {
    const LikelihoodRow& row = row_of(entry.error.likelihood);
    DataSeries made;
    made.name = entry.region.empty() ? entry.series.text
                                     : fmt::format("{}, {}", entry.series.text, entry.region.text);
    if (const int before = names_[made.name]++; before > 0) {
      made.name += fmt::format(" ({})", before + 1);
    }
    made.unit = chart.unit;
    made.chart = &chart;
    made.entry = &entry;
    made.variable = chart.curves[entry.curve].variable;
    made.curve_scale = chart.curves[entry.curve].scale;
    made.family = &family_of(entry.error);
    made.bias = entry.bias;
    made.breaks = entry.breaks.size();
    made.break_size = entry.break_size;
    if (entry.error.kind == Kind::estimated && row.axis != Axis::none) {
      made.estimated = entry.error.value;
    } else if (entry.error.discrepancy > 0) {
      made.estimated = entry.error.discrepancy;
    }
    const double end = study_.calendar.time(study_.calibration_end);
    std::vector<DataPoint> inside;
    std::vector<DataPoint> outside;
    double sum = 0;
    for (const Observation* observation :
         find_observations(observations_, entry.series.text, entry.region.text)) {
      if (observation->time.middle < run_.start || observation->time.middle > run_.stop) {
        made_.outside.push_back(observation);
        continue;
      }
      const bool calibration = observation->time.middle <= end;
      if (auto point = make_point(entry, row, *observation)) {
        sum += calibration ? std::fabs(point->observed.low) : 0;
        (calibration ? inside : outside).push_back(*point);
      }
    }
    if (inside.empty() && outside.empty()) {
      return;
    }
    made.points = inside.size();
    const auto count = static_cast<double>(inside.size());
    if (entry.error.points > 0 && count > 0) {
      made.weight = std::min(1.0, entry.error.points / count);
    }
    if (made.estimated && count > 0) {
      for (std::vector<DataPoint>* points : {&inside, &outside}) {
        for (DataPoint& point : *points) {
          point.unit = estimated_unit(entry.error, sum / count);
        }
      }
    }
    made_.series.push_back(std::move(made));
    made_.calibration.insert(made_.calibration.end(), inside.begin(), inside.end());
    made_.holdout.insert(made_.holdout.end(), outside.begin(), outside.end());
  }

  std::optional<DataPoint> make_point(const ChartSeries& entry, const LikelihoodRow& row,
                                      const Observation& observation) {
    const ErrorModel& error = entry.error;
    DataPoint point;
    point.series = made_.series.size();
    point.row = &observation;
    point.time = observation.time.middle;
    point.observed = {observation.value * entry.scale, 0, error.degrees};
    for (const Date& day : entry.breaks) {
      point.breaks += study_.calendar.time(day) <= point.time ? 1 : 0;
    }
    const auto wrong = [&](std::string_view what, std::string_view fix) {
      diagnostics_.add(Code::fit_observation, observation.span,
                       fmt::format("\"{}\" of {}: {}", observation.series, observation.date, what),
                       std::string(fix));
      return std::nullopt;
    };
    const inference::ObservationFamily& family = family_of(error);
    if (family.interval) {
      if (!observation.low || !observation.high || !(*observation.low < *observation.high)) {
        return wrong("an interval needs low < high", "fill in the columns low and high");
      }
      point.observed.low = *observation.low * entry.scale;
      point.observed.high = *observation.high * entry.scale;
    }
    const double y = point.observed.low;
    if (family.whole && (y != std::floor(y) || y < 0)) {
      return wrong("a count is a whole number, not negative",
                   "choose another likelihood, or a scale of 1");
    }
    if (row.axis == Axis::logarithm && !(y > 0)) {
      return wrong("the logarithm needs a positive value", "choose another likelihood");
    }
    if (row.axis == Axis::precision && !(y > 0 && y < 1)) {
      return wrong("a share lies between 0 and 1, without these", "choose another likelihood");
    }
    if (error.kind == Kind::estimated || row.axis == Axis::none) {
      return point;
    }
    point.scale = scale_of(error, row, observation, entry.scale, y);
    if (!(point.scale > 0) || !std::isfinite(point.scale)) {
      return wrong("it has no error that its likelihood could use",
                   "fill in low and high, or give an error = { kind = …, value = … }");
    }
    return point;
  }

  void add_event(const FitEvent& event) {
    const double end = study_.calendar.time(study_.calibration_end);
    DataSeries made;
    made.name = event.id;
    made.variable = event.variable;
    made.curve_scale = event.scale;
    made.event_falls = event.falls;
    made.event_level = event.level;
    const bool calibration = study_.calendar.time(event.after) <= end;
    made.points = calibration ? 1 : 0;
    std::vector<DataPoint>& into = calibration ? made_.calibration : made_.holdout;
    for (const Date& day : {event.before, event.after}) {
      DataPoint point;
      point.series = made_.series.size();
      point.time = study_.calendar.time(day);
      point.scale = event.error;
      into.push_back(point);
    }
    made_.series.push_back(std::move(made));
  }

  const Study& study_;
  const Observations& observations_;
  const RunSpan& run_;
  base::Diagnostics& diagnostics_;
  FitData made_;
  std::map<std::string, int> names_;
};

}  // namespace

EstimatedScale estimated_scale(const DataSeries& series, const DataPoint& point, double sigma) {
  const bool alone = series.entry->error.kind == Kind::estimated;
  switch (row_of(series.entry->error.likelihood).axis) {
    case Axis::value:
    case Axis::logarithm: {
      const double scale = std::hypot(alone ? 0.0 : point.scale, sigma * point.unit);
      return {scale, sigma * point.unit * point.unit / scale};
    }
    case Axis::size: {
      const double variance = (alone ? 0.0 : 1 / point.scale) + sigma * sigma;
      return {1 / variance, -2 * sigma / (variance * variance)};
    }
    case Axis::precision:
      return {1 / (sigma * sigma) - 1, -2 / (sigma * sigma * sigma)};
    case Axis::none:
      break;
  }
  return {point.scale, 0};
}

double estimated_unit(const ErrorModel& error, double mean) {
  return row_of(error.likelihood).axis == Axis::value ? mean : 1;
}

const inference::ObservationFamily& family_of(const ErrorModel& error) {
  return *inference::find_observation_family(row_of(error.likelihood).family);
}

double stated_scale(const ErrorModel& error, double y) {
  Observation row;
  row.value = y;
  const LikelihoodRow& likelihood = row_of(error.likelihood);
  return error.kind == Kind::estimated ? std::nan("") : scale_of(error, likelihood, row, 1, y);
}

std::optional<FitData> fit_data(const Study& study, const Observations& observations,
                                const RunSpan& run, base::Diagnostics& diagnostics) {
  return Collection(study, observations, run, diagnostics).collect();
}

}  // namespace shamal::analysis
