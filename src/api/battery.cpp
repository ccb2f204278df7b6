#include "api/battery.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "analysis/comparison.h"
#include "analysis/reading.h"
#include "api/battery_static.h"
#include "api/ensemble.h"
#include "api/experiment.h"
#include "api/member.h"
#include "api/report/spread.h"
#include "api/run.h"
#include "base/names.h"

namespace shamal::api {

namespace {

using analysis::Check;
using analysis::Expectation;
using Status = CheckResult::Status;

// A variable among the saved columns.
struct Columns {
  std::string name;
  std::size_t first = 0;
  std::size_t count = 0;  // 1: a scalar or one element
};

// Saved values of every run: [run][time][column].
struct Kept {
  std::vector<double> times;
  std::size_t columns = 0;
  std::vector<double> values;

  double at(std::size_t run, std::size_t time, std::size_t column) const {
    return values[(run * times.size() + time) * columns + column];
  }
};

class Keep final : public sim::EnsembleSink {
 public:
  bool take(const sim::EnsembleBlock& block, const std::shared_ptr<void>&) override {
    kept.times = block.results.times;
    kept.columns = block.results.columns;
    kept.values.insert(kept.values.end(), block.results.values.begin(), block.results.values.end());
    return true;
  }
  Kept kept;
};

// The worst violation, and how many runs had one.
struct Violations {
  std::uint64_t runs = 0;
  std::uint64_t violated = 0;
  double worst = 0;  // how far beyond what is allowed, as a share of it
  std::string finding;
};

class Examine final : public sim::EnsembleSink {
 public:
  Examine(const PreparedEnsemble& prepared, const analysis::Calendar& calendar,
          const std::vector<Expectation>& expectations,
          const std::map<std::string, Columns>& columns, const Kept* base)
      : prepared_(prepared), calendar_(calendar), columns_(columns), base_(base) {
    for (const Expectation& expectation : expectations) {
      expectations_.push_back(&expectation);
    }
  }

  bool take(const sim::EnsembleBlock& block, const std::shared_ptr<void>&) override {
    const sim::Trajectories& results = block.results;
    for (std::size_t run = 0; run < results.runs; ++run) {
      bool bad = false;
      for (const Expectation* expectation : expectations_) {
        bad = examine(*expectation, block, run) || bad;
      }
      ++found.runs;
      found.violated += bad ? 1 : 0;
    }
    return true;
  }

  Violations found;

 private:
  // How far `value` is beyond `limit`, if `sign` is 1 above and if it is -1 below it; positive is
  // a violation.
  static double excess(double value, double limit, double sign, double tolerance) {
    if (std::isnan(value) || std::isnan(limit)) {
      return std::numeric_limits<double>::infinity();
    }
    const double slack = tolerance * std::max(1.0, std::fabs(limit));
    const double beyond = sign * (value - limit);
    return beyond > slack ? beyond / std::max(1.0, std::fabs(limit)) : 0;
  }

  bool examine(const Expectation& it, const sim::EnsembleBlock& block, std::size_t run) {
    const sim::Trajectories& results = block.results;
    const Columns& of = columns_.at(it.variable.text);
    const double from = it.from ? calendar_.time(*it.from) : -1e300;
    const double until = it.until ? calendar_.time(*it.until) : 1e300;
    const auto other = [&](const analysis::PlacedText& name, std::size_t t, std::size_t c) {
      const Columns& column = columns_.at(name.text);
      const std::size_t at = column.first + (column.count == 1 ? 0 : c);
      return it.of_base ? base_->at(block.first_run + run, t, at) : results.value(run, t, at);
    };
    bool bad = false;
    for (std::size_t t = 0; t < results.times.size(); ++t) {
      if (results.times[t] < from - 1e-9 || results.times[t] > until + 1e-9) {
        continue;
      }
      for (std::size_t c = 0; c < of.count; ++c) {
        const double value = results.value(run, t, of.first + c);
        double beyond = 0;
        double limit = 0;
        const auto hold = [&](double bound, double sign) {
          const double more = excess(value, bound, sign, it.tolerance);
          if (more > beyond) {
            beyond = more;
            limit = bound;
          }
        };
        if (it.at_least) {
          hold(*it.at_least, -1);
        }
        if (it.at_most) {
          hold(*it.at_most, 1);
        }
        if (!it.not_above.empty()) {
          hold(other(it.not_above, t, c), 1);
        }
        if (!it.not_below.empty()) {
          hold(other(it.not_below, t, c), -1);
        }
        if (beyond > 0) {
          bad = true;
          if (beyond > found.worst || found.finding.empty()) {
            found.worst = beyond;
            found.finding = describe(it, c, value, limit, results.times[t], block.first_run + run);
          }
        }
      }
    }
    return bad;
  }

