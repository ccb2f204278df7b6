#include "limits.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include <fmt/format.h>

#include "cycles.h"

namespace shamal::bench {

namespace {

// Loops over arrays, of which the compiler makes vector code.
#define SHAMAL_AVX2 [[gnu::target("avx2,fma"), gnu::noinline, gnu::optimize("O3")]]
constexpr std::size_t kNear = 512;       // values, of the first cache
constexpr std::size_t kFar = 24 * 1024;  // of the second
using Far = std::array<double, kFar>;

SHAMAL_AVX2 void divide(double* d, const double* a, const double* b) {
#pragma GCC ivdep
  for (std::size_t i = 0; i < kNear; ++i) {
    d[i] = a[i] / b[i];
  }
}

SHAMAL_AVX2 void multiply_add(double* d, const double* a, const double* b) {
#pragma GCC ivdep
  for (std::size_t i = 0; i < kNear; ++i) {
    const double p = a[i] * b[i];
    const double q = a[i] + b[i];
    const double r = a[i] - b[i];
    d[i] = (p + q) * (p - r) + (q * r - p * p);
  }
}

// One value of each line.
SHAMAL_AVX2 double fetch(const double* a) {
  double sum = 0;
  for (std::size_t i = 0; i < kFar; i += 32) {
    sum += (a[i] + a[i + 8]) + (a[i + 16] + a[i + 24]);
  }
  return sum;
}

struct Tally {
  double cycles = 0;
  double instructions = 0;
};

// Virtual machines lose a counter now and then: such a measurement does not count.
template <class Work>
Tally least(Work work, int repeats) {
  const Counter counter;
  Tally best;
  for (int repeat = 0; repeat < repeats; ++repeat) {
    const Counts before = counter.now();
    work();
    const Counts after = counter.now();
    const Tally one{static_cast<double>(after.cycles - before.cycles),
                    static_cast<double>(after.instructions - before.instructions)};
    if (one.instructions > 0 && (best.cycles == 0 || one.cycles < best.cycles)) {
      best = one;
    }
  }
  return best;
}

struct Processor {
  double division = 0;     // cycles of one, four of which are done at once
  double line = 0;         // cycles to bring one from the second cache
  double instruction = 0;  // cycles of one where none waits
};

Processor measure_processor() {
  constexpr int kTimes = 50;
  constexpr int kRepeats = 50;
  alignas(64) static std::array<double, kNear> a, b, d;
  static Far far;
  a.fill(1.1);
  b.fill(3.3);
  far.fill(1);
  const auto many = [](auto work) {
    return [work] {
      for (int i = 0; i < kTimes; ++i) {
        work();
        asm volatile("" ::: "memory");
      }
    };
  };
  const Tally divisions = least(many([] { divide(d.data(), a.data(), b.data()); }), kRepeats);
  const Tally mixed = least(many([] { multiply_add(d.data(), a.data(), b.data()); }), kRepeats);
  const Tally lines = least(many([] { d[0] += fetch(far.data()); }), kRepeats);
  return {divisions.cycles / (kTimes * kNear), lines.cycles / (kTimes * kFar / 8),
          mixed.cycles / mixed.instructions};
}

}  // namespace

bool run_limits(const std::vector<Bench>& benches, const std::string& folder,
                const WorkloadOptions& options) {
  if (!Counter().exact()) {
    fmt::print(stderr, "the kernel gives no counters of this processor\n");
    return false;
  }
  const Processor can = measure_processor();
  fmt::print(
      "this processor: {:.2f} cycles a division, {:.2f} a line from the second cache, {:.2f} "
      "instructions a cycle\n\n",
      can.division, can.line, 1 / can.instruction);
  fmt::print("{:<15} {:>7} {:>7} {:>7} {:>7} {:>7} | {:>7} {:>7} {:>7} | {:>6}\n", "model",
             "cycles", "instr", "divs", "lines", "misses", "instr", "divs", "lines", "share");
  for (const Bench& bench : benches) {
    const auto workload = make_workload(bench, folder, options);
    if (!workload) {
      continue;
    }
    const double all = workload->work() * static_cast<double>(workload->inputs.runs);
    const auto once = [&] {
      sim::simulate(workload->compiled.kernel, workload->spec, workload->inputs);
    };
    const Tally best = least(once, 7);
    if (best.cycles == 0 || can.division == 0) {
      fmt::print(stderr, "{}: the processor's counters were lost; measure again\n", bench.name);
      return false;
    }
    std::array<double, kEvents> seen{};
    for (std::size_t e = 0; e < kEvents; ++e) {
      std::optional<std::uint64_t> fewest;
      for (int repeat = 0; repeat < 3; ++repeat) {
        const auto count = count_event(static_cast<Event>(e), once);
        fewest = count && fewest ? std::min(count, fewest) : count;
      }
      seen[e] = static_cast<double>(fewest.value_or(0)) / all;
    }
    const double cycles = best.cycles / all;
    const double instructions = best.instructions / all;
    const double divisions = seen[static_cast<std::size_t>(Event::divisions)];
    const double lines = seen[static_cast<std::size_t>(Event::lines)];
    const double misses = seen[static_cast<std::size_t>(Event::mispredictions)];
    const std::array<double, 3> limits = {instructions * can.instruction, divisions * can.division,
                                          lines * can.line};
    fmt::print(
        "{:<15} {:>7.3f} {:>7.3f} {:>7.3f} {:>7.4f} {:>7.4f} | {:>7.3f} {:>7.3f} {:>7.3f} | "
        "{:>5.0f}%\n",
        bench.name, cycles, instructions, divisions, lines, misses, limits[0], limits[1], limits[2],
        100 * *std::max_element(limits.begin(), limits.end()) / cycles);
    std::fflush(stdout);
  }
  return true;
}

}  // namespace shamal::bench
