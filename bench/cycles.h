// This thread's processor cycles and instructions in user mode, from the processor's own counters:
// what other processes do to the clock does not count. Where the kernel does not give them, the
// thread's processor time in ticks of the time stamp counter, and no instructions.
#pragma once

#include <cstddef>
#include <cstdint>

namespace shamal::bench {

struct Counts {
  std::uint64_t cycles = 0;
  std::uint64_t instructions = 0;
  double seconds = 0;  // processor time of this thread
};

class Counter {
 public:
  Counter();
  ~Counter();
  Counter(const Counter&) = delete;
  Counter& operator=(const Counter&) = delete;

  bool exact() const { return cycles_ >= 0; }
  Counts now() const;

 private:
  int cycles_ = -1;
  int instructions_ = -1;
};

}  // namespace shamal::bench
