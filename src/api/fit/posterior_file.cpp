#include "api/fit/posterior_file.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "analysis/sensitivity_control.h"
#include "api/ensemble_parts.h"
#include "api/fit/fit_file.h"
#include "base/files.h"
#include "base/names.h"
#include "data/delimited.h"

namespace shamal::api {

namespace {

using base::Code;

constexpr int kDigits = 7;
constexpr double kFarthest = 8;  // z of a value that rounding has put on the bound of its prior

const std::string kSet = "set ";  // begins the name of a column that holds a setting

std::optional<analysis::RunTable> read_table(const std::string& path, base::Sources& sources,
                                             base::Diagnostics& diagnostics) {
  auto text = base::read_file(path, diagnostics);
  if (!text) {
    return std::nullopt;
  }
  return analysis::read_run_table(sources, sources.add(path, std::move(*text)), diagnostics);
}

std::string name_of(const ir::Layout& layout, ir::Slot slot) {
  for (const ir::LayoutVariable& variable : layout.variables) {
    if (!variable.alias && slot >= variable.base && slot < variable.base + variable.count) {
      return full_name(layout,
                       {&variable, variable.count == 1 ? std::optional<std::uint32_t>()
                                                       : std::optional(slot - variable.base)});
    }
  }
  return {};
}

}  // namespace

std::string posterior_csv(const Posterior& posterior, const analysis::inference::Draws& draws,
                          std::size_t count, const std::vector<std::string>& settings) {
  std::string text;
  std::string set;  // the same in every line
  const std::size_t d = posterior.dimensions();
  for (std::size_t k = 0; k < d; ++k) {
    text += (k == 0 ? "" : ",") + data::cell_text(posterior.parameters()[k].name, ',');
  }
  for (const std::string& setting : settings) {
    const std::size_t equals = setting.rfind('=');
    text += "," + data::cell_text(kSet + setting.substr(0, equals), ',');
    set += "," + setting.substr(equals + 1);
  }
  const ThinnedDraws kept = thin(draws, count);
  for (std::size_t at = 0; at < kept.points.size(); at += d) {
    const auto values = posterior.values(std::span<const double>(kept.points).subspan(at, d));
    for (std::size_t k = 0; k < d; ++k) {
      text += (k == 0 ? "\n" : ",") + data::number_text(values[k], kDigits);
    }
    text += set;
  }
  return text + "\n";
}

std::optional<std::vector<std::string>> kept_settings(const std::string& path,
                                                      base::Sources& sources,
                                                      base::Diagnostics& diagnostics) {
  const auto table = read_table(path, sources, diagnostics);
  if (!table) {
    return std::nullopt;
  }
  std::vector<std::string> settings;
  for (std::size_t k = 0; k < table->names.size(); ++k) {
    const std::string& name = table->names[k].text;
    if (name.starts_with(kSet) && !table->values.empty()) {
      settings.push_back(
          fmt::format("{}={}", name.substr(kSet.size()), data::number_text(table->values[k], 17)));
    }
  }
  return settings;
}

std::optional<std::vector<double>> read_posterior(const std::string& path,
                                                  const Posterior& posterior,
                                                  base::Sources& sources,
                                                  base::Diagnostics& diagnostics) {
  const auto table = read_table(path, sources, diagnostics);
  if (!table) {
    return std::nullopt;
  }
  const std::size_t errors = diagnostics.errors();
  const char* const remedy = "draw it anew: shamal fit STUDY --keep FILE";
  const std::size_t d = posterior.dimensions();
  const std::size_t columns = table->names.size();
  const std::size_t draws = table->values.size() / columns;
  std::vector<double> points(draws * d);
  for (const analysis::PlacedText& name : table->names) {
    bool known = name.text.starts_with(kSet);
    for (const FitParameter& parameter : posterior.parameters()) {
      known = known || base::fold_name(parameter.name) == base::fold_name(name.text);
    }
    if (!known) {
      diagnostics.add(Code::request_bad_value, name.span,
                      fmt::format("\"{}\" is no parameter of the study's fit", name.text), remedy);
    }
  }
  for (std::size_t k = 0; k < d; ++k) {
    const FitParameter& parameter = posterior.parameters()[k];
    std::size_t column = 0;
    while (column < columns &&
           base::fold_name(table->names[column].text) != base::fold_name(parameter.name)) {
      ++column;
    }
    if (column == columns) {
      diagnostics.add(Code::request_bad_value, {},
                      fmt::format("\"{}\" holds no draws of \"{}\"", path, parameter.name), remedy);
      continue;
    }
    for (std::size_t i = 0; i < draws; ++i) {
      const double z = parameter.prior.find(table->values[i * columns + column]);
      if (std::isnan(z)) {
        diagnostics.add(
            Code::request_bad_value, table->names[column].span,
            fmt::format("\"{}\" of draw {} lies outside of its prior", parameter.name, i + 1),
            remedy);
        break;
      }
      points[i * d + k] = std::clamp(z, -kFarthest, kFarthest);
    }
  }
  if (diagnostics.errors() > errors) {
    return std::nullopt;
  }
  return points;
}

DesignTable design_of(const CompiledModel& compiled, const Posterior& posterior,
                      std::span<const double> points) {
  const sim::Inputs inputs = posterior.inputs(points);
  DesignTable made;
  for (const sim::Inputs::Override& override : inputs.overrides) {
    made.names.push_back(name_of(compiled.layout, override.slot));
  }
  for (std::size_t run = 0; run < inputs.runs; ++run) {
    for (const sim::Inputs::Override& override : inputs.overrides) {
      made.values.push_back(override.values[override.values.size() == 1 ? 0 : run]);
    }
  }
  return made;
}

}  // namespace shamal::api
