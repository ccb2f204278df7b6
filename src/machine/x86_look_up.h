// A look-up in a table of even points, as machine code.
#pragma once

#include "machine/native_table.h"
#include "machine/x86_assembler.h"

namespace shamal::machine {

// Registers, of those for use within look-ups (x86_registers.h): the result is y + rise.
struct OnSegment {
  int y;
  int rise;
};

// As look_up of lookup_avx2.h and evaluate of table.h.
OnSegment find_segment(const NativeTable& table, int argument, Assembler& to);

}  // namespace shamal::machine
