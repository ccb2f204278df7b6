// One loop nest as machine code for x86-64 (target.h).
#pragma once

#include <vector>

#include "machine/layout.h"
#include "machine/x86_body.h"

namespace shamal::machine {

// Appends a function.
void write_loop(const ir::Loop& loop, const std::vector<Operation>& operations,
                const Layout& layout, Guards guards, Assembler& to);

}  // namespace shamal::machine
