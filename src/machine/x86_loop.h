// One loop nest as machine code for x86-64 (target.h).
#pragma once

#include <vector>

#include "machine/layout.h"
#include "machine/x86_body.h"

namespace shamal::machine {

// Appends a function. One turn of its innermost loop takes on `together` registers of values side
// by side, so that the processor has something else to do where an operation waits for the one
// before it.
void write_loop(const ir::Loop& loop, const std::vector<Operation>& operations,
                const Layout& layout, Guards guards, std::int64_t together, Assembler& to);

}  // namespace shamal::machine
