// The flags that the processor keeps of what its floating-point operations met: they stay raised
// until somebody clears them, and cost nothing. With them, code needs no look at every division:
// the products that stand for one round rightly unless a number is made that is none ("invalid"),
// or is so small that digits are lost or would be ("underflow", "denormal") [IEEE754, 7].
#pragma once

#include <cstdint>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace shamal::machine {

#if defined(__x86_64__)
inline constexpr unsigned kFlags = 0x13;  // of MXCSR: invalid, denormal, underflow

inline bool flags_raised() { return (_mm_getcsr() & kFlags) != 0; }
// Setting them takes a processor longer than looking at them.
inline void clear_flags() {
  const unsigned now = _mm_getcsr();
  if ((now & kFlags) != 0) {
    _mm_setcsr(now & ~kFlags);
  }
}
#elif defined(__wasm__)
// WebAssembly shows no flags. Its code looks at quotients itself (machine/wasm_products.h) and
// leaves here what was not ordinary.
struct alignas(16) Flags {
  std::uint64_t bits[2];  // of a vector
};
inline constinit Flags flags{};

inline bool flags_raised() { return (flags.bits[0] | flags.bits[1]) != 0; }
inline void clear_flags() { flags = {}; }
#else
inline bool flags_raised() { return false; }
inline void clear_flags() {}
#endif

}  // namespace shamal::machine
