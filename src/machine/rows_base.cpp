// The loops for any processor, and the choice of the best.
#include "machine/row_kernels.h"

namespace shamal::machine {

RowKernel find_row_base(const RowChoice& choice) { return find(choice); }

FindRow find_row(Processor processor) {
#if defined(__x86_64__)
  constexpr std::array<FindRow, 3> kFinders = {find_row_base, find_row_avx2, find_row_avx512};
  return kFinders[static_cast<std::size_t>(processor)];
#else
  (void)processor;
  return find_row_base;
#endif
}

}  // namespace shamal::machine
