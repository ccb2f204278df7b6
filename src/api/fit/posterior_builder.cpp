// From a study and its model to a posterior: names become slots, dates become steps.
#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include <fmt/format.h>

#include "api/ensemble_parts.h"
#include "api/fit/posterior.h"
#include "api/run_request.h"
#include "base/names.h"
#include "base/parallel.h"

namespace shamal::api {

using analysis::Distribution;
using base::Code;
using Role = FitParameter::Role;

namespace {

Distribution lognormal(double median, double factor) {
  Distribution made;
  made.family = Distribution::Family::lognormal;
  made.median = median;
  made.factor = factor;
  made.high = std::numeric_limits<double>::infinity();
  return made;
}

Distribution normal(double sd) {
  Distribution made;
  made.family = Distribution::Family::normal;
  made.sd = sd;
  made.low = -std::numeric_limits<double>::infinity();
  made.high = std::numeric_limits<double>::infinity();
  return made;
}

// 90 % of an error to estimate lie within this factor of its first guess.
constexpr double kErrorFactor = 3;

}  // namespace

class PosteriorBuilder {
 public:
  PosteriorBuilder(const CompiledModel& compiled, const analysis::StudyFiles& files,
                   const PosteriorRequest& request, base::Diagnostics& diagnostics)
      : compiled_(compiled), files_(files), request_(request), diagnostics_(diagnostics) {}

  std::optional<Posterior> build() {
    const std::size_t errors = diagnostics_.errors();
    made_.compiled_ = &compiled_;
    made_.threads_ = request_.threads == 0 ? base::hardware_threads() : request_.threads;
    find_own_values();
    add_constants();
    add_groups();
    auto data =
        analysis::fit_data(files_.study, files_.observations,
                           {compiled_.model.sim.start, compiled_.model.sim.stop}, diagnostics_);
    if (!data || diagnostics_.errors() > errors) {
      return std::nullopt;
    }
    add_data(*data);
    add_times();
    if (diagnostics_.errors() > errors || !differentiate()) {
      return std::nullopt;
    }
    return std::move(made_);
  }

 private:
  void find_own_values() {
    for (const ir::Constant& constant : compiled_.program.constants) {
      own_[constant.slot] = constant.value;
    }
    sim::Inputs inputs;
    for (const std::string& setting : request_.settings) {
      add_setting(compiled_.layout, setting, inputs, diagnostics_);
    }
    made_.fixed_ = inputs.overrides;
    for (const sim::Inputs::Override& override : inputs.overrides) {
      own_[override.slot] = override.values.front();
    }
  }

  // The constants that a name stands for; nothing if it stands for none.
  struct Constants {
    std::string name;
    std::string unit;
    const ir::LayoutVariable* variable = nullptr;
    std::vector<ir::Slot> slots;
  };
  std::optional<Constants> constants(const analysis::PlacedText& written) {
    const auto named = find_variable(compiled_.layout, written.text, diagnostics_, written.span);
    if (!named) {
      return std::nullopt;
    }
    const ir::LayoutVariable& variable = *named->variable;
    if (variable.kind != ir::VariableKind::constant || variable.structural) {
      diagnostics_.add(Code::request_not_constant, written.span,
                       fmt::format("\"{}\"", variable.name),
                       "shamal variables --kind constant lists what can vary");
      return std::nullopt;
    }
    Constants made{full_name(compiled_.layout, *named), variable.unit, &variable, {}};
    const std::uint32_t count = named->element ? 1 : variable.count;
    for (std::uint32_t i = 0; i < count; ++i) {
      made.slots.push_back(variable.base + named->element.value_or(0) + i);
    }
    return made;
  }

  FitTarget& target(ir::Slot slot) {
    const auto [at, added] = target_of_.try_emplace(slot, made_.targets_.size());
    if (added) {
      made_.targets_.push_back({slot, own_[slot], {}, false, {}, 0});
    }
    return made_.targets_[at->second];
  }

  std::size_t add(Role role, std::string name, std::string unit, const Distribution& distribution,
                  std::size_t series = 0) {
    made_.parameters_.push_back(
        {role, std::move(name), std::move(unit), analysis::UnitPrior(distribution), series});
    return made_.parameters_.size() - 1;
  }

