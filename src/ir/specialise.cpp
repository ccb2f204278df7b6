#include "ir/specialise.h"

#include "ir/cluster.h"
#include "ir/pair.h"
#include "ir/place.h"
#include "ir/reciprocals.h"
#include "ir/recompute.h"
#include "ir/reduce.h"

namespace shamal::ir {

Specialised specialise(const Program& program, const Wanted& wanted) {
  Program made = program;
  Simplified simplified = simplify(made, wanted);
  add_reciprocals(made, simplified, wanted);
  cluster(made);
  if (wanted.recomputed) {
    recompute(made, simplified, wanted);
  }
  std::vector<SlotSpan> saved;
  for (const SlotSpan& span : wanted.saved) {
    for (Slot slot = span.base; slot < span.base + span.count; ++slot) {
      saved.push_back({simplified.moved[slot], 1});
    }
  }
  pair(made, saved);
  return place(std::move(made), simplified, wanted);
}

Specialised reduce(const Program& program, const Wanted& wanted) {
  Specialised made{program, {}};
  const Simplified simplified = simplify(made.program, wanted);
  for (const Slot moved : simplified.moved) {
    made.place.push_back(simplified.live[moved] != 0 ? moved : kNone);
  }
  return made;
}

}  // namespace shamal::ir
