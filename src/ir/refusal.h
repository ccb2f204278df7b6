// Why a program is not differentiated.
#pragma once

#include <string>
#include <vector>

#include "ir/program.h"

namespace shamal::ir {

// An operation without a derivative. Its result may be a temporary that nobody knows: the slots
// that it writes come first, then those that are computed from it, the next ones first.
struct NotDifferentiable {
  Op op = Op::copy;
  std::vector<Slot> slots;
  std::string why;
};

// Of the instruction at `position` of a block.
NotDifferentiable refusal(const Program& program, const std::vector<Instruction>& block,
                          std::size_t position, std::string why);

// The first use of a conveyor or queue, which has none.
NotDifferentiable device_refusal(const Program& program);

}  // namespace shamal::ir
