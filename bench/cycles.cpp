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

int open_counter(std::uint64_t what) {
  perf_event_attr of{};
  of.type = PERF_TYPE_HARDWARE;
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

}  // namespace shamal::bench
