// The first half of ir/specialise.h, for passes that go on from there: computations are shared,
// what no saved variable depends on is gone, what never changes has left `rates`; but every result
// keeps slots of its own.
#pragma once

#include "ir/specialise.h"

namespace shamal::ir {

Specialised reduce(const Program& program, const Wanted& wanted);

}  // namespace shamal::ir