  // The priors that the fit moves, in the order of the study.
  std::vector<const analysis::Prior*> chosen_priors() {
    std::vector<const analysis::Prior*> chosen;
    const auto& wanted = files_.study.fit.parameters;
    std::vector<std::string> names;
    for (const analysis::Prior& prior : files_.study.priors) {
      const std::string folded = base::fold_name(prior.parameter.text);
      names.push_back(prior.parameter.text);
      if (wanted.empty() || std::any_of(wanted.begin(), wanted.end(), [&](const auto& it) {
            return base::fold_name(it.text) == folded;
          })) {
        chosen.push_back(&prior);
      }
    }
    for (const analysis::PlacedText& name : wanted) {
      if (std::none_of(chosen.begin(), chosen.end(), [&](const analysis::Prior* prior) {
            return base::fold_name(prior->parameter.text) == base::fold_name(name.text);
          })) {
        const auto near = base::nearest_name(name.text, names);
        diagnostics_.add(Code::fit_parameter, name.span,
                         fmt::format("\"{}\" has no prior", name.text),
                         near ? fmt::format("did you mean \"{}\"?", *near)
                              : std::string("add a [[prior]] for it"));
      }
    }
    return chosen;
  }

  void add_constants() {
    for (const analysis::Prior* prior : chosen_priors()) {
      if (const auto problem = analysis::UnitPrior::problem(prior->distribution)) {
        diagnostics_.add(Code::fit_parameter, prior->parameter.span,
                         fmt::format("\"{}\": {}", prior->parameter.text, *problem),
                         "name the others under \"parameters\" of [fit]");
        continue;
      }
      const auto of = constants(prior->parameter);
      if (!of) {
        continue;
      }
      const std::size_t parameter =
          add(Role::constant, of->name, prior->multiply ? "" : of->unit, prior->distribution);
      for (const ir::Slot slot : of->slots) {
        FitTarget& it = target(slot);
        if (it.prior) {
          diagnostics_.add(Code::fit_parameter, prior->parameter.span,
                           fmt::format("\"{}\" varies twice", of->name),
                           "let each constant have one prior");
        }
        it.prior = parameter;
        it.multiply = prior->multiply;
      }
    }
    if (made_.parameters_.empty() && !diagnostics_.has_errors()) {
      diagnostics_.add(Code::fit_nothing, {}, "the study has no [[prior]]",
                       "give each constant that is not known a prior");
    }
  }

  void add_groups() {
    for (const analysis::FitGroup& group : files_.study.fit.groups) {
      const auto of = constants(group.parameter);
      if (!of) {
        continue;
      }
      const std::size_t spread = add(Role::spread, fmt::format("spread of {}", of->name), "",
                                     lognormal(group.spread, group.factor));
      for (std::size_t i = 0; i < of->slots.size(); ++i) {
        FitTarget& it = target(of->slots[i]);
        it.spread = spread;
        const std::string label = compiled_.layout.element_label(
            *of->variable, static_cast<std::uint32_t>(of->slots[i] - of->variable->base));
        it.effect = add(Role::effect, fmt::format("effect of {}[{}]", of->variable->name, label),
                        "", normal(1));
      }
    }
  }

  void add_data(analysis::FitData& data) {
    made_.series_ = std::move(data.series);
    made_.points_ = std::move(data.calibration);
    made_.outside_ = std::move(data.outside);
    made_.of_series_.resize(made_.series_.size());
    std::map<std::pair<ir::Slot, std::uint32_t>, std::size_t> columns;
    column_of_.resize(made_.series_.size());
    for (std::size_t s = 0; s < made_.series_.size(); ++s) {
      const analysis::DataSeries& series = made_.series_[s];
      const auto named =
          find_variable(compiled_.layout, series.variable.text, diagnostics_, series.variable.span);
      if (!named) {
        continue;
      }
      if (!named->element && named->variable->count != 1) {
        diagnostics_.add(Code::request_bad_value, series.variable.span,
                         fmt::format("\"{}\" is an array", series.variable.text),
                         "name one element: \"Name[element]\"");
        continue;
      }
      const ir::Slot slot = named->variable->base + named->element.value_or(0);
      const auto [at, added] = columns.try_emplace({slot, 1}, made_.spec_.saved.size());
      if (added) {
        made_.spec_.saved.push_back({slot, 1});
      }
      column_of_[s] = at->second;
      Posterior::SeriesParameters& of = made_.of_series_[s];
      if (series.points == 0) {
        continue;  // all of it is held out
      }
      if (series.estimated) {
        const bool alone = series.entry->error.kind == analysis::ErrorModel::Kind::estimated;
        of.error =
            add(Role::error, fmt::format("{} of {}", alone ? "error" : "discrepancy", series.name),
                "", lognormal(*series.estimated, kErrorFactor), s);
      }
      if (series.bias > 0) {
        of.bias =
            add(Role::bias, fmt::format("bias of {}", series.name), "", normal(series.bias), s);
      }
      for (std::size_t b = 0; b < series.breaks; ++b) {
        of.jumps.push_back(add(Role::jump, fmt::format("break {} of {}", b + 1, series.name), "",
                               normal(series.break_size), s));
      }
    }
  }

