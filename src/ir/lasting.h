// Which values of a program last: they depend on parameters, never change during the steps and are
// read or saved there. In reverse mode their adjoints add up over all steps.
#pragma once

#include <vector>

#include "ir/access.h"
#include "ir/program.h"

namespace shamal::ir {

// A program whose values have slots of their own (ir/single_assignment.h).
struct RenamedProgram {
  const Program& original;
  const Program& program;
  const std::vector<Slot>& in_step;  // by slot of the original
  const Objects& objects;
  const std::vector<char>& active;
};

std::vector<Port> lasting_values(const RenamedProgram& of, const std::vector<Slot>& parameters,
                                 const std::vector<Port>& saved);

}  // namespace shamal::ir
