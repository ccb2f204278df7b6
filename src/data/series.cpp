#include "data/series.h"

#include "data/variable_view.h"

namespace shamal::data {

SeriesTable series_of(const Dataset& dataset, std::size_t run) {
  std::vector<double> times;
  if (const auto time = dataset.find_dimension(kTimeDimension)) {
    times = dataset.dimensions[*time].values;
  }
  SeriesTable table;
  for (const Variable& variable : dataset.variables) {
    const VariableView view(dataset, variable);
    for (std::size_t element = 0; element < view.elements(); ++element) {
      Series series;
      series.name = {variable.name, view.subscripts(element)};
      if (view.has_time()) {
        series.times = times;
        for (std::size_t i = 0; i < times.size(); ++i) {
          series.values.push_back(view.at(run, i, element));
        }
      } else {
        series.values.push_back(view.at(run, 0, element));
      }
      table.series.push_back(std::move(series));
    }
  }
  return table;
}

}  // namespace shamal::data
