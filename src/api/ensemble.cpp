#include "api/ensemble.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <unordered_map>

#include <fmt/format.h>

#include "api/ensemble_parts.h"
#include "api/run_request.h"
#include "api/version.h"

namespace shamal::api {

using base::Code;

void add_priors(const analysis::Study& study, EnsembleRequest& request) {
  for (const analysis::Prior& prior : study.priors) {
    request.parameters.push_back({prior.parameter.text, prior.multiply,
                                  analysis::marginal_of(prior.distribution), prior.parameter.span});
  }
}

void add_outcomes(const analysis::Study& study, EnsembleRequest& request) {
  for (const analysis::Outcome& outcome : study.outcomes) {
    const analysis::Reading& of = outcome.reading;
    request.readings.push_back({outcome.id, of.variable.text, of.scale, of.measure,
                                study.calendar.time(of.from), study.calendar.time(of.until),
                                of.level, of.variable.span});
  }
}

namespace {

// What a design's numbers do to the constants of the model.
struct Target {
  std::size_t number = 0;  // of the design
  double own = 0;          // the value without the design
  bool multiply = false;
};

class Preparation {
 public:
  Preparation(const Runnable& compiled, const EnsembleRequest& request,
              base::Diagnostics& diagnostics)
      : compiled_(compiled), request_(request), diagnostics_(diagnostics) {}

  std::optional<PreparedEnsemble> prepare() {
    made_.compiled = &compiled_;
    made_.request = &request_;
    made_.threads.threads = request_.threads;
    prepare_run();
    prepare_settings();
    if (request_.table) {
      prepare_table();
    } else {
      prepare_design();
    }
    prepare_readings();
    if (diagnostics_.has_errors()) {
      return std::nullopt;
    }
    made_.plan.runs = made_.design->runs();
    made_.plan.values = [design = made_.design, targets = targets_,
                         numbers = made_.parameters.size()](std::uint64_t first, std::size_t count,
                                                            std::span<double> values) {
      std::vector<double> drawn(numbers * count);
      design->values(first, count, drawn);
      for (std::size_t i = 0; i < targets.size(); ++i) {
        const Target& target = targets[i];
        for (std::size_t r = 0; r < count; ++r) {
          const double draw = drawn[target.number * count + r];
          values[i * count + r] = std::isnan(draw)  ? target.own
                                  : target.multiply ? target.own * draw
                                                    : draw;
        }
      }
    };
    if (const auto fault = sim::find_fault(compiled_.kernel, made_.plan)) {
      diagnostics_.add(Code::bad_sim_specs, {}, *fault);
      return std::nullopt;
    }
    return std::move(made_);
  }

 private:
  void prepare_run() {
    auto spec = run_spec(compiled_, request_.run, diagnostics_);
    auto columns = choose_columns(compiled_.layout, request_.run, diagnostics_);
    const machine::Backend* backend = machine::find_backend(request_.run.backend);
    if (backend == nullptr) {
      diagnostics_.add(Code::request_bad_value, {},
                       fmt::format("--backend {}", request_.run.backend),
                       "write machine, avx2, rows, reference or single");
    } else if (backend->single && !machine::single_possible()) {
      diagnostics_.add(
          Code::request_bad_value, {},
          "single precision, which needs a processor with AVX2 and memory that may be executed",
          "leave --precision single out");
      backend = nullptr;
    }
    if (!spec || !columns || backend == nullptr) {
      return;
    }
    if (spec->controls.any()) {
      diagnostics_.add(Code::request_bad_value, {},
                       "an ensemble of a model whose times change during the run",
                       "fix them with --stop, --dt and --save-interval");
      return;
    }
    made_.threads.backend = backend;
    made_.plan.run = std::move(*spec);
    made_.plan.run.save_times = request_.times;
    made_.plan.run.batch_width = request_.batch_width;
    made_.columns = std::move(*columns);
    made_.shown = made_.columns.size();
    for (const NamedVariable& column : made_.columns) {
      save(column);
    }
  }

  void save(const NamedVariable& column) {
    made_.plan.run.saved.push_back({column.variable->base + column.element.value_or(0),
                                    column.element ? 1 : column.variable->count});
  }

  void prepare_settings() {
    sim::Inputs inputs;
    for (const ir::Constant& constant : compiled_.program.constants) {
      own_[constant.slot] = constant.value;
    }
    for (const std::string& setting : request_.run.settings) {
      add_setting(compiled_.layout, setting, inputs, diagnostics_);
    }
    made_.plan.fixed = inputs.overrides;
    for (const sim::Inputs::Override& override : inputs.overrides) {
      own_[override.slot] = override.values.front();
    }
  }

