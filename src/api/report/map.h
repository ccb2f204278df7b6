// A variable over regions and time as choropleth maps: small ones at chosen dates, and a large one
// whose date the reader moves where scripts run.
//
// Values are shown in classes of one ink, light to dark, with zero a class of its own; a region
// that the model does not hold is hatched, which is not the same as zero. Shapes are written once
// in the page and drawn by reference.
#pragma once

#include <string>
#include <vector>

#include "analysis/calendar.h"
#include "analysis/study.h"
#include "api/report/regions.h"
#include "data/dataset.h"

namespace shamal::api::report {

struct MapClasses {
  std::vector<double> bounds;       // ascending; class 0 lies below the first
  std::vector<std::string> labels;  // one more than bounds

  std::size_t find(double value) const;
};

struct MapSeries {
  std::vector<double> times;
  // For each region of the map, the values at `times`; empty if it is not modelled.
  std::vector<std::vector<double>> values;
};

// The values of the study's map variable, region by region.
MapSeries map_series(const data::Dataset& results, const analysis::MapSpec& spec,
                     const RegionMap& regions);

// Shares get fixed classes (1, 10, 25, 50, 75%), other values five equal ones.
MapClasses map_classes(const MapSeries& series);

// The whole section: shapes, large map with its slider, key, small maps and table.
std::string map_section(const data::Dataset& results, const analysis::Study& study,
                        std::string_view geojson);

}  // namespace shamal::api::report
