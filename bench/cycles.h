// This thread's processor cycles and instructions in user mode, from the processor's own counters:
// what other processes do to the clock does not count. Where the kernel does not give them, the
// thread's processor time in ticks of the time stamp counter, and no instructions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

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

// Other things that the processor counts, one at a time: more share their counters by turns.
enum class Event {
  divisions,       // of floating-point numbers, square roots included; AMD's counters only
  lines,           // read that were not in the first cache
  mispredictions,  // of branches
};
inline constexpr std::size_t kEvents = 3;

// How many there were in user mode while the work was done; nothing if that cannot be counted.
std::optional<std::uint64_t> count_event(Event event, const std::function<void()>& work);

}  // namespace shamal::bench
