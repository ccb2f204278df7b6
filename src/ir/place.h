// The last pass of ir/specialise.h: what is the same in all runs gets the first slots
// (Program::shared); everything else shares slots with what it never meets, so that the working set
// stays in the cache.
#pragma once

#include "ir/simplify.h"

namespace shamal::ir {

Specialised place(Program program, const Simplified& simplified, const Wanted& wanted);

}  // namespace shamal::ir
