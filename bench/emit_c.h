// The rival of every benchmark: straight scalar C made from the same Program. Every variable is a
// static double (an array of them), a phase of the run is one function, an array equation is one
// loop with its temporaries in local variables. What a C compiler makes of that is as good as
// generated code without lanes gets.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ir/program.h"

namespace shamal::bench {

struct RivalSpec {
  std::vector<ir::Slot> varied;  // constants taken from the inputs of a run, in this order
  std::vector<ir::Slot> saved;   // written to the results at each save, in this order
};

// A C file that exports
//   void rival_run(const double* inputs, double* results, double start, double stop, double dt,
//                  unsigned steps, unsigned save_every);
// one run by Euler's method. Nothing if the program needs what is not written for it (delays of
// fixed length, draws, ranks).
std::optional<std::string> emit_c(const ir::Program& program, const RivalSpec& spec);

}  // namespace shamal::bench
