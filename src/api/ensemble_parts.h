// Pieces that results of ensembles in memory and in files have in common.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/ensemble.h"

namespace shamal::api {

// "Name" or "Name[element,element]".
std::string full_name(const ir::Layout& layout, const NamedVariable& named);

std::vector<double> save_times(const sim::EnsemblePlan& plan);

// What is read off every run of a block.
std::vector<double> read_runs(const PreparedEnsemble::Reading& reading,
                              const std::vector<double>& times, const sim::Trajectories& results);

// SHA-256 over everything that the results depend on.
std::string request_hash(const PreparedEnsemble& prepared);

// Fills the variables of fans (fans_of) from a summary. False if they do not fit it.
bool fill_fans(const sim::Summary& summary, data::Dataset& fans);

// Dimensions of the model, added to a dataset as they are met.
class ModelDimensions {
 public:
  ModelDimensions(const ir::Layout& layout, data::Dataset& into)
      : layout_(layout), into_(into), ids_(layout.dimensions.size(), ir::kNone) {}

  // A single element keeps its place in the array: dimensions of one label.
  std::vector<std::uint32_t> of(const NamedVariable& column);

 private:
  std::uint32_t single(std::string name, const std::string& label);

  const ir::Layout& layout_;
  data::Dataset& into_;
  std::vector<std::uint32_t> ids_;
};

}  // namespace shamal::api
