// Datasets as netCDF-4 files by the CF conventions, which xarray, Panoply, R and Matlab open.
//
// - Variables have names of letters, digits and _ that are unique in the file; `long_name` is the
//   model's spelling, `model_units` its unit as written, and `units` that unit if UDUNITS knows it
//   (cf_unit), else "1". `kind` and `doc` are as in the dataset.
// - A dimension with numbers or labels has a coordinate variable of its name; of one with both
//   the attribute `labels` names the variable with the labels. Time has the model's unit and no
//   epoch: models count time from anywhere.
// - Attributes of the dataset are global attributes, with Conventions "CF-1.8".
//
// The same dataset gives the same bytes with the same version of the netCDF library. That library
// is not safe for use by several threads at once, and neither are these functions.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"
#include "data/dataset.h"

namespace shamal::data {

// Written beside the target and renamed. False after netcdf_failure or cannot_write_file.
bool write_netcdf(const Dataset& dataset, const std::string& path, base::Diagnostics& diagnostics);

// A file with a dataset in each of several groups, as ArviZ reads posteriors: dimensions and names
// belong to the groups, the attributes of `root` to the file.
// A variable whose kind is kFlag holds 0 and 1 and is written as xarray writes true and false.
inline constexpr std::string_view kFlag = "flag";
struct NetcdfGroup {
  std::string name;
  Dataset dataset;
};
bool write_netcdf_groups(const std::map<std::string, std::string>& root,
                         const std::vector<NetcdfGroup>& groups, const std::string& path,
                         base::Diagnostics& diagnostics);

// Reads back exactly what was written. Of files by others it takes what a dataset can hold: numeric
// variables and coordinates of the root group. Nothing after netcdf_failure or cannot_read_file.
std::optional<Dataset> read_netcdf(const std::string& path, base::Diagnostics& diagnostics);

// The same without the values of variables over the dimension `run`, of which there may be many.
std::optional<Dataset> read_netcdf_without_runs(const std::string& path,
                                                base::Diagnostics& diagnostics);

}  // namespace shamal::data
