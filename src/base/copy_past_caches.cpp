#include "base/copy_past_caches.h"

#include <algorithm>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace shamal::base {

// Whole lines, which need not be read before they are written.
void copy_past_caches(const double* from, std::size_t count, double* to) {
#if defined(__SSE2__)
  constexpr std::size_t kLine = 8;  // numbers in a line of the cache
  const auto misplaced = reinterpret_cast<std::uintptr_t>(to) / sizeof(double) % kLine;
  const std::size_t head = std::min(count, misplaced == 0 ? 0 : kLine - misplaced);
  std::size_t i = 0;
  for (; i < head; ++i) {
    to[i] = from[i];
  }
  for (; i + kLine <= count; i += kLine) {
    for (std::size_t k = 0; k < kLine; k += 2) {
      _mm_stream_pd(to + i + k, _mm_loadu_pd(from + i + k));
    }
  }
  for (; i < count; ++i) {
    to[i] = from[i];
  }
#else
  std::copy_n(from, count, to);
#endif
}

}  // namespace shamal::base
