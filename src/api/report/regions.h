// The polygons of a map: read from GeoJSON, projected, with the outlines of countries and a place
// for each name.
//
// The projection keeps parallels and meridians straight and right angles right, x = λ cos φ0, y = φ
// with φ0 the middle latitude: near enough for an area of a dozen degrees.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/report/path.h"

namespace shamal::api::report {

struct Region {
  std::string element;  // of the model's dimension; empty: not modelled
  std::string name;
  std::string french;  // its name in French and in Arabic; may be empty
  std::string arabic;
  std::string country;                    // empty if the file does not say
  bool inset = false;                     // drawn small in the lower left corner
  std::vector<std::vector<Point>> rings;  // in pixels
  Point label;                            // the inner point that is farthest from the outline
  double room = 0;  // how far the outline is to the left or right of it, at least
};

struct RegionMap {
  double width = 0;
  double height = 0;
  std::vector<Region> regions;
  std::string borders;  // path data: the edges that no two regions of one country share
};

// A FeatureCollection of polygons and multipolygons with the properties element, name_en or name,
// name_fr, name_ar and country, drawn `width` pixels wide. Nothing if the text is not one.
std::optional<RegionMap> read_regions(std::string_view geojson, double width);

std::string region_path(const Region& region);

}  // namespace shamal::api::report
