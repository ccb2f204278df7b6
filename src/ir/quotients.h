// Quotients that nothing jumps with, as products with reciprocals.
//
// An adjoint program computes a step again before it goes back over it, and needs of it what
// derivatives are made of: a number that is right but for its last digits does. It has the
// reciprocals of most divisors anyhow, and a product with one is a third of a quotient. Where a
// value decides something (a comparison, a whole number, which piece of a graphical function), it
// stays what it was when the step was taken, to the last bit.
#pragma once

#include <vector>

#include "ir/program.h"

namespace shamal::ir {

// In `rates`; of `exact` slots what leads there stays as it is.
void multiply_by_reciprocals(Program& program, const std::vector<Slot>& exact);

}  // namespace shamal::ir