  std::string describe(const Expectation& it, std::size_t element, double value, double limit,
                       double time, std::uint64_t run) const {
    std::string name = it.variable.text;
    for (const NamedVariable& column : prepared_.columns) {
      if (!column.element && column.variable->count > 1 &&
          base::fold_name(column.variable->name) == base::fold_name(name)) {
        name += fmt::format("[{}]", prepared_.compiled->layout.element_label(
                                        *column.variable, static_cast<std::uint32_t>(element)));
      }
    }
    return fmt::format("{} is {:.6g} against {:.6g} on {} in draw {}", name, value, limit,
                       analysis::plain_date(calendar_.date(time)), run + 1);
  }

  const PreparedEnsemble& prepared_;
  const analysis::Calendar& calendar_;
  const std::map<std::string, Columns>& columns_;
  const Kept* base_;
  std::vector<const Expectation*> expectations_;
};

class Runner {
 public:
  Runner(const CompiledModel& compiled, const analysis::Study& study, const BatteryRequest& request,
         base::Diagnostics& diagnostics, const OnStage& on_stage)
      : compiled_(compiled),
        study_(study),
        request_(request),
        diagnostics_(diagnostics),
        on_stage_(on_stage) {}

  CheckResult run(const Check& check) {
    CheckResult result{check.id,        check.title, check.group, check.text, check.required,
                       Status::not_run, 0,           0,           {}};
    const std::size_t errors = diagnostics_.errors();
    check_names(check);
    if (diagnostics_.errors() > errors) {
      result.finding = "the check could not be made";
      return result;
    }
    progress_ = on_stage_ ? on_stage_(check.id + " " + check.title) : nullptr;
    switch (check.kind) {
      case Check::Kind::holds:
        holds(check, result);
        break;
      case Check::Kind::sign:
        sign(check, result);
        break;
      case Check::Kind::integration:
        integration(check, result);
        break;
      case Check::Kind::steady:
        steady(check, result);
        break;
      case Check::Kind::course:
        course(check, result);
        break;
    }
    if (diagnostics_.errors() > errors) {
      result.status = Status::not_run;
      result.finding = "the check could not be made";
    }
    return result;
  }

 private:
  // Reports names that the model does not have, and settings of what is computed, at their places.
  void check_names(const Check& check) {
    const auto known = [&](const analysis::PlacedText& name) {
      if (!name.empty()) {
        find_variable(compiled_.layout, name.text, diagnostics_, name.span);
      }
    };
    for (const Expectation& it : check.expectations) {
      known(it.variable);
      known(it.not_above);
      known(it.not_below);
    }
    for (const analysis::PlacedText& name : check.variables) {
      known(name);
    }
    for (const analysis::CourseStep& step : check.steps) {
      known(step.variable);
    }
    const auto constant = [&](std::string_view name, base::Span span) {
      const auto found = find_variable(compiled_.layout, name, diagnostics_, span);
      if (found && found->variable->kind != ir::VariableKind::constant) {
        diagnostics_.add(base::Code::request_not_constant, span, fmt::format("\"{}\"", name));
      }
    };
    for (const analysis::PlacedText& setting : check.settings) {
      const std::size_t equals = setting.text.rfind('=');
      if (equals != std::string::npos) {  // else it is reported when the run is prepared
        constant(trimmed(std::string_view(setting.text).substr(0, equals)), setting.span);
      }
    }
    if (!check.parameter.empty()) {
      constant(check.parameter.text, check.parameter.span);
    }
  }

