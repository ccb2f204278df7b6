#include "limits.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <optional>

#include <fmt/format.h>

#include "cycles.h"
#include "machine/processor.h"
#include "stepping.h"

namespace shamal::bench {

namespace {

constexpr std::size_t kNear = 512;       // values, of the first cache
constexpr std::size_t kFar = 24 * 1024;  // of the second
using Far = std::array<double, kFar>;

// Loops over arrays, of which the compiler makes vector code.
#define SHAMAL_LOOPS(name, instructions)                                                        \
  struct name {                                                                                 \
    [[gnu::target(instructions), gnu::noinline, gnu::optimize("O3")]] static void divide(       \
        double* d, const double* a, const double* b) {                                          \
      _Pragma("GCC ivdep") for (std::size_t i = 0; i < kNear; ++i) { d[i] = a[i] / b[i]; }      \
    }                                                                                           \
    [[gnu::target(instructions), gnu::noinline, gnu::optimize("O3")]] static void multiply_add( \
        double* d, const double* a, const double* b) {                                          \
      _Pragma("GCC ivdep") for (std::size_t i = 0; i < kNear; ++i) {                            \
        const double p = a[i] * b[i];                                                           \
        const double q = a[i] + b[i];                                                           \
        const double r = a[i] - b[i];                                                           \
        d[i] = (p + q) * (p - r) + (q * r - p * p);                                             \
      }                                                                                         \
    }                                                                                           \
  }

SHAMAL_LOOPS(Avx2, "avx2,fma");
SHAMAL_LOOPS(Avx512, "avx512f,avx512vl,avx512dq,fma,prefer-vector-width=512");

// One value of each line.
[[gnu::target("avx2,fma"), gnu::noinline, gnu::optimize("O3")]] double fetch(const double* a) {
  double sum = 0;
  for (std::size_t i = 0; i < kFar; i += 32) {
    sum += (a[i] + a[i + 8]) + (a[i + 16] + a[i + 24]);
  }
  return sum;
}

double cycles_of(const std::function<void()>& work, int repeats) {
  const Counter counter;
  double least = 0;
  for (int repeat = 0; repeat < repeats; ++repeat) {
    const std::uint64_t before = counter.now().cycles;
    work();
    const auto cycles = static_cast<double>(counter.now().cycles - before);
    least = repeat == 0 ? cycles : std::min(least, cycles);
  }
  return least;
}

struct Limits {
  double division = 0;     // cycles of one, as many of which are done at once as there can be
  double line = 0;         // cycles to bring one from the second cache
  double instruction = 0;  // cycles of one where none waits
};

// Nothing if loops of which all is known are counted wrongly.
template <class Loops>
std::optional<Limits> measure_processor() {
  constexpr int kTimes = 200;
  constexpr int kRepeats = 1000;
  alignas(64) static std::array<double, kNear> a, b, d;
  alignas(64) static Far far;
  a.fill(1.1);
  b.fill(3.3);
  far.fill(1);
  const auto cycles_of_many = [](auto work) {
    const auto many = [work] {
      for (int i = 0; i < kTimes; ++i) {
        work();
        asm volatile("" ::: "memory");
      }
    };
    return cycles_of(many, kRepeats) / kTimes;
  };
  const auto mix = [] { Loops::multiply_add(d.data(), a.data(), b.data()); };
  const auto division = [] { Loops::divide(d.data(), a.data(), b.data()); };
  const auto lines = [] { d[0] += fetch(far.data()); };
  constexpr std::size_t kLines = kFar / 8;
  const std::uint64_t seen = step_through(lines).lines;
  if (step_through(division).divisions != kNear || seen < kLines || seen > kLines + 8) {
    return std::nullopt;
  }
  return Limits{cycles_of_many(division) / kNear, cycles_of_many(lines) / kLines,
                cycles_of_many(mix) / static_cast<double>(step_through(mix).instructions)};
}

// A batch of a model's runs, so many steps of it.
Stepped steps_of(const Workload& workload, const machine::Backend& backend, std::size_t width,
                 unsigned steps) {
  sim::RunSpec spec = workload.spec;
  spec.stop = spec.start + steps * spec.dt;
  sim::Inputs inputs = workload.inputs;
  inputs.runs = std::min(inputs.runs, width);
  for (sim::Inputs::Override& change : inputs.overrides) {
    change.values.resize(std::min(change.values.size(), inputs.runs));
  }
  const auto work = [&] { sim::simulate(workload.compiled.kernel, spec, inputs, backend); };
  work();  // has code from now on
  return step_through(work);
}

}  // namespace

bool run_limits(const std::vector<Bench>& benches, const std::string& folder,
                const WorkloadOptions& options, const machine::Backend& backend) {
  const bool avx512 = backend.name != "avx2" && machine::processor() == machine::Processor::avx512;
  const auto measured = avx512 ? measure_processor<Avx512>() : measure_processor<Avx2>();
  if (!measured) {
    fmt::print(stderr, "a loop of known divisions or lines was counted wrongly\n");
    return false;
  }
  const Limits& can = *measured;
  fmt::print(
      "this processor: {:.2f} cycles a division, {:.2f} a line from the second cache, {:.2f} "
      "instructions a cycle\n\n",
      can.division, can.line, 1 / can.instruction);
  fmt::print("{:<15} {:>7} {:>7} {:>7} {:>7} | {:>7} {:>7} {:>7} | {:>6}\n", "model", "cycles",
             "instr", "divs", "lines", "instr", "divs", "lines", "share");
  for (const Bench& bench : benches) {
    const auto workload = make_workload(bench, folder, options);
    if (!workload) {
      continue;
    }
    const double all = workload->work() * static_cast<double>(workload->inputs.runs);
    const double cycles =
        cycles_of(
            [&] {
              sim::simulate(workload->compiled.kernel, workload->spec, workload->inputs, backend);
            },
            7) /
        all;
    // What the start asks for is in both. Of large models fewer runs, as each instruction takes
    // long.
    constexpr std::size_t kLanes = 8;
    constexpr std::size_t kAtOnce = 300'000;  // equations, all runs together
    const std::size_t chosen =
        options.width > 0 ? options.width : workload->compiled.kernel.batch_width();
    const std::size_t width =
        std::min(chosen, std::max<std::size_t>(1, kAtOnce / workload->equations / kLanes) * kLanes);
    const Stepped seen = steps_of(*workload, backend, width, kSaveEvery + 1) -
                         steps_of(*workload, backend, width, 1);
    const double looked_at = static_cast<double>(workload->equations) * kSaveEvery *
                             static_cast<double>(std::min(width, workload->inputs.runs));
    const double instructions = static_cast<double>(seen.instructions) / looked_at;
    const double divisions = static_cast<double>(seen.divisions) / looked_at;
    const double lines = static_cast<double>(seen.lines) / looked_at;
    const std::array<double, 3> limits = {instructions * can.instruction, divisions * can.division,
                                          lines * can.line};
    fmt::print(
        "{:<15} {:>7.3f} {:>7.3f} {:>7.3f} {:>7.4f} | {:>7.3f} {:>7.3f} {:>7.3f} | {:>5.0f}%\n",
        bench.name, cycles, instructions, divisions, lines, limits[0], limits[1], limits[2],
        100 * *std::max_element(limits.begin(), limits.end()) / cycles);
    std::fflush(stdout);
  }
  return true;
}

}  // namespace shamal::bench
