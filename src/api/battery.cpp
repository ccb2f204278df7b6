#include "api/battery.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "api/battery/expectations.h"
#include "api/battery/integration.h"
#include "api/battery/static.h"
#include "api/draws/draws.h"
#include "api/member.h"
#include "api/report/spread.h"
#include "api/run.h"
#include "base/names.h"

namespace shamal::api {

namespace {

using analysis::Check;
using analysis::Expectation;
using Status = CheckResult::Status;

// The model of a check, its dates, and what is set before the check's own settings.
struct Case {
  const CompiledModel* model = nullptr;
  analysis::Calendar calendar;
  std::vector<std::string> settings;
};

std::vector<std::string> texts(const std::vector<analysis::PlacedText>& placed) {
  std::vector<std::string> made;
  for (const analysis::PlacedText& text : placed) {
    made.push_back(text.text);
  }
  return made;
}

// Reports names that the model does not have, settings of what is computed, and comparisons of
// what has not the same shape, at their places.
class Names {
 public:
  Names(const CompiledModel& compiled, base::Diagnostics& diagnostics)
      : layout_(compiled.layout), diagnostics_(diagnostics) {}

  void check(const Check& check) const {
    for (const Expectation& it : check.expectations) {
      const std::size_t count = size(it.variable);
      for (const analysis::PlacedText* name : {&it.not_above, &it.not_below}) {
        const std::size_t other = name->empty() ? 1 : size(*name);
        if (count > 0 && other > 1 && other != count) {
          diagnostics_.add(
              base::Code::study_variable, name->span,
              fmt::format("\"{}\" has another shape than \"{}\"", name->text, it.variable.text));
        }
      }
    }
    for (const analysis::PlacedText& name : check.variables) {
      size(name);
    }
    for (const analysis::CourseStep& step : check.steps) {
      if (size(step.variable) > 1) {
        diagnostics_.add(base::Code::request_bad_value, step.variable.span,
                         fmt::format("\"{}\" is an array", step.variable.text),
                         "name one element: \"Name[element]\"");
      }
    }
    settings(check.settings);
    if (!check.parameter.empty()) {
      constant(check.parameter.text, check.parameter.span);
    }
  }

  void settings(const std::vector<analysis::PlacedText>& list) const {
    for (const analysis::PlacedText& setting : list) {
      const std::size_t equals = setting.text.rfind('=');
      if (equals != std::string::npos) {  // else it is reported when the run is prepared
        constant(trimmed(std::string_view(setting.text).substr(0, equals)), setting.span);
      }
    }
  }

 private:
  // Elements that the name stands for; 0 if there is no such variable.
  std::size_t size(const analysis::PlacedText& name) const {
    const auto found = find_variable(layout_, name.text, diagnostics_, name.span);
    return !found ? 0 : found->element ? 1 : found->variable->count;
  }

  void constant(std::string_view name, base::Span span) const {
    const auto found = find_variable(layout_, name, diagnostics_, span);
    if (found && found->variable->kind != ir::VariableKind::constant) {
      diagnostics_.add(base::Code::request_not_constant, span, fmt::format("\"{}\"", name));
    }
  }

  const ir::Layout& layout_;
  base::Diagnostics& diagnostics_;
};

// The checks of a study, made in two steps: each says which runs it needs and what becomes of them,
// then the runs are made.
class Plan {
 public:
  Plan(const CompiledModel& compiled, const analysis::Study& study, const DrawsRequest& request)
      : compiled_(compiled), study_(study), draws_(study, request) {}

  void add(const Check& check, const Case& of, base::Diagnostics& diagnostics) {
    results_.push_back({check.id, check.title, check.group, check.text, check.required,
                        Status::not_run, 0, 0, "the check could not be made"});
    switch (check.kind) {
      case Check::Kind::holds:
        holds(check, of);
        break;
      case Check::Kind::sign:
        sign(check, of);
        break;
      case Check::Kind::steady:
        steady(check, of);
        break;
      case Check::Kind::course:
        course(check, of);
        break;
      case Check::Kind::integration:
        finish_.push_back([this, &check, &diagnostics](CheckResult& result) {
          check_integration(compiled_, study_, check, result, diagnostics);
        });
        break;
    }
  }

  std::vector<CheckResult> run(base::Diagnostics& diagnostics, const OnStage& on_stage) {
    const std::string stage = fmt::format("tests: {} ensembles", draws_.size());
    if (draws_.run(diagnostics, on_stage ? on_stage(stage) : nullptr)) {
      for (std::size_t i = 0; i < results_.size(); ++i) {
        finish_[i](results_[i]);
      }
    }
    return std::move(results_);
  }

