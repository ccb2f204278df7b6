// Lines as SVG path data.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace shamal::api::report {

struct Point {
  double x = 0;
  double y = 0;

  bool operator==(const Point&) const = default;
};

// The line without the points that lie nearer than `tolerance` to what is left (Douglas-Peucker).
// The ends stay.
std::vector<Point> simplified(std::span<const Point> line, double tolerance);

// "M1 2L3 4…", one decimal at most; points that fall onto the one before are left out.
std::string path_data(std::span<const Point> line);

}  // namespace shamal::api::report
