// Writing a dataset through NetcdfFile, by the conventions of data/netcdf.h.
//
// Values along one dimension may come in pieces: variables over that dimension are then defined,
// cut into chunks of so many positions and not compressed, and left for the caller to write.
#pragma once

#include <optional>
#include <vector>

#include "data/dataset.h"
#include "data/netcdf_file.h"
#include "data/netcdf_name.h"

namespace shamal::data {

inline constexpr const char* kConventions = "CF-1.8";

// Global attributes that hold the names of dimensions without a coordinate to hold it.
inline constexpr const char* kDimensionPrefix = "dimension_";
// Attribute of a coordinate that names the variable with its labels.
inline constexpr const char* kLabels = "labels";

class NetcdfWriter {
 public:
  struct Pieces {
    std::uint32_t dimension = 0;
    std::size_t chunk = 1;
  };

  NetcdfWriter(const Dataset& dataset, NetcdfFile& file, std::optional<Pieces> pieces = {})
      : dataset_(dataset), file_(file), pieces_(pieces) {}

  void define();
  // All but what comes in pieces.
  void write_values();

  // Of what comes in pieces: the coordinate of the dimension, then the variables in their order.
  const std::vector<int>& in_pieces() const { return in_pieces_; }

 private:
  bool is_in_pieces(const Variable& variable) const;
  int define_values(const std::string& name, const std::vector<int>& dimensions, bool in_pieces);
  void define_attributes();
  void define_dimension(std::uint32_t index);
  void define_variable(const Variable& variable);
  void put_names(int id, const std::string& name, const std::string& unit);

  const Dataset& dataset_;
  NetcdfFile& file_;
  std::optional<Pieces> pieces_;
  NetcdfNames names_;
  std::vector<int> dimension_ids_;
  std::vector<int> coordinates_;  // in the order of dimensions, numbers before labels
  std::vector<int> variables_;
  std::vector<int> in_pieces_;
};

}  // namespace shamal::data