  // Saved are the steps on both sides of each observation.
  void add_times() {
    const auto spec = run_spec(compiled_, {}, diagnostics_);
    if (!spec) {
      return;
    }
    const std::vector<sim::SlotRange> saved = std::move(made_.spec_.saved);
    made_.spec_ = *spec;
    made_.spec_.dt = files_.study.fit.step.value_or(spec->dt);
    made_.spec_.saved = saved;
    sim::RunSpec& run = made_.spec_;
    std::vector<double> times;
    const auto last = static_cast<double>(sim::grid_of(run).steps);
    const auto before = [&](double time) { return std::floor((time - run.start) / run.dt + 1e-9); };
    for (const analysis::DataPoint& point : made_.points_) {
      const double step = before(point.time);
      if (step < 0 || point.time > run.start + last * run.dt + 1e-9) {
        const base::Span span =
            point.row == nullptr ? made_.series_[point.series].variable.span : point.row->span;
        diagnostics_.add(Code::fit_observation, span,
                         fmt::format("\"{}\" lies at time {}, outside of the run",
                                     made_.series_[point.series].name, point.time),
                         fmt::format("the model runs from {} to {}", run.start, run.stop));
        continue;
      }
      times.push_back(run.start + step * run.dt);
      times.push_back(run.start + std::min(step + 1, last) * run.dt);
    }
    if (diagnostics_.has_errors()) {
      return;
    }
    std::sort(times.begin(), times.end());
    run.stop = times.back();
    run.save_times = times;
    const sim::TimeGrid grid = sim::grid_of(run);
    made_.steps_ = grid.saves.back();
    for (const analysis::DataPoint& point : made_.points_) {
      const auto step = static_cast<std::uint32_t>(std::max(0.0, before(point.time)));
      const auto at = std::lower_bound(grid.saves.begin(), grid.saves.end(), step);
      Posterior::Place place;
      place.column = column_of_[point.series];
      place.save = static_cast<std::size_t>(at - grid.saves.begin());
      place.share = std::clamp((point.time - grid.time(step)) / run.dt, 0.0, 1.0);
      if (place.save + 1 == grid.saves.size() || place.share < 1e-9) {
        place.share = 0;
      }
      made_.places_.push_back(place);
    }
  }

  bool differentiate() {
    if (made_.spec_.method->adaptive() && request_.gradient) {
      diagnostics_.add(
          Code::fit_no_gradient, {},
          fmt::format("the integration method {} chooses its own steps", made_.spec_.method->name),
          "use euler, rk2 or rk4, or ask for --sampler demcz");
      return false;
    }
    for (const std::vector<ir::Instruction>& block : compiled_.program.blocks) {
      for (const ir::Instruction& instruction : block) {
        if (instruction.op == ir::Op::random) {
          diagnostics_.add(
              Code::fit_no_gradient, {},
              fmt::format(
                  "{} is a random number, so that two runs of one point differ",
                  slot_name(compiled_.layout, compiled_.program.views[instruction.dst].base)),
              "a fit needs a model without random numbers");
          return false;
        }
      }
    }
    if (!request_.gradient) {
      return true;
    }
    std::vector<ir::Slot> slots;
    for (const FitTarget& target : made_.targets_) {
      slots.push_back(target.slot);
    }
    auto made = sim::Differentiated::make(compiled_.kernel, slots, made_.spec_.saved);
    if (const auto* refused = std::get_if<ir::NotDifferentiable>(&made)) {
      diagnostics_.add(
          Code::fit_no_gradient, {}, fmt::format("{}: {}", refused_name(*refused), refused->why),
          "ask for a method without gradients: --sampler demcz, or --optimiser bobyqa");
      return false;
    }
    made_.differentiated_ =
        std::make_shared<const sim::Differentiated>(std::get<sim::Differentiated>(std::move(made)));
    return true;
  }

  // The first variable that what was refused is computed for.
  std::string refused_name(const ir::NotDifferentiable& refused) const {
    for (const ir::Slot slot : refused.slots) {
      for (const ir::LayoutVariable& variable : compiled_.layout.variables) {
        const bool seen = !variable.hidden && !variable.alias;
        if (seen && slot >= variable.base && slot < variable.base + variable.count) {
          return slot_name(compiled_.layout, slot);
        }
      }
    }
    return std::string(ir::row(refused.op).name);
  }

  const CompiledModel& compiled_;
  const analysis::StudyFiles& files_;
  const PosteriorRequest& request_;
  base::Diagnostics& diagnostics_;
  Posterior made_;
  std::unordered_map<ir::Slot, double> own_;
  std::unordered_map<ir::Slot, std::size_t> target_of_;
  std::vector<std::size_t> column_of_;
};

std::optional<Posterior> Posterior::make(const CompiledModel& compiled,
                                         const analysis::StudyFiles& files,
                                         const PosteriorRequest& request,
                                         base::Diagnostics& diagnostics) {
  return PosteriorBuilder(compiled, files, request, diagnostics).build();
}

}  // namespace shamal::api