 private:
  template <typename Made, typename... Arguments>
  Made& probe(const Case& of, const std::vector<std::string>& settings, Arguments&&... arguments) {
    auto made = std::make_unique<Made>(std::forward<Arguments>(arguments)...);
    Made& probe = *made;
    probes_.push_back(std::move(made));
    draws_.add(*of.model, settings, probe);
    return probe;
  }

  static std::vector<std::string> settings_of(const Check& check, const Case& of) {
    std::vector<std::string> made = of.settings;
    for (std::string& setting : texts(check.settings)) {
      made.push_back(std::move(setting));
    }
    return made;
  }

  static void judge(CheckResult& result, std::string good) {
    result.status = result.violated == 0 && result.runs > 0 ? Status::passed : Status::failed;
    if (result.status == Status::passed) {
      result.finding = std::move(good);
    }
  }

  void holds(const Check& check, const Case& of) {
    const KeepAll* base = nullptr;
    if (std::any_of(check.expectations.begin(), check.expectations.end(),
                    [](const Expectation& it) { return it.of_base; })) {
      auto keep = std::make_unique<KeepAll>();
      for (const Expectation& it : check.expectations) {
        for (const analysis::PlacedText* name : {&it.not_above, &it.not_below}) {
          if (it.of_base && !name->empty()) {
            keep->ask(name->text);
          }
        }
      }
      draws_.add(*of.model, of.settings, *keep);
      base = keep.get();
      probes_.push_back(std::move(keep));
    }
    const Examine& found = probe<Examine>(of, settings_of(check, of), check.expectations,
                                          of.calendar, of.model->layout, base);
    finish_.push_back([&found](CheckResult& result) {
      result.runs = found.runs;
      result.violated = found.violated;
      result.finding = found.finding;
      judge(result, fmt::format("holds in all {} draws", result.runs));
    });
  }

  // Every outcome in every draw. Checks that set the same things share the probe.
  const ReadCurves& outcomes(const Case& of, const std::vector<std::string>& settings) {
    const ReadCurves*& known = outcomes_[settings];
    if (known == nullptr) {
      std::vector<analysis::Reading> readings;
      for (const analysis::Outcome& outcome : study_.outcomes) {
        readings.push_back(outcome.reading);
      }
      known = &probe<ReadCurves>(of, settings, std::move(readings), of.calendar);
    }
    return *known;
  }

  // A lever at the value that it has in the model anyway.
  bool is_base(std::string_view parameter, double value) const {
    return std::any_of(study_.levers.begin(), study_.levers.end(), [&](const auto& lever) {
      return lever.base == value &&
             base::fold_name(lever.parameter.text) == base::fold_name(parameter);
    });
  }

  void sign(const Check& check, const Case& of) {
    const auto side = [&](double value) -> const ReadCurves& {
      std::vector<std::string> settings = settings_of(check, of);
      if (!is_base(check.parameter.text, value)) {
        settings.push_back(fmt::format("{}={}", check.parameter.text, value));
      }
      return outcomes(of, settings);
    };
    const ReadCurves& low = side(check.low);
    const ReadCurves& high = side(check.high);
    const auto outcome = static_cast<std::size_t>(
        std::find_if(study_.outcomes.begin(), study_.outcomes.end(),
                     [&](const analysis::Outcome& it) {
                       return base::fold_name(it.id) == base::fold_name(check.outcome.text);
                     }) -
        study_.outcomes.begin());
    finish_.push_back([&low, &high, &check, outcome](CheckResult& result) {
      judge_sign(check, low.values[outcome], high.values[outcome], result);
    });
  }

