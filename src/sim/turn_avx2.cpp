// For processors with AVX2.
#if defined(__x86_64__)
#include "sim/turn_loops.h"

namespace shamal::sim {

extern const Turn turn_avx2;
const Turn turn_avx2 = kTurn;

}  // namespace shamal::sim
#endif
