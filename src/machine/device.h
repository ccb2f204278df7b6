// The uses of devices, as the interpreter and the machine both execute them: one element, one run.
#pragma once

#include <cstdint>
#include <vector>

#include "machine/belt.h"
#include "machine/queue.h"
#include "machine/table.h"

namespace shamal::machine {

class State;

// What one device holds, for every element and run; one of the two lists is used.
struct Holding {
  std::vector<Belt> belts;  // element, lane
  std::vector<Queue> queues;
};

std::vector<Holding> make_holdings(const ir::Program& program, std::size_t lanes);

// The use `use` of a device for one run, with the inputs from slot `in` on and the outputs from
// slot `out` on. Between the commit and the next step it gives its outputs again.
void use_device(State& state, const ir::Program& program, const std::vector<TableView>& tables,
                std::uint32_t use, ir::Slot in, ir::Slot out, std::size_t lane);

void commit_devices(std::vector<Holding>& holdings);

}  // namespace shamal::machine
