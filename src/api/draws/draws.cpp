#include "api/draws/draws.h"

#include <algorithm>

#include <fast_float/fast_float.h>

#include "base/names.h"
#include "base/parallel.h"

namespace shamal::api {

namespace {

bool same(std::string_view a, std::string_view b) {
  return base::fold_name(a) == base::fold_name(b);
}

analysis::Marginal choice(const std::vector<double>& values) {
  analysis::Marginal made;
  made.family = analysis::find_marginal_family("choice");
  for (const double value : values) {
    made.parameters.push_back(value);
    made.parameters.push_back(1);
  }
  return made;
}

// Hands the blocks to the probes.
class HandOver final : public sim::EnsembleSink {
 public:
  explicit HandOver(const std::vector<Probe*>& probes) : probes_(probes) {}

  bool take(const sim::EnsembleBlock& block, const std::shared_ptr<void>&) override {
    for (Probe* probe : probes_) {
      probe->take(block);
    }
    return true;
  }

 private:
  const std::vector<Probe*>& probes_;
};

}  // namespace

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') {
    text.remove_prefix(1);
  }
  while (!text.empty() && text.back() == ' ') {
    text.remove_suffix(1);
  }
  return text;
}

void add_structures(const analysis::Study& study, EnsembleRequest& request) {
  for (const analysis::Structure& structure : study.structures) {
    std::vector<double> values;
    for (const analysis::Structure::Option& option : structure.options) {
      values.push_back(option.value);
    }
    request.parameters.push_back(
        {structure.parameter.text, false, choice(values), structure.parameter.span});
  }
}

void pin_settings(EnsembleRequest& request) {
  for (const std::string& setting : request.run.settings) {
    const std::size_t equals = setting.rfind('=');
    if (equals == std::string::npos) {
      continue;  // reported when the run is prepared
    }
    const std::string_view name = trimmed(std::string_view(setting).substr(0, equals));
    const std::string_view text = trimmed(std::string_view(setting).substr(equals + 1));
    double value = 0;
    fast_float::from_chars(text.data(), text.data() + text.size(), value);
    for (UncertainParameter& parameter : request.parameters) {
      if (same(parameter.name, name)) {
        parameter.marginal = choice({value});
        parameter.multiply = false;
      } else if (same(parameter.name, name.substr(0, name.find('[')))) {
        // One element of an array that varies as a whole: the array keeps the model's values.
        parameter.marginal = choice({1});
        parameter.multiply = true;
      }
    }
  }
}

EnsembleRequest Draws::request_of(const std::vector<std::string>& settings) const {
  EnsembleRequest made;
  made.run.seed = request_.seed;
  made.run.settings = settings;
  made.design.runs = request_.draws;
  add_priors(study_, made);
  add_structures(study_, made);
  pin_settings(made);
  return made;
}

void Draws::add(const CompiledModel& model, const std::vector<std::string>& settings,
                Probe& probe) {
  auto group = std::find_if(groups_.begin(), groups_.end(), [&](const Group& it) {
    return it.model == &model && it.request.run.settings == settings;
  });
  if (group == groups_.end()) {
    groups_.push_back({&model, request_of(settings), {}, {}});
    group = std::prev(groups_.end());
  }
  std::vector<std::string>& columns = group->request.run.columns;
  for (const std::string& name : probe.variables()) {
    if (std::find(columns.begin(), columns.end(), name) == columns.end()) {
      columns.push_back(name);
    }
  }
  group->probes.push_back(&probe);
}

bool Draws::prepare(Group& group, base::Diagnostics& diagnostics) const {
  group.prepared = prepare_ensemble(*group.model, group.request, diagnostics);
  if (!group.prepared) {
    return false;
  }
  ColumnsByName columns;
  std::size_t first = 0;
  for (std::size_t i = 0; i < group.prepared->shown; ++i) {
    const NamedVariable& named = group.prepared->columns[i];
    const std::size_t count = named.element ? 1 : named.variable->count;
    columns[group.request.run.columns[i]] = {
        first, count, !named.element && count > 1 ? named.variable : nullptr};
    first += count;
  }
  for (Probe* probe : group.probes) {
    probe->open(columns);
  }
  return true;
}

// Ensembles side by side leave no thread idle where one alone has fewer blocks than there are
// threads.
bool Draws::simulate(const std::vector<Group*>& groups, base::Progress* progress) const {
  const std::size_t threads = request_.threads == 0 ? base::hardware_threads() : request_.threads;
  const std::size_t abreast = std::max<std::size_t>(1, std::min(threads, groups.size()));
  const auto make = [&](std::size_t i) -> std::optional<bool> {
    const Group& group = *groups[i];
    sim::EnsembleThreads own = group.prepared->threads;
    own.threads = threads / abreast;
    own.progress = progress;
    const sim::BlockRange all{0, group.prepared->plan.blocks()};
    HandOver hand_over(group.probes);
    sim::EnsembleSink* const sinks[] = {&hand_over};
    if (sim::simulate_ensemble(group.model->kernel, group.prepared->plan, all, sinks, own) <
        all.size()) {
      return std::nullopt;
    }
    return true;
  };
  return base::make_in_parallel(groups.size(), abreast, groups.size(), make,
                                [](std::size_t, bool) { return true; }) == groups.size();
}

std::vector<double> Draws::drawn(const std::string& parameter) const {
  for (const Group& group : groups_) {
    if (!group.prepared || !group.request.run.settings.empty()) {
      continue;
    }
    const auto& parameters = group.prepared->parameters;
    const auto runs = static_cast<std::size_t>(group.prepared->plan.runs);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      if (same(parameters[i].name, parameter)) {
        std::vector<double> values(parameters.size() * runs);
        group.prepared->design->values(0, runs, values);
        const auto from = values.begin() + static_cast<std::ptrdiff_t>(i * runs);
        return {from, from + static_cast<std::ptrdiff_t>(runs)};
      }
    }
  }
  return {};
}

bool Draws::run(base::Diagnostics& diagnostics, base::Progress* progress) {
  std::vector<Group*> plain;
  std::vector<Group*> others;
  std::uint64_t steps = 0;
  for (Group& group : groups_) {
    if (!prepare(group, diagnostics)) {
      return false;
    }
    steps += group.prepared->plan.runs * sim::grid_of(group.prepared->plan.run).saves.back();
    (group.request.run.settings.empty() ? plain : others).push_back(&group);
  }
  if (progress != nullptr) {
    progress->expect(steps);
  }
  return simulate(plain, progress) && simulate(others, progress);
}

}  // namespace shamal::api
