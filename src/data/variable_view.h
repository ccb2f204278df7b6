// A variable of a dataset seen as trajectories: for each run and each element of its array, a value
// at each time, in whatever order its dimensions stand.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace shamal::data {

// How a position along a dimension is called: its label, its number, or counting from 1.
std::string position_label(const Dimension& dimension, std::size_t position);

// Refers to the dataset and the variable, which must outlive it.
class VariableView {
 public:
  VariableView(const Dataset& dataset, const Variable& variable);

  bool has_time() const { return time_stride_ > 0; }
  std::size_t elements() const { return elements_; }

  // Element names, one for each dimension besides time and run.
  std::vector<std::string> subscripts(std::size_t element) const;

  // A variable without the dimension run, or time, is the same in all of them.
  double at(std::size_t run, std::size_t time, std::size_t element) const;

 private:
  struct Axis {
    const Dimension* dimension;
    std::size_t stride;
  };

  const Variable* variable_;
  std::vector<Axis> axes_;  // besides time and run, slowest first
  std::size_t elements_ = 1;
  std::size_t time_stride_ = 0;
  std::size_t run_stride_ = 0;
};

}  // namespace shamal::data
