#include "machine/call.h"

#include "machine/kernel.h"
#include "machine/state.h"

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
  made.row = &model::row(call.procedure);
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
  made.site = call.site;
  made.keeper = call.keeper;
  return made;
}

}  // namespace

PreparedCall prepare_call(const ir::Program& program, const ir::Instruction& instruction) {
  PreparedCall made = prepare_arguments(program, instruction.loop, instruction.aux);
  made.result = prepare_operand(program, instruction.loop, ir::write(program, instruction));
  return made;
}

PreparedCall prepare_keeper(const ir::Program& program, const ir::Keeper& keeper) {
  return prepare_arguments(program, keeper.loop, keeper.call);
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
  in.draw = {state.random_key(lane), call_.site.stream + element, state.step};
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

void advance_keepers(const Kernel& kernel, State& state) {
  for (std::uint32_t k = 0; k < kernel.keepers().size(); ++k) {
    const PreparedCall& call = kernel.keepers()[k];
    CallFrame frame(kernel.program(), call);
    for (std::uint32_t element = 0; element < call.count; ++element) {
      for (std::size_t lane = 0; lane < state.pitch(); ++lane) {
        const model::ProcedureInputs in = frame.collect(state, element, lane);
        model::Kept& kept = state.kept(k, element, lane);
        if (kept.empty()) {
          call.row->start(in, kept);
        }
        call.row->advance(in, kept);
      }
    }
  }
}

}  // namespace shamal::machine
