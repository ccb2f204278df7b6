// Labelled results: variables over named dimensions with coordinates, units and provenance, the
// value that every analysis takes and gives. It round-trips through netCDF-4 and, for results of
// one run, through CSV.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shamal::data {

// A dimension with a numeric coordinate (time), with labels (governorates), or with neither (runs).
struct Dimension {
  std::string name;
  std::size_t size = 0;
  std::vector<double> values;       // empty, or one a position
  std::vector<std::string> labels;  // empty, or one a position
  std::string unit;                 // of the numeric coordinate

  bool operator==(const Dimension&) const = default;
};

struct Variable {
  std::string name;                       // as people read it, module-qualified: "finance.Cash"
  std::vector<std::uint32_t> dimensions;  // indices into Dataset::dimensions, slowest first
  std::vector<double> values;             // row-major over the dimensions
  std::string unit;                       // the model's unit as written; empty if none
  std::string kind;                       // stock, flow, auxiliary, constant
  std::string doc;

  bool operator==(const Variable&) const = default;
};

struct Dataset {
  std::vector<Dimension> dimensions;
  std::vector<Variable> variables;
  // Provenance: model_sha256, engine_version, seed, command, created, licence, title …
  std::map<std::string, std::string> attributes;

  const Variable* find(std::string_view name) const;  // names compare by base::fold_name
  std::optional<std::uint32_t> find_dimension(std::string_view name) const;
  std::size_t element_count(const Variable& variable) const;

  bool operator==(const Dataset&) const = default;
};

// The conventional dimension names of results of runs.
inline constexpr std::string_view kTimeDimension = "time";
inline constexpr std::string_view kRunDimension = "run";

}  // namespace shamal::data
