// Numbers that operations need, at hand for machine code behind its register rdi.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "ir/reciprocals.h"
#include "machine/x86_assembler.h"

namespace shamal::machine {

// Registers full of them. Both precisions have the same places.
template <class Value, class Bits>
struct alignas(64) Pool {
  static constexpr std::size_t kCount = 64 / sizeof(Value);
  using Row = std::array<Value, kCount>;
  using BitsRow = std::array<Bits, kCount>;
  static constexpr Bits kSign = Bits{1} << (8 * sizeof(Bits) - 1);

  Row one = filled<Row>(Value{1});
  Row zero = filled<Row>(Value{0});
  Row least_quotient = filled<Row>(static_cast<Value>(ir::kLeastQuotient));
  Row least_divisor = filled<Row>(static_cast<Value>(ir::kLeastDivisor));
  Row most_divisor = filled<Row>(static_cast<Value>(ir::kMostDivisor));
  Row not_a_number = filled<Row>(std::numeric_limits<Value>::quiet_NaN());
  BitsRow sign = filled<BitsRow>(kSign);
  BitsRow size = filled<BitsRow>(static_cast<Bits>(~kSign));  // all bits but the sign
  BitsRow all = filled<BitsRow>(static_cast<Bits>(~Bits{0}));
  // Masks of all values of a register but the first so many.
  std::array<std::uint16_t, 32> all_but = but_first();

 private:
  static constexpr std::array<std::uint16_t, 32> but_first() {
    std::array<std::uint16_t, 32> made{};
    for (std::size_t i = 0; i < 16; ++i) {
      made[i] = static_cast<std::uint16_t>(0xffffu << i);
    }
    return made;
  }
  template <class R>
  static constexpr R filled(typename R::value_type value) {
    R row{};
    row.fill(value);
    return row;
  }
};

inline constexpr Pool<double, std::uint64_t> kNativePool;

// Of a row of kNativePool, the place in the pool of the precision.
inline Place pool(const void* of) {
  return {General::rdi, General::none,
          static_cast<std::int32_t>(static_cast<const char*>(of) -
                                    reinterpret_cast<const char*>(&kNativePool))};
}
inline Place one() { return pool(&kNativePool.one); }
inline Place zero() { return pool(&kNativePool.zero); }

// What rdi is to point at.
const void* native_pool(bool single);

}  // namespace shamal::machine