  void prepare_design() {
    std::vector<analysis::Marginal> marginals;
    for (const UncertainParameter& parameter : request_.parameters) {
      add_target(parameter.name, parameter.multiply, parameter.span);
      if (const std::string problem = analysis::find_problem(parameter.marginal);
          !problem.empty()) {
        diagnostics_.add(Code::request_bad_value, parameter.span,
                         fmt::format("the {} distribution of \"{}\": {}",
                                     parameter.marginal.family->name, parameter.name, problem));
      }
      marginals.push_back(parameter.marginal);
    }
    analysis::DesignRequest design = request_.design;
    design.seed = request_.run.seed;
    if (const std::string problem = analysis::find_problem(design, marginals); !problem.empty()) {
      diagnostics_.add(Code::request_bad_value, {}, problem);
      return;
    }
    if (!diagnostics_.has_errors()) {
      made_.design = analysis::make_design(design, std::move(marginals));
    }
  }

  void prepare_table() {
    for (const std::string& name : request_.table->names) {
      add_target(name, false, {});
    }
    if (request_.table->values.empty()) {
      diagnostics_.add(Code::request_bad_value, {}, "the design has no runs");
      return;
    }
    made_.design =
        analysis::make_table_design(request_.table->values, request_.table->names.size());
  }

  void add_target(const std::string& name, bool multiply, base::Span span) {
    const auto named = find_variable(compiled_.layout, name, diagnostics_, span);
    if (!named) {
      return;
    }
    const ir::LayoutVariable& variable = *named->variable;
    if (variable.kind != ir::VariableKind::constant || variable.structural) {
      diagnostics_.add(Code::request_not_constant, span, fmt::format("\"{}\"", variable.name),
                       variable.structural
                           ? kStructural
                           : "shamal variables --kind constant lists what can vary");
      return;
    }
    const ir::Slot base = variable.base + named->element.value_or(0);
    const std::uint32_t count = named->element ? 1 : variable.count;
    for (ir::Slot slot = base; slot < base + count; ++slot) {
      if (!taken_.emplace(slot, name).second) {
        diagnostics_.add(Code::request_bad_value, span,
                         fmt::format("\"{}\" varies twice, also as \"{}\"", name, taken_[slot]),
                         "let each constant vary once");
        return;
      }
      made_.plan.varied.push_back(slot);
      targets_.push_back({made_.parameters.size(), own_[slot], multiply});
    }
    made_.parameters.push_back(
        {full_name(compiled_.layout, *named), multiply ? "" : variable.unit});
  }

  void prepare_readings() {
    for (const EnsembleReading& reading : request_.readings) {
      const auto named =
          find_variable(compiled_.layout, reading.variable, diagnostics_, reading.span);
      if (!named) {
        continue;
      }
      if (!named->element && named->variable->count != 1) {
        diagnostics_.add(Code::request_bad_value, reading.span,
                         fmt::format("\"{}\" is an array", reading.variable),
                         "name one element: \"Name[element]\"");
        continue;
      }
      std::size_t at = 0;
      std::size_t column = 0;
      for (; at < made_.columns.size(); ++at) {
        const NamedVariable& known = made_.columns[at];
        const std::uint32_t count = known.element ? 1 : known.variable->count;
        if (known.variable == named->variable &&
            (!known.element || known.element == named->element.value_or(0))) {
          column += known.element ? 0 : named->element.value_or(0);
          break;
        }
        column += count;
      }
      if (at == made_.columns.size()) {
        made_.columns.push_back({named->variable, named->element.value_or(0)});
        save(made_.columns.back());
      }
      made_.readings.push_back({&reading, column});
    }
  }

  const Runnable& compiled_;
  const EnsembleRequest& request_;
  base::Diagnostics& diagnostics_;
  PreparedEnsemble made_;
  std::unordered_map<ir::Slot, double> own_;
  std::unordered_map<ir::Slot, std::string> taken_;
  std::vector<Target> targets_;
};

// What is kept of each run besides the summary.
class RunRecords final : public sim::EnsembleSink {
 public:
  explicit RunRecords(const PreparedEnsemble& prepared)
      : prepared_(prepared),
        times_(save_times(prepared.plan)),
        readings_(prepared.readings.size()),
        failure_time_(static_cast<std::size_t>(prepared.plan.runs),
                      std::numeric_limits<double>::quiet_NaN()) {}

  bool take(const sim::EnsembleBlock& block, const std::shared_ptr<void>&) override {
    for (std::size_t i = 0; i < readings_.size(); ++i) {
      const auto read = read_runs(prepared_.readings[i], times_, block.results);
      readings_[i].insert(readings_[i].end(), read.begin(), read.end());
    }
    for (const FailedRun& failed : failed_runs(block)) {
      failure_time_[static_cast<std::size_t>(failed.run)] = failed.time;
      failures_.push_back(failed);
    }
    return true;
  }

