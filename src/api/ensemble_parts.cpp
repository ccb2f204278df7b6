#include "api/ensemble_parts.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "analysis/reading.h"
#include "base/files.h"

namespace shamal::api {

namespace {

struct Statistic {
  std::string_view suffix;
  bool has_unit;
  double (*value)(const sim::CellSummary&);
};

// What stands beside a fan, each a variable of its own.
constexpr std::array<Statistic, 5> kStatistics = {{
    {"mean", true, [](const sim::CellSummary& of) { return of.mean; }},
    {"standard deviation", true, [](const sim::CellSummary& of) { return of.deviation; }},
    {"minimum", true, [](const sim::CellSummary& of) { return of.least; }},
    {"maximum", true, [](const sim::CellSummary& of) { return of.largest; }},
    {"count", false, [](const sim::CellSummary& of) { return static_cast<double>(of.count); }},
}};

constexpr std::uint32_t kTime = 0;  // dimensions of fans
constexpr std::uint32_t kQuantile = 1;

}  // namespace

std::string full_name(const ir::Layout& layout, const NamedVariable& named) {
  return named.element ? fmt::format("{}[{}]", named.variable->name,
                                     layout.element_label(*named.variable, *named.element))
                       : named.variable->name;
}

std::vector<double> save_times(const sim::EnsemblePlan& plan) {
  const sim::TimeGrid grid = sim::grid_of(plan.run);
  std::vector<double> times;
  for (const std::uint32_t step : grid.saves) {
    times.push_back(grid.time(step));
  }
  return times;
}

std::vector<double> read_runs(const PreparedEnsemble::Reading& reading,
                              const std::vector<double>& times, const sim::Trajectories& results) {
  const EnsembleReading& of = *reading.reading;
  std::vector<double> made;
  std::vector<double> curve(times.size());
  for (std::size_t run = 0; run < results.runs; ++run) {
    for (std::size_t t = 0; t < times.size(); ++t) {
      curve[t] = of.scale * results.value(run, t, reading.column);
    }
    made.push_back(analysis::read_measure(of.measure, times, curve, of.from, of.until, of.level));
  }
  return made;
}

std::string request_hash(const PreparedEnsemble& prepared) {
  const EnsembleRequest& request = *prepared.request;
  std::string text;
  const auto add = [&](const auto& value) { text += fmt::format("{}\n", value); };
  for (const auto& [name, value] : ensemble_attributes(prepared)) {
    add(name);
    add(value);
  }
  const auto numbers = [&](const std::vector<double>& values) {
    add(values.size());
    for (const double value : values) {
      add(value);
    }
  };
  for (const UncertainParameter& parameter : request.parameters) {
    add(parameter.name);
    add(parameter.multiply);
    add(parameter.marginal.family->name);
    numbers(parameter.marginal.parameters);
    numbers({parameter.marginal.shift, parameter.marginal.stretch, parameter.marginal.low,
             parameter.marginal.high});
  }
  add(request.design.levels);
  if (request.table) {
    for (const std::string& name : request.table->names) {
      add(name);
    }
    numbers(request.table->values);
  }
  for (const sim::Inputs::Override& override : prepared.plan.fixed) {
    add(override.slot);
    numbers(override.values);
  }
  for (const sim::SlotRange& range : prepared.plan.run.saved) {
    add(range.base);
    add(range.count);
  }
  numbers(save_times(prepared.plan));
  numbers(request.quantiles);
  for (const EnsembleReading& reading : request.readings) {
    add(reading.id);
    add(reading.variable);
    add(static_cast<int>(reading.measure));
    numbers({reading.scale, reading.from, reading.until, reading.level});
  }
  add(request.memory);
  return base::sha256(text);
}

// A single element keeps its place in the array: dimensions of one label.
std::vector<std::uint32_t> ModelDimensions::of(const NamedVariable& column) {
  std::vector<std::uint32_t> made;
  const ir::LayoutVariable& variable = *column.variable;
  std::uint32_t stride = variable.count;
  for (const std::uint32_t d : variable.dimensions) {
    const ir::LayoutDimension& dimension = layout_.dimensions[d];
    if (column.element) {
      const auto size = static_cast<std::uint32_t>(dimension.elements.size());
      stride /= size;
      const std::string& label = dimension.elements[*column.element / stride % size];
      made.push_back(single(fmt::format("{} {}", dimension.name, label), label));
      continue;
    }
    if (ids_[d] == ir::kNone) {
      ids_[d] = static_cast<std::uint32_t>(into_.dimensions.size());
      into_.dimensions.push_back(
          {dimension.name, dimension.elements.size(), {}, dimension.elements, ""});
    }
    made.push_back(ids_[d]);
  }
  return made;
}

std::uint32_t ModelDimensions::single(std::string name, const std::string& label) {
  if (const auto known = into_.find_dimension(name)) {
    return *known;
  }
  into_.dimensions.push_back({std::move(name), 1, {}, {label}, ""});
  return static_cast<std::uint32_t>(into_.dimensions.size() - 1);
}

bool fill_fans(const sim::Summary& summary, data::Dataset& fans) {
  if (fans.dimensions.size() <= kQuantile || fans.dimensions[kTime].size == 0 ||
      summary.cells() % fans.dimensions[kTime].size != 0) {
    return false;
  }
  const std::size_t times = fans.dimensions[kTime].size;
  const std::size_t columns = summary.cells() / times;
  const std::vector<double>& probabilities = fans.dimensions[kQuantile].values;
  double rank_error = 0;
  std::size_t first = 0;
  for (std::size_t v = 0; v < fans.variables.size(); v += 1 + kStatistics.size()) {
    data::Variable& fan = fans.variables[v];
    const std::size_t cells =
        fan.dimensions.size() < 2 ? 0 : fans.element_count(fan) / probabilities.size();
    if (fan.dimensions.size() < 2 || fan.dimensions[0] != kQuantile || fan.dimensions[1] != kTime ||
        v + kStatistics.size() >= fans.variables.size() || first + cells / times > columns) {
      return false;
    }
    const std::size_t count = cells / times;
    fan.values.assign(probabilities.size() * cells, 0);
    for (std::size_t s = 0; s < kStatistics.size(); ++s) {
      fans.variables[v + 1 + s].values.assign(cells, 0);
    }
    for (std::size_t t = 0; t < times; ++t) {
      for (std::size_t e = 0; e < count; ++e) {
        const sim::CellSummary cell = summary.cell(t * columns + first + e, probabilities);
        const std::size_t at = t * count + e;
        for (std::size_t s = 0; s < kStatistics.size(); ++s) {
          fans.variables[v + 1 + s].values[at] = kStatistics[s].value(cell);
        }
        for (std::size_t q = 0; q < probabilities.size(); ++q) {
          fan.values[q * cells + at] = cell.quantiles[q];
        }
        rank_error = std::max(rank_error, cell.rank_error);
      }
    }
    first += count;
  }
  fans.attributes["quantile_method"] =
      summary.exact() ? "exact" : "counted in bins between quantiles of a pilot";
  fans.attributes["quantile_rank_error"] = fmt::format("{}", rank_error);
  return true;
}

data::Dataset fans_of(const PreparedEnsemble& prepared, const sim::Summary& summary) {
  const std::vector<double>& probabilities = prepared.request->quantiles;
  data::Dataset made;
  const std::vector<double> times = save_times(prepared.plan);
  made.dimensions.push_back({std::string(data::kTimeDimension),
                             times.size(),
                             times,
                             {},
                             prepared.compiled->times.time_unit});
  made.dimensions.push_back({"quantile", probabilities.size(), probabilities, {}, ""});
  ModelDimensions dimensions(prepared.compiled->layout, made);
  for (std::size_t c = 0; c < prepared.shown; ++c) {
    const NamedVariable& column = prepared.columns[c];
    const ir::LayoutVariable& variable = *column.variable;
    const std::string name = full_name(prepared.compiled->layout, column);
    std::vector<std::uint32_t> own = dimensions.of(column);
    own.insert(own.begin(), kTime);
    std::vector<std::uint32_t> with_quantile = own;
    with_quantile.insert(with_quantile.begin(), kQuantile);
    made.variables.push_back({name,
                              std::move(with_quantile),
                              {},
                              variable.unit,
                              std::string(ir::kind_name(variable.kind)),
                              variable.doc});
    for (const Statistic& statistic : kStatistics) {
      made.variables.push_back({fmt::format("{} {}", name, statistic.suffix),
                                own,
                                {},
                                statistic.has_unit ? variable.unit : "",
                                "",
                                ""});
    }
  }
  made.attributes = ensemble_attributes(prepared);
  fill_fans(summary, made);
  return made;
}

}  // namespace shamal::api
