#include "api/run.h"

#include <cmath>

#include <fmt/format.h>

#include "api/run_request.h"
#include "api/version.h"

namespace shamal::api {

using base::Code;

namespace {

void warn_of_nan(const ir::Layout& layout, const sim::Trajectories& trajectories,
                 base::Diagnostics& diagnostics) {
  for (const auto& lost : trajectories.not_a_number) {
    diagnostics.add(Code::not_a_number, {},
                    fmt::format("{} at time {}", slot_name(layout, lost.slot), lost.time));
  }
}

}  // namespace

std::optional<data::Dataset> run(const Runnable& compiled, const RunRequest& request,
                                 base::Diagnostics& diagnostics) {
  const ir::Layout& layout = compiled.layout;
  sim::Inputs inputs;
  bool good = true;
  for (const std::string& setting : request.settings) {
    good = add_setting(layout, setting, inputs, diagnostics) && good;
  }
  const auto columns = choose_columns(layout, request, diagnostics);
  auto spec = run_spec(compiled, request, diagnostics);
  const machine::Backend* backend = machine::find_backend(request.backend);
  if (backend == nullptr) {
    diagnostics.add(Code::request_bad_value, {}, fmt::format("--backend {}", request.backend),
                    "write machine, avx2, rows or reference");
  } else if (backend->single) {
    diagnostics.add(Code::request_bad_value, {}, "single precision for one run",
                    "it is for ensembles, in which many runs share the work");
    backend = nullptr;
  }
  if (!good || !columns || !spec || backend == nullptr) {
    return std::nullopt;
  }
  for (const NamedVariable& column : *columns) {
    spec->saved.push_back({column.variable->base + column.element.value_or(0),
                           column.element ? 1 : column.variable->count});
  }
  const double steps = (spec->stop - spec->start) / spec->dt;
  if (!spec->controls.any() && std::fabs(steps - std::round(steps)) > 1e-9 * std::max(1.0, steps)) {
    diagnostics.add(Code::step_rounded, {},
                    fmt::format("{} to {} in steps of {}", spec->start, spec->stop, spec->dt));
  }
  if (const auto fault = sim::find_fault(compiled.kernel, *spec, inputs)) {
    diagnostics.add(Code::bad_sim_specs, {}, *fault);
    return std::nullopt;
  }
  const auto trajectories = sim::simulate(compiled.kernel, *spec, inputs, *backend);
  if (!trajectories.failures.empty()) {
    diagnostics.add(
        Code::adaptive_failed, {},
        fmt::format("at time {}, by the error of {}", trajectories.failures.front().time,
                    slot_name(layout, trajectories.failures.front().slot)),
        "use another method, or a smaller step");
    return std::nullopt;
  }
  if (const auto& lost = trajectories.lost_control) {
    diagnostics.add(Code::bad_sim_specs, {},
                    fmt::format("{} at time {} is no length of time, or lets the run not end",
                                slot_name(layout, lost->slot), lost->time));
    return std::nullopt;
  }
  warn_of_nan(layout, trajectories, diagnostics);

  data::Dataset result;
  const std::size_t times = trajectories.times.size();
  result.dimensions.push_back(
      {std::string(data::kTimeDimension), times, trajectories.times, {}, compiled.times.time_unit});
  std::vector<std::uint32_t> dimension_ids(layout.dimensions.size(), ir::kNone);
  std::size_t first_column = 0;
  for (const NamedVariable& column : *columns) {
    const ir::LayoutVariable& variable = *column.variable;
    const std::size_t count = column.element ? 1 : variable.count;
    data::Variable made;
    made.name = variable.name;
    made.unit = variable.unit;
    made.kind = ir::kind_name(variable.kind);
    made.doc = variable.doc;
    const bool constant = variable.kind == ir::VariableKind::constant;
    if (!constant) {
      made.dimensions.push_back(0);
    }
    std::uint32_t stride = variable.count;
    for (const std::uint32_t d : variable.dimensions) {
      const ir::LayoutDimension& of = layout.dimensions[d];
      if (column.element) {
        // A single element keeps its place in the array: a dimension of one label.
        stride /= static_cast<std::uint32_t>(of.elements.size());
        const std::string& label = of.elements[*column.element / stride % of.elements.size()];
        made.dimensions.push_back(static_cast<std::uint32_t>(result.dimensions.size()));
        result.dimensions.push_back({fmt::format("{} {}", of.name, label), 1, {}, {label}, ""});
        continue;
      }
      if (dimension_ids[d] == ir::kNone) {
        dimension_ids[d] = static_cast<std::uint32_t>(result.dimensions.size());
        result.dimensions.push_back({of.name, of.elements.size(), {}, of.elements, ""});
      }
      made.dimensions.push_back(dimension_ids[d]);
    }
    for (std::size_t t = 0; t < (constant ? 1 : times); ++t) {
      const double* row = &trajectories.values[t * trajectories.columns + first_column];
      made.values.insert(made.values.end(), row, row + count);
    }
    first_column += count;
    result.variables.push_back(std::move(made));
  }
  result.attributes["title"] = compiled.name;
  result.attributes["model_file"] = compiled.path;
  result.attributes["model_sha256"] = compiled.sha256;
  result.attributes["engine_version"] = std::string(version());
  result.attributes["command"] = request.command;
  result.attributes["seed"] = fmt::format("{}", request.seed);
  result.attributes["method"] = std::string(spec->method->name);
  result.attributes["start"] = fmt::format("{}", spec->start);
  result.attributes["stop"] = fmt::format("{}", spec->stop);
  result.attributes["dt"] = fmt::format("{}", spec->dt);
  return result;
}

}  // namespace shamal::api
