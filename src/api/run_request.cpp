#include "api/run_request.h"

#include <algorithm>
#include <cmath>

#include <fast_float/fast_float.h>
#include <fmt/format.h>

#include "base/names.h"

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
                                        base::Diagnostics& diagnostics, base::Span named_at) {
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
      diagnostics.add(Code::request_unknown_variable, named_at,
                      fmt::format("\"{}\" has no element \"{}\"", variable.name, word),
                      near ? fmt::format("did you mean \"{}\"?", *near) : "");
      return std::nullopt;
    }
    index = index * static_cast<std::uint32_t>(of.elements.size()) +
            static_cast<std::uint32_t>(found - of.elements.begin());
  }
  if (dimension != variable.dimensions.size()) {
    diagnostics.add(Code::request_unknown_variable, named_at,
                    fmt::format("\"{}\" has {} dimensions, \"{}\" names {}", variable.name,
                                variable.dimensions.size(), list, dimension));
    return std::nullopt;
  }
  return index;
}

}  // namespace

std::optional<NamedVariable> find_variable(const ir::Layout& layout, std::string_view written,
                                           base::Diagnostics& diagnostics, base::Span named_at) {
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
        Code::request_unknown_variable, named_at, fmt::format("\"{}\"", name),
        near ? fmt::format("did you mean \"{}\"?", *near) : "shamal variables lists them");
    return std::nullopt;
  }
  NamedVariable result{&*found, std::nullopt};
  if (bracket != std::string_view::npos) {
    result.element = element_of(layout, *found, subscripts, diagnostics, named_at);
    if (!result.element) {
      return std::nullopt;
    }
  }
  return result;
}

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
                    variable.structural ? kStructural
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

std::optional<std::vector<NamedVariable>> choose_columns(const ir::Layout& layout,
                                                         const RunRequest& request,
                                                         base::Diagnostics& diagnostics) {
  std::vector<NamedVariable> columns;
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
      columns.push_back(*named);
    }
  }
  return good ? std::optional(std::move(columns)) : std::nullopt;
}

std::optional<sim::RunSpec> run_spec(const Runnable& compiled, const RunRequest& request,
                                     base::Diagnostics& diagnostics) {
  const RunTimes& own = compiled.times;
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
  const auto control = [&](const std::string& by, const std::optional<double>& instead) {
    std::optional<ir::Slot> slot;
    for (const ir::LayoutVariable& variable : compiled.layout.variables) {
      if (!by.empty() && !instead && variable.name == by) {
        slot = variable.base;
      }
    }
    return slot;
  };
  spec.controls = {control(own.dt_by, request.dt), control(own.stop_by, request.stop),
                   control(own.save_by, request.save_interval)};
  const std::string method = base::fold_name(request.method.value_or(own.method));
  spec.method = sim::find_method(method);
  if (spec.method == nullptr) {
    diagnostics.add(Code::request_bad_value, {}, fmt::format("--method {}", method),
                    "write euler, rk2, rk4 or rk45");
    return std::nullopt;
  }
  return spec;
}

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

}  // namespace shamal::api
