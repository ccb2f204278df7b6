#include "analysis/comparison.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/names.h"
#include "data/series_name.h"
#include "data/variable_view.h"

namespace shamal::analysis {

namespace {

using base::Code;

// The dimensions of a variable besides time and run.
std::vector<std::string> array_dimensions(const data::Dataset& results,
                                          const data::Variable& variable) {
  std::vector<std::string> names;
  for (const std::uint32_t index : variable.dimensions) {
    const std::string& name = results.dimensions[index].name;
    if (name != data::kTimeDimension && name != data::kRunDimension) {
      names.push_back(name);
    }
  }
  return names;
}

bool same_names(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const std::string& x, const std::string& y) {
                      return base::fold_name(x) == base::fold_name(y);
                    });
}

std::string suggestion(const data::Dataset& results, std::string_view name) {
  std::vector<std::string> names;
  for (const data::Variable& variable : results.variables) {
    names.push_back(variable.name);
  }
  const std::optional<std::string> near =
      base::nearest_name(data::split_series_name(name).base, names);
  return near ? fmt::format("did you mean \"{}\"?", *near) : std::string();
}

std::optional<double> scaled(std::optional<double> value, double scale) {
  return value ? std::optional(*value * scale) : std::nullopt;
}

}  // namespace

std::optional<Curve> find_curve(const data::Dataset& results, std::string_view name,
                                std::string* problem) {
  std::string ignored;
  std::string& what = problem == nullptr ? ignored : *problem;
  const data::SeriesName wanted = data::split_series_name(name);
  const data::Variable* variable = results.find(wanted.base);
  const std::optional<std::uint32_t> time = results.find_dimension(data::kTimeDimension);
  if (variable == nullptr || !time) {
    what = fmt::format("\"{}\"", wanted.base);
    return std::nullopt;
  }
  const std::vector<std::string> dimensions = array_dimensions(results, *variable);
  if (dimensions.size() != wanted.subscripts.size()) {
    what = dimensions.empty()
               ? fmt::format("\"{}\": it is not an array", name)
               : fmt::format("\"{}\": it is an array over {}", name, fmt::join(dimensions, ", "));
    return std::nullopt;
  }
  const data::VariableView view(results, *variable);
  std::size_t element = 0;
  while (element < view.elements() && !same_names(view.subscripts(element), wanted.subscripts)) {
    ++element;
  }
  if (element == view.elements()) {
    what = fmt::format("\"{}\": {} has no such element", name, fmt::join(dimensions, ", "));
    return std::nullopt;
  }
  Curve curve;
  curve.times = results.dimensions[*time].values;
  curve.unit = variable->unit;
  curve.values.reserve(curve.times.size());
  for (std::size_t i = 0; i < curve.times.size(); ++i) {
    curve.values.push_back(view.at(0, i, element));
  }
  return curve;
}

void check_variables(const Study& study, const data::Dataset& results,
                     base::Diagnostics& diagnostics) {
  for (const Line& line : study.lines) {
    for (const Chart& chart : line.charts) {
      for (const ChartCurve& curve : chart.curves) {
        std::string problem;
        if (!find_curve(results, curve.variable.text, &problem)) {
          diagnostics.add(Code::study_variable, curve.variable.span, problem,
                          results.find(data::split_series_name(curve.variable.text).base) == nullptr
                              ? suggestion(results, curve.variable.text)
                              : std::string());
        }
      }
    }
  }
  const auto known = [&](const PlacedText& name) {
    if (!name.empty() && results.find(data::split_series_name(name.text).base) == nullptr) {
      diagnostics.add(Code::study_variable, name.span, fmt::format("\"{}\"", name.text),
                      suggestion(results, name.text));
    }
  };
  for (const Prior& prior : study.priors) {
    known(prior.parameter);
  }
  for (const Lever& lever : study.levers) {
    known(lever.parameter);
    known(lever.cost);
  }
  for (const Structure& structure : study.structures) {
    known(structure.parameter);
  }
  for (const Outcome& outcome : study.outcomes) {
    known(outcome.reading.variable);
  }
  for (const Band& band : study.bands) {
    known(band.reading.variable);
  }
  if (!study.map) {
    return;
  }
  const PlacedText& name = study.map->variable;
  const data::Variable* variable = results.find(name.text);
  if (variable == nullptr) {
    diagnostics.add(Code::study_variable, name.span, fmt::format("\"{}\"", name.text),
                    suggestion(results, name.text));
    return;
  }
  const std::optional<std::uint32_t> dimension = results.find_dimension(study.map->dimension.text);
  if (!dimension || std::find(variable->dimensions.begin(), variable->dimensions.end(),
                              *dimension) == variable->dimensions.end()) {
    diagnostics.add(Code::study_variable, study.map->dimension.span,
                    fmt::format("\"{}\": \"{}\" is not an array over it", study.map->dimension.text,
                                name.text));
  }
}

Interval error_interval(const ErrorModel& error, const Observation& observation) {
  const double value = observation.value;
  switch (error.kind) {
    case ErrorModel::Kind::relative: {
      const double spread = error.value * (value < 0 ? -value : value);
      return {value - spread, value + spread};
    }
    case ErrorModel::Kind::factor:
      return value < 0 ? Interval{value * error.value, value / error.value}
                       : Interval{value / error.value, value * error.value};
    case ErrorModel::Kind::column:
    case ErrorModel::Kind::estimated:
      break;
  }
  return {observation.low, observation.high};
}

std::vector<ComparedSeries> compare(const Study& study, const Observations& observations,
                                    const data::Dataset& results) {
  std::vector<ComparedSeries> all;
  const double calibration_end = study.calendar.time(study.calibration_end);
  for (const Line& line : study.lines) {
    for (const Chart& chart : line.charts) {
      std::vector<std::optional<Curve>> curves;
      for (const ChartCurve& curve : chart.curves) {
        curves.push_back(find_curve(results, curve.variable.text));
      }
      for (const ChartSeries& series : chart.series) {
        ComparedSeries entry{&line, &chart, &series, {}, {}};
        std::vector<FitPoint> scored;
        for (const Observation* row :
             find_observations(observations, series.series.text, series.region.text)) {
          const Interval interval = error_interval(series.error, *row);
          ComparedPoint point{
              row,
              row->value * series.scale,
              {scaled(interval.low, series.scale), scaled(interval.high, series.scale)},
              {}};
          if (series.curve < curves.size() && curves[series.curve]) {
            const Curve& curve = *curves[series.curve];
            point.modelled = scaled(interpolate(curve.times, curve.values, row->time.middle),
                                    chart.curves[series.curve].scale);
          }
          if (point.modelled) {
            scored.push_back({row->time.middle, point.observed, *point.modelled, point.interval.low,
                              point.interval.high});
          }
          entry.points.push_back(std::move(point));
        }
        entry.fit = fit_statistics(scored, calibration_end);
        all.push_back(std::move(entry));
      }
    }
  }
  return all;
}

}  // namespace shamal::analysis
