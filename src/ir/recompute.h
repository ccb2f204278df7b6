// A pass of ir/specialise.h: values of long arrays that a later loop nest can have from what it
// reads anyway are computed there again, instead of waiting in memory from nest to nest.
//
// What one nest leaves for another passes through the second cache, where a value costs as much as
// several operations, and takes from what else could stay there. Same operations of same values are
// same bits. This is rematerialisation [Briggs1992], for arrays instead of registers.
//
// The program is clustered (ir/cluster.h), so that what stands together is one nest.
#pragma once

#include "ir/simplify.h"

namespace shamal::ir {

void recompute(Program& program, Simplified& simplified, const Wanted& wanted);

}  // namespace shamal::ir
