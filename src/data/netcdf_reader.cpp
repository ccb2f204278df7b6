#include "data/netcdf_reader.h"

#include <algorithm>

#include "data/netcdf_name.h"
#include "data/netcdf_writer.h"

namespace shamal::data {

namespace {

bool is_number(nc_type type) {
  return type != NC_CHAR && type != NC_STRING && type > NC_NAT && type <= NC_MAX_ATOMIC_TYPE;
}

class Reader {
 public:
  Reader(NetcdfFile& file, std::string_view in_pieces, std::vector<int>* pieces)
      : file_(file), in_pieces_(in_pieces), pieces_(pieces) {}

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
        if (pieces_ != nullptr && name == in_pieces_) {
          pieces_->insert(pieces_->begin(), *coordinate);
        } else {
          dimension.values = file_.numbers(*coordinate);
        }
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
    if (pieces_ != nullptr && !variable.dimensions.empty() &&
        dataset_.dimensions[variable.dimensions.front()].name == in_pieces_) {
      pieces_->push_back(id);
    } else {
      variable.values = file_.numbers(id);
    }
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
  std::string_view in_pieces_;
  std::vector<int>* pieces_;
  Dataset dataset_;
  std::vector<int> ids_;          // of the dimensions, in their order
  std::vector<int> coordinates_;  // variables that belong to a dimension
};

}  // namespace

Dataset read_dataset(NetcdfFile& file, std::string_view in_pieces, std::vector<int>* pieces) {
  return Reader(file, in_pieces, pieces).read();
}

}  // namespace shamal::data