  data::Dataset dataset() const {
    data::Dataset made;
    const auto runs = static_cast<std::size_t>(prepared_.plan.runs);
    made.dimensions.push_back({std::string(data::kRunDimension), runs, {}, {}, ""});
    const auto add = [&](std::string name, std::string unit, std::string kind,
                         std::vector<double> values) {
      made.variables.push_back(
          {std::move(name), {0}, std::move(values), std::move(unit), std::move(kind), ""});
    };
    std::vector<double> drawn(prepared_.parameters.size() * runs);
    if (!drawn.empty()) {
      prepared_.design->values(0, runs, drawn);
    }
    for (std::size_t i = 0; i < prepared_.parameters.size(); ++i) {
      const auto from = drawn.begin() + static_cast<std::ptrdiff_t>(i * runs);
      add(prepared_.parameters[i].name, prepared_.parameters[i].unit, "parameter",
          {from, from + static_cast<std::ptrdiff_t>(runs)});
    }
    for (std::size_t i = 0; i < readings_.size(); ++i) {
      add(prepared_.readings[i].reading->id, "", "outcome", readings_[i]);
    }
    add("failure_time", prepared_.compiled->times.time_unit, "", failure_time_);
    made.attributes = ensemble_attributes(prepared_);
    return made;
  }

  std::vector<FailedRun> failures() const { return failures_; }

 private:
  const PreparedEnsemble& prepared_;
  std::vector<double> times_;
  std::vector<std::vector<double>> readings_;
  std::vector<double> failure_time_;
  std::vector<FailedRun> failures_;
};

}  // namespace

std::optional<PreparedEnsemble> prepare_ensemble(const Runnable& compiled,
                                                 const EnsembleRequest& request,
                                                 base::Diagnostics& diagnostics) {
  return Preparation(compiled, request, diagnostics).prepare();
}

std::vector<FailedRun> failed_runs(const sim::EnsembleBlock& block) {
  std::map<std::size_t, FailedRun> by_run;
  for (const auto& lost : block.results.not_a_number) {
    by_run[lost.run] = {block.first_run + lost.run, lost.time, lost.slot, false};
  }
  for (const auto& failure : block.results.failures) {
    by_run[failure.run] = {block.first_run + failure.run, failure.time, failure.slot, true};
  }
  std::vector<FailedRun> made;
  for (const auto& [run, failed] : by_run) {
    made.push_back(failed);
  }
  return made;
}

std::map<std::string, std::string> ensemble_attributes(const PreparedEnsemble& prepared) {
  const Runnable& compiled = *prepared.compiled;
  const EnsembleRequest& request = *prepared.request;
  const sim::RunSpec& run = prepared.plan.run;
  std::map<std::string, std::string> made;
  made["title"] = compiled.name;
  made["model_file"] = compiled.path;
  made["model_sha256"] = compiled.sha256;
  made["engine_version"] = std::string(version());
  made["command"] = request.run.command;
  made["seed"] = fmt::format("{}", request.run.seed);
  made["method"] = std::string(run.method->name);
  made["start"] = fmt::format("{}", run.start);
  made["stop"] = fmt::format("{}", run.stop);
  made["dt"] = fmt::format("{}", run.dt);
  made["design"] = "file";
  if (!request.table) {
    for (const analysis::DesignRow& row : analysis::designs()) {
      if (row.kind == request.design.kind) {
        made["design"] = std::string(row.name);
      }
    }
  }
  made["runs"] = fmt::format("{}", prepared.plan.runs);
  return made;
}

std::optional<EnsembleResult> run_ensemble(const Runnable& compiled, const EnsembleRequest& request,
                                           base::Diagnostics& diagnostics,
                                           base::Progress* progress) {
  auto prepared = prepare_ensemble(compiled, request, diagnostics);
  if (!prepared) {
    return std::nullopt;
  }
  prepared->threads.progress = progress;
  const sim::EnsemblePlan& plan = prepared->plan;
  std::optional<sim::BinEdges> edges;
  if (!sim::exact_fits(plan.runs, plan.cells(), request.memory)) {
    edges = sim::pilot_edges(compiled.kernel, plan, prepared->threads);
    if (!edges) {
      return std::nullopt;
    }
  }
  const sim::BlockRange all{0, plan.blocks()};
  sim::Summary summary(plan, all, std::move(edges));
  RunRecords records(*prepared);
  sim::EnsembleSink* const sinks[] = {&summary, &records};
  if (sim::simulate_ensemble(compiled.kernel, plan, all, sinks, prepared->threads) < all.size()) {
    return std::nullopt;
  }
  return EnsembleResult{fans_of(*prepared, summary), records.dataset(), records.failures()};
}

}  // namespace shamal::api
