// What a piece of work asks of the processor, instruction by instruction: it is executed one at a
// time, which takes microseconds for each, and looked at before. For machines whose counters are
// not to be had, as in most virtual ones.
#pragma once

#include <cstdint>
#include <functional>

namespace shamal::bench {

struct Stepped {
  std::uint64_t instructions = 0;
  std::uint64_t divisions = 0;  // numbers that vector instructions divide or take the root of
  // Lines that vector instructions read or write and that a first cache would not have, as its
  // least recently used ones make room: of 32 KB in sets of eight lines, or of 48 in sets of twelve
  // as Intel's are. Instructions of whole numbers and gathers are not looked at.
  std::uint64_t lines = 0;

  Stepped operator-(const Stepped& other) const {
    return {instructions - other.instructions, divisions - other.divisions, lines - other.lines};
  }
};

// Of this thread. x86-64 and Linux only.
Stepped step_through(const std::function<void()>& work);

}  // namespace shamal::bench
