#include "base/large_memory.h"

#include "base/defect.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace shamal::base {

void* allocate_large(std::size_t bytes) {
  constexpr std::size_t kLine = 64;
  constexpr std::size_t kPage = std::size_t{2} << 20;
  const std::size_t unit = bytes >= kPage / 2 ? kPage : kLine;
  const std::size_t whole = (bytes + unit - 1) / unit * unit;
  void* const memory = std::aligned_alloc(unit, whole);
  if (memory == nullptr) {
    out_of_memory();
  }
#if defined(__linux__)
  if (unit == kPage) {
    madvise(memory, whole, MADV_HUGEPAGE);  // small ones do as well
  }
#endif
  return memory;
}

}  // namespace shamal::base
