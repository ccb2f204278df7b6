#include "machine/call.h"

#include <utility>

#include "machine/kernel.h"
#include "machine/state.h"
#include "model/procedure_derivative.h"

namespace shamal::machine {

namespace {

PreparedCall::Operand prepare_operand(const ir::Program& program, ir::LoopId outer,
                                      const ir::Access& access) {
  const ir::View& view = program.views[access.view];
  const ir::Loop& loop = program.loops[outer];
  PreparedCall::Operand made;
  for (const std::int64_t offset : ir::offsets(program, loop, view)) {
    made.first.push_back(static_cast<ir::Slot>(view.base + offset));
  }
  made.offsets = ir::offsets(program, program.loops[access.inner], view, loop.rank);
  return made;
}

PreparedCall prepare_arguments(const ir::Program& program, ir::LoopId loop, std::uint32_t index) {
  const ir::Call& call = program.calls[index];
  PreparedCall made;
  made.of = &call;
  made.count = program.loops[loop].count();
  for (const ir::Call::Input& input : call.inputs) {
    made.arguments.push_back(input.view == ir::kNone
                                 ? PreparedCall::Operand{}
                                 : prepare_operand(program, loop, {input.view, input.inner}));
  }
  if (call.table_view != ir::kNone) {
    const ir::View& view = program.table_views[call.table_view];
    for (const std::int64_t offset : ir::offsets(program, program.loops[loop], view)) {
      made.tables.push_back(static_cast<std::uint32_t>(view.base + offset));
    }
  }
  return made;
}

}  // namespace

PreparedCall prepare_call(const ir::Program& program, const ir::Instruction& instruction) {
  PreparedCall made = prepare_arguments(program, instruction.loop, instruction.aux);
  made.result = prepare_operand(program, instruction.loop, ir::write(program, instruction));
  return made;
}

PreparedCall prepare_keeper(const ir::Program& program, const ir::Keeper& keeper) {
  return keeper.given ? PreparedCall{} : prepare_arguments(program, keeper.loop, keeper.call);
}

CallFrame::CallFrame(const ir::Program& program, const PreparedCall& call)
    : program_(program), call_(call), result_(call.result.offsets.size()) {
  std::size_t count = 0;
  for (const PreparedCall::Operand& argument : call.arguments) {
    count += argument.first.empty() ? 0 : argument.offsets.size();
  }
  values_.resize(count);
  const double* at = values_.data();
  for (const PreparedCall::Operand& argument : call.arguments) {
    const std::size_t size = argument.first.empty() ? 0 : argument.offsets.size();
    arguments_.emplace_back(at, size);
    at += size;
  }
}

model::ProcedureInputs CallFrame::collect(const State& state, std::uint32_t element,
                                          std::size_t lane) {
  double* to = values_.data();
  for (const PreparedCall::Operand& argument : call_.arguments) {
    if (!argument.first.empty()) {
      for (const std::int64_t offset : argument.offsets) {
        *to++ = state.value(static_cast<ir::Slot>(argument.first[element] + offset), lane);
      }
    }
  }
  model::ProcedureInputs in;
  in.arguments = arguments_;
  if (!call_.tables.empty()) {
    const ir::Table& table = program_.tables[call_.tables[element]];
    in.x = table.x;
    in.y = table.y;
  }
  in.draw = {state.random_key(lane), call_.of->site.stream + element, state.step};
  in.time = state.value(ir::kTimeSlot, lane);
  in.dt = state.value(ir::kStepSlot, lane);
  return in;
}

void CallFrame::store(State& state, std::uint32_t element, std::size_t lane) const {
  for (std::size_t i = 0; i < result_.size(); ++i) {
    const auto slot = static_cast<ir::Slot>(call_.result.first[element] + call_.result.offsets[i]);
    state.value(slot, lane) = result_[i];
  }
}

namespace {

using model::Derivative;

void start(const ir::Call& call, const model::ProcedureInputs& in, model::Kept& kept) {
  const model::ProcedureRow& row = model::row(call.procedure);
  if (call.derivative == Derivative::tangent) {
    model::start_tangent(row, call.by, in, kept);
  } else {
    row.of.start(in, kept);
  }
}

void advance(const ir::Call& call, model::ProcedureInputs in, State& state, std::uint32_t element,
             std::size_t lane) {
  const model::ProcedureRow& row = model::row(call.procedure);
  model::Kept& kept = state.kept(call.keeper, element, lane);
  if (call.derivative == Derivative::adjoint_of_step) {
    in.kept = state.kept(call.past, element, lane);
    model::advance_adjoint(row, in, kept);
    return;
  }
  if (kept.empty()) {
    start(call, in, kept);
  }
  if (call.derivative == Derivative::tangent) {
    model::advance_tangent(row, call.by, in, kept);
  } else {
    row.of.advance(in, kept);
  }
}

}  // namespace

void apply(const ir::Call& call, model::ProcedureInputs in, State& state, std::uint32_t element,
           std::size_t lane, std::span<double> result) {
  const model::ProcedureRow& row = model::row(call.procedure);
  const bool first = call.past == ir::kNone || state.step == 0;
  if (call.past != ir::kNone) {
    in.kept = state.kept(call.past, element, lane);
  } else if (call.keeper != ir::kNone) {
    model::Kept& kept = state.kept(call.keeper, element, lane);
    if (kept.empty()) {
      start(call, in, kept);
    }
    in.kept = kept;
  }
  switch (call.derivative) {
    case Derivative::none:
      return row.of.apply(in, result);
    case Derivative::tangent:
      return model::apply_tangent(row, call.by, in, result);
    case Derivative::adjoint:
      return model::apply_adjoint(row, call.by, in, first, result);
    case Derivative::adjoint_of_step:
      return model::apply_adjoint_of_step(row, call.by, in, first,
                                          state.kept(call.keeper, element, lane), result);
  }
}

void advance_keepers(const Kernel& kernel, State& state) {
  for (const PreparedCall& call : kernel.keepers()) {
    if (call.of == nullptr) {
      continue;
    }
    CallFrame frame(kernel.program(), call);
    for (std::uint32_t element = 0; element < call.count; ++element) {
      for (std::size_t lane = 0; lane < state.pitch(); ++lane) {
        advance(*call.of, frame.collect(state, element, lane), state, element, lane);
      }
    }
  }
}

void KeepersAhead::advance(const Kernel& kernel, State& state) {
  other_.clear();
  if (kernel.keepers().empty()) {
    return;
  }
  state.for_each_kept([&](const model::Kept& kept) { other_.push_back(kept); });
  state.bring_all();
  advance_keepers(kernel, state);
  exchange(state);
}

void KeepersAhead::exchange(State& state) {
  auto other = other_.begin();
  state.for_each_kept([&](model::Kept& kept) { std::swap(kept, *other++); });
}

}  // namespace shamal::machine
