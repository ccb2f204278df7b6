// What one turn of a loop does, as machine code: operations in order, their values in registers as
// long as there is room (x86_loop.h).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "ir/program.h"
#include "machine/target.h"
#include "machine/x86_assembler.h"
#include "machine/x86_division.h"
#include "machine/x86_registers.h"

namespace shamal::machine {

bool has_code(ir::Op op);

struct BodyEnd {
  std::int32_t spilled = 0;  // bytes on the stack
  std::vector<Detour> detours;
};

// `spills` is where on the stack, from rsp, values may wait that find no register and that nobody
// wants after the nest.
BodyEnd write_body(const std::vector<Operation>& operations, BodyValues values, std::int32_t spills,
                   Guards guards, Assembler& to);

}  // namespace shamal::machine
