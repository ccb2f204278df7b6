// One loop nest as machine code (native.h).
#pragma once

#include <vector>

#include "machine/native_body.h"

namespace shamal::machine {

// Pointers into the state that a nest can have: one for each way of moving through it.
inline constexpr std::size_t kMostPointers = 8;

// Appends a function. Views of one object within the nest are the same where one of them is
// written.
void write_loop(const ir::Loop& loop, const std::vector<Operation>& operations,
                const Layout& layout, Assembler& to);

}  // namespace shamal::machine
