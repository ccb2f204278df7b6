#include "machine/processor.h"

#include <algorithm>

namespace shamal::machine {

namespace {

Processor find() {
#if defined(__x86_64__)
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) {
    return Processor::any;
  }
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  return avx512 ? Processor::avx512 : Processor::avx2;
#else
  return Processor::any;
#endif
}

bool is_of_intel() {
#if defined(__x86_64__)
  return __builtin_cpu_is("intel") != 0;
#else
  return false;
#endif
}

}  // namespace

bool slow_divider() { return is_of_intel(); }

bool foresees_loads() { return is_of_intel(); }

Processor processor(Processor most) {
  static const Processor here = find();
  return std::min(here, most);
}

}  // namespace shamal::machine
