#include "api/report/path.h"

#include <cmath>
#include <utility>

#include "api/report/text.h"

namespace shamal::api::report {

namespace {

// Distance of a point from the stretch between two others.
double distance(Point p, Point a, Point b) {
  const double dx = b.x - a.x;
  const double dy = b.y - a.y;
  const double square = dx * dx + dy * dy;
  double share = square > 0 ? ((p.x - a.x) * dx + (p.y - a.y) * dy) / square : 0;
  share = std::fmin(1, std::fmax(0, share));
  return std::hypot(p.x - a.x - share * dx, p.y - a.y - share * dy);
}

}  // namespace

std::vector<Point> simplified(std::span<const Point> line, double tolerance) {
  std::vector<bool> kept(line.size(), false);
  std::vector<std::pair<std::size_t, std::size_t>> open;
  if (!line.empty()) {
    kept.front() = kept.back() = true;
    open.push_back({0, line.size() - 1});
  }
  while (!open.empty()) {
    const auto [first, last] = open.back();
    open.pop_back();
    double worst = tolerance;
    std::size_t split = first;
    for (std::size_t i = first + 1; i < last; ++i) {
      const double away = distance(line[i], line[first], line[last]);
      if (away > worst) {
        worst = away;
        split = i;
      }
    }
    if (split != first) {
      kept[split] = true;
      open.push_back({first, split});
      open.push_back({split, last});
    }
  }
  std::vector<Point> result;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (kept[i]) {
      result.push_back(line[i]);
    }
  }
  return result;
}

std::string path_data(std::span<const Point> line) {
  std::string data;
  std::string before;
  for (const Point& point : line) {
    std::string at = pixels(point.x) + " " + pixels(point.y);
    if (at != before) {
      data += (data.empty() ? "M" : "L") + at;
      before = std::move(at);
    }
  }
  return data;
}

}  // namespace shamal::api::report
