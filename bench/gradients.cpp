#include "gradients.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "api/compile.h"
#include "base/copy_past_caches.h"
#include "base/large_memory.h"
#include "cycles.h"
#include "sim/gradient.h"
#include "sim/run.h"

namespace shamal::bench {

namespace {

struct Case {
  sim::RunSpec spec;
  sim::Inputs inputs;
  std::vector<ir::Slot> parameters;
};

double constant_of(const ir::Program& program, ir::Slot slot) {
  const auto at = std::find_if(program.constants.begin(), program.constants.end(),
                               [slot](const ir::Constant& of) { return of.slot == slot; });
  return at == program.constants.end() ? 0 : at->value;
}

// A handful of stocks at every sixteenth step, and parameters spread over the model.
Case make_case(const api::CompiledModel& compiled, std::size_t parameters, std::size_t runs,
               std::size_t width) {
  constexpr std::size_t kOutputs = 8;
  Case made;
  made.spec.start = compiled.model.sim.start;
  made.spec.stop = compiled.model.sim.stop;
  made.spec.dt = compiled.model.sim.dt;
  made.spec.save_interval = 16 * made.spec.dt;
  made.spec.batch_width = width;
  std::vector<ir::Slot> constants;
  std::vector<ir::Slot> stocks;
  for (const ir::LayoutVariable& variable : compiled.layout.variables) {
    const bool constant = variable.kind == ir::VariableKind::constant && !variable.structural;
    const bool stock = variable.kind == ir::VariableKind::stock;
    for (std::uint32_t i = 0; i < variable.count && !variable.alias && (constant || stock); ++i) {
      (constant ? constants : stocks).push_back(variable.base + i);
    }
  }
  const auto spread = [](const std::vector<ir::Slot>& from, std::size_t count) {
    std::vector<ir::Slot> chosen;
    for (std::size_t i = 0; i < std::min(count, from.size()); ++i) {
      chosen.push_back(from[i * from.size() / std::min(count, from.size())]);
    }
    return chosen;
  };
  made.parameters = spread(constants, parameters);
  for (const ir::Slot slot : spread(stocks, kOutputs)) {
    made.spec.saved.push_back({slot, 1});
  }
  made.inputs.runs = runs;
  for (std::size_t p = 0; p < made.parameters.size(); ++p) {
    sim::Inputs::Override& change = made.inputs.overrides.emplace_back();
    change.slot = made.parameters[p];
    const double value = constant_of(compiled.program, change.slot);
    for (std::size_t run = 0; run < runs; ++run) {
      change.values.push_back(value * (1 + 0.01 * std::sin(static_cast<double>(run * 7 + p * 13))));
    }
  }
  return made;
}

// The sum of all saved values, each over its size in run 0.
std::vector<double> scales_of(const sim::Trajectories& of) {
  std::vector<double> scales;
  for (std::size_t i = 0; i < of.times.size() * of.columns; ++i) {
    scales.push_back(std::isfinite(of.values[i]) ? 1 / std::max(1e-9, std::fabs(of.values[i])) : 0);
  }
  return scales;
}

double value_of(const sim::Trajectories& of, std::size_t run, const std::vector<double>& scales) {
  double sum = 0;
  for (std::size_t i = 0; i < scales.size(); ++i) {
    sum += scales[i] == 0 ? 0 : scales[i] * of.values[run * scales.size() + i];
  }
  return sum;
}

// What one of the runs is given.
sim::Inputs alone_in(const sim::Inputs& of, std::size_t run) {
  sim::Inputs made = of;
  made.first_run = of.first_run + run;
  made.runs = 1;
  for (sim::Inputs::Override& change : made.overrides) {
    change.values = {change.values[run]};
  }
  return made;
}

// Of a step.
double operations(const ir::Program& program) {
  double count = 0;
  for (const ir::Instruction& instruction : program.block(ir::Block::rates)) {
    count += program.loops[instruction.loop].count();
  }
  return count;
}

// What one step of eight runs, as many as batches of large models have, leaves for the way back.
std::size_t kept_values(const sim::Differentiated& of) {
  constexpr std::size_t kLanes = 8;
  std::size_t count = 0;
  for (const std::size_t s : of.visited()) {
    count += of.adjoint().states[s].count * kLanes;
  }
  return count;
}

// Copies that many values to as many places as there are steps, and back from the last to the
// first.
void keep_and_bring_back(std::vector<double>& values, std::size_t steps,
                         base::LargeVector<double>& kept) {
  constexpr std::size_t kCaches = std::size_t{128} << 20;  // as gradients do
  const bool past = values.size() * steps * sizeof(double) > kCaches;
  double* to = kept.data();
  for (std::size_t step = 0; step < steps; ++step, to += values.size()) {
    if (past) {
      base::copy_past_caches(values.data(), values.size(), to);
    } else {
      std::copy(values.begin(), values.end(), to);
    }
  }
  for (std::size_t step = 0; step < steps; ++step) {
    to -= values.size();
    std::copy_n(to, values.size(), values.begin());
  }
}

}  // namespace

std::optional<GradientRow> measure_gradient(const std::string& name, const std::string& path,
                                            const GradientWork& work) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  const auto compiled = api::compile(path, sources, diagnostics);
  if (!compiled) {
    fmt::print(stderr, "{}: {} cannot be opened\n", name, path);
    return std::nullopt;
  }
  constexpr std::size_t kRuns = 64;
  const Case of = make_case(*compiled, work.parameters, kRuns, work.width);
  sim::RunSpec alone = of.spec;  // forward: batches as wide as is best for that
  alone.batch_width = 0;
  const auto started = std::chrono::steady_clock::now();
  auto made = sim::Differentiated::make(compiled->kernel, of.parameters, of.spec.saved);
  if (const auto* const why = std::get_if<ir::NotDifferentiable>(&made)) {
    fmt::print(stderr, "{}: {}: {}\n", name, ir::row(why->op).name, why->why);
    return std::nullopt;
  }
  const auto& differentiated = std::get<sim::Differentiated>(made);
  const auto simulate = [&](const sim::RunSpec& spec, const sim::Inputs& inputs) {
    return sim::simulate(compiled->kernel, spec, inputs, *work.backend);
  };
  sim::Trajectories forward = simulate(of.spec, of.inputs);
  const std::vector<double> scales = scales_of(forward);
  const auto weigh = [&](const sim::Trajectories&, std::size_t, std::vector<double>& weights) {
    for (auto run = weights.begin(); run != weights.end();) {
      run = std::copy(scales.begin(), scales.end(), run);
    }
  };
  const auto differentiate = [&] {
    return sim::gradients(differentiated, of.spec, of.inputs, weigh, work.memory, *work.backend);
  };
  sim::Gradients gradients = differentiate();
  GradientRow row{name, of.parameters.size(), of.spec.saved.size()};
  row.make_ms =
      1e3 * std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();

