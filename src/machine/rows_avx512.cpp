// The loops for processors with AVX-512.
#if defined(__x86_64__)
#include "machine/row_kernels.h"

namespace shamal::machine {

RowKernel find_row_avx512(const RowChoice& choice) { return find(choice); }

}  // namespace shamal::machine
#endif
