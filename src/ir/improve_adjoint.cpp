#include "ir/improve_adjoint.h"

#include <algorithm>
#include <utility>

#include "ir/fuse.h"
#include "ir/quotients.h"
#include "ir/reduce.h"

namespace shamal::ir {

void improve(Adjoint& adjoint) {
  Specialised reduced = reduce(adjoint.program, {});
  for (const DelayLine& left : reduced.program.delays) {
    const std::vector<DelayLine>& all = adjoint.program.delays;
    const auto at = std::find_if(all.begin(), all.end(), [&](const DelayLine& line) {
      return reduced.place[line.input] == left.input;
    });
    adjoint.lines.push_back(static_cast<std::uint32_t>(at - all.begin()));
  }
  adjoint.program = std::move(reduced.program);
  for_each_slot(adjoint, [&](Slot& slot) { slot = reduced.place[slot]; });
  std::vector<Slot> exact;
  for (const DelayedAdjoint& delayed : adjoint.delayed) {
    exact.push_back(delayed.lag);
  }
  multiply_by_reciprocals(adjoint.program, exact);
  fuse_products(adjoint.program);
}

}  // namespace shamal::ir
