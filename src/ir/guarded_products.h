// Which products of an adjoint program are zero where a factor is, whatever the other one.
//
// What was not chosen has a derivative of zero, and may have been divided by zero: the zero times
// the infinity is to be zero. An instruction that sees to it is three to six of the processor, and
// in most runs none is needed.
#pragma once

#include <cstddef>
#include <cstdint>

#include "ir/program.h"

namespace shamal::ir {

enum class Guarded : std::uint8_t {
  none,
  doubtful,  // where a factor was made from a quotient, a root, a logarithm or a power, and since
             // then nothing was chosen
  all
};

inline constexpr std::size_t kGuardings = static_cast<std::size_t>(Guarded::all) + 1;

// An adjoint program (ir/adjoint.h), which has all products guarded, with those. Others give NaN
// for a zero times an infinity. Where no derivative is NaN, they are those of the guarded program,
// but for the signs of zeros.
Program with_guarded(Program program, Guarded products);

}  // namespace shamal::ir
