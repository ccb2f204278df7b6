// Products that are added or subtracted with one rounding, as machine code.
#pragma once

#include "machine/x86_assembler.h"
#include "machine/x86_registers.h"

namespace shamal::machine {

// a + b c or a - b c, as the operation's operands.
void write_product(Product product, Registers& registers, Assembler& to);
// But a where a factor is zero.
void write_product_or_nothing(Product product, Registers& registers, Assembler& to);

}  // namespace shamal::machine
