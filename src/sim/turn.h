// Takes results that lie with their runs side by side to where each run's lie after each other, by
// the widest vectors of the processor.
#pragma once

#include <cstddef>

namespace shamal::sim {

// Results in a line of the cache.
inline constexpr std::size_t kLine = 8;

template <class Value>
struct TurnOf {
  // Copies, and is true if there is one that is not a number.
  bool (*copy_and_look)(const Value* from, std::size_t count, Value* to);
  // `rows` rows of `beside` runs, at most kLine, `pitch` apart, to as many columns of `rows`,
  // `apart` too.
  void (*turn)(const Value* from, std::size_t pitch, std::size_t rows, std::size_t beside,
               double* to, std::size_t apart);
};

struct Turn {
  TurnOf<double> doubles;
  TurnOf<float> floats;
};

// The best for this machine.
const Turn& turn();

}  // namespace shamal::sim
