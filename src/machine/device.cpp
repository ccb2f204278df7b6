#include "machine/device.h"

#include <algorithm>

#include "machine/contents.h"
#include "machine/state.h"

namespace shamal::machine {

namespace {

// Of all belts of one run together: a limit that keeps hostile models from exhausting memory.
constexpr std::size_t kMostSlats = std::size_t{1} << 22;

}  // namespace

std::vector<Holding> make_holdings(const ir::Program& program, std::size_t lanes) {
  std::size_t belts = 0;
  for (const ir::Device& device : program.devices) {
    belts += device.kind == ir::DeviceKind::conveyor ? device.count : 0;
  }
  std::vector<Holding> made(program.devices.size());
  for (std::size_t d = 0; d < made.size(); ++d) {
    const ir::Device& device = program.devices[d];
    if (device.kind == ir::DeviceKind::conveyor) {
      made[d].belts.assign(device.count * lanes, Belt(device.conveyor, kMostSlats / belts));
    } else {
      made[d].queues.assign(device.count * lanes, Queue(device.queue));
    }
  }
  return made;
}

namespace {

void compute(State& state, const ir::Program& program, const std::vector<TableView>& tables,
             const ir::DeviceUse& use, std::uint32_t element, std::size_t lane, const double* in,
             double* out) {
  std::vector<Holding>& holdings = state.holdings();
  const ir::Device& device = program.devices[use.device];
  const std::size_t place = element * state.lanes() + lane;
  Holding& holding = holdings[use.device];
  const double dt = state.value(ir::kStepSlot, lane);
  switch (use.action) {
    case ir::DeviceAction::conveyor_start:
      holding.belts[place].start(dt, in, use.inputs, out);
      break;
    case ir::DeviceAction::conveyor_release: {
      const double since = state.value(ir::kTimeSlot, lane) - state.value(ir::kStartSlot, lane);
      holding.belts[place].release(dt, since, in, out);
      break;
    }
    case ir::DeviceAction::conveyor_accept: {
      std::vector<const Belt*> sources;
      for (const model::ConveyorShape::Inflow& inflow : device.conveyor.inflows) {
        const bool fell = inflow.spread == model::Spread::source;
        sources.push_back(fell ? &holdings[inflow.device].belts[place] : nullptr);
      }
      holding.belts[place].accept(dt, in, tables, sources, out);
      break;
    }
    case ir::DeviceAction::queue_start:
      holding.queues[place].start(in, use.inputs, out);
      break;
    case ir::DeviceAction::queue_serve:
      holding.queues[place].serve(dt, in, out);
      break;
    case ir::DeviceAction::look: {
      const auto what = static_cast<model::Contents>(static_cast<int>(in[0]));
      out[0] = device.kind == ir::DeviceKind::conveyor
                   ? look_at(holding.belts[place].contents(), what, in[1], in[2])
                   : look_at(holding.queues[place].contents(), what, in[1], in[2]);
      break;
    }
  }
}

}  // namespace

void use_device(State& state, const ir::Program& program, const std::vector<TableView>& tables,
                std::uint32_t use, ir::Slot in, ir::Slot out, std::size_t lane) {
  const ir::DeviceUse& of = program.device_uses[use];
  const std::uint32_t element = (out - of.base) / of.outputs;
  double* const kept = state.device_outputs(use, element);
  if (!state.devices_stand_still()) {
    std::vector<double> inputs(of.inputs);
    std::vector<double> outputs(of.outputs);
    for (std::uint32_t i = 0; i < of.inputs; ++i) {
      inputs[i] = state.value(in + i, lane);
    }
    compute(state, program, tables, of, element, lane, inputs.data(), outputs.data());
    for (std::uint32_t i = 0; i < of.outputs; ++i) {
      kept[i * state.pitch() + lane] = outputs[i];
    }
  }
  for (std::uint32_t i = 0; i < of.outputs; ++i) {
    state.set(out + i, lane, kept[i * state.pitch() + lane]);
  }
}

void commit_devices(std::vector<Holding>& holdings) {
  for (Holding& holding : holdings) {
    for (Belt& belt : holding.belts) {
      belt.commit();
    }
    for (Queue& queue : holding.queues) {
      queue.commit();
    }
  }
}

}  // namespace shamal::machine
