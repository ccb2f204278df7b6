// Derivatives of procedures that are recorded: calls of the same procedure that make tangents or
// adjoints.
#include "ir/partials.h"

namespace shamal::ir {

namespace {

View shifted(View view, Slot by) {
  view.base += by;
  return view;
}

bool follows(std::uint32_t by, std::size_t argument) { return ((by >> argument) & 1u) != 0; }

}  // namespace

Call tangent_call(Emitter& emit, const Call& call, std::uint32_t by, Slot shift,
                  std::uint32_t keeper) {
  Call made = call;
  made.derivative = model::Derivative::tangent;
  made.by = by;
  made.keeper = keeper;
  for (std::size_t a = 0; a < call.inputs.size(); ++a) {
    Call::Input& tangent = made.inputs.emplace_back();
    if (follows(by, a)) {
      const Call::Input& of = call.inputs[a];
      tangent = {emit.add(shifted(emit.program().views[of.view], shift)), of.inner};
    }
  }
  return made;
}

AdjointCall adjoint_call(Emitter& emit, const Instruction& instruction, std::uint32_t by,
                         const View& d, const Memories& memories) {
  Program& program = emit.program();
  const Call call = program.calls[instruction.aux];
  const Loop outer = program.loops[instruction.loop];
  Call made = call;
  made.derivative =
      memories.keeper == kNone ? model::Derivative::adjoint : model::Derivative::adjoint_of_step;
  made.by = by;
  made.keeper = memories.keeper;
  made.past = memories.past;
  made.inputs.push_back({emit.add(d), call.result});
  std::uint32_t count = 0;
  for (std::size_t a = 0; a < call.inputs.size(); ++a) {
    count += follows(by, a) ? program.loops[call.inputs[a].inner].count() : 0;
  }
  made.result = emit.add(Loop{1, {count}});
  const View all = emit.temporary(emit.add(joined(outer, program.loops[made.result])));
  AdjointCall found{static_cast<std::uint32_t>(program.calls.size()), {}};
  program.calls.push_back(made);
  emit.emit(Op::procedure, instruction.loop, all, {}, found.call);
  Slot next = 0;
  for (std::size_t a = 0; a < call.inputs.size(); ++a) {
    if (!follows(by, a)) {
      continue;
    }
    const Loop inner = program.loops[call.inputs[a].inner];
    const View own = emit.row_major(call.inputs[a].inner, 0);
    View part = shifted(all, next);
    for (std::uint32_t k = 0; k < inner.rank; ++k) {
      part.axes[outer.rank + k] = own.axes[k];
    }
    if (inner.rank == 0) {
      part.axes[outer.rank] = {};
    }
    next += inner.count();
    found.adjoints.push_back({a, emit.value(emit.add(joined(outer, inner)), part)});
  }
  return found;
}

}  // namespace shamal::ir
