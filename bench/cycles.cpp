#include "cycles.h"

#include <chrono>
#include <ctime>
#include <initializer_list>

#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <x86intrin.h>

namespace shamal::bench {

namespace {

int open_counter(std::uint64_t what, std::uint32_t type = PERF_TYPE_HARDWARE) {
  perf_event_attr of{};
  of.type = type;
  of.size = sizeof of;
  of.config = what;
  of.exclude_kernel = 1;
  of.exclude_hv = 1;
  return static_cast<int>(syscall(SYS_perf_event_open, &of, 0, -1, -1, 0));
}

std::uint64_t value(int counter) {
  std::uint64_t count = 0;
  return counter >= 0 && read(counter, &count, sizeof count) == sizeof count ? count : 0;
}

// Of the clock that never stops, in a nanosecond.
double ticks_a_nanosecond() {
  static const double rate = [] {
    constexpr auto kLong = std::chrono::milliseconds(20);
    const auto begun = std::chrono::steady_clock::now();
    const std::uint64_t from = __rdtsc();
    while (std::chrono::steady_clock::now() - begun < kLong) {
    }
    const std::uint64_t ticks = __rdtsc() - from;
    const std::chrono::duration<double, std::nano> time = std::chrono::steady_clock::now() - begun;
    return static_cast<double>(ticks) / time.count();
  }();
  return rate;
}

}  // namespace

Counter::Counter()
    : cycles_(open_counter(PERF_COUNT_HW_CPU_CYCLES)),
      instructions_(open_counter(PERF_COUNT_HW_INSTRUCTIONS)) {}

Counter::~Counter() {
  for (const int counter : {cycles_, instructions_}) {
    if (counter >= 0) {
      close(counter);
    }
  }
}

Counts Counter::now() const {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  const double seconds =
      static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  // Where nothing counts, the time that the thread has had, in ticks: other work does not count.
  const auto ticks = static_cast<std::uint64_t>(1e9 * seconds * ticks_a_nanosecond());
  return {exact() ? value(cycles_) : ticks, value(instructions_), seconds};
}

std::optional<std::uint64_t> count_event(Event event, const std::function<void()>& work) {
  struct Source {
    std::uint32_t type;
    std::uint64_t what;
    bool amd;
  };
  // By event. Retired divisions and square roots: PMCx003 of AMD's family 17h and 19h.
  constexpr Source kSources[kEvents] = {
      {PERF_TYPE_RAW, 0x0403, true},
      {PERF_TYPE_HW_CACHE,
       PERF_COUNT_HW_CACHE_L1D | (PERF_COUNT_HW_CACHE_OP_READ << 8) |
           (PERF_COUNT_HW_CACHE_RESULT_MISS << 16),
       false},
      {PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_MISSES, false},
  };
  const Source& source = kSources[static_cast<std::size_t>(event)];
  if (source.amd && !__builtin_cpu_is("amd")) {
    return std::nullopt;
  }
  const int counter = open_counter(source.what, source.type);
  if (counter < 0) {
    return std::nullopt;
  }
  const std::uint64_t before = value(counter);
  work();
  const std::uint64_t count = value(counter) - before;
  close(counter);
  return count;
}

}  // namespace shamal::bench
