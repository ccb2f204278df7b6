// A program cut down to what one simulation needs of it.
//
// A Program keeps every variable in slots of its own. Who knows which variables are saved and which
// constants differ from run to run can do with less; specialise() applies, in this order,
//
//   share    equal computations are done once, copies are read where they come from
//   sweep    what no saved variable depends on goes, stocks included
//   hoist    what never changes leaves `rates` for `initial`
//   invert   divisors that never change get their reciprocals beside them, and those that several
//            are divided by, where that is wanted (reciprocals.h)
//   cluster  instructions of one loop nest stand together (cluster.h)
//   again    values of long arrays are computed again where another nest wants them, if that is
//            cheaper than to leave them for it, where that is wanted (recompute.h)
//   pair     an operation whose result only one other reads stands right before it
//   place    what is the same in all runs gets the first slots (Program::shared); everything else
//            shares slots with what it never meets, so that the working set stays in the cache
//
// and gives a program that computes the same bits, for the reference interpreter as for the
// machine.
#pragma once

#include <cstdint>
#include <vector>

#include "ir/program.h"

namespace shamal::ir {

// Elements from which on an array does not stay near the processor until another nest wants it.
inline constexpr std::uint32_t kLongArray = 24;

struct Wanted {
  std::vector<SlotSpan> saved;
  std::vector<Slot> varied;  // constants that differ from run to run
  bool alone = false;        // one run: everything is the same in all runs
  bool own_steps = false;  // runs choose their own steps: TIME differs too, and every stock counts
  bool shared_reciprocals = false;  // of divisors that change as well
  bool recomputed = false;          // what costs less to compute again than to leave in memory
  bool single = false;              // for a machine of single precision
  std::uint32_t long_array = kLongArray;

  bool operator==(const Wanted&) const = default;
};

struct Specialised {
  Program program;
  std::vector<Slot> place;  // where a slot of the old program is found after `outputs`; kNone: gone
};

Specialised specialise(const Program& program, const Wanted& wanted);

}  // namespace shamal::ir
