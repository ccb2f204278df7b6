#include "api/report/regions.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "api/report/text.h"

namespace shamal::api::report {

namespace {

using nlohmann::json;

constexpr double kMargin = 3;

std::string property(const json& properties, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const auto found = properties.find(name);
    if (found != properties.end() && found->is_string() && !found->get<std::string>().empty()) {
      return found->get<std::string>();
    }
  }
  return {};
}

std::optional<std::vector<Point>> read_ring(const json& coordinates) {
  std::vector<Point> ring;
  for (const json& position : coordinates) {
    if (!position.is_array() || position.size() < 2 || !position[0].is_number() ||
        !position[1].is_number()) {
      return std::nullopt;
    }
    ring.push_back({position[0].get<double>(), position[1].get<double>()});
  }
  return ring;
}

// False if the geometry is neither a polygon nor several.
bool read_geometry(const json& geometry, Region& region) {
  if (!geometry.is_object() || !geometry.contains("coordinates")) {
    return false;
  }
  const std::string type = geometry.value("type", "");
  const json& coordinates = geometry["coordinates"];
  const json polygons = type == "Polygon" ? json::array({coordinates}) : coordinates;
  if ((type != "Polygon" && type != "MultiPolygon") || !polygons.is_array()) {
    return false;
  }
  for (const json& polygon : polygons) {
    if (!polygon.is_array()) {
      return false;
    }
    for (const json& part : polygon) {
      std::optional<std::vector<Point>> ring = read_ring(part);
      if (!ring) {
        return false;
      }
      region.rings.push_back(std::move(*ring));
    }
  }
  return !region.rings.empty();
}

// Regions of one kind (inset or not) from degrees to pixels: `width` wide, from `left` and `top`;
// gives the height.
double project_part(RegionMap& map, bool inset, double left, double top, double width) {
  Point low{1e9, 1e9};
  Point high{-1e9, -1e9};
  for (const Region& region : map.regions) {
    for (const std::vector<Point>& ring : region.rings) {
      for (const Point& p : ring) {
        if (region.inset == inset) {
          low = {std::min(low.x, p.x), std::min(low.y, p.y)};
          high = {std::max(high.x, p.x), std::max(high.y, p.y)};
        }
      }
    }
  }
  const double shrink = std::cos((low.y + high.y) / 2 * std::acos(-1.0) / 180);
  const double scale = width / std::max(1e-9, (high.x - low.x) * shrink);
  for (Region& region : map.regions) {
    for (std::vector<Point>& ring : region.rings) {
      for (Point& p : ring) {
        if (region.inset == inset) {
          p = {left + (p.x - low.x) * shrink * scale, top + (high.y - p.y) * scale};
        }
      }
    }
  }
  return (high.y - low.y) * scale;
}

// All regions at once; insets stand in the lower left corner, at a scale of their own.
void project(RegionMap& map, double width) {
  constexpr double kInset = 0.3;  // of the width
  double height = project_part(map, false, kMargin, kMargin, width - 2 * kMargin);
  if (std::any_of(map.regions.begin(), map.regions.end(),
                  [](const Region& region) { return region.inset; })) {
    const double inset = project_part(map, true, kMargin, 0, kInset * width);
    const double top = height + 2 * kMargin - inset;
    for (Region& region : map.regions) {
      for (std::vector<Point>& ring : region.rings) {
        for (Point& p : ring) {
          p.y += region.inset ? top : 0;
        }
      }
    }
    height = std::max(height, top + inset - kMargin);
  }
  map.width = width;
  map.height = std::ceil(height + 2 * kMargin);
}

bool inside(const Region& region, Point p) {
  bool result = false;
  for (const std::vector<Point>& ring : region.rings) {
    for (std::size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++) {
      const Point a = ring[i];
      const Point b = ring[j];
      if ((a.y > p.y) != (b.y > p.y) && p.x < (b.x - a.x) * (p.y - a.y) / (b.y - a.y) + a.x) {
        result = !result;
      }
    }
  }
  return result;
}

// How far the outline lies to the left and to the right of a point, and above and below it, the
// latter counted four times: a name is wide and low.
double clearance(const Region& region, Point p, double& sideways) {
  double nearest = std::numeric_limits<double>::infinity();
  sideways = nearest;
  for (const std::vector<Point>& ring : region.rings) {
    for (std::size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++) {
      for (int k = 0; k <= 4; ++k) {
        const Point q{ring[j].x + (ring[i].x - ring[j].x) * k / 4,
                      ring[j].y + (ring[i].y - ring[j].y) * k / 4};
        nearest = std::min(nearest, std::hypot(q.x - p.x, 4 * (q.y - p.y)));
        if (std::abs(q.y - p.y) < 7) {
          sideways = std::min(sideways, std::abs(q.x - p.x));
        }
      }
    }
  }
  return nearest;
}

void place_label(Region& region) {
  Point low{1e9, 1e9};
  Point high{-1e9, -1e9};
  for (const std::vector<Point>& ring : region.rings) {
    for (const Point& p : ring) {
      low = {std::min(low.x, p.x), std::min(low.y, p.y)};
      high = {std::max(high.x, p.x), std::max(high.y, p.y)};
    }
  }
  constexpr int kSteps = 28;
  double best = -1;
  for (int i = 1; i < kSteps; ++i) {
    for (int j = 1; j < kSteps; ++j) {
      const Point p{low.x + (high.x - low.x) * i / kSteps, low.y + (high.y - low.y) * j / kSteps};
      double sideways = 0;
      if (!inside(region, p)) {
        continue;
      }
      const double clear = clearance(region, p, sideways);
      if (clear > best) {
        best = clear;
        region.label = p;
        region.room = sideways;
      }
    }
  }
}

// Chains that end where others begin made into one.
std::vector<std::vector<Point>> joined(std::vector<std::vector<Point>> chains) {
  std::vector<std::vector<Point>> result;
  while (!chains.empty()) {
    std::vector<Point> chain = std::move(chains.back());
    chains.pop_back();
    for (std::size_t i = 0; i < chains.size();) {
      std::vector<Point>& other = chains[i];
      if (other.front() == chain.back()) {
        chain.insert(chain.end(), other.begin() + 1, other.end());
      } else if (other.back() == chain.front()) {
        chain.insert(chain.begin(), other.begin(), other.end() - 1);
      } else {
        ++i;
        continue;
      }
      chains.erase(chains.begin() + static_cast<std::ptrdiff_t>(i));
      i = 0;
    }
    result.push_back(std::move(chain));
  }
  return result;
}

// Where simplified neighbours do not meet exactly, slivers remain between them: short or narrow.
bool is_outline(const std::vector<Point>& chain, double map_width) {
  double length = 0;
  double area = 0;
  for (std::size_t i = 0; i < chain.size(); ++i) {
    const Point a = chain[i];
    const Point b = chain[(i + 1) % chain.size()];
    length += i + 1 < chain.size() ? std::hypot(b.x - a.x, b.y - a.y) : 0;
    area += (a.x * b.y - b.x * a.y) / 2;
  }
  const bool closed = chain.front() == chain.back();
  return length > 0.2 * map_width && (!closed || std::abs(area) > 5 * length);
}

// Edges that occur once among the regions of a country are its outline. Neighbours share their
// points exactly or not at all, so points are compared on a fine grid.
std::string outlines(const RegionMap& map) {
  using Key = std::tuple<std::string, long, long, long, long>;
  const auto key = [](const std::string& country, Point a, Point b) {
    const long ax = std::lround(a.x * 8), ay = std::lround(a.y * 8);
    const long bx = std::lround(b.x * 8), by = std::lround(b.y * 8);
    return std::pair(ax, ay) < std::pair(bx, by) ? Key(country, ax, ay, bx, by)
                                                 : Key(country, bx, by, ax, ay);
  };
  std::map<Key, int> uses;
  const auto walk = [&](auto&& visit) {
    for (const Region& region : map.regions) {
      for (const std::vector<Point>& ring : region.rings) {
        for (std::size_t i = 1; i < ring.size() && !region.country.empty(); ++i) {
          visit(key(region.country, ring[i - 1], ring[i]), ring[i - 1], ring[i]);
        }
      }
    }
  };
  walk([&](const Key& edge, Point, Point) { ++uses[edge]; });
  std::vector<std::vector<Point>> chains;
  walk([&](const Key& edge, Point a, Point b) {
    if (uses[edge] == 1) {
      if (chains.empty() || !(chains.back().back() == a)) {
        chains.push_back({a});
      }
      chains.back().push_back(b);
    }
  });
  std::string data;
  for (const std::vector<Point>& chain : joined(std::move(chains))) {
    if (is_outline(chain, map.width)) {
      data += path_data(chain);
    }
  }
  return data;
}

}  // namespace

