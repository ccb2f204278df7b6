#include "model/data_points.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace shamal::model {

using syntax::DataMode;
using syntax::GraphicalFunction;
using syntax::GraphicalKind;

namespace {

GraphicalFunction stepped(const GraphicalFunction& points) {
  GraphicalFunction result;
  result.kind = GraphicalKind::discrete;
  result.span = points.span;
  return result;
}

void add(GraphicalFunction& to, double x, double y) {
  to.x.push_back(to.x.empty() ? x : std::max(x, to.x.back()));
  to.y.push_back(y);
}

// So far beside a point lies another time.
double slack(double step) { return kSameStep * step; }

}  // namespace

GraphicalFunction points_of_series(const data::Series& series, base::Span span) {
  std::map<double, double> points;
  for (std::size_t i = 0; i < series.values.size(); ++i) {
    const double time = series.times.empty() ? 0 : series.times[i];
    if (std::isfinite(series.values[i]) && std::isfinite(time)) {
      points[time] = series.values[i];
    }
  }
  GraphicalFunction result;
  result.span = span;
  for (const auto& [x, y] : points) {
    add(result, x, y);
  }
  if (result.x.empty()) {
    add(result, 0, kVensimMissing);
  }
  return result;
}

GraphicalFunction data_lookup(const GraphicalFunction& points, DataMode mode, double step) {
  if (mode == DataMode::interpolate || points.x.empty()) {
    return points;
  }
  GraphicalFunction result = stepped(points);
  const double near = slack(step);
  const std::size_t count = points.x.size();
  for (std::size_t i = 0; i < count; ++i) {
    switch (mode) {
      case DataMode::hold_backward:
        add(result, points.x[i] - near, points.y[i]);
        break;
      case DataMode::look_forward:
        add(result, i == 0 ? points.x[0] : points.x[i - 1] + near, points.y[i]);
        break;
      default:
        if (i == 0) {
          add(result, points.x[0] - 2 * near, kVensimMissing);
        }
        add(result, points.x[i] - near, points.y[i]);
        add(result, points.x[i] + near, kVensimMissing);
    }
  }
  return result;
}

GraphicalFunction before_lookup(const GraphicalFunction& points, double step) {
  GraphicalFunction result = stepped(points);
  for (std::size_t i = 0; i < points.x.size(); ++i) {
    add(result, points.x[i] + slack(step), points.y[i]);
  }
  return result;
}

}  // namespace shamal::model
