#include "api/run.h"

#include <algorithm>
#include <cmath>

#include <fast_float/fast_float.h>
#include <fmt/format.h>

#include "api/version.h"
#include "base/names.h"
#include "sim/run.h"

namespace shamal::api {

using base::Code;

namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
    text.remove_suffix(1);
  }
  return text;
}

std::optional<double> number(std::string_view text) {
  text = trimmed(text);
  double value = 0;
  const auto read = fast_float::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

// "a, b" → element index of the variable, row-major.
std::optional<std::uint32_t> element_of(const ir::Layout& layout,
                                        const ir::LayoutVariable& variable, std::string_view list,
                                        base::Diagnostics& diagnostics) {
  std::uint32_t index = 0;
  std::size_t dimension = 0;
  for (std::size_t begin = 0; begin <= list.size(); ++dimension) {
    const std::size_t comma = std::min(list.find(',', begin), list.size());
    const std::string_view word = trimmed(list.substr(begin, comma - begin));
    begin = comma + 1;
    if (dimension >= variable.dimensions.size()) {
      break;
    }
    const ir::LayoutDimension& of = layout.dimensions[variable.dimensions[dimension]];
    const auto found = std::find_if(of.elements.begin(), of.elements.end(), [&](const auto& e) {
      return base::fold_name(e) == base::fold_name(word);
    });
    if (found == of.elements.end()) {
      const auto near = base::nearest_name(word, of.elements);
      diagnostics.add(Code::request_unknown_variable, {},
                      fmt::format("\"{}\" has no element \"{}\"", variable.name, word),
                      near ? fmt::format("did you mean \"{}\"?", *near) : "");
      return std::nullopt;
    }
    index = index * static_cast<std::uint32_t>(of.elements.size()) +
            static_cast<std::uint32_t>(found - of.elements.begin());
  }
  if (dimension != variable.dimensions.size()) {
    diagnostics.add(Code::request_unknown_variable, {},
                    fmt::format("\"{}\" has {} dimensions, \"{}\" names {}", variable.name,
                                variable.dimensions.size(), list, dimension));
    return std::nullopt;
  }
  return index;
}

}  // namespace

std::optional<NamedVariable> find_variable(const ir::Layout& layout, std::string_view written,
                                           base::Diagnostics& diagnostics) {
  std::string_view name = trimmed(written);
  const std::size_t bracket = name.find('[');
  std::string_view subscripts;
  if (bracket != std::string_view::npos && name.ends_with(']')) {
    subscripts = name.substr(bracket + 1, name.size() - bracket - 2);
    name = trimmed(name.substr(0, bracket));
  }
  if (name.size() > 1 && name.front() == '"' && name.back() == '"') {
    name = name.substr(1, name.size() - 2);
  }
  const std::string folded = base::fold_name(name);
  const auto found =
      std::find_if(layout.variables.begin(), layout.variables.end(),
                   [&](const auto& variable) { return base::fold_name(variable.name) == folded; });
  if (found == layout.variables.end()) {
    std::vector<std::string> names;
    for (const ir::LayoutVariable& variable : layout.variables) {
      if (!variable.hidden) {
        names.push_back(variable.name);
      }
    }
    const auto near = base::nearest_name(name, names);
    diagnostics.add(
        Code::request_unknown_variable, {}, fmt::format("\"{}\"", name),
        near ? fmt::format("did you mean \"{}\"?", *near) : "shamal variables lists them");
    return std::nullopt;
  }
  NamedVariable result{&*found, std::nullopt};
  if (bracket != std::string_view::npos) {
    result.element = element_of(layout, *found, subscripts, diagnostics);
    if (!result.element) {
      return std::nullopt;
    }
  }
  return result;
}