  EnsembleRequest request_of(const std::vector<std::string>& settings) const {
    EnsembleRequest made;
    made.run.seed = request_.seed;
    made.run.settings = settings;
    made.threads = request_.threads;
    made.design.runs = request_.draws;
    add_priors(study_, made);
    add_structures(study_, made);
    pin_settings(made);
    return made;
  }

  static std::vector<std::string> settings_of(const Check& check) {
    std::vector<std::string> made;
    for (const analysis::PlacedText& setting : check.settings) {
      made.push_back(setting.text);
    }
    return made;
  }

  static void finish(CheckResult& result, std::string good) {
    result.status = result.violated == 0 && result.runs > 0 ? Status::passed : Status::failed;
    if (result.status == Status::passed) {
      result.finding = std::move(good);
    }
  }

  void holds(const Check& check, CheckResult& result) {
    EnsembleRequest request = request_of(settings_of(check));
    std::set<std::string> names;
    bool base = false;
    for (const Expectation& it : check.expectations) {
      base = base || it.of_base;
      for (const analysis::PlacedText* name : {&it.variable, &it.not_above, &it.not_below}) {
        if (!name->empty() && names.insert(name->text).second) {
          request.run.columns.push_back(name->text);
        }
      }
    }
    const auto prepared = prepare_ensemble(compiled_, request, diagnostics_);
    if (!prepared) {
      return;
    }
    std::map<std::string, Columns> columns;
    std::size_t first = 0;
    for (std::size_t i = 0; i < prepared->shown; ++i) {
      const std::size_t count =
          prepared->columns[i].element ? 1 : prepared->columns[i].variable->count;
      columns[request.run.columns[i]] = {request.run.columns[i], first, count};
      first += count;
    }
    for (const Expectation& it : check.expectations) {
      for (const analysis::PlacedText* name : {&it.not_above, &it.not_below}) {
        if (!name->empty() && columns[name->text].count != 1 &&
            columns[name->text].count != columns[it.variable.text].count) {
          diagnostics_.add(
              base::Code::study_variable, name->span,
              fmt::format("\"{}\" has another shape than \"{}\"", name->text, it.variable.text));
          return;
        }
      }
    }
    Keep kept;
    if (base) {
      EnsembleRequest plain = request_of({});
      plain.run.columns = request.run.columns;
      const auto prepared_base = prepare_ensemble(compiled_, plain, diagnostics_);
      if (!prepared_base) {
        return;
      }
      sim::EnsembleSink* sinks[] = {&kept};
      sim::simulate_ensemble(compiled_.kernel, prepared_base->plan,
                             {0, prepared_base->plan.blocks()}, sinks, threads(*prepared_base));
    }
    Examine examine(*prepared, study_.calendar, check.expectations, columns, &kept.kept);
    sim::EnsembleSink* sinks[] = {&examine};
    sim::simulate_ensemble(compiled_.kernel, prepared->plan, {0, prepared->plan.blocks()}, sinks,
                           threads(*prepared));
    result.runs = examine.found.runs;
    result.violated = examine.found.violated;
    result.finding = examine.found.finding;
    finish(result, fmt::format("holds in all {} draws", result.runs));
  }

  sim::EnsembleThreads threads(const PreparedEnsemble& prepared) const {
    sim::EnsembleThreads made = prepared.threads;
    made.progress = progress_;
    return made;
  }

