// A pass of ir/specialise.h: a division in `rates` whose divisor is settled before the time loop
// gets the divisor's reciprocal as a third argument, computed once by `initial`. It changes no
// result: with it, machine code divides by one product and two fused multiply-adds, several times
// as fast as the processor's divider, and rounds as that does [Brisebarre2004].
//
// A divisor that changes gets its reciprocal where at least two are divided by it, as soon as it is
// known (`Wanted::shared_reciprocals`). Such a divisor has either sign and any size, and its
// reciprocal is what 1 / divisor gives.
//
// In single precision what never changes divides by the product alone, which is off by up to 1.5
// units of the last place. Zeros and infinities divide rightly that way (0 times infinity is as
// little a number as 0 over 0), so that all divisors have reciprocals but those whose would be too
// small for it.
#pragma once

#include "ir/simplify.h"

namespace shamal::ir {

// Of a divisor that never changes: a number (and if not, one that raises flags, machine/flags.h) if
// `divisor` is positive and so far from the ends of the range that quotients of kLeastQuotient and
// more have exact remainders.
inline constexpr double kLeastDivisor = 0x1p-100;
inline constexpr double kMostDivisor = 0x1p100;
inline constexpr double kLeastQuotient = 0x1p-800;
// And in single precision: NaN if the divisor is larger.
inline constexpr double kMostSingleDivisor = 0x1p126;

void add_reciprocals(Program& program, Simplified& simplified, const Wanted& wanted);

}  // namespace shamal::ir
