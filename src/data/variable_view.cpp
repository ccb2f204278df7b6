#include "data/variable_view.h"

#include <ranges>

#include "data/delimited.h"

namespace shamal::data {

std::string position_label(const Dimension& dimension, std::size_t position) {
  if (!dimension.labels.empty()) {
    return dimension.labels[position];
  }
  if (!dimension.values.empty()) {
    return number_text(dimension.values[position], 15);
  }
  return std::to_string(position + 1);
}

VariableView::VariableView(const Dataset& dataset, const Variable& variable)
    : variable_(&variable) {
  const auto time = dataset.find_dimension(kTimeDimension);
  const auto run = dataset.find_dimension(kRunDimension);
  std::size_t stride = 1;
  for (const std::uint32_t index : std::views::reverse(variable.dimensions)) {
    const Dimension& dimension = dataset.dimensions[index];
    if (index == time) {
      time_stride_ = stride;
    } else if (index == run) {
      run_stride_ = stride;
    } else {
      axes_.insert(axes_.begin(), {&dimension, stride});
      elements_ *= dimension.size;
    }
    stride *= dimension.size;
  }
}

std::vector<std::string> VariableView::subscripts(std::size_t element) const {
  std::vector<std::string> result(axes_.size());
  for (std::size_t i = axes_.size(); i-- > 0;) {
    const std::size_t size = axes_[i].dimension->size;
    result[i] = position_label(*axes_[i].dimension, element % size);
    element /= size;
  }
  return result;
}

double VariableView::at(std::size_t run, std::size_t time, std::size_t element) const {
  std::size_t offset = run * run_stride_ + time * time_stride_;
  for (const Axis& axis : std::views::reverse(axes_)) {
    offset += element % axis.dimension->size * axis.stride;
    element /= axis.dimension->size;
  }
  return variable_->values[offset];
}

}  // namespace shamal::data
