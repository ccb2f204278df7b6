// Instructions of one loop nest next to each other.
//
// Within `rates` and `outputs` only dependences say what must come before what. cluster() takes
// instructions in an order that changes the nest, and the kind of operation, as seldom as it can,
// and otherwise keeps the order that it finds: what stands together can be done as one loop
// (machine/native.h), in which a result need not pass through memory.
#pragma once

#include "ir/program.h"

namespace shamal::ir {

// Operations that a processor does in a few instructions.
bool arithmetic(Op op);

void cluster(Program& program);

}  // namespace shamal::ir
