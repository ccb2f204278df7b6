// What is done with an adjoint program once it is whole: a part of ir/adjoint.h.
#pragma once

#include "ir/adjoint.h"

namespace shamal::ir {

// Computations are shared, what was found to be of no use is gone, quotients are products where
// nothing jumps (ir/quotients.h), and sums of products are one operation (ir/fuse.h).
void improve(Adjoint& adjoint);

}  // namespace shamal::ir
