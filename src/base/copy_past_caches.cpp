#include "base/copy_past_caches.h"

#include <algorithm>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace shamal::base {

void copy_past_caches(const double* from, std::size_t count, double* to) {
  std::size_t i = 0;
#if defined(__SSE2__)
  constexpr std::uintptr_t kPair = 16;  // bytes
  if (count > 0 && reinterpret_cast<std::uintptr_t>(to) % kPair != 0) {
    to[i] = from[i];
    ++i;
  }
  for (; i + 2 <= count; i += 2) {
    _mm_stream_pd(to + i, _mm_loadu_pd(from + i));
  }
#endif
  std::copy(from + i, from + count, to + i);
}

}  // namespace shamal::base
