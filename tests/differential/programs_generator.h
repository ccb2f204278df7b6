// Random programs: sound (ir::verify), small, and with everything that a program can hold.
#pragma once

#include <cstdint>
#include <vector>

#include "ir/program.h"

namespace shamal::testing {

struct GeneratedProgram {
  ir::Program program;
  std::vector<ir::Slot> varied;  // constants that should differ from run to run
};

// The same seed gives the same program everywhere.
GeneratedProgram generate_program(std::uint64_t seed);

}  // namespace shamal::testing
