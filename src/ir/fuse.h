// Sums of products as operations of their own.
//
// Of an adjoint program a fifth are sums that add a product which nothing else needs. Processors
// do both at once, for the price of one, and round once.
#pragma once

#include "ir/program.h"

namespace shamal::ir {

// In `rates`: a + scale(b, c), and a - scale(b, c). The program is a reduced one (ir/reduce.h), so
// that products which several sums add are one and stay.
void fuse_products(Program& program);

}  // namespace shamal::ir
