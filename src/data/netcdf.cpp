#include "data/netcdf.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/files.h"
#include "data/cf_units.h"
#include "data/netcdf_file.h"
#include "data/netcdf_name.h"

namespace shamal::data {

namespace {

constexpr const char* kConventions = "CF-1.8";

// Global attributes that hold the names of dimensions without a coordinate to hold it.
constexpr const char* kDimensionPrefix = "dimension_";
// Attribute of a coordinate that names the variable with its labels.
constexpr const char* kLabels = "labels";

// ---- writing

class Writer {
 public:
  Writer(const Dataset& dataset, NetcdfFile& file) : dataset_(dataset), file_(file) {}

  void write() {
    define_attributes();
    for (const Dimension& dimension : dataset_.dimensions) {
      define_dimension(dimension);
    }
    for (const Variable& variable : dataset_.variables) {
      define_variable(variable);
    }
    write_values();
    file_.close();
  }

 private:
  void define_attributes() {
    if (!dataset_.attributes.contains("Conventions")) {
      file_.put_attribute(NC_GLOBAL, "Conventions", kConventions);
    }
    for (const auto& [name, text] : dataset_.attributes) {
      file_.put_attribute(NC_GLOBAL, name, text);
    }
  }

  void define_dimension(const Dimension& dimension) {
    const std::string name = names_.add(dimension.name);
    const int id = file_.define_dimension(name, dimension.size);
    dimension_ids_.push_back(id);
    const bool numbers = !dimension.values.empty();
    const bool labels = !dimension.labels.empty();
    if (numbers) {
      const int coordinate = file_.define_variable(name, NC_DOUBLE, {id});
      put_names(coordinate, dimension.name, dimension.unit);
      if (dimension.name == kTimeDimension) {
        file_.put_attribute(coordinate, "axis", "T");
      }
      coordinates_.push_back(coordinate);
    }
    if (labels) {
      const std::string label_name = numbers ? names_.add(name + "_label") : name;
      if (numbers) {
        file_.put_attribute(coordinates_.back(), kLabels, label_name);
      }
      const int coordinate = file_.define_variable(label_name, NC_STRING, {id});
      put_names(coordinate, dimension.name, "");
      coordinates_.push_back(coordinate);
    }
    if (!numbers && !labels && name != dimension.name) {
      file_.put_attribute(NC_GLOBAL, kDimensionPrefix + name, dimension.name);
    }
  }

  void define_variable(const Variable& variable) {
    std::vector<int> dimensions;
    for (const std::uint32_t dimension : variable.dimensions) {
      dimensions.push_back(dimension_ids_[dimension]);
    }
    const int id = file_.define_variable(names_.add(variable.name), NC_DOUBLE, dimensions);
    put_names(id, variable.name, variable.unit);
    if (!variable.kind.empty()) {
      file_.put_attribute(id, "kind", variable.kind);
    }
    if (!variable.doc.empty()) {
      file_.put_attribute(id, "doc", variable.doc);
    }
    variables_.push_back(id);
  }

  void put_names(int id, const std::string& name, const std::string& unit) {
    file_.put_attribute(id, "long_name", name);
    if (!unit.empty()) {
      file_.put_attribute(id, "units", cf_unit(unit));
      file_.put_attribute(id, "model_units", unit);
    }
  }

  void write_values() {
    auto coordinate = coordinates_.begin();
    for (const Dimension& dimension : dataset_.dimensions) {
      if (!dimension.values.empty()) {
        file_.put(*coordinate++, dimension.values);
      }
      if (!dimension.labels.empty()) {
        file_.put(*coordinate++, dimension.labels);
      }
    }
    for (std::size_t i = 0; i < variables_.size(); ++i) {
      file_.put(variables_[i], dataset_.variables[i].values);
    }
  }

  const Dataset& dataset_;
  NetcdfFile& file_;
  NetcdfNames names_;
  std::vector<int> dimension_ids_;
  std::vector<int> coordinates_;  // in the order of dimensions, numbers before labels
  std::vector<int> variables_;
};

// ---- reading

bool is_number(nc_type type) {
  return type != NC_CHAR && type != NC_STRING && type > NC_NAT && type <= NC_MAX_ATOMIC_TYPE;
}

class Reader {
 public:
  explicit Reader(NetcdfFile& file) : file_(file) {}

