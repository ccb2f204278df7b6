#include "api/fit/payoff_study.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>

#include "analysis/payoff.h"
#include "api/run.h"
#include "base/encoding.h"
#include "base/files.h"
#include "base/names.h"
#include "data/vendor_table.h"

namespace shamal::api {

namespace {

using base::Code;
constexpr double kNormal95 = 1.6448536269514722;

std::optional<base::FileId> open(const std::string& path, base::Sources& sources,
                                 base::Diagnostics& diagnostics) {
  auto bytes = base::read_file(path, diagnostics);
  return bytes ? std::optional(sources.add(path, base::to_utf8(std::move(*bytes)))) : std::nullopt;
}

bool same_series(const data::SeriesName& a, const data::SeriesName& b) {
  if (base::fold_name(a.base) != base::fold_name(b.base) ||
      a.subscripts.size() != b.subscripts.size()) {
    return false;
  }
  for (std::size_t i = 0; i < a.subscripts.size(); ++i) {
    if (base::fold_name(a.subscripts[i]) != base::fold_name(b.subscripts[i])) {
      return false;
    }
  }
  return true;
}

// The series that an element compares with; of several files the last has precedence.
const data::Series* find_series(const std::vector<data::SeriesTable>& tables,
                                const std::string& name) {
  const data::SeriesName wanted = data::split_series_name(name);
  const data::Series* found = nullptr;
  for (const data::SeriesTable& table : tables) {
    for (const data::Series& series : table.series) {
      found = same_series(series.name, wanted) ? &series : found;
    }
  }
  return found;
}

// Data outside of the run are not compared, as in Vensim.
void add_element(const analysis::PayoffElement& element, double weight, const data::Series& series,
                 const model::SimSpecs& sim, analysis::StudyFiles& files) {
  analysis::Chart chart;
  chart.title = element.variable.text;
  chart.curves.push_back({element.variable, "model", 1});
  analysis::ChartSeries entry;
  entry.series = element.data;
  entry.label = element.data.text;
  entry.error.likelihood = element.logarithmic ? analysis::ErrorModel::Likelihood::lognormal
                                               : analysis::ErrorModel::Likelihood::normal;
  // Elements may share data and weigh them differently: each has rows of its own.
  entry.region.text = fmt::format("{}", files.study.lines.front().charts.size() + 1);
  entry.region.span = element.data.span;
  const double wide = kNormal95 / weight;
  for (std::size_t i = 0; i < series.times.size(); ++i) {
    const double y = series.values[i];
    if (series.times[i] < sim.start || series.times[i] > sim.stop) {
      continue;
    }
    analysis::Observation row;
    row.time = {series.times[i], series.times[i], series.times[i]};
    row.date = fmt::format("{}", series.times[i]);
    row.name(element.data.text, entry.region.text);
    row.value = y;
    row.low = element.logarithmic ? y * std::exp(-wide) : y - wide;
    row.high = element.logarithmic ? y * std::exp(wide) : y + wide;
    row.span = element.data.span;
    files.observations.usable.push_back(std::move(row));
  }
  chart.series.push_back(std::move(entry));
  files.study.lines.front().charts.push_back(std::move(chart));
}

// Of a weight that is the name of a constant, which must stay what it is.
std::optional<double> weight_of(const analysis::PayoffElement& element,
                                const analysis::OptimisationControl& control,
                                const CompiledModel& compiled, base::Diagnostics& diagnostics) {
  const analysis::PlacedText& name = element.weight_name;
  if (name.text.empty()) {
    return element.weight;
  }
  const auto named = find_variable(compiled.layout, name.text, diagnostics, name.span);
  if (!named) {
    return std::nullopt;
  }
  const auto searched = [&](const analysis::SearchedConstant& constant) {
    return base::fold_name(constant.name.text) == base::fold_name(name.text);
  };
  const ir::Slot slot = named->variable->base + named->element.value_or(0);
  for (const ir::Constant& constant : compiled.program.constants) {
    if (constant.slot == slot && constant.value > 0 &&
        named->variable->kind == ir::VariableKind::constant &&
        std::none_of(control.constants.begin(), control.constants.end(), searched)) {
      return constant.value;
    }
  }
  diagnostics.add(
      Code::bad_payoff, name.span,
      fmt::format("the weight \"{}\" is no constant above 0 that stays as it is", name.text),
      "write a number, or a constant that the control does not search for");
  return std::nullopt;
}

}  // namespace

std::unique_ptr<StudyPosterior> load_payoff_posterior(const PayoffRequest& request,
                                                      const PosteriorRequest& posterior,
                                                      base::Sources& sources,
                                                      base::Diagnostics& diagnostics) {
  const auto payoff_file = open(request.payoff, sources, diagnostics);
  const auto control_file = open(request.control, sources, diagnostics);
  if (!payoff_file || !control_file) {
    return nullptr;
  }
  const auto payoff = analysis::read_payoff(sources, *payoff_file, diagnostics);
  const auto control = analysis::read_optimisation_control(sources, *control_file, diagnostics);
  std::vector<data::SeriesTable> tables;
  for (const std::string& path : request.inputs.data) {
    if (auto table = data::load_vendor_table(path, sources, diagnostics)) {
      tables.push_back(std::move(*table));
    }
  }
  if (!payoff || !control || diagnostics.has_errors()) {
    return nullptr;
  }
  auto made = std::make_unique<StudyPosterior>();
  analysis::Study& study = made->files.study;
  study.name = std::filesystem::path(request.payoff).stem().string();
  study.title = study.name;
  study.model.text = request.model;
  study.calendar = {{1, 1, 1}, analysis::TimeUnit::day};
  study.calibration_end = {9999, 12, 31};
  study.lines.push_back({"payoff", 1, "Payoff", "", {}});
  study.lines.front().charts.reserve(payoff->size());
  made->compiled = compile(request.model, sources, diagnostics, request.inputs);
  if (!made->compiled) {
    return nullptr;
  }
  for (const analysis::PayoffElement& element : *payoff) {
    const data::Series* series = find_series(tables, element.data.text);
    if (series == nullptr || series->times.empty()) {
      diagnostics.add(Code::bad_payoff, element.data.span,
                      fmt::format("no data for \"{}\"", element.data.text),
                      "bring a file that has them: --data FILE");
      continue;
    }
    if (const auto weight = weight_of(element, *control, *made->compiled, diagnostics)) {
      add_element(element, *weight, *series, made->compiled->model.sim, made->files);
    }
  }
  for (const analysis::SearchedConstant& constant : control->constants) {
    analysis::Prior prior;
    prior.parameter = constant.name;
    prior.distribution.low = constant.low;
    prior.distribution.high = constant.high;
    study.priors.push_back(std::move(prior));
  }
  if (diagnostics.has_errors()) {
    return nullptr;
  }
  made->posterior = Posterior::make(*made->compiled, made->files, posterior, diagnostics);
  return made->posterior ? std::move(made) : nullptr;
}

}  // namespace shamal::api
