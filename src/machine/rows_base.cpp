// The loops for any processor, and the choice of the best.
#include "machine/row_kernels.h"

namespace shamal::machine {

RowKernel find_row_base(const RowChoice& choice) { return find(choice); }

FindRow find_row() {
#if defined(__x86_64__)
  static const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return avx2 ? find_row_avx2 : find_row_base;
#else
  return find_row_base;
#endif
}

}  // namespace shamal::machine
