// Short addresses. AVX-512 writes how far a register's worth of values is from its base in one byte
// if that is at most 128 such registers, and else in four, of eleven for the instruction. Programs
// of thousands of equations that are no arrays are megabytes of code that is met once a step, and
// wait for it: so general registers that are free point to where most values of a nest are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "machine/x86_assembler.h"

namespace shamal::machine {

// Places, at most so many, from which most of those that are met, one by one, have short addresses;
// of those with the same base. One that would serve too few to be worth setting is left out.
std::vector<Place> find_anchors(std::vector<Place> met, std::size_t most);

// Whether `place` has a short address from an anchor with the same base.
bool reaches(const Place& anchor, const Place& place);

}  // namespace shamal::machine
