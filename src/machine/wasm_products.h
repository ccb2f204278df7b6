// Divisions by what has a reciprocal (ir/reciprocals.h), in part by products and in part by the
// divider. Of the hosts of WebAssembly it takes one whose multiplication and addition is fused.
//
// The quotient is a y, y being the reciprocal of b, corrected by the remainder b q - a: in the
// order of x86_division.cpp, which gives zeros their signs [Brisebarre2004]. WebAssembly cannot see
// the processor's flags, which would tell of quotients that this does not round as a division. So
// each is looked at: 2^100 a + q
//   - is not a number if q is none, as where there is no y, or where a or a y is infinite;
//   - is zero if a is: then q is, with its sign;
//   - else is 2^-511 and more only if q, as 1 / b is at most 2^100, is so far above kLeastQuotient
//     that its remainder is exact.
// The smaller of its size and of 2^-511 is joined, bit by bit, with those before. As 2^-511 has a
// single bit, all of them were ordinary if there is no other, which is left among the flags at the
// end (machine/flags.h).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "machine/target.h"
#include "machine/wasm_code.h"

namespace shamal::machine::wasm {

class Products {
 public:
  explicit Products(const std::vector<Operation>& operations);

  bool any() const { return part_ > 0; }
  // Vectors that are its own in the function, before `begin`.
  std::array<std::uint32_t, 6>& locals() { return locals_; }
  void begin(Code& code) const;
  // Whether the division that comes next is to be one, of whose copies this is the first or not.
  bool next(const Operation& operation, bool first_copy);
  // With the quotient on the stack; push(k) puts argument k there.
  void divide(const std::function<void(std::size_t)>& push, Code& code) const;
  // Leaves the flags at an address.
  void end(std::uint32_t flags, Code& code) const;

 private:
  enum Local : std::uint8_t { kMet, kProduct, kSign, kSize, kScale, kLeast };

  double part_;       // of the divisions that could be
  double due_ = 0.5;  // of the divisions so far, what is left of a whole one
  std::array<std::uint32_t, 6> locals_{};
};

}  // namespace shamal::machine::wasm
