#include "machine/x86_pool.h"

namespace shamal::machine {

namespace {

constexpr Pool<float, std::uint32_t> kSinglePool;
static_assert(sizeof kNativePool == sizeof kSinglePool);

}  // namespace

const void* native_pool(bool single) {
  return single ? static_cast<const void*>(&kSinglePool) : &kNativePool;
}

}  // namespace shamal::machine
