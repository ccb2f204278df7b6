#include "api/study_report.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "analysis/comparison.h"
#include "analysis/study_files.h"
#include "api/battery.h"
#include "api/compile.h"
#include "api/ensemble.h"
#include "api/experiment.h"
#include "api/fit/posterior_file.h"
#include "api/report.h"
#include "api/report/spread.h"
#include "api/run.h"
#include "data/series_name.h"

namespace shamal::api {

namespace {

// Series that the model takes from outside: graphical functions of time.
std::vector<ReportParameter> series_over_time(const model::Model& model) {
  std::vector<ReportParameter> result;
  for (const model::Variable& variable : model.variables) {
    if (variable.hidden || variable.alias_of != model::kNone) {
      continue;
    }
    std::size_t tables = 0;
    std::size_t points = 0;
    for (const model::Assignment& assignment : model.assignments) {
      const model::Node& root = model.nodes[assignment.expr];
      if (&model.variables[assignment.target] != &variable ||
          root.kind != model::NodeKind::lookup ||
          model.nodes[root.args[0]].kind != model::NodeKind::fixed) {
        continue;
      }
      for (const std::uint32_t table : model.lookups[root.index].tables) {
        ++tables;
        points += model.tables[table].x.size();
      }
    }
    if (tables > 0) {
      ReportParameter made;
      made.name = variable.name;
      made.unit = variable.unit_text;
      made.doc = variable.doc;
      made.form = tables == 1 ? fmt::format("series of {} points over time", points)
                              : fmt::format("{} series over time, {} points", tables, points);
      result.push_back(std::move(made));
    }
  }
  return result;
}

void describe_model(const CompiledModel& compiled, ReportInput& input) {
  for (const ir::LayoutVariable& variable : compiled.layout.variables) {
    if (variable.hidden || variable.alias) {
      continue;
    }
    switch (variable.kind) {
      case ir::VariableKind::stock:
        ++input.size.stocks;
        break;
      case ir::VariableKind::flow:
        ++input.size.flows;
        break;
      case ir::VariableKind::auxiliary:
        ++input.size.auxiliaries;
        break;
      case ir::VariableKind::constant:
        ++input.size.constants;
        break;
    }
    if (variable.kind != ir::VariableKind::constant) {
      continue;
    }
    ReportParameter made;
    made.name = variable.name;
    made.unit = variable.unit;
    made.doc = variable.doc;
    if (variable.range) {
      made.low = variable.range->first;
      made.high = variable.range->second;
    }
    const data::Variable* values = input.results.find(variable.name);
    made.values = values == nullptr ? std::vector<double>{} : values->values;
    for (std::uint32_t i = 0; variable.count > 1 && i < variable.count; ++i) {
      made.elements.push_back(compiled.layout.element_label(variable, i));
    }
    input.parameters.push_back(std::move(made));
  }
  for (ReportParameter& series : series_over_time(compiled.model)) {
    input.parameters.push_back(std::move(series));
  }
}

// Draws for each answer to a disputed question: there are many answers, and they share their draws.
constexpr std::uint64_t kAnswerDraws = 32;

base::Progress* begin(const StudyReportRequest& request, const std::string& stage) {
  return request.on_stage ? request.on_stage(stage) : nullptr;
}

void add_charted(const analysis::Study& study, EnsembleRequest& request) {
  for (const analysis::Line& line : study.lines) {
    for (const analysis::Chart& chart : line.charts) {
      for (const analysis::ChartCurve& curve : chart.curves) {
        const std::string name = data::split_series_name(curve.variable.text).base;
        if (std::find(request.run.columns.begin(), request.run.columns.end(), name) ==
            request.run.columns.end()) {
          request.run.columns.push_back(name);
        }
      }
    }
  }
}

// The fans over the draws that a fit has left with the study. False after errors.
bool add_fitted(const CompiledModel& compiled, const StudyReportRequest& asked,
                base::Sources& sources, base::Diagnostics& diagnostics, ReportInput& input) {
  PosteriorRequest without;
  without.gradient = false;
  auto settings = kept_settings(input.files.study.posterior.text, sources, diagnostics);
  if (!settings) {
    return false;
  }
  without.settings = std::move(*settings);
  const auto posterior = Posterior::make(compiled, input.files, without, diagnostics);
  const auto points =
      posterior ? read_posterior(input.files.study.posterior.text, *posterior, sources, diagnostics)
                : std::nullopt;
  if (!points) {
    return false;
  }
  EnsembleRequest request;
  request.run.seed = asked.seed;
  request.threads = asked.threads;
  request.table = design_of(compiled, *posterior, *points);
  add_charted(input.files.study, request);
  auto made = run_ensemble(compiled, request, diagnostics, begin(asked, "draws of the fit"));
  if (!made) {
    return false;
  }
  input.fitted = std::move(made->fans);
  return true;
}

// The fan of every charted variable and the bands, over draws of the priors; structures and levers
// stay as the model has them. False after errors.
bool add_ensemble(const CompiledModel& compiled, const StudyReportRequest& asked,
                  base::Diagnostics& diagnostics, ReportInput& input) {
  const analysis::Study& study = input.files.study;
  EnsembleRequest request;
  request.run.seed = asked.seed;
  request.threads = asked.threads;
  request.design.runs = asked.draws;
  add_priors(study, request);
  add_charted(study, request);
  for (const analysis::Band& band : study.bands) {
    const analysis::Reading& of = band.reading;
    request.readings.push_back({"band " + band.id, of.variable.text, of.scale, of.measure,
                                study.calendar.time(of.from), study.calendar.time(of.until),
                                of.level, of.variable.span});
  }
  auto made = run_ensemble(compiled, request, diagnostics,
                           begin(asked, fmt::format("{} draws of the priors", asked.draws)));
  if (!made) {
    return false;
  }
  for (const analysis::Band& band : study.bands) {
    const data::Variable* values = made->runs.find("band " + band.id);
    if (values == nullptr) {
      continue;
    }
    report::BandResult result{&band, 0, 0, false};
    for (const double value : values->values) {
      result.share += value >= band.low && value <= band.high ? 1 : 0;
    }
    result.share /= static_cast<double>(values->values.size());
    result.median = report::spread_of(values->values).median;
    result.passed = result.share >= band.share;
    input.bands.push_back(result);
  }
  input.draws = asked.draws;
  input.failures = made->failures.size();
  input.fans = std::move(made->fans);
  return true;
}

}  // namespace

std::optional<StudyReport> report_study(const StudyReportRequest& request, base::Sources& sources,
                                        base::Diagnostics& diagnostics) {
  auto files = analysis::load_study(request.study, sources, diagnostics);
  if (!files) {
    return std::nullopt;
  }
  const auto compiled = compile(files->study.model.text, sources, diagnostics);
  if (!compiled) {
    return std::nullopt;
  }
  RunRequest run_request;
  run_request.command = request.command;
  run_request.seed = request.seed;  // of the draws; the page shows it
  auto results = run(*compiled, run_request, diagnostics);
  if (!results) {
    return std::nullopt;
  }
  analysis::check_variables(files->study, *results, diagnostics);
  if (diagnostics.has_errors()) {
    return std::nullopt;
  }
  results->attributes["study"] = files->study.name;
  results->attributes["created"] = request.created;
  ReportInput input;
  input.files = std::move(*files);
  input.results = std::move(*results);
  input.tests_only = request.tests_only;
  describe_model(*compiled, input);
  input.equations = equations_of(*compiled);
  if (!input.files.study.priors.empty()) {
    if (request.draws > 0 && !add_ensemble(*compiled, request, diagnostics, input)) {
      return std::nullopt;
    }
    if (request.draws > 0 && !input.files.study.posterior.empty() &&
        !add_fitted(*compiled, request, sources, diagnostics, input)) {
      return std::nullopt;
    }
    if (request.experiment_draws > 0 && !request.tests_only) {
      input.experiment = run_experiment(
          *compiled, input.files.study, {request.experiment_draws, request.seed, request.threads},
          std::min(request.experiment_draws, kAnswerDraws), diagnostics, request.on_stage);
    }
  }
  if (request.check_draws > 0) {
    input.checks =
        run_battery(*compiled, input.files, {request.check_draws, request.seed, request.threads},
                    sources, diagnostics, request.on_stage);
  }
  if (diagnostics.has_errors()) {
    return std::nullopt;
  }
  StudyReport report;
  report.html = report_html(input);
  report.summary = report_summary_text(input, request.page);
  report.input = std::move(input);
  return report;
}

}  // namespace shamal::api