  Dataset read() {
    ids_ = file_.dimensions();
    for (const int id : ids_) {
      read_dimension(id);
    }
    const int count = file_.variable_count();
    for (int variable = 0; variable < count; ++variable) {
      const bool coordinate = std::ranges::find(coordinates_, variable) != coordinates_.end();
      if (!coordinate && is_number(file_.variable_type(variable))) {
        read_variable(variable);
      }
    }
    read_attributes();
    return std::move(dataset_);
  }

 private:
  void read_dimension(int id) {
    Dimension dimension;
    const std::string name = file_.dimension_name(id);
    dimension.name = file_.attribute(NC_GLOBAL, kDimensionPrefix + name).value_or(name);
    dimension.size = file_.dimension_size(id);
    if (const auto coordinate = find_coordinate(name, id)) {
      dimension.name = written_name(*coordinate, name);
      std::optional<int> labels = coordinate;
      if (is_number(file_.variable_type(*coordinate))) {
        dimension.values = file_.numbers(*coordinate);
        dimension.unit = unit(*coordinate);
        labels = find_coordinate(file_.attribute(*coordinate, kLabels).value_or(""), id);
      }
      if (labels && file_.variable_type(*labels) == NC_STRING) {
        dimension.labels = file_.texts(*labels);
      }
    }
    dataset_.dimensions.push_back(std::move(dimension));
  }

  // The variable of this name along this dimension alone.
  std::optional<int> find_coordinate(const std::string& name, int dimension) {
    const auto variable = file_.find_variable(name);
    if (!variable || file_.variable_dimensions(*variable) != std::vector{dimension}) {
      return std::nullopt;
    }
    coordinates_.push_back(*variable);
    return variable;
  }

  void read_variable(int id) {
    Variable variable;
    variable.name = written_name(id, file_.variable_name(id));
    for (const int dimension : file_.variable_dimensions(id)) {
      const auto index = std::ranges::find(ids_, dimension) - ids_.begin();
      variable.dimensions.push_back(static_cast<std::uint32_t>(index));
    }
    variable.values = file_.numbers(id);
    variable.unit = unit(id);
    variable.kind = file_.attribute(id, "kind").value_or("");
    variable.doc = file_.attribute(id, "doc").value_or("");
    dataset_.variables.push_back(std::move(variable));
  }

  void read_attributes() {
    for (const std::string& name : file_.attribute_names(NC_GLOBAL)) {
      const auto text = file_.attribute(NC_GLOBAL, name);
      const bool ours =
          (name == "Conventions" && text == kConventions) || name.starts_with(kDimensionPrefix);
      if (text && !ours) {
        dataset_.attributes[name] = *text;
      }
    }
  }

  // long_name, if the name of the variable was made from it; others use it for a description.
  std::string written_name(int variable, const std::string& name) {
    const auto written = file_.attribute(variable, "long_name");
    const std::string made = netcdf_name(written.value_or(""));
    const bool ours = written && (name == made || name.starts_with(made + "_"));
    return ours ? *written : name;
  }

  std::string unit(int variable) {
    if (const auto unit = file_.attribute(variable, "model_units")) {
      return *unit;
    }
    return file_.attribute(variable, "units").value_or("");
  }

  NetcdfFile& file_;
  Dataset dataset_;
  std::vector<int> ids_;          // of the dimensions, in their order
  std::vector<int> coordinates_;  // variables that belong to a dimension
};

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
  Writer(dataset, file).write();
  if (!file.good()) {
    add_failure(path, file, diagnostics);
    return false;
  }
  return target.commit(diagnostics);
}

std::optional<Dataset> read_netcdf(const std::string& path, base::Diagnostics& diagnostics) {
  NetcdfFile file = NetcdfFile::open(path);
  Dataset dataset = Reader(file).read();
  if (!file.good()) {
    add_failure(path, file, diagnostics);
    return std::nullopt;
  }
  return dataset;
}

}  // namespace shamal::data