  void sign(const Check& check, CheckResult& result) {
    std::vector<std::vector<double>> sides;
    for (const double value : {check.low, check.high}) {
      std::vector<std::string> settings = settings_of(check);
      if (!is_base(check.parameter.text, value)) {
        settings.push_back(fmt::format("{}={}", check.parameter.text, value));
      }
      const auto* outcomes = outcomes_of(settings);
      if (outcomes == nullptr) {
        return;
      }
      sides.push_back(outcomes->at(base::fold_name(check.outcome.text)));
    }
    std::uint64_t moved = 0;
    for (std::size_t i = 0; i < sides[0].size(); ++i) {
      const double a = sides[0][i];
      const double b = sides[1][i];
      ++result.runs;
      if (a == b || std::fabs(b - a) <= 1e-9 * std::max(std::fabs(a), std::fabs(b))) {
        continue;
      }
      ++moved;
      const bool up = b > a || (std::isnan(b) && !std::isnan(a));
      result.violated += up != check.rises ? 1 : 0;
    }
    const double against =
        moved > 0 ? static_cast<double>(result.violated) / static_cast<double>(moved) : 1;
    result.finding = fmt::format(
        "from {:g} to {:g} the outcome goes {} in {} of the {} draws in which it moves ({} in all)",
        check.low, check.high, check.rises ? "up" : "down", moved - result.violated, moved,
        result.runs);
    result.status =
        moved > 0 && against <= 1 - check.share + 1e-12 ? Status::passed : Status::failed;
  }

  // A lever at the value that it has in the model anyway.
  bool is_base(std::string_view parameter, double value) const {
    return std::any_of(study_.levers.begin(), study_.levers.end(), [&](const auto& lever) {
      return lever.base == value &&
             base::fold_name(lever.parameter.text) == base::fold_name(parameter);
    });
  }

  // Every outcome in every draw, by its folded id. Checks that set the same things share the runs.
  using Outcomes = std::map<std::string, std::vector<double>>;
  const Outcomes* outcomes_of(const std::vector<std::string>& settings) {
    const auto known = outcomes_.find(settings);
    if (known != outcomes_.end()) {
      return &known->second;
    }
    EnsembleRequest request = request_of(settings);
    add_outcomes(study_, request);
    request.run.columns = {request.readings.front().variable};
    const auto made = run_ensemble(compiled_, request, diagnostics_, progress_);
    if (!made) {
      return nullptr;
    }
    Outcomes outcomes;
    for (const EnsembleReading& reading : request.readings) {
      if (const data::Variable* values = made->runs.find(reading.id)) {
        outcomes[base::fold_name(reading.id)] = values->values;
      }
    }
    return &outcomes_.emplace(settings, std::move(outcomes)).first->second;
  }

  // Outcomes of the run at the medians, by another step or method.
  std::optional<std::vector<double>> outcomes_by(const std::vector<std::string>& settings,
                                                 std::optional<double> dt,
                                                 std::optional<std::string> method,
                                                 std::vector<double>* peaks) {
    RunRequest request;
    request.settings = settings;
    request.dt = dt;
    request.method = std::move(method);
    request.save_interval = compiled_.model.sim.save_interval;
    for (const analysis::Outcome& outcome : study_.outcomes) {
      request.columns.push_back(outcome.reading.variable.text);
    }
    const auto results = api::run(compiled_, request, diagnostics_);
    if (!results) {
      return std::nullopt;
    }
    std::vector<double> made;
    for (const analysis::Outcome& outcome : study_.outcomes) {
      const analysis::Reading& of = outcome.reading;
      const auto curve = analysis::find_curve(*results, of.variable.text);
      if (!curve) {
        return std::nullopt;
      }
      std::vector<double> values = curve->values;
      double peak = 0;
      for (double& value : values) {
        value *= of.scale;
        peak = std::max(peak, std::fabs(value));
      }
      made.push_back(analysis::read_measure(of.measure, curve->times, values,
                                            study_.calendar.time(of.from),
                                            study_.calendar.time(of.until), of.level));
      if (peaks != nullptr) {
        peaks->push_back(peak);
      }
    }
    return made;
  }

