// For any processor, and the choice of the best.
#include "machine/processor.h"
#include "sim/turn_loops.h"

namespace shamal::sim {

#if defined(__x86_64__)
extern const Turn turn_avx2;
#endif

const Turn& turn() {
#if defined(__x86_64__)
  static const bool wide = machine::processor() >= machine::Processor::avx2;
  return wide ? turn_avx2 : kTurn;
#else
  return kTurn;
#endif
}

}  // namespace shamal::sim