namespace {

// "Name=3" → the slots it sets.
bool add_setting(const ir::Layout& layout, const std::string& setting, sim::Inputs& inputs,
                 base::Diagnostics& diagnostics) {
  // Names may hold "=" only in quotes; the last one separates.
  const std::size_t equals = setting.rfind('=');
  if (equals == std::string::npos) {
    diagnostics.add(Code::request_bad_value, {}, fmt::format("--set {}", setting),
                    "write --set \"Name=3\"");
    return false;
  }
  const auto value = number(std::string_view(setting).substr(equals + 1));
  if (!value) {
    diagnostics.add(Code::request_bad_value, {},
                    fmt::format("\"{}\" in --set \"{}\"", setting.substr(equals + 1), setting),
                    "write a number after =");
    return false;
  }
  const auto named =
      find_variable(layout, std::string_view(setting).substr(0, equals), diagnostics);
  if (!named) {
    return false;
  }
  const ir::LayoutVariable& variable = *named->variable;
  if (variable.kind != ir::VariableKind::constant || variable.structural) {
    diagnostics.add(Code::request_not_constant, {}, fmt::format("\"{}\"", variable.name),
                    variable.structural
                        ? "it fixes the size of an array; change it in the model file"
                        : "shamal variables --kind constant lists what can be set");
    return false;
  }
  const std::uint32_t first = named->element.value_or(0);
  const std::uint32_t count = named->element ? 1 : variable.count;
  for (std::uint32_t i = 0; i < count; ++i) {
    inputs.overrides.push_back({variable.base + first + i, {*value}});
  }
  return true;
}

// One variable to save, whole or one element.
struct Column {
  const ir::LayoutVariable* variable;
  std::optional<std::uint32_t> element;
};

std::optional<std::vector<Column>> choose_columns(const ir::Layout& layout,
                                                  const RunRequest& request,
                                                  base::Diagnostics& diagnostics) {
  std::vector<Column> columns;
  if (request.columns.empty()) {
    for (const ir::LayoutVariable& variable : layout.variables) {
      if (!variable.hidden || request.hidden) {
        columns.push_back({&variable, std::nullopt});
      }
    }
    return columns;
  }
  bool good = true;
  for (const std::string& written : request.columns) {
    if (trimmed(written).empty()) {
      continue;
    }
    const auto named = find_variable(layout, written, diagnostics);
    good = good && named.has_value();
    if (named) {
      columns.push_back({named->variable, named->element});
    }
  }
  return good ? std::optional(std::move(columns)) : std::nullopt;
}

std::optional<sim::RunSpec> run_spec(const CompiledModel& compiled, const RunRequest& request,
                                     base::Diagnostics& diagnostics) {
  const model::SimSpecs& own = compiled.model.sim;
  sim::RunSpec spec;
  spec.start = request.start.value_or(own.start);
  spec.stop = request.stop.value_or(own.stop);
  spec.dt = request.dt.value_or(own.dt);
  // A model without a save interval saves at every step, also when the step is changed.
  const bool every_step = own.save_interval == own.dt;
  spec.save_interval = request.save_interval.value_or(every_step ? spec.dt : own.save_interval);
  spec.seed = request.seed;
  if (!(spec.stop > spec.start) || !(spec.dt > 0) || !(spec.save_interval > 0) ||
      !std::isfinite(spec.start) || !std::isfinite(spec.stop)) {
    diagnostics.add(Code::bad_sim_specs, {},
                    fmt::format("start {}, stop {}, dt {}, save interval {}", spec.start, spec.stop,
                                spec.dt, spec.save_interval));
    return std::nullopt;
  }
  const std::string method = base::fold_name(request.method.value_or(own.method));
  spec.method = sim::find_method(method);
  if (spec.method == nullptr) {
    diagnostics.add(Code::request_bad_value, {}, fmt::format("--method {}", method),
                    "write euler, rk2, rk4 or rk45");
    return std::nullopt;
  }
  return spec;
}

// "Name"[element] of a slot.
std::string slot_name(const ir::Layout& layout, ir::Slot slot) {
  for (const ir::LayoutVariable& variable : layout.variables) {
    if (slot >= variable.base && slot < variable.base + variable.count) {
      const std::string label = layout.element_label(variable, slot - variable.base);
      return fmt::format("\"{}\"{}", variable.name,
                         label.empty() ? "" : fmt::format("[{}]", label));
    }
  }
  return fmt::format("slot {}", slot);
}

void warn_of_nan(const ir::Layout& layout, const sim::Trajectories& trajectories,
                 base::Diagnostics& diagnostics) {
  for (const auto& lost : trajectories.not_a_number) {
    diagnostics.add(Code::not_a_number, {},
                    fmt::format("{} at time {}", slot_name(layout, lost.slot), lost.time));
  }
}

}  // namespace

std::optional<data::Dataset> run(const CompiledModel& compiled, const RunRequest& request,
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
                    "write machine or reference");
  }
  if (!good || !columns || !spec || backend == nullptr) {
    return std::nullopt;
  }
  for (const Column& column : *columns) {
    spec->saved.push_back({column.variable->base + column.element.value_or(0),
                           column.element ? 1 : column.variable->count});
  }
  const double steps = (spec->stop - spec->start) / spec->dt;
  if (std::fabs(steps - std::round(steps)) > 1e-9 * std::max(1.0, steps)) {
    diagnostics.add(Code::step_rounded, {},
                    fmt::format("{} to {} in steps of {}", spec->start, spec->stop, spec->dt));
  }
  if (const auto fault = sim::find_fault(compiled.kernel, *spec, inputs)) {
    diagnostics.add(Code::bad_sim_specs, {}, *fault);
    return std::nullopt;
  }
  const auto trajectories = sim::simulate(compiled.kernel, *spec, inputs, *backend);
  if (trajectories.failure) {
    diagnostics.add(Code::adaptive_failed, {},
                    fmt::format("at time {}, by the error of {}", trajectories.failure->time,
                                slot_name(layout, trajectories.failure->slot)),
                    "use another method, or a smaller step");
    return std::nullopt;
  }
  warn_of_nan(layout, trajectories, diagnostics);

  data::Dataset result;
  const std::size_t times = trajectories.times.size();
  result.dimensions.push_back({std::string(data::kTimeDimension),
                               times,
                               trajectories.times,
                               {},
                               compiled.model.sim.time_unit});
  std::vector<std::uint32_t> dimension_ids(layout.dimensions.size(), ir::kNone);
  std::size_t first_column = 0;
  for (const Column& column : *columns) {
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
  result.attributes["title"] = compiled.model.name;
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