  void integration(const Check& check, CheckResult& result) {
    const std::vector<std::string> settings = settings_of(check);
    std::vector<double> peaks;
    const auto base = outcomes_by(settings, std::nullopt, std::nullopt, &peaks);
    const auto half = outcomes_by(settings, compiled_.model.sim.dt / 2, std::nullopt, nullptr);
    const auto rk4 = outcomes_by(settings, std::nullopt, std::string("rk4"), nullptr);
    if (!base || !half || !rk4) {
      return;
    }
    result.runs = 2;
    double worst = 0;
    std::string worst_name;
    for (const auto* other : {&*half, &*rk4}) {
      bool bad = false;
      for (std::size_t i = 0; i < base->size(); ++i) {
        const analysis::Outcome& outcome = study_.outcomes[i];
        const bool day = outcome.reading.measure == analysis::Measure::falls_below ||
                         outcome.reading.measure == analysis::Measure::rises_above;
        const double a = (*base)[i];
        const double b = (*other)[i];
        const double off = a == b ? 0
                           : day  ? std::fabs(b - a) / check.months
                                  : std::fabs(b - a) / std::max(peaks[i], 1e-300) / check.tolerance;
        bad = bad || !(off <= 1);
        if (off > worst || (std::isnan(off) && worst_name.empty())) {
          worst = off;
          worst_name =
              fmt::format("{} ({})", outcome.title, other == &*half ? "half the step" : "RK4");
        }
      }
      result.violated += bad ? 1 : 0;
    }
    result.finding = fmt::format(
        "{} outcomes; the largest change is {:.2g} of what is allowed ({:g} % of the curve's peak, "
        "{:g} months for a day){}",
        base->size(), worst, 100 * check.tolerance, check.months,
        worst_name.empty() ? worst_name : ": " + worst_name);
    result.status = result.violated == 0 ? Status::passed : Status::failed;
  }

  void steady(const Check& check, CheckResult& result) {
    EnsembleRequest request = request_of(settings_of(check));
    for (const analysis::PlacedText& name : check.variables) {
      request.run.columns.push_back(name.text);
    }
    const auto prepared = prepare_ensemble(compiled_, request, diagnostics_);
    if (!prepared) {
      return;
    }
    Keep kept;
    sim::EnsembleSink* sinks[] = {&kept};
    sim::simulate_ensemble(compiled_.kernel, prepared->plan, {0, prepared->plan.blocks()}, sinks,
                           threads(*prepared));
    const Kept& all = kept.kept;
    const std::size_t last = all.times.size() - 1;
    const analysis::Date begin = study_.calendar.date(all.times.front());
    const analysis::Date end = study_.calendar.date(all.times.back());
    const double years = end.year - begin.year + (end.month - begin.month) / 12.0;
    double worst = 0;
    for (std::size_t run = 0; run < prepared->plan.runs; ++run) {
      bool bad = false;
      std::size_t first = 0;
      for (std::size_t i = 0; i < prepared->shown; ++i) {
        const std::size_t count =
            prepared->columns[i].element ? 1 : prepared->columns[i].variable->count;
        double scale = 0;
        for (std::size_t c = first; c < first + count; ++c) {
          scale = std::max(scale, std::fabs(all.at(run, 0, c)));
        }
        for (std::size_t c = first; c < first + count; ++c) {
          const double drift = std::fabs(all.at(run, last, c) - all.at(run, 0, c));
          const double off = drift == 0 ? 0 : drift / std::max(scale, 1e-300) / years;
          if (!(off <= worst)) {
            worst = off;
            result.finding = fmt::format("{} drifts by {:.2g} % a year in draw {}",
                                         check.variables[i].text, 100 * off, run + 1);
          }
          bad = bad || !(off <= check.tolerance);
        }
        first += count;
      }
      ++result.runs;
      result.violated += bad ? 1 : 0;
    }
    finish(result,
           fmt::format("largest drift {:.2g} % a year in {} draws", 100 * worst, result.runs));
  }

