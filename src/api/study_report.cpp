#include "api/study_report.h"

#include <fmt/format.h>

#include "analysis/comparison.h"
#include "analysis/study_files.h"
#include "api/compile.h"
#include "api/report.h"
#include "api/run.h"

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
  ReportInput input{std::move(*files), std::move(*results), {}, {}};
  describe_model(*compiled, input);
  StudyReport report;
  report.html = report_html(input);
  report.summary = report_summary_text(input, request.page);
  report.results = std::move(input.results);
  return report;
}

}  // namespace shamal::api
