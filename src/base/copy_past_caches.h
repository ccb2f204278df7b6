// Copies numbers that nobody looks at for long: past the caches where the processor can, so that
// they do not push out what is in use, and their places are not read before they are written.
#pragma once

#include <cstddef>

namespace shamal::base {

#if defined(__SSE2__)
inline constexpr bool kPastCaches = true;
#else
inline constexpr bool kPastCaches = false;  // as any copy
#endif

void copy_past_caches(const double* from, std::size_t count, double* to);

}  // namespace shamal::base
