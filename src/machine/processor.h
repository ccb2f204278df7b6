// What instructions the processor has, of those that the library has code for.
#pragma once

#include <cstdint>

namespace shamal::machine {

// Each has what those before it have.
enum class Processor : std::uint8_t {
  any,
  avx2,   // x86-64 with AVX2 and FMA
  avx512  // and with AVX-512 F, BW, DQ and VL
};

// Whether dividing a register of AVX-512 by another takes as long as some thirty products, as it
// does on Intel's processors: 16 cycles or more, with two products in each [Fog2024].
bool slow_divider();

// Whether lines that a loop is about to load from memory come sooner if nobody asks for them, as on
// Intel's processors; those of AMD wait for lines that were not asked for (docs/performance.md).
bool foresees_loads();

// That of this machine, or `most` if it has more.
Processor processor(Processor most = Processor::avx512);

}  // namespace shamal::machine
