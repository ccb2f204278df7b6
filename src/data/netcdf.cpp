#include "data/netcdf.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/files.h"
#include "data/netcdf_file.h"
#include "data/netcdf_name.h"
#include "data/netcdf_reader.h"
#include "data/netcdf_writer.h"

namespace shamal::data {

namespace {

void add_failure(const std::string& path, const NetcdfFile& file, base::Diagnostics& diagnostics) {
  diagnostics.add(base::Code::netcdf_failure, {}, fmt::format("\"{}\": {}", path, file.message()));
}

}  // namespace

bool write_netcdf(const Dataset& dataset, const std::string& path, base::Diagnostics& diagnostics) {
  base::Replacement target(path);
  if (!target.create(diagnostics)) {
    return false;
  }
  NetcdfFile file = NetcdfFile::create(target.path());
  NetcdfWriter writer(dataset, file);
  writer.define();
  writer.write_values();
  file.close();
  if (!file.good()) {
    add_failure(path, file, diagnostics);
    return false;
  }
  return target.commit(diagnostics);
}

bool write_netcdf_groups(const std::map<std::string, std::string>& root,
                         const std::vector<NetcdfGroup>& groups, const std::string& path,
                         base::Diagnostics& diagnostics) {
  base::Replacement target(path);
  if (!target.create(diagnostics)) {
    return false;
  }
  NetcdfFile file = NetcdfFile::create(target.path());
  for (const auto& [name, text] : root) {
    file.put_attribute(NC_GLOBAL, name, text);
  }
  for (const NetcdfGroup& group : groups) {
    file.begin_group(group.name);
    NetcdfWriter writer(group.dataset, file);
    writer.define();
    writer.write_values();
  }
  file.close();
  if (!file.good()) {
    add_failure(path, file, diagnostics);
    return false;
  }
  return target.commit(diagnostics);
}

namespace {

std::optional<Dataset> read_file(const std::string& path, std::string_view in_pieces,
                                 std::vector<int>* pieces, base::Diagnostics& diagnostics) {
  NetcdfFile file = NetcdfFile::open(path);
  Dataset dataset = read_dataset(file, in_pieces, pieces);
  if (!file.good()) {
    add_failure(path, file, diagnostics);
    return std::nullopt;
  }
  return dataset;
}

}  // namespace

std::optional<Dataset> read_netcdf(const std::string& path, base::Diagnostics& diagnostics) {
  return read_file(path, {}, nullptr, diagnostics);
}

std::optional<Dataset> read_netcdf_without_runs(const std::string& path,
                                                base::Diagnostics& diagnostics) {
  std::vector<int> pieces;
  return read_file(path, kRunDimension, &pieces, diagnostics);
}

}  // namespace shamal::data