  const Counter counter;
  const auto took = [&](const auto& what) {
    const Counts before = counter.now();
    what();
    const Counts after = counter.now();
    return Counts{after.cycles - before.cycles, 0, after.seconds - before.seconds};
  };
  Counts least_forward;
  Counts least_gradient;
  const auto keep_least = [](Counts& least, const Counts& now) {
    least = least.cycles == 0 || now.cycles < least.cycles ? now : least;
  };
  for (std::size_t r = 0; r < work.repeat; ++r) {
    keep_least(least_forward, took([&] { forward = simulate(alone, of.inputs); }));
    keep_least(least_gradient, took([&] { gradients = differentiate(); }));
  }
  const auto runs = static_cast<double>(kRuns);
  row.forward_ms = 1e3 * least_forward.seconds / runs;
  row.gradient_ms = 1e3 * least_gradient.seconds / runs;
  row.ratio =
      static_cast<double>(least_gradient.cycles) / static_cast<double>(least_forward.cycles);

  std::vector<double> values(kept_values(differentiated), 1.0);
  const auto steps =
      static_cast<std::size_t>(std::lround((of.spec.stop - of.spec.start) / of.spec.dt));
  base::LargeVector<double> kept(values.size() * steps, 0.0);
  Counts least_copies;
  for (std::size_t r = 0; r < work.repeat; ++r) {
    keep_least(least_copies, took([&] { keep_and_bring_back(values, steps, kept); }));
  }
  const double batches = runs / 8;
  row.by_memory = batches * static_cast<double>(least_copies.cycles) /
                  static_cast<double>(least_forward.cycles);
  const double forward_operations = operations(differentiated.forward().program());
  row.by_operations = 1 + operations(differentiated.backward(differentiated.guarded()).program()) /
                              forward_operations;

  // Along each parameter in turn, by its size, in the second run: in the first one parameters are
  // the round numbers where models like to jump.
  constexpr std::size_t kRun = 1;
  double largest = 0;
  std::vector<std::pair<double, double>> pairs;
  for (std::size_t p = 0; p < of.parameters.size();
       p += std::max<std::size_t>(1, of.parameters.size() / 16)) {
    const double at = of.inputs.overrides[p].values[kRun];
    const double step = 1e-6 * std::max(1e-3, std::fabs(at));
    double sides[2];
    for (int side = 0; side < 2; ++side) {
      sim::Inputs moved = alone_in(of.inputs, kRun);
      moved.overrides[p].values[0] = side == 0 ? at - step : at + step;
      sides[side] = value_of(simulate(of.spec, moved), 0, scales);
    }
    const double by_difference = (sides[1] - sides[0]) / (2 * step) * at;
    const double exact = gradients.values[kRun * of.parameters.size() + p] * at;
    pairs.emplace_back(by_difference, exact);
    largest = std::max(largest, std::fabs(exact));
  }
  for (const auto& [by_difference, exact] : pairs) {
    row.worst_difference = std::max(row.worst_difference,
                                    std::fabs(by_difference - exact) / std::max(1e-300, largest));
  }
  return row;
}

}  // namespace shamal::bench