std::optional<RegionMap> read_regions(std::string_view geojson, double width) {
  const json document = json::parse(geojson, nullptr, false);
  if (!document.is_object() || !document.contains("features") || !document["features"].is_array()) {
    return std::nullopt;
  }
  RegionMap map;
  for (const json& feature : document["features"]) {
    Region region;
    if (!feature.is_object() || !feature.contains("geometry") ||
        !read_geometry(feature["geometry"], region)) {
      return std::nullopt;
    }
    const json properties = feature.value("properties", json::object());
    region.element = property(properties, {"element"});
    region.name = property(properties, {"name_en", "name", "element"});
    region.french = property(properties, {"name_fr"});
    region.arabic = property(properties, {"name_ar"});
    region.country = property(properties, {"country", "iso3"});
    region.inset = !property(properties, {"inset"}).empty();
    map.regions.push_back(std::move(region));
  }
  if (map.regions.empty()) {
    return std::nullopt;
  }
  project(map, width);
  for (Region& region : map.regions) {
    place_label(region);
  }
  map.borders = outlines(map);
  return map;
}

std::string region_path(const Region& region) {
  std::string data;
  for (const std::vector<Point>& ring : region.rings) {
    data += path_data(ring) + "Z";
  }
  return data;
}

}  // namespace shamal::api::report
