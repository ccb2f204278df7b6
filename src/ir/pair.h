// A pass of ir/specialise.h: an operation whose result only one other reads stands right before it,
// with the mark `inner`, so that the machine can do both in one loop.
#pragma once

#include <vector>

#include "ir/program.h"

namespace shamal::ir {

// `saved` is looked at after `outputs`.
void pair(Program& program, const std::vector<SlotSpan>& saved);

}  // namespace shamal::ir