  // Steps are readings of the runs: the value at a date, and at the date that it is compared with.
  void course(const Check& check, CheckResult& result) {
    EnsembleRequest request = request_of(settings_of(check));
    const auto read = [&](std::string id, const analysis::CourseStep& step, analysis::Date date) {
      const double time = study_.calendar.time(date);
      request.readings.push_back({std::move(id), step.variable.text, 1, analysis::Measure::value,
                                  time, time, 0, step.variable.span});
    };
    for (std::size_t i = 0; i < check.steps.size(); ++i) {
      read(fmt::format("step {}", i), check.steps[i], check.steps[i].date);
      if (check.steps[i].over) {
        read(fmt::format("base {}", i), check.steps[i], *check.steps[i].over);
      }
    }
    request.run.columns = {check.steps.front().variable.text};
    const auto made = run_ensemble(compiled_, request, diagnostics_, progress_);
    if (!made) {
      return;
    }
    std::vector<bool> good(request.design.runs, true);
    std::string finding;
    for (std::size_t i = 0; i < check.steps.size(); ++i) {
      const analysis::CourseStep& step = check.steps[i];
      std::vector<double> values = made->runs.find(fmt::format("step {}", i))->values;
      if (step.over) {
        const std::vector<double>& base = made->runs.find(fmt::format("base {}", i))->values;
        for (std::size_t run = 0; run < values.size(); ++run) {
          values[run] /= base[run];
        }
      }
      for (std::size_t run = 0; run < values.size(); ++run) {
        good[run] = good[run] && values[run] >= step.at_least.value_or(-1e300) &&
                    values[run] <= step.at_most.value_or(1e300);
      }
      const report::Spread spread = report::spread_of(std::move(values));
      finding +=
          fmt::format("{}{} on {}{}: {}, wanted {}{}{}", finding.empty() ? "" : "; ",
                      step.variable.text, analysis::plain_date(step.date),
                      step.over ? " over " + analysis::plain_date(*step.over) : std::string(),
                      report::spread_text(spread),
                      step.at_least ? fmt::format("at least {:g}", *step.at_least) : std::string(),
                      step.at_least && step.at_most ? " and " : "",
                      step.at_most ? fmt::format("at most {:g}", *step.at_most) : std::string());
    }
    result.runs = good.size();
    result.violated = static_cast<std::uint64_t>(std::count(good.begin(), good.end(), false));
    const double share =
        1 - static_cast<double>(result.violated) / static_cast<double>(result.runs);
    result.finding =
        fmt::format("in {} of {} draws, wanted in {:g} %. {}", result.runs - result.violated,
                    result.runs, 100 * check.share, finding);
    result.status = share >= check.share ? Status::passed : Status::failed;
  }

  const CompiledModel& compiled_;
  const analysis::Study& study_;
  const BatteryRequest& request_;
  base::Diagnostics& diagnostics_;
  const OnStage& on_stage_;
  base::Progress* progress_ = nullptr;
  std::map<std::vector<std::string>, Outcomes> outcomes_;
};

// The settings of a member stand before those of the check.
Check of_member(Check check, const analysis::Member& member) {
  check.settings.insert(check.settings.begin(), member.settings.begin(), member.settings.end());
  check.text = fmt::format("{}: {} {}", member.title, member.text, check.text);
  return check;
}

}  // namespace

std::vector<CheckResult> run_battery(const CompiledModel& compiled,
                                     const analysis::StudyFiles& files,
                                     const BatteryRequest& request, base::Sources& sources,
                                     base::Diagnostics& diagnostics, const OnStage& on_stage) {
  std::vector<CheckResult> results = check_statically(compiled, files, diagnostics);
  Runner runner(compiled, files.study, request, diagnostics, on_stage);
  std::map<std::string, std::optional<CompiledModel>> members;
  for (const Check& check : files.battery.checks) {
    if (check.member.empty()) {
      results.push_back(runner.run(check));
      continue;
    }
    const std::string id = base::fold_name(check.member.text);
    const analysis::Member& member =
        *std::find_if(files.battery.members.begin(), files.battery.members.end(),
                      [&](const analysis::Member& it) { return base::fold_name(it.id) == id; });
    if (!members.contains(id)) {
      members.emplace(id, compile_member(compiled, member, sources, diagnostics));
    }
    if (const auto& model = members.at(id)) {
      analysis::Study study = files.study;
      study.calendar.origin = member.time_origin;
      results.push_back(
          Runner(*model, study, request, diagnostics, on_stage).run(of_member(check, member)));
    }
  }
  return results;
}

std::string_view status_name(CheckResult::Status status) {
  switch (status) {
    case Status::passed:
      return "passed";
    case Status::failed:
      return "failed";
    case Status::not_run:
      break;
  }
  return "not run";
}

}  // namespace shamal::api
