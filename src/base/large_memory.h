// Memory for many values. The system is asked for large pages where there is enough to fill one:
// code that walks along hundreds of arrays at once has more of the small ones in hand than the
// processor keeps addresses of [Linux, Documentation/admin-guide/mm/transhuge.rst].
#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>
#include <utility>
#include <vector>

namespace shamal::base {

// Begins at a line of the cache; std::free gives it back. Never null.
void* allocate_large(std::size_t bytes);

// For containers. Values that are made without an argument are not set: with gigabytes of results
// that would be as much work as making them.
template <class Value>
struct LargeAllocator {
  using value_type = Value;

  LargeAllocator() = default;
  template <class Other>
  LargeAllocator(const LargeAllocator<Other>&) {}  // NOLINT(google-explicit-constructor)

  Value* allocate(std::size_t count) {
    return static_cast<Value*>(allocate_large(count * sizeof(Value)));
  }
  void deallocate(Value* pointer, std::size_t) { std::free(pointer); }
  template <class Other, class... Arguments>
  void construct(Other* at, Arguments&&... arguments) {
    if constexpr (sizeof...(Arguments) == 0) {
      ::new (static_cast<void*>(at)) Other;
    } else {
      ::new (static_cast<void*>(at)) Other(std::forward<Arguments>(arguments)...);
    }
  }
  template <class Other>
  bool operator==(const LargeAllocator<Other>&) const {
    return true;
  }
};

template <class Value>
using LargeVector = std::vector<Value, LargeAllocator<Value>>;

}  // namespace shamal::base
