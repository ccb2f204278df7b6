// The functions that execute instructions, by operation. A set for a newer processor is another
// table of the same form.
#pragma once

#include <array>

#include "machine/kernel.h"

namespace shamal::machine {

struct Functions {
  Execute batch = nullptr;    // any number of runs
  Execute strided = nullptr;  // one run, any strides, element after element
  Execute scalar = nullptr;   // one run, one element
  // One run, a row at a time as an array: the destination moves by 1, each argument by 1 or, where
  // its bit is set, not at all. Absent where it is not worth having.
  std::array<Execute, 8> row{};
};

Functions elementwise_functions(ir::Op op);  // op is one of operations.def
Functions special_functions(ir::Op op);      // the others

}  // namespace shamal::machine