  static void judge_sign(const Check& check, const std::vector<double>& low,
                         const std::vector<double>& high, CheckResult& result) {
    std::uint64_t moved = 0;
    for (std::size_t i = 0; i < low.size(); ++i) {
      const double a = low[i];
      const double b = high[i];
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

  void steady(const Check& check, const Case& of) {
    const KeepEnds& ends = probe<KeepEnds>(of, settings_of(check, of), texts(check.variables));
    finish_.push_back([&ends, &check, calendar = of.calendar](CheckResult& result) {
      const analysis::Date begin = calendar.date(ends.begin);
      const analysis::Date end = calendar.date(ends.end);
      const double years = end.year - begin.year + (end.month - begin.month) / 12.0;
      double worst = 0;
      for (const std::vector<KeepEnds::Ends>& run : ends.runs) {
        ++result.runs;
        bool bad = false;
        for (std::size_t v = 0; v < run.size(); ++v) {
          double scale = 0;
          for (const double value : run[v].first) {
            scale = std::max(scale, std::fabs(value));
          }
          for (std::size_t e = 0; e < run[v].first.size(); ++e) {
            const double drift = std::fabs(run[v].last[e] - run[v].first[e]);
            const double off = drift == 0 ? 0 : drift / std::max(scale, 1e-300) / years;
            if (!(off <= worst)) {
              worst = off;
              result.finding = fmt::format("{} drifts by {:.2g} % a year in draw {}",
                                           check.variables[v].text, 100 * off, result.runs);
            }
            bad = bad || !(off <= check.tolerance);
          }
        }
        result.violated += bad ? 1 : 0;
      }
      judge(result,
            fmt::format("largest drift {:.2g} % a year in {} draws", 100 * worst, result.runs));
    });
  }

  // Steps are readings of the runs: the value at a date, and at the date that it is compared with.
  void course(const Check& check, const Case& of) {
    std::vector<analysis::Reading> readings;
    const auto read = [&](const analysis::PlacedText& variable, analysis::Date date) {
      readings.push_back({variable, 1, analysis::Measure::value, date, date, 0});
    };
    for (const analysis::CourseStep& step : check.steps) {
      read(step.variable, step.date);
      read(step.variable, step.over.value_or(step.date));
    }
    const ReadCurves& curves =
        probe<ReadCurves>(of, settings_of(check, of), std::move(readings), of.calendar);
    finish_.push_back(
        [&curves, &check](CheckResult& result) { judge_course(check, curves.values, result); });
  }

  static void judge_course(const Check& check, const std::vector<std::vector<double>>& read,
                           CheckResult& result) {
    std::vector<bool> good(read.front().size(), true);
    std::string finding;
    for (std::size_t i = 0; i < check.steps.size(); ++i) {
      const analysis::CourseStep& step = check.steps[i];
      std::vector<double> values = read[2 * i];
      for (std::size_t run = 0; run < values.size(); ++run) {
        if (step.over) {
          values[run] /= read[2 * i + 1][run];
        }
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
  Draws draws_;
  std::deque<std::unique_ptr<Probe>> probes_;
  std::map<std::vector<std::string>, const ReadCurves*> outcomes_;
  std::vector<CheckResult> results_;
  std::vector<std::function<void(CheckResult&)>> finish_;  // of each result, after the runs
};

}  // namespace

std::vector<CheckResult> run_battery(const CompiledModel& compiled,
                                     const analysis::StudyFiles& files, const DrawsRequest& request,
                                     base::Sources& sources, base::Diagnostics& diagnostics,
                                     const OnStage& on_stage) {
  std::vector<CheckResult> results = check_statically(compiled, files, diagnostics);
  const std::size_t errors = diagnostics.errors();
  std::map<std::string, std::optional<CompiledModel>> members;
  std::map<std::string, Case> cases;
  cases[""] = {&compiled, files.study.calendar, {}};
  for (const analysis::Member& member : files.battery.members) {
    const std::string id = base::fold_name(member.id);
    const auto& model = members[id] = compile_member(compiled, member, sources, diagnostics);
    if (model) {
      Names(*model, diagnostics).settings(member.settings);
      cases[id] = {
          &*model, {member.time_origin, files.study.calendar.unit}, texts(member.settings)};
    }
  }
  std::vector<Check> checks = files.battery.checks;
  Plan plan(compiled, files.study, request);
  for (Check& check : checks) {
    const auto of = cases.find(base::fold_name(check.member.text));
    if (of == cases.end()) {
      continue;  // the member was reported
    }
    if (!check.member.empty()) {
      const analysis::Member& member = *std::find_if(
          files.battery.members.begin(), files.battery.members.end(),
          [&](const analysis::Member& it) { return base::fold_name(it.id) == of->first; });
      check.text = fmt::format("{}: {} {}", member.title, member.text, check.text);
    }
    Names(*of->second.model, diagnostics).check(check);
    if (diagnostics.errors() == errors) {
      plan.add(check, of->second, diagnostics);
    }
  }
  if (diagnostics.errors() == errors) {
    for (CheckResult& result : plan.run(diagnostics, on_stage)) {
      results.push_back(std::move(result));
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
