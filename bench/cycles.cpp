#include "cycles.h"

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
  return {exact() ? value(cycles_) : __rdtsc(), value(instructions_),
          static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec)};
}

}  // namespace shamal::bench
