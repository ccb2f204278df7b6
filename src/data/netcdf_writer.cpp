#include "data/netcdf_writer.h"

#include <algorithm>

#include "data/cf_units.h"
#include "data/netcdf.h"

namespace shamal::data {

void NetcdfWriter::define() {
  define_attributes();
  for (std::uint32_t i = 0; i < dataset_.dimensions.size(); ++i) {
    define_dimension(i);
  }
  for (const Variable& variable : dataset_.variables) {
    define_variable(variable);
  }
}

bool NetcdfWriter::is_in_pieces(const Variable& variable) const {
  return pieces_ && !variable.dimensions.empty() &&
         variable.dimensions.front() == pieces_->dimension;
}

int NetcdfWriter::define_values(const std::string& name, const std::vector<int>& dimensions,
                                bool in_pieces) {
  if (!in_pieces) {
    return file_.define_variable(name, NC_DOUBLE, dimensions);
  }
  const int id = file_.define_variable_in_chunks(name, dimensions, pieces_->chunk);
  in_pieces_.push_back(id);
  return id;
}

void NetcdfWriter::define_attributes() {
  if (!dataset_.attributes.contains("Conventions")) {
    file_.put_attribute(NC_GLOBAL, "Conventions", kConventions);
  }
  for (const auto& [name, text] : dataset_.attributes) {
    file_.put_attribute(NC_GLOBAL, name, text);
  }
}

void NetcdfWriter::define_dimension(std::uint32_t index) {
  const Dimension& dimension = dataset_.dimensions[index];
  const bool in_pieces = pieces_ && pieces_->dimension == index;
  const std::string name = names_.add(dimension.name);
  const int id = file_.define_dimension(name, dimension.size);
  dimension_ids_.push_back(id);
  const bool numbers = !dimension.values.empty() || in_pieces;
  const bool labels = !dimension.labels.empty();
  if (numbers) {
    const int coordinate = define_values(name, {id}, in_pieces);
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

void NetcdfWriter::define_variable(const Variable& variable) {
  std::vector<int> dimensions;
  for (const std::uint32_t dimension : variable.dimensions) {
    dimensions.push_back(dimension_ids_[dimension]);
  }
  const std::string name = names_.add(variable.name);
  const int id = variable.kind == kFlag ? file_.define_variable(name, NC_BYTE, dimensions)
                                        : define_values(name, dimensions, is_in_pieces(variable));
  if (variable.kind == kFlag) {
    file_.put_attribute(id, "dtype", "bool");  // how xarray marks true and false
  }
  put_names(id, variable.name, variable.unit);
  if (!variable.kind.empty()) {
    file_.put_attribute(id, "kind", variable.kind);
  }
  if (!variable.doc.empty()) {
    file_.put_attribute(id, "doc", variable.doc);
  }
  variables_.push_back(id);
}

void NetcdfWriter::put_names(int id, const std::string& name, const std::string& unit) {
  file_.put_attribute(id, "long_name", name);
  if (!unit.empty()) {
    file_.put_attribute(id, "units", cf_unit(unit));
    file_.put_attribute(id, "model_units", unit);
  }
}

void NetcdfWriter::write_values() {
  auto coordinate = coordinates_.begin();
  for (std::uint32_t i = 0; i < dataset_.dimensions.size(); ++i) {
    const Dimension& dimension = dataset_.dimensions[i];
    if (pieces_ && pieces_->dimension == i) {
      ++coordinate;
    } else if (!dimension.values.empty()) {
      file_.put(*coordinate++, dimension.values);
    }
    if (!dimension.labels.empty()) {
      file_.put(*coordinate++, dimension.labels);
    }
  }
  for (std::size_t i = 0; i < variables_.size(); ++i) {
    if (!is_in_pieces(dataset_.variables[i])) {
      file_.put(variables_[i], dataset_.variables[i].values);
    }
  }
}

}  // namespace shamal::data
